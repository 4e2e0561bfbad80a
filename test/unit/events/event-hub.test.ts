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

describe('a listener with a filter', () => {
  const finished = (subjectId: string) => ({ workflowId: 'w', runId: 'r', subjectId, result: {} }) as never;
  const isAda = (_: string, subjectId: string) => subjectId === 'ada';

  it('hears only of the people that it selects, and only their payloads are wanted', () => {
    const hub = new EventHub(new VirtualClock(), () => {});
    const heard: string[] = [];
    const listener = ({ subjectId }: { subjectId: string }) => void heard.push(subjectId);
    hub.on('user.finished', listener, isAda);
    expect([hub.has('user.finished'), hub.has('user.finished', 'r', 'ada')]).toEqual([true, true]);
    expect(hub.has('user.finished', 'r', 'bob')).toBe(false);
    for (const subjectId of ['ada', 'bob']) hub.emit('user.finished', finished(subjectId));
    expect(heard).toEqual(['ada']);
    hub.off('user.finished', listener);
    expect(hub.has('user.finished')).toBe(false);
    expect(hub.has('user.finished', 'r', 'ada')).toBe(false);
  });

  it('does not keep events from listeners without one', () => {
    const hub = new EventHub(new VirtualClock(), () => {});
    const heard: string[] = [];
    hub.on('user.finished', () => void heard.push('filtered'), isAda);
    hub.on('user.finished', () => void heard.push('all'));
    expect(hub.has('user.finished', 'r', 'bob')).toBe(true);
    hub.emit('user.finished', finished('bob'));
    expect(heard).toEqual(['all']);
  });

  it('hears events that are about no person', () => {
    const hub = new EventHub(new VirtualClock(), () => {});
    const heard: string[] = [];
    hub.on(
      'run.created',
      ({ runId }) => void heard.push(runId),
      () => false,
    );
    hub.emit('run.created', payload('r1'));
    expect(heard).toEqual(['r1']);
  });

  it('whose filter throws hears nothing of that person, and the error is reported', () => {
    const failures: unknown[] = [];
    const hub = new EventHub(new VirtualClock(), (error, name) => void failures.push([error, name]));
    hub.on(
      'user.finished',
      () => {},
      () => {
        throw new Error('broken');
      },
    );
    expect(hub.has('user.finished', 'r', 'ada')).toBe(false);
    expect(failures).toEqual([[new Error('broken'), 'user.finished']]);
  });
});
