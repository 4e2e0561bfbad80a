import { expect, it } from 'vitest';
import type { EventSink } from '../../../../src/events/event-map.ts';
import { areTaskEventsHeard, emitTaskEvent } from '../../../../src/ledger/recording/task-events.ts';
import type { UserRecord } from '../../../../src/model/records.ts';
import type { UserEvent } from '../../../../src/rules/status/user.ts';
import { AT, makeRun, makeUser } from '../../stores/sqlite/records.ts';

function emitted(user: UserRecord, event: UserEvent, ended: number) {
  const log: unknown[] = [];
  const events = { has: () => true, emit: (name, payload) => void log.push([name, payload]) } as EventSink;
  emitTaskEvent(events, makeRun(), user, event, ended, (position) => ({
    id: `task-${position}`,
    taskDefinitionId: `definition-${position}`,
  }));
  return log;
}
const endedAs = (status: 'completed' | 'failed' | 'canceled', more: object = {}): UserEvent => ({
  kind: 'taskEnded',
  outcome: { status, startedAtMs: AT, completedAtMs: AT + 1, ...more },
  continueOnError: false,
});

it('the event of a task names the task at its position', () => {
  expect(emitted(makeUser(1), endedAs('completed', { processingInfo: 'sent' }), 2)).toEqual([
    [
      'task.completed',
      expect.objectContaining({
        position: 2,
        taskId: 'task-2',
        taskDefinitionId: 'definition-2',
        processingInfo: 'sent',
      }),
    ],
  ]);
});

it('the event of a reprocessed task has the position in the workflow', () => {
  const user = makeUser(1, { positions: [2, 5] });
  expect(emitted(user, endedAs('failed', { failureReason: 'no mail' }), 2)).toEqual([
    ['task.failed', expect.objectContaining({ position: 5, taskId: 'task-5', failureReason: 'no mail' })],
  ]);
  const retrying: UserEvent = { kind: 'attemptFailed', notBeforeMs: AT + 500, reason: 'busy' };
  const waiting = { ...user, attempts: { failures: 3, interruptions: 0, notBeforeMs: AT + 500 } };
  expect(emitted(waiting, retrying, 1)).toEqual([
    ['task.retrying', expect.objectContaining({ position: 5, attempt: 3, failureReason: 'busy' })],
  ]);
});

it('a canceled task and a user that starts have no event of a task', () => {
  expect(emitted(makeUser(1), endedAs('canceled'), 1)).toEqual([]);
  expect(emitted(makeUser(1), { kind: 'start', atMs: AT }, 0)).toEqual([]);
});

it.each(['task.completed', 'task.failed', 'task.retrying'])(
  'a listener of %s is enough to make events',
  (heard) => {
    const events = (name: string | null) =>
      ({ has: (one: string) => one === name, emit: () => {} }) as EventSink;
    expect([areTaskEventsHeard(events(heard)), areTaskEventsHeard(events('user.finished'))]).toEqual([
      true,
      false,
    ]);
  },
);
