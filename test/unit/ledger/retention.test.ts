/** Retention: which deleted workflows and which final runs a purge removes, and where it can stop. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { assembleLedger } from '../../../src/ledger/ledger.ts';
import { purgeExpired, type Retention } from '../../../src/ledger/retention.ts';
import type { RunRecord } from '../../../src/model/records.ts';
import { PROCESSING_STATUSES } from '../../../src/model/status.ts';
import { DAY_MS } from '../../../src/model/time.ts';
import { type StoreHooks, wrapStore } from '../../../src/ports/wrap-store.ts';
import { isTerminal } from '../../../src/rules/status/transitions.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { seededIds } from '../../../src/system/virtual/random.ts';
import {
  runId,
  runRecord,
  T0,
  userRecords,
  workflowId,
  workflowRecord,
} from '../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

/** The present of these tests. */
const NOW = T0 + 100 * DAY_MS;
const RUNS_10_DAYS: Retention = { deletedWorkflowsMs: null, runsMs: 10 * DAY_MS, auditMs: null };
const WORKFLOWS_30_DAYS: Retention = { deletedWorkflowsMs: 30 * DAY_MS, runsMs: null, auditMs: null };
const BOTH: Retention = { deletedWorkflowsMs: 30 * DAY_MS, runsMs: 10 * DAY_MS, auditMs: null };

/** A final run that last changed `days` before the present. */
function oldRun(n: number, days: number, changes: Partial<RunRecord> = {}): RunRecord {
  const atMs = NOW - days * DAY_MS;
  return runRecord(n, {
    processingStatus: 'completed',
    scheduledAtMs: atMs,
    startedAtMs: atMs,
    completedAtMs: atMs,
    lastUpdatedAtMs: atMs,
    ...changes,
  });
}

/** Workflow `n`, deleted `days` before the present. */
const deleted = (n: number, days: number) =>
  workflowRecord(n, { deletedDateTime: new Date(NOW - days * DAY_MS).toISOString() });

async function ledgerWith(
  runs: readonly RunRecord[],
  workflows = [workflowRecord(0)],
  hooks: StoreHooks = {},
) {
  const inner = memoryStore();
  await inner.transaction(async (tx) => {
    for (const record of workflows) await tx.putWorkflow(record);
    for (const run of runs) await tx.insertRun(run);
  });
  const store = wrapStore(inner, hooks);
  const events: unknown[] = [];
  const ledger = assembleLedger({
    store,
    clock: new VirtualClock(NOW),
    ids: seededIds(1),
    events: { emit: (name, payload) => void events.push([name, payload]), has: () => true },
    aggregation: { strictFailed: false },
    planning: new Set(),
  });
  const purge = (retention: Retention, goesOn: () => boolean = () => true) =>
    purgeExpired(ledger.context, ledger.workflows, retention, goesOn);
  const isKept = async (n: number) => (await inner.getRun(runId(n))) !== null;
  return { store: inner, ledger, events, purge, isKept };
}

describe('the retention of runs', () => {
  it('removes a final run whose last change is the period ago, and keeps one that is 1 ms younger', async () => {
    const young = oldRun(2, 10);
    const { purge, isKept } = await ledgerWith([
      oldRun(1, 10),
      { ...young, lastUpdatedAtMs: young.lastUpdatedAtMs + 1 },
      oldRun(3, 11),
    ]);
    await purge(RUNS_10_DAYS);
    expect([await isKept(1), await isKept(2), await isKept(3)]).toEqual([false, true, false]);
  });

  it.each(PROCESSING_STATUSES)('removes an old run that is %s exactly when that is final', async (status) => {
    const { purge, isKept, events } = await ledgerWith([oldRun(1, 50, { processingStatus: status })]);
    await purge(RUNS_10_DAYS);
    expect(await isKept(1)).toBe(!isTerminal(status));
    expect(events).toHaveLength(isTerminal(status) ? 1 : 0);
  });

  it('removes users, results and notes of the run with it, and those of no other run', async () => {
    const { store, purge } = await ledgerWith([oldRun(1, 50), oldRun(2, 1)]);
    const note = (n: number) => ({
      collection: 'provisioningObjects',
      key: `${workflowId(0)}/${runId(n)}`,
      body: '{}',
    });
    await store.transaction(async (tx) => {
      await tx.insertUsers(userRecords(1, 3));
      await tx.insertUsers(userRecords(2, 2));
      await tx.putNotes([note(1), note(2)]);
    });
    await purge(RUNS_10_DAYS);
    expect(await store.countUsers({ runId: runId(1), where: null })).toBe(0);
    expect(await store.countUsers({ runId: runId(2), where: null })).toBe(2);
    const left = await store.listNotes({
      collection: 'provisioningObjects',
      prefix: '',
      after: null,
      limit: 9,
    });
    expect(left.map(({ key }) => key)).toEqual([note(2).key]);
  });

  it('says run.purged once for each run that it removed, oldest first', async () => {
    const { events, purge } = await ledgerWith([oldRun(1, 20), oldRun(2, 40), oldRun(3, 1), oldRun(4, 30)]);
    await purge(RUNS_10_DAYS);
    expect(events).toEqual(
      [2, 4, 1].map((n) => ['run.purged', { workflowId: workflowId(0), runId: runId(n) }]),
    );
  });

  it('removes more runs than one read returns', async () => {
    const runs = Array.from({ length: 250 }, (_, n) => oldRun(n, 20 + (n % 7)));
    const { store, events, purge } = await ledgerWith([...runs, oldRun(999, 1)]);
    await purge(RUNS_10_DAYS);
    expect(await store.countRuns({ where: null })).toBe(1);
    expect(events).toHaveLength(250);
  });

  it('keeps every run for ever when the period is null', async () => {
    const { purge, isKept, events } = await ledgerWith([oldRun(1, 10_000)]);
    await purge({ deletedWorkflowsMs: null, runsMs: null, auditMs: null });
    expect(await isKept(1)).toBe(true);
    expect(events).toEqual([]);
  });

  it('removes every final run when the period is 0', async () => {
    const { purge, isKept } = await ledgerWith([oldRun(1, 0), oldRun(2, 0, { processingStatus: 'queued' })]);
    await purge({ deletedWorkflowsMs: null, runsMs: 0, auditMs: null });
    expect([await isKept(1), await isKept(2)]).toEqual([false, true]);
  });

  it('leaves exactly the runs that are not final or not old enough, of any runs', async () => {
    const draft = fc.record({ days: fc.nat({ max: 20 }), status: fc.constantFrom(...PROCESSING_STATUSES) });
    await fc.assert(
      fc.asyncProperty(fc.array(draft, { maxLength: 12 }), fc.nat({ max: 20 }), async (drafts, days) => {
        const runs = drafts.map((one, n) => oldRun(n, one.days, { processingStatus: one.status }));
        const { purge, isKept } = await ledgerWith(runs);
        await purge({ deletedWorkflowsMs: null, runsMs: days * DAY_MS, auditMs: null });
        for (const [n, one] of drafts.entries())
          expect(await isKept(n)).toBe(one.days < days || !isTerminal(one.status));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the retention of deleted workflows', () => {
  it('removes one that was deleted the period ago, and keeps one that was deleted 1 ms later', async () => {
    const late = workflowRecord(2, {
      deletedDateTime: new Date(NOW - 30 * DAY_MS + 1).toISOString(),
    });
    const { ledger, purge } = await ledgerWith([], [deleted(1, 30), late, deleted(3, 31), workflowRecord(4)]);
    await purge(WORKFLOWS_30_DAYS);
    expect((await ledger.workflows.listDeleted()).map(({ id }) => id)).toEqual([workflowId(2)]);
    expect((await ledger.workflows.get(workflowId(4))).id).toBe(workflowId(4));
  });

  it('removes the runs of a purged workflow with it, also those that no period of runs covers', async () => {
    const { store, purge } = await ledgerWith(
      [oldRun(1, 40, { workflowId: workflowId(1) }), oldRun(2, 40)],
      [workflowRecord(0), deleted(1, 31)],
    );
    await purge(WORKFLOWS_30_DAYS);
    expect(await store.getRun(runId(1))).toBeNull();
    expect(await store.getRun(runId(2))).not.toBeNull();
  });

  it('keeps them for ever when the period is null', async () => {
    const { ledger, purge } = await ledgerWith([], [deleted(1, 10_000)]);
    await purge({ deletedWorkflowsMs: null, runsMs: 0, auditMs: null });
    expect(await ledger.workflows.listDeleted()).toHaveLength(1);
  });
});

describe('a purge', () => {
  it('stops before the next removal when it may not go on, and leaves the rest for the next purge', async () => {
    const { store, purge } = await ledgerWith(
      [oldRun(1, 40), oldRun(2, 30), oldRun(3, 20)],
      [workflowRecord(0), deleted(1, 40), deleted(2, 40)],
    );
    const left = async () => [(await store.listWorkflows()).length, await store.countRuns({ where: null })];
    const seen: number[][] = [];
    for (let allowed = 0; allowed <= 5; allowed++) {
      let removals = 0;
      await purge(BOTH, () => removals++ < 1);
      seen.push(await left());
    }
    expect(seen).toEqual([
      [2, 3],
      [1, 3],
      [1, 2],
      [1, 1],
      [1, 0],
      [1, 0],
    ]);
  });

  it('that fails in the middle keeps the removals before it, and the next one removes the rest', async () => {
    let transactions = 0;
    const { purge, isKept, events } = await ledgerWith([oldRun(1, 40), oldRun(2, 30)], undefined, {
      transaction: (work, run) => {
        transactions += 1;
        if (transactions === 2) throw new LifecycleError('StoreUnavailable', 'The store is away');
        return run(work);
      },
    });
    await expect(purge(RUNS_10_DAYS)).rejects.toMatchObject({ code: 'StoreUnavailable' });
    expect([await isKept(1), await isKept(2), events.length]).toEqual([false, true, 1]);
    await purge(RUNS_10_DAYS);
    expect([await isKept(2), events.length]).toEqual([false, 2]);
  });

  it('says nothing of a run that another process has removed since it was listed', async () => {
    const runs = [oldRun(1, 40), oldRun(2, 30)];
    let removed = false;
    const { store, purge, isKept, events } = await ledgerWith(runs, undefined, {
      transaction: async (work, run) => {
        if (!removed) await store.transaction((tx) => tx.deleteRun(runId(1)));
        removed = true;
        return run(work);
      },
    });
    await purge(RUNS_10_DAYS);
    expect([await isKept(1), await isKept(2)]).toEqual([false, false]);
    expect(events).toEqual([['run.purged', { workflowId: workflowId(0), runId: runId(2) }]]);
  });
});
