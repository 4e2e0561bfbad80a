import type { EventSink } from '../../events/event-map.ts';
import { HANDLER_FAILED } from '../../model/failures.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { Task } from '../../model/workflow/workflow.ts';
import { positionOf } from '../../rules/status/positions.ts';
import type { UserEvent } from '../../rules/status/user.ts';
import { isoOf } from '../resources.ts';

/** Properties of a task in its events. */
export type TaskIds = Pick<Task, 'id' | 'taskDefinitionId'>;

/** Whether the event of any task has a listener. */
export function areTaskEventsHeard(events: EventSink): boolean {
  return events.has('task.completed') || events.has('task.failed') || events.has('task.retrying');
}

/**
 * Emits the event of a task that ended or will be repeated.
 *
 * @param ended outcomes of its user after `event`.
 * @param taskAt gives the task at a position.
 */
export function emitTaskEvent(
  events: EventSink,
  run: RunRecord,
  user: UserRecord,
  event: UserEvent,
  ended: number,
  taskAt: (position: number) => TaskIds,
): void {
  const payloadAt = (position: number) => {
    const { id: taskId, taskDefinitionId } = taskAt(position);
    const { id: runId, workflowId } = run;
    return { workflowId, runId, subjectId: user.subjectId, taskId, taskDefinitionId, position };
  };
  if (event.kind === 'taskEnded') {
    const { status, failureReason = '', code = HANDLER_FAILED, startedAtMs, completedAtMs } = event.outcome;
    if (status === 'failed')
      events.emit('task.failed', {
        ...payloadAt(positionOf(user, ended)),
        failureReason,
        code,
        startedDateTime: startedAtMs === null ? null : isoOf(startedAtMs),
        completedDateTime: isoOf(completedAtMs),
      });
    else if (status === 'completed' && events.has('task.completed')) {
      const { processingInfo = null, changes = [] } = event.outcome;
      events.emit('task.completed', { ...payloadAt(positionOf(user, ended)), processingInfo, changes });
    }
  } else if (event.kind === 'attemptFailed') {
    events.emit('task.retrying', {
      ...payloadAt(positionOf(user, ended + 1)),
      attempt: user.attempts?.failures ?? 1,
      failureReason: event.reason,
      notBeforeDateTime: isoOf(event.notBeforeMs),
    });
  }
}
