import { describe, expect, it } from 'vitest';
import { EventHub } from '../../../src/events/event-hub.ts';
import type { RunEventPayload } from '../../../src/events/event-map.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

/** A hub with one channel that has a subscriber, and what was published. */
function hubWithChannel(subscribed: string) {
  const published: unknown[] = [];
  const channels = {
    has: (name: string) => name === subscribed,
    publish: (name: string, payload: unknown) =>
      void (name === subscribed && published.push([name, payload])),
  };
  return { published, hub: new EventHub(new VirtualClock(), () => {}, channels) };
}

const payload = (runId: string) => ({ workflowId: 'w', runId, run: { id: runId } }) as RunEventPayload;

describe('a hub with channels', () => {
  it('publishes an event on its channel, also when nothing listens', () => {
    const { hub, published } = hubWithChannel('run.created');
    hub.emit('run.created', payload('r1'));
    hub.emit('run.started', payload('r1'));
    expect(published).toEqual([['run.created', payload('r1')]]);
  });

  it('has an event that a channel or a listener reads, so that its payload is made, and no other', () => {
    const { hub } = hubWithChannel('user.finished');
    hub.on('run.finished', () => {});
    expect(hub.has('user.finished')).toBe(true);
    expect(hub.has('run.finished')).toBe(true);
    expect(hub.has('task.completed')).toBe(false);
    expect(hub.hasListener('user.finished')).toBe(false);
    expect(hub.hasListener('run.finished')).toBe(true);
  });

  it('publishes progress as seldom as listeners hear it', () => {
    const { hub, published } = hubWithChannel('run.progress');
    for (let n = 0; n < 5; n += 1) hub.emit('run.progress', payload('r1'));
    expect(published).toHaveLength(1);
    hub.flush();
    expect(published).toHaveLength(2);
  });
});
