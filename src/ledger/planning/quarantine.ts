/**
 * Puts a run that has too many users, and its workflow, in quarantine (domain §3.8, §6.3 r3): the run is
 * kept for inspection, with its users `quarantined`; none of them is admitted, so that a later
 * slot takes them when the quarantine is cleared.
 */
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import type { Quarantine } from '../../model/workflow/quarantine.ts';
import type { LedgerContext } from '../context.ts';
import { isoOf } from '../resources.ts';
import {
  expectNewSlot,
  expectOurs,
  expectRunnable,
  insertCandidates,
  markSlot,
  notAdmitted,
  type Totals,
  wholeRun,
  withBatch,
} from './plan-steps.ts';
import type { Candidate, RunPlan } from './run-plan.ts';

/** A run that is being written. */
export interface DraftRun {
  readonly draft: RunRecord;
  /** Users that are not written yet. */
  readonly batch: readonly Candidate[];
  readonly totals: Totals;
  readonly isWritten: boolean;
}

/** Publishes a run in quarantine. @throws LifecycleError as for publishing a run. */
export async function quarantineRun(
  { store, clock, events }: LedgerContext,
  plan: RunPlan,
  { draft, batch, totals, isWritten }: DraftRun,
  quarantine: Quarantine,
): Promise<RunRecord> {
  const all = await store.transaction(async (tx) => {
    if (isWritten) await expectOurs(tx, draft);
    else await tx.insertRun(draft);
    const fresh = await notAdmitted(tx, plan, batch);
    await insertCandidates(tx, plan, draft, fresh, totals.users, 'quarantined');
    return withBatch(totals, fresh);
  });
  for (;;) {
    const queued = await store.listUsersByStatus(draft.id, 'queued', 0, LIMITS.usersPerBatch);
    if (queued.length === 0) break;
    await store.transaction(async (tx) => {
      await expectOurs(tx, draft);
      await tx.putUsers(queued.map((user) => ({ ...user, processingStatus: 'quarantined' as const })));
      const ids = queued.map(({ subjectId }) => subjectId);
      await tx.deleteAdmissions(draft.workflowId, draft.id, ids);
    });
    await clock.yield();
  }
  const nowMs = clock.now();
  const run: RunRecord = { ...wholeRun(draft, all, nowMs), processingStatus: 'quarantined' };
  const quarantineDetails = { quarantinedDateTime: isoOf(nowMs), ...quarantine };
  await store.transaction(async (tx) => {
    await expectRunnable(tx, plan);
    await expectOurs(tx, draft);
    await expectNewSlot(tx, plan);
    await markSlot(tx, plan);
    await tx.putRun(run);
    const record = await tx.getWorkflow(draft.workflowId);
    if (record) await tx.putWorkflow({ ...record, workflow: { ...record.workflow, quarantineDetails } });
  });
  events.emit('workflow.quarantined', { workflowId: draft.workflowId, runId: run.id, quarantineDetails });
  return run;
}
