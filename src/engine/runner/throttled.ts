import type { EventSink } from '../../events/event-map.ts';
import { isoOf } from '../../ledger/resources.ts';
import type { TaskMeter } from '../../metrics/collector.ts';
import type { RunRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { ActiveUser } from '../handlers/active-user.ts';
import type { CallResult } from '../handlers/call.ts';
import type { BoundTask } from '../handlers/handlers.ts';

/** A call that came too early. */
interface ThrottledCall {
  readonly bound: BoundTask;
  readonly result: Extract<CallResult, { kind: 'throttled' }>;
  readonly nowMs: EpochMs;
}

/** Ends an attempt that came too early: counts it, and emits that the task waits because its handler has asked for it. */
export function endThrottled(
  events: EventSink,
  run: RunRecord,
  active: ActiveUser,
  { bound: { task, position }, result, nowMs }: ThrottledCall,
  meter: TaskMeter | undefined,
): void {
  const { user, runningSinceMs } = active;
  meter?.attempted('throttled', nowMs - (runningSinceMs ?? nowMs));
  active.runningSinceMs = null;
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
