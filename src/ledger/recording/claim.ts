/** Who drives a run: a claim is a number that grows, and only its newest holder can write (the fence). */
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
 * Claims runs that the engine drives, in one commit. Those that are final or gone are left out; one that is
 * canceling has lost its driver, and whoever claims it must end it.
 *
 * @param isNoOp whoever claims calls no handlers, which is noted on the runs before anything is recorded in them.
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

/** A preview does nothing anyway, and a run that is canceling does nothing more. */
function mayDoTasks({ workflowExecutionType, processingStatus }: RunRecord): boolean {
  return workflowExecutionType !== 'preview' && processingStatus !== 'canceling';
}

/** Hands runs back: no task of theirs is running any more. A claim that is not the newest changes nothing. */
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
