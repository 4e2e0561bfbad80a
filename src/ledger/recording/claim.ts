/** Claims: a number that grows with each driver of a run. Only the holder of the newest one can write (a fencing token). */
import type { RunRecord } from '../../model/records.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import { type LedgerContext, laterMoment } from '../context.ts';

/** A run that was claimed. */
export interface ClaimedRun {
  readonly run: RunRecord;
  /** Its last driver died: tasks of users in progress were possibly running. */
  readonly wasInHand: boolean;
}

/**
 * Claims runs that the engine drives, in one commit. Final and deleted ones are omitted; one that is
 * canceling has lost its driver, and the caller must end it.
 *
 * @param isNoOp the engine calls no handlers; marked on the runs before anything is recorded in them.
 */
export async function claimRuns(
  { store, clock }: LedgerContext,
  runIds: readonly string[],
  isNoOp = false,
): Promise<readonly ClaimedRun[]> {
  return store.transaction(async (tx) => {
    const claimed: ClaimedRun[] = [];
    for (const id of runIds) {
      const before = await tx.getRun(id);
      const isOurs = before?.published && before.driver === 'engine';
      if (!before || !isOurs || isTerminal(before.processingStatus)) continue;
      const isMarked = isNoOp && !before.isNoOp && mayDoTasks(before);
      const marked = isMarked ? { ...before, isNoOp, lastUpdatedAtMs: laterMoment(clock, before) } : before;
      const run = { ...marked, claim: before.claim + 1, inHand: true };
      await tx.putRun(run);
      claimed.push({ run, wasInHand: before.inHand });
    }
    return claimed;
  });
}

/** Previews do nothing in any case, and a canceling run runs no further task. */
function mayDoTasks({ workflowExecutionType, processingStatus }: RunRecord): boolean {
  return workflowExecutionType !== 'preview' && processingStatus !== 'canceling';
}

/** Releases runs of which no task is running. A claim that is not the newest changes nothing. */
export async function releaseRuns(
  { store }: LedgerContext,
  claims: readonly { readonly runId: string; readonly claim: number }[],
): Promise<void> {
  if (claims.length === 0) return;
  await store.transaction(async (tx) => {
    for (const { runId, claim } of claims) {
      const run = await tx.getRun(runId);
      if (run?.claim === claim) await tx.putRun({ ...run, inHand: false });
    }
  });
}
