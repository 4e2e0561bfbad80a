import type { EventSink } from '../../events/event-map.ts';
import { isoOf } from '../../ledger/resources.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { CallResult } from '../handlers/call.ts';
import type { BoundTask } from '../handlers/handlers.ts';

/** Emits that a task waits because its handler has asked for it. */
export function emitThrottled(
  events: EventSink,
  run: RunRecord,
  user: UserRecord,
  { task, position }: BoundTask,
  result: Extract<CallResult, { kind: 'throttled' }>,
  nowMs: EpochMs,
): void {
  events.emit('task.throttled', {
    workflowId: run.workflowId,
    runId: run.id,
    subjectId: user.subjectId,
    taskId: task.id,
    taskDefinitionId: task.taskDefinitionId,
    position,
    failureReason: result.reason,
    code: result.code,
    notBeforeDateTime: isoOf(nowMs + result.delayMs),
  });
}
