/**
 * Cancels runs. A run passes through `canceling` and always ends. The driver of a slice cancels its users: one in this
 * process at once, one elsewhere when it learns of it, at the latest with its next commit; slices that no process holds
 * are claimed and canceled here.
 *
 * Source: domain §3.7, §6.3 (r5, r6, r8, r9).
 */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { ClaimedSlice, SliceKey } from '../../model/slices.ts';
import type { UserStatus } from '../../model/status.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { StoreSlices } from '../../ports/store.ts';
import { addUnreportedCanceled, addUserMove, changeOf, runAfter } from '../../rules/status/run.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import { decideUser } from '../../rules/status/user.ts';
import { commitMoment, findRun, type LedgerContext, laterMoment } from '../context.ts';
import { alreadyFinal } from '../refusals.ts';
import { announce } from './announce.ts';
import type { Recorder } from './recorder.ts';
import { wholeRuns } from './whole-runs.ts';

/** What canceling needs: the ledger, and the recorder, which knows the slices that this process drives. */
export interface Cancellation {
  readonly context: LedgerContext;
  readonly recorder: Recorder;
}

/**
 * Accepts a cancel and carries it out as far as this process can at once: an external run, or one without
 * a driver, is terminal afterwards; a driven one may be `canceling` until its running tasks settle.
 * Canceling a run that is being canceled already changes nothing.
 *
 * @throws LifecycleError `NotFound`; `AlreadyFinal` for a terminal run.
 */
export async function cancelRun(cancellation: Cancellation, runId: string): Promise<RunRecord> {
  const { context, recorder } = cancellation;
  const change = await context.store.transaction(async (tx) => {
    // Slices before their run, as their holders lock them.
    await recorder.slices.cancel(tx, runId.toLowerCase());
    const before = await findRun(tx, runId);
    if (isTerminal(before.processingStatus)) throw alreadyFinal(before, 'canceling');
    if (before.processingStatus === 'canceling') return { before, after: before };
    const after: RunRecord = {
      ...before,
      processingStatus: 'canceling',
      lastUpdatedAtMs: laterMoment(context.clock, before),
      revision: before.revision + 1,
    };
    await tx.putRun(after);
    return { before, after };
  });
  if (change.after !== change.before) announce(context, change);
  await cancelEventually(cancellation, change.after);
  return (await context.store.getRun(change.after.id)) ?? change.after;
}

/** Cancels every unfinished run of a workflow, or only its scheduled ones (r9). */
export async function freezeRuns(
  cancellation: Cancellation,
  workflowId: string,
  which: 'all' | 'scheduled',
): Promise<void> {
  for (const run of await cancellation.context.store.listUnfinishedRuns()) {
    const concerned = which === 'all' || run.workflowExecutionType === 'scheduled';
    if (run.workflowId !== workflowId || !run.published || !concerned) continue;
    try {
      await cancelRun(cancellation, run.id);
    } catch (error) {
      // It may have ended or been deleted since the list was read.
      if (!isGone(error)) throw error;
    }
  }
}

/** Cancels what no driver works on now, and retries for as long as the store fails: the cancel was accepted. */
async function cancelEventually(
  cancellation: Cancellation,
  run: RunRecord,
  hasFailed = false,
): Promise<void> {
  const { context } = cancellation;
  const again = (delayMs: DurationMs) =>
    context.clock.setTimer(delayMs, () => void cancelEventually(cancellation, run, true));
  try {
    const isHeld = await cancelUndriven(cancellation, run);
    // Possibly by the claim that failed.
    if (hasFailed && isHeld) again(LIMITS.sliceLeaseMs);
  } catch (error) {
    context.events.emit('engine.error', { error, during: 'cancelingRun', runId: run.id });
    if (LifecycleError.is(error) && !error.retryable) return;
    again(CANCEL_RETRY_MS);
  }
}

/** Slices that are claimed before the first of them is canceled: all are within a fraction of the lease. */
const CLAIMS_MAX = 8;
/** Wait before a failed cancel is retried, ms. */
const CANCEL_RETRY_MS = 1_000;

/** Cancels the users of the slices without a driver. Returns whether a claim holds others of them. */
async function cancelUndriven({ context, recorder }: Cancellation, run: RunRecord): Promise<boolean> {
  const isExternal = run.driver === 'external';
  const slices = isExternal ? wholeRuns(context.store) : recorder.slices;
  for (;;) {
    const keys = isExternal
      ? [{ runId: run.id, slice: 1 }]
      : await openSlices(slices, run.id, context.clock.now());
    const undriven = keys.filter((key) => !recorder.drives(key));
    const claim = { holder: 'a cancel', leaseMs: LIMITS.sliceLeaseMs, isNoOp: false };
    const answers: (ClaimedSlice | 'held' | 'gone')[] = [];
    for (let from = 0; from < undriven.length; from += CLAIMS_MAX) {
      const claimed = await slices.claim(undriven.slice(from, from + CLAIMS_MAX), {
        ...claim,
        nowMs: context.clock.now(),
      });
      for (const one of claimed) if (typeof one === 'object') await cancelSlice(context, slices, one);
      answers.push(...claimed);
    }
    if (isExternal) await endUnreported(context, run.id);
    if (isExternal || answers.every((one) => typeof one === 'string')) return answers.includes('held');
  }
}

function openSlices(slices: StoreSlices, runId: string, nowMs: EpochMs): Promise<readonly SliceKey[]> {
  return slices.list({ runId, leaseMs: LIMITS.sliceLeaseMs, nowMs, limit: LIMITS.usersPerBatch });
}

/** Cancels all users of a claimed slice of a canceling run: no driver works on them. */
export async function cancelSlice(
  context: LedgerContext,
  slices: StoreSlices,
  { run, slice: claimed }: ClaimedSlice,
): Promise<void> {
  const { clock, aggregation, slicesEnded, store } = context;
  let slice = { ...claimed, canceling: true };
  let known = run;
  for (const status of ['queued', 'inProgress'] satisfies UserStatus[]) {
    for (let after = slice.firstOrdinal - 1; ; ) {
      const found = await store.listUsersByStatus(
        run.id,
        status,
        after,
        LIMITS.usersPerBatch,
        slice.lastOrdinal,
      );
      const last = found.at(-1);
      if (last === undefined) break;
      after = last.ordinal;
      const nowMs = clock.now();
      const change = changeOf(run);
      const users: UserRecord[] = [];
      for (const user of found) {
        const decision = decideUser(user, { kind: 'cancel', atMs: nowMs, runningSinceMs: null }, true);
        if (decision.kind === 'refused') continue;
        addUserMove(change, user, decision.user, decision.moves);
        users.push(decision.user);
      }
      const ended = slicesEnded ? { ended: slicesEnded } : {};
      const [answer] = await slices.commit([{ slice, users, change, withdrawn: [] }], {
        nowMs,
        aggregation,
        ...ended,
      });
      if (answer?.kind !== 'written') return;
      slice = answer.slice;
      announce(context, { before: answer.before ?? known, after: answer.after ?? known, users });
      known = answer.after ?? known;
      await clock.yield();
    }
  }
}

/** Cancels the declared users of an external run that have no result. */
async function endUnreported(context: LedgerContext, runId: string): Promise<void> {
  const change = await context.store.transaction(async (tx) => {
    const before = await tx.getRun(runId);
    const isOpen = before?.driver === 'external' && before.processingStatus === 'canceling';
    if (!before || !isOpen) return null;
    const batch = changeOf(before);
    addUnreportedCanceled(before, batch);
    const after = runAfter(before, batch, commitMoment(context.clock, before), context.aggregation);
    await tx.putRun(after);
    return { before, after };
  });
  if (change) announce(context, change);
}

function isGone(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'AlreadyFinal' || code === 'NotFound';
}
