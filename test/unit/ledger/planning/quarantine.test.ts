/** A run with too many users: published in quarantine, its workflow with it, and no user admitted. */
import { describe, expect, it } from 'vitest';
import { assembleLedger } from '../../../../src/ledger/ledger.ts';
import { planRun } from '../../../../src/ledger/planning/plan.ts';
import type { Candidate, RunPlan } from '../../../../src/ledger/planning/run-plan.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { WorkflowRecord } from '../../../../src/model/records.ts';
import type { Quarantine } from '../../../../src/model/workflow/quarantine.ts';
import { type StoreHooks, wrapStore } from '../../../../src/ports/wrap-store.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { seededIds } from '../../../../src/system/virtual/random.ts';
import { T0, workflowRecord } from '../../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

const REASON: Quarantine = {
  quarantineType: 'countBasedThresholdExceeded',
  quarantineReason: 'too many',
};
const { workflow: WORKFLOW } = workflowRecord(0);
const ID = WORKFLOW.id;

const people = (count: number, from = 1): Candidate[] =>
  Array.from({ length: count }, (_, index) => ({ subjectId: `u${from + index}`, dueAtMs: T0 }));

async function world(hooks: StoreHooks = {}) {
  const inner = memoryStore();
  const record: WorkflowRecord = workflowRecord(0, { isSchedulingEnabled: true });
  await inner.transaction((tx) => tx.putWorkflow(record));
  const events: [string, unknown][] = [];
  const { context } = assembleLedger({
    store: wrapStore(inner, hooks),
    clock: new VirtualClock(T0 + 5_000),
    ids: seededIds(1),
    events: {
      has: (name) => name !== 'audit.recorded',
      emit: (name, payload) => void events.push([name, payload]),
    },
    aggregation: { strictFailed: false },
    planning: new Set(),
  });
  const plan = (candidates: Candidate[][], usersMax: number, more: Partial<RunPlan> = {}) =>
    planRun(context, {
      workflow: record.workflow,
      workflowExecutionType: 'scheduled',
      scheduledAtMs: T0,
      slotAtMs: T0,
      onlyWhileScheduled: true,
      quarantine: (users) => (users > usersMax ? REASON : null),
      candidates,
      ...more,
    });
  const admitted = async (ids: readonly string[]) =>
    (await inner.getAdmissions(ID, ids)).map(({ subjectId }) => subjectId).sort();
  return { store: inner, plan, events, admitted, context };
}

describe('a run with more users than its quarantine allows', () => {
  it('is kept with all its users quarantined and nothing processed', async () => {
    const { store, plan } = await world();
    const outcome = await plan([people(3)], 2);
    if (outcome.kind !== 'quarantined') throw new Error(`Expected a quarantine, got ${outcome.kind}`);
    expect(await store.getRun(outcome.run.id)).toEqual(outcome.run);
    expect(outcome.run).toMatchObject({
      processingStatus: 'quarantined',
      published: true,
      slotAtMs: T0,
      startedAtMs: null,
      completedAtMs: null,
      totalUsersCount: 3,
      totalTasksCount: 6,
      totalUnprocessedTasksCount: 6,
      successfulUsersCount: 0,
      failedUsersCount: 0,
    });
    const users = await Promise.all([1, 2, 3].map((ordinal) => store.getUser(outcome.run.id, ordinal)));
    expect(users.map((user) => [user?.subjectId, user?.processingStatus])).toEqual([
      ['u1', 'quarantined'],
      ['u2', 'quarantined'],
      ['u3', 'quarantined'],
    ]);
  });

  it('puts its workflow in quarantine, with the reason and the moment, and marks the slot', async () => {
    const { store, plan, events } = await world();
    const outcome = await plan([people(3)], 2);
    const quarantineDetails = { ...REASON, quarantinedDateTime: '2026-01-01T00:00:05.000Z' };
    const record = await store.getWorkflow(ID);
    expect(record?.workflow.quarantineDetails).toEqual(quarantineDetails);
    expect(record?.lastSlotAtMs).toBe(T0);
    const runId = outcome.kind === 'quarantined' ? outcome.run.id : '';
    expect(events).toContainEqual(['workflow.quarantined', { workflowId: ID, runId, quarantineDetails }]);
    expect(events.map(([name]) => name)).toEqual(['workflow.quarantined', 'run.created']);
  });

  it('admits none of its users, so that a later slot takes them', async () => {
    const { plan, admitted } = await world();
    await plan([people(3)], 2);
    expect(await admitted(['u1', 'u2', 'u3'])).toEqual([]);
    expect((await plan([people(3)], 5, { slotAtMs: T0 + 1, scheduledAtMs: T0 + 1 })).kind).toBe('planned');
    expect(await admitted(['u1', 'u2', 'u3'])).toEqual(['u1', 'u2', 'u3']);
  });

  it('of several batches withdraws the admissions of those that were written before the last', async () => {
    const { store, plan, admitted } = await world();
    const count = 2 * LIMITS.usersPerBatch + 3;
    const outcome = await plan([people(count)], count - 1);
    const run = outcome.kind === 'quarantined' ? outcome.run : null;
    expect(run?.totalUsersCount).toBe(count);
    const ids = people(count).map(({ subjectId }) => subjectId);
    expect(await admitted(ids)).toEqual([]);
    expect(await store.listUsersByStatus(run?.id ?? '', 'queued', 0, 10)).toEqual([]);
    expect(await store.countUsers({ runId: run?.id ?? '', where: null })).toBe(count);
  });

  it('counts only users that are not admitted for the same moment', async () => {
    const { plan } = await world();
    await plan([people(2)], 2);
    const again = { slotAtMs: T0 + 1, scheduledAtMs: T0 + 1 };
    const outcome = await plan([people(4)], 2, again);
    expect(outcome.kind === 'planned' && outcome.run.totalUsersCount).toBe(2);
  });
});

describe('a run with exactly as many users as its quarantine allows', () => {
  it('is planned, and its workflow stays out of quarantine', async () => {
    const { store, plan, events } = await world();
    expect((await plan([people(2)], 2)).kind).toBe('planned');
    expect((await store.getWorkflow(ID))?.workflow.quarantineDetails.quarantineType).toBe('notQuarantined');
    expect(events.map(([name]) => name)).toEqual(['run.created']);
  });
});

describe('a quarantine that cannot be published', () => {
  it('because the workflow was disabled leaves no run, no user and no admission', async () => {
    let transactions = 0;
    const { store, plan, admitted, events } = await world({
      transaction: async (work, run) => {
        transactions += 1;
        // The first finds that there are too many users, the second writes them, the third publishes.
        if (transactions === 3)
          await store.transaction((tx) =>
            tx.putWorkflow(workflowRecord(0, { isEnabled: false, isSchedulingEnabled: false })),
          );
        return run(work);
      },
    });
    await expect(plan([people(3)], 2)).rejects.toMatchObject({ code: 'WorkflowDisabled' });
    expect(await store.listUnfinishedRuns()).toEqual([]);
    expect(await store.countRuns({ where: null })).toBe(0);
    expect(await admitted(['u1', 'u2', 'u3'])).toEqual([]);
    expect(events).toEqual([]);
  });

  it('because another scheduler has taken the slot is a slot that is taken, and leaves no run', async () => {
    let transactions = 0;
    const { store, plan } = await world({
      transaction: async (work, run) => {
        transactions += 1;
        if (transactions === 3)
          await store.transaction((tx) =>
            tx.putWorkflow(workflowRecord(0, { isSchedulingEnabled: true }, T0)),
          );
        return run(work);
      },
    });
    expect(await plan([people(3)], 2)).toEqual({ kind: 'slotTaken' });
    expect(await store.countRuns({ where: null })).toBe(0);
    expect((await store.getWorkflow(ID))?.workflow.quarantineDetails.quarantineType).toBe('notQuarantined');
  });
});
