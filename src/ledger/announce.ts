import type { RunRecord, UserRecord } from '../model/records.ts';
import { isTerminal } from '../rules/index.ts';
import type { LedgerContext } from './context.ts';
import { runResource, userResource } from './resources.ts';

/** Tells what a committed change of a run means. Call after the commit, never before. */
export function announceRun({ events }: LedgerContext, before: RunRecord | null, after: RunRecord): void {
  const names = [
    before === null && 'run.created',
    before?.startedAtMs === null && after.startedAtMs !== null && 'run.started',
    before?.processingStatus !== 'canceling' && after.processingStatus === 'canceling' && 'run.canceling',
    before !== null && 'run.progress',
    before !== null &&
      isTerminal(after.processingStatus) &&
      !isTerminal(before.processingStatus) &&
      'run.finished',
  ] as const;
  const heard = names.filter((name) => name !== false && events.has(name));
  if (heard.length === 0) return;
  const payload = { workflowId: after.workflowId, run: runResource(after) };
  for (const name of heard) if (name) events.emit(name, payload);
}

/** Tells that a user's result has become terminal. */
export function announceUser({ events }: LedgerContext, run: RunRecord, user: UserRecord): void {
  if (!isTerminal(user.processingStatus) || !events.has('user.finished')) return;
  events.emit('user.finished', {
    workflowId: run.workflowId,
    runId: run.id,
    result: userResource(run, user),
  });
}
