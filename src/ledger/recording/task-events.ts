import type { EventSink } from '../../events/event-map.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { positionOf } from '../../rules/status/positions.ts';
import type { UserEvent } from '../../rules/status/user.ts';

/** Emits the event of a task that failed or will be repeated. @param ended outcomes of its user after `event`. */
export function emitTaskEvent(
  events: EventSink,
  run: RunRecord,
  user: UserRecord,
  event: UserEvent,
  ended: number,
): void {
  const task = { workflowId: run.workflowId, runId: run.id, subjectId: user.subjectId };
  if (event.kind === 'taskEnded' && event.outcome.status === 'failed') {
    const failureReason = event.outcome.failureReason ?? '';
    events.emit('task.failed', { ...task, position: positionOf(user, ended), failureReason });
  } else if (event.kind === 'attemptFailed') {
    const { notBeforeMs, reason } = event;
    const attempt = user.attempts?.failures ?? 1;
    events.emit('task.retrying', {
      ...task,
      position: positionOf(user, ended + 1),
      attempt,
      failureReason: reason,
      notBeforeMs,
    });
  }
}
