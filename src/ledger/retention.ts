/**
 * Retention (domain §3.12) of deleted workflows, of final runs with their results, and of the audit. Each is
 * removed in its own transaction, so that a purge can stop between any two.
 */
import { filter } from '../filter/builder.ts';
import type { RunRecord } from '../model/records.ts';
import { PROCESSING_STATUSES } from '../model/status.ts';
import type { DurationMs } from '../model/time.ts';
import { isTerminal } from '../rules/status/transitions.ts';
import { purgeAudit } from './audit-log.ts';
import type { LedgerContext } from './context.ts';
import { removeRun } from './methods/runs.ts';
import type { Workflows } from './methods/workflows.ts';

/** Retention periods, ms; `null`: for ever. */
export interface Retention {
  /** Since its deletion. */
  readonly deletedWorkflowsMs: DurationMs | null;
  /** Since the last change of a final run. */
  readonly runsMs: DurationMs | null;
  /** Of entries of the audit. */
  readonly auditMs: DurationMs | null;
}

/** Runs per read. */
const PAGE = 100;

/**
 * Removes what is past its retention period.
 *
 * @param goesOn called before each removal; `false` stops the purge.
 * @throws LifecycleError of the store; earlier removals persist.
 */
export async function purgeExpired(
  context: LedgerContext,
  workflows: Workflows,
  { deletedWorkflowsMs, runsMs, auditMs }: Retention,
  goesOn: () => boolean,
): Promise<void> {
  if (deletedWorkflowsMs !== null) {
    const beforeMs = context.clock.now() - deletedWorkflowsMs;
    for (const { id, deletedDateTime } of await workflows.listDeleted()) {
      if (!goesOn()) return;
      if (deletedDateTime === null || Date.parse(deletedDateTime) > beforeMs) continue;
      await workflows.purge(id);
    }
  }
  if (runsMs !== null) await purgeRuns(context, runsMs, goesOn);
  if (auditMs !== null) await purgeAudit(context, context.clock.now() - auditMs, goesOn);
}

async function purgeRuns(
  { store, clock, events }: LedgerContext,
  runsMs: DurationMs,
  goesOn: () => boolean,
): Promise<void> {
  const query = {
    where: filter.and(
      filter.in('processingStatus', PROCESSING_STATUSES.filter(isTerminal)),
      filter.le('lastUpdatedDateTime', new Date(clock.now() - runsMs)),
    ),
    order: { property: 'lastUpdatedDateTime', descending: false },
    after: null,
    limit: PAGE,
  };
  for (;;) {
    const runs: readonly RunRecord[] = await store.listRuns(query);
    for (const { id, workflowId } of runs) {
      if (!goesOn()) return;
      const isRemoved = await store.transaction(async (tx) => {
        const run = await tx.getRun(id);
        if (run === null || !isTerminal(run.processingStatus)) return false;
        await removeRun(tx, run);
        return true;
      });
      if (isRemoved) events.emit('run.purged', { workflowId, runId: id });
      await clock.yield();
    }
    if (runs.length < PAGE) return;
  }
}
