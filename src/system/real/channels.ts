import { type Channel, channel } from 'node:diagnostics_channel';
import type { Channels } from '../../ports/channels.ts';

/** Node looks a channel up by its name; the engine asks for each task. */
const known = new Map<string, Channel>();

function channelOf(name: string): Channel {
  let found = known.get(name);
  if (found === undefined) {
    found = channel(`tenure:${name}`);
    known.set(name, found);
  }
  return found;
}

/** The channels `tenure:…` of `node:diagnostics_channel`, which all engines of the process share. */
export const systemChannels: Channels = {
  has: (name) => channelOf(name).hasSubscribers,
  publish: (name, payload) => channelOf(name).publish(payload),
};
