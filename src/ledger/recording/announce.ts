import type { EngineEventName } from '../../events/event-map.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { LedgerContext } from '../context.ts';
import { runResource, userResource } from '../resources.ts';
import { auditRun } from './audit.ts';

/** A committed change of a run: `before` is `null` for a run that is new. */
export interface CommittedChange {
  readonly before: RunRecord | null;
  readonly after: RunRecord;
  /** The users that it changed. */
  readonly users?: readonly UserRecord[];
  /** Tells what happened to single tasks. */
  readonly tellTasks?: () => void;
}

/**
 * Tells what a committed change means, in an order that makes sense of it: the run began, its tasks and
 * users ended, its counters moved, it is over. Call after the commit, never before.
 */
export function announce(
  context: LedgerContext,
  { before, after, users = [], tellTasks }: CommittedChange,
): void {
  const isOver =
    isTerminal(after.processingStatus) && before !== null && !isTerminal(before.processingStatus);
  tellRun(context, after, [
    before === null && 'run.created',
    before?.startedAtMs === null && after.startedAtMs !== null && 'run.started',
    before?.processingStatus !== 'canceling' && after.processingStatus === 'canceling' && 'run.canceling',
  ]);
  tellTasks?.();
  if (context.events.has('user.finished')) for (const user of users) tellUser(context, after, user);
  auditRun(context, before, after);
  tellRun(context, after, [before !== null && 'run.progress', isOver && 'run.finished']);
}

type RunEventName = Extract<EngineEventName, `run.${string}`>;

function tellRun({ events }: LedgerContext, run: RunRecord, names: readonly (RunEventName | false)[]): void {
  const heard = names.filter((name) => name !== false && events.has(name));
  if (heard.length === 0) return;
  const payload = { workflowId: run.workflowId, run: runResource(run) };
  for (const name of heard) if (name) events.emit(name, payload);
}

function tellUser({ events }: LedgerContext, run: RunRecord, user: UserRecord): void {
  if (!isTerminal(user.processingStatus)) return;
  events.emit('user.finished', {
    workflowId: run.workflowId,
    runId: run.id,
    result: userResource(run, user),
  });
}
