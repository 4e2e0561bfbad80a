/**
 * Cancels runs. A run passes through `canceling` and always ends: queued users are canceled here, in
 * batches; users in progress are left to the driver of the run, or canceled here when this process does
 * not drive it.
 *
 * Source: domain §3.7, §6.3 (r5, r6, r8, r9).
 */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { UserStatus } from '../../model/status.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import { addUnreportedCanceled, addUserMove, changeOf, runAfter } from '../../rules/status/run.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import { decideUser } from '../../rules/status/user.ts';
import { commitMoment, findRun, type LedgerContext, laterMoment } from '../context.ts';
import { alreadyFinal } from '../refusals.ts';
import { announce, type CommittedChange } from './announce.ts';
import type { Recorder } from './recorder.ts';

/** What canceling needs: the ledger, and the recorder, which knows the runs that this process drives. */
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
  const isDriven = recorder.drives(runId.toLowerCase());
  const change = await context.store.transaction(async (tx) => {
    const before = await findRun(tx, runId);
    if (isTerminal(before.processingStatus)) throw alreadyFinal(before, 'canceling');
    // A driver in another process is fenced off, also by a second cancel: its users are drained here.
    const claim = isDriven ? before.claim : before.claim + 1;
    if (before.processingStatus === 'canceling') {
      await tx.putRun({ ...before, claim });
      return { before, after: before };
    }
    const after: RunRecord = {
      ...before,
      processingStatus: 'canceling',
      claim,
      lastUpdatedAtMs: laterMoment(context.clock, before),
    };
    await tx.putRun(after);
    return { before, after };
  });
  if (change.after !== change.before) announce(context, change);
  await drainEventually(context, change.after.id, isDriven);
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

/** Drains now, and retries for as long as the store fails: the cancel was accepted. */
async function drainEventually(context: LedgerContext, runId: string, isDriven: boolean): Promise<void> {
  try {
    await drain(context, runId, isDriven);
  } catch (error) {
    context.events.emit('engine.error', { error, during: 'canceling', runId });
    if (LifecycleError.is(error) && !error.retryable) return;
    context.clock.setTimer(DRAIN_RETRY_MS, () => void drainEventually(context, runId, isDriven));
  }
}

/** Wait before a failed drain is retried, ms. */
const DRAIN_RETRY_MS = 1_000;

/** Ends a canceling run whose driver is gone. */
export async function drainAbandoned({ context }: Cancellation, runId: string): Promise<void> {
  await context.store.transaction(async (tx) => {
    const run = await tx.getRun(runId);
    if (run) await tx.putRun({ ...run, claim: run.claim + 1 });
  });
  await drainEventually(context, runId, false);
}

/**
 * Cancels the remaining users of a canceling run. Users in progress are canceled only when no driver works
 * on them: a run that this process does not drive was claimed first, which fences off a driver elsewhere.
 */
async function drain(context: LedgerContext, runId: string, isDriven: boolean): Promise<void> {
  const statuses: UserStatus[] = isDriven ? ['queued'] : ['queued', 'inProgress'];
  for (const status of statuses) {
    let afterOrdinal = 0;
    for (;;) {
      const last = await context.store.transaction((tx) =>
        cancelBatch(context, tx, runId, status, afterOrdinal),
      );
      if (last === null) break;
      announce(context, last);
      afterOrdinal = last.users.at(-1)?.ordinal ?? afterOrdinal;
      await context.clock.yield();
    }
  }
  await endUnreported(context, runId);
}

interface CanceledBatch extends CommittedChange {
  readonly users: readonly UserRecord[];
}

async function cancelBatch(
  { clock, aggregation }: LedgerContext,
  tx: StoreTransaction,
  runId: string,
  status: UserStatus,
  afterOrdinal: number,
): Promise<CanceledBatch | null> {
  const before = await tx.getRun(runId);
  if (before?.processingStatus !== 'canceling') return null;
  const found = await tx.listUsersByStatus(runId, status, afterOrdinal, LIMITS.usersPerBatch);
  if (found.length === 0) return null;
  const nowMs = commitMoment(clock, before);
  const change = changeOf(before);
  const users = found.flatMap((user) => {
    const decision = decideUser(user, { kind: 'cancel', atMs: nowMs, runningSinceMs: null }, true);
    if (decision.kind === 'refused') return [];
    addUserMove(change, user, decision.user, decision.moves);
    return decision.user;
  });
  const after = runAfter(before, change, nowMs, aggregation);
  await tx.putUsers(users);
  await tx.putRun(after);
  return { before, after, users };
}

/** Cancels the declared users of an external run that have no result. */
async function endUnreported(context: LedgerContext, runId: string): Promise<void> {
  const change = await context.store.transaction(async (tx) => {
    const before = await tx.getRun(runId);
    const isOpen = before?.driver === 'external' && before.processingStatus === 'canceling';
    if (!before || !isOpen) return null;
    const batch = changeOf(before);
    addUnreportedCanceled(batch);
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
