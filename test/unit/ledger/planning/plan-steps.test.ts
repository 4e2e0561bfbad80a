/** The steps of creating a run, each in a transaction of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expectNewSlot,
  expectOurs,
  expectRunnable,
  insertCandidates,
  markSlot,
  notAdmitted,
  totalsOf,
  wholeRun,
  withBatch,
} from '../../../../src/ledger/planning/plan-steps.ts';
import type { Candidate, RunPlan } from '../../../../src/ledger/planning/run-plan.ts';
import type { WorkflowRecord } from '../../../../src/model/records.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import {
  runId,
  runRecord,
  T0,
  task,
  workflowId,
  workflowRecord,
} from '../../../../src/testing/contract/records/records.ts';

const { workflow } = workflowRecord(0);
const DRAFT = runRecord(1, { published: false, claim: 2 });
const PLAN: RunPlan = {
  workflow,
  workflowExecutionType: 'scheduled',
  scheduledAtMs: T0,
  slotAtMs: T0,
  onlyWhileScheduled: true,
  candidates: [],
};
const candidate = (no: number, more: Partial<Candidate> = {}): Candidate => ({
  subjectId: `u${no}`,
  dueAtMs: null,
  ...more,
});

/** A store with the workflow; `tx` runs one step in a transaction. */
async function world(record: WorkflowRecord = workflowRecord(0, { isSchedulingEnabled: true })) {
  const store = memoryStore();
  await store.transaction((tx) => tx.putWorkflow(record));
  return { store, tx: store.transaction.bind(store) };
}

describe('the totals of a run', () => {
  it('begin at zero, with an entry for each enabled task', () => {
    const tasks = [task(0, 1), task(0, 2, { isEnabled: false }), task(0, 3)];
    expect(totalsOf({ ...workflow, tasks })).toEqual({ users: 0, tasks: 0, usersByTask: [0, 0] });
  });

  it('count a user without positions for every task, one with positions for those alone', () => {
    const totals = { users: 4, tasks: 8, usersByTask: [4, 4, 4] };
    const batch = [candidate(1), candidate(2, { positions: [2] }), candidate(3, { positions: [1, 3] })];
    expect(withBatch(totals, batch)).toEqual({ users: 7, tasks: 14, usersByTask: [6, 6, 6] });
    expect(totals).toEqual({ users: 4, tasks: 8, usersByTask: [4, 4, 4] });
  });

  it('have as many tasks as users by task, however the candidates are cut into batches', () => {
    const positions = fc.option(fc.subarray([1, 2, 3], { minLength: 1 }), { nil: undefined });
    const candidates = fc.array(positions, { maxLength: 30 });
    fc.assert(
      fc.property(candidates, fc.nat({ max: 30 }), (all, cut) => {
        const batch = all.map((one, no) => candidate(no, one === undefined ? {} : { positions: one }));
        const zero = totalsOf({ ...workflow, tasks: [task(0, 1), task(0, 2), task(0, 3)] });
        const whole = withBatch(zero, batch);
        expect(withBatch(withBatch(zero, batch.slice(0, cut)), batch.slice(cut))).toEqual(whole);
        expect(whole.users).toBe(all.length);
        expect(whole.tasks).toBe(all.reduce((sum, one) => sum + (one?.length ?? 3), 0));
        expect(whole.usersByTask.reduce((sum, one) => sum + one, 0)).toBe(whole.tasks);
      }),
    );
  });
});

describe('a slot', () => {
  it.each<[string, number | null, number, boolean]>([
    ['later than the last one that was evaluated', T0, T0 + 1, true],
    ['of a workflow that has evaluated none', null, T0, true],
    ['that was the last one to be evaluated', T0, T0, false],
    ['earlier than the last one that was evaluated', T0, T0 - 1, false],
  ])('%s is new: %3$s', async (_, lastSlotAtMs, slotAtMs, isNew) => {
    const { tx } = await world(workflowRecord(0, {}, lastSlotAtMs));
    const step = tx((one) => expectNewSlot(one, { ...PLAN, slotAtMs }));
    if (isNew) return expect(await step).toBeUndefined();
    await expect(step).rejects.toMatchObject({
      code: 'Duplicate',
      message: `Expected slot ${slotAtMs} of workflow ${workflow.id} to be a future one, got one that another scheduler has already evaluated`,
      details: { workflowId: workflow.id, slotAtMs },
    });
  });

  it('is not asked for of a run on demand, nor of a plan that does not need the schedule', async () => {
    const { tx } = await world(workflowRecord(0, {}, T0 + 5));
    await tx((one) => expectNewSlot(one, { ...PLAN, slotAtMs: null }));
    await tx((one) => expectNewSlot(one, { ...PLAN, onlyWhileScheduled: false }));
  });

  it('of a workflow that is gone is new', async () => {
    const { tx } = await world();
    await tx((one) => expectNewSlot(one, { ...PLAN, workflow: { ...workflow, id: workflowId(8) } }));
  });

  it('is marked with the commit, and never goes back', async () => {
    const { store, tx } = await world(workflowRecord(0, {}, T0));
    const last = async () => (await store.getWorkflow(workflow.id))?.lastSlotAtMs;
    await tx((one) => markSlot(one, { ...PLAN, slotAtMs: T0 - 1 }));
    expect(await last()).toBe(T0);
    await tx((one) => markSlot(one, { ...PLAN, slotAtMs: null }));
    expect(await last()).toBe(T0);
    await tx((one) => markSlot(one, { ...PLAN, slotAtMs: T0 + 1 }));
    expect(await last()).toBe(T0 + 1);
  });

  it('is marked for a workflow that had none', async () => {
    const { store, tx } = await world();
    await tx((one) => markSlot(one, PLAN));
    expect((await store.getWorkflow(workflow.id))?.lastSlotAtMs).toBe(T0);
  });

  it('purges the admissions before the moment that the plan names, and no others', async () => {
    const { store, tx } = await world();
    const admission = (no: number, dueAtMs: number) => ({
      workflowId: workflow.id,
      subjectId: `u${no}`,
      dueAtMs,
      runId: runId(1),
    });
    await tx((one) => one.putAdmissions([admission(1, T0 - 1), admission(2, T0), admission(3, T0 + 1)]));
    const left = async () =>
      (await store.getAdmissions(workflow.id, ['u1', 'u2', 'u3'])).map(({ subjectId }) => subjectId).sort();
    await tx((one) => markSlot(one, PLAN));
    expect(await left()).toEqual(['u1', 'u2', 'u3']);
    await tx((one) => markSlot(one, { ...PLAN, forgetAdmissionsBeforeMs: T0 }));
    expect(await left()).toEqual(['u2', 'u3']);
  });
});

describe('an unpublished run', () => {
  it('is its writer’s for as long as its claim is the same', async () => {
    const { tx } = await world();
    await tx((one) => one.insertRun(DRAFT));
    expect(await tx((one) => expectOurs(one, DRAFT))).toEqual(DRAFT);
  });

  it.each(['claimed by another engine', 'removed'])('that was %s is refused as ClaimLost', async (what) => {
    const { tx } = await world();
    if (what !== 'removed') await tx((one) => one.insertRun({ ...DRAFT, claim: DRAFT.claim + 1 }));
    await expect(tx((one) => expectOurs(one, DRAFT))).rejects.toMatchObject({
      code: 'ClaimLost',
      message: `Expected run ${DRAFT.id} to be written by one engine, got a second one that is removing it`,
      details: { runId: DRAFT.id },
    });
  });
});

describe('candidates that are not admitted yet', () => {
  it('are those without an admission for the same moment; one for another moment does not count', async () => {
    const { tx } = await world();
    const admitted = (no: number, dueAtMs: number) => ({
      workflowId: workflow.id,
      subjectId: `u${no}`,
      dueAtMs,
      runId: runId(1),
    });
    const batch = [1, 2, 3].map((no) => candidate(no, { dueAtMs: T0 }));
    const fresh = await tx(async (one) => {
      await one.putAdmissions([admitted(1, T0), admitted(2, T0 - 1)]);
      return notAdmitted(one, PLAN, batch);
    });
    expect(fresh.map(({ subjectId }) => subjectId)).toEqual(['u2', 'u3']);
  });

  it('are all of a run on demand, admitted or not, and none is looked up', async () => {
    const { tx } = await world();
    const batch = [candidate(1), candidate(2)];
    const fresh = await tx(async (one) => {
      await one.putAdmissions([{ workflowId: workflow.id, subjectId: 'u1', dueAtMs: T0, runId: runId(1) }]);
      return notAdmitted(one, PLAN, batch);
    });
    expect(fresh).toBe(batch);
  });

  it('are not affected by the admissions of another workflow', async () => {
    const { tx } = await world();
    const fresh = await tx(async (one) => {
      await one.putAdmissions([{ workflowId: workflowId(1), subjectId: 'u1', dueAtMs: T0, runId: runId(1) }]);
      return notAdmitted(one, PLAN, [candidate(1, { dueAtMs: T0 })]);
    });
    expect(fresh).toHaveLength(1);
  });
});

describe('candidates that are written', () => {
  it('become queued users with ordinals that follow the ones before, and are admitted for their moment', async () => {
    const { store, tx } = await world();
    await tx(async (one) => {
      await one.insertRun(DRAFT);
      const batch = [candidate(1, { dueAtMs: T0 }), candidate(2), candidate(3, { positions: [2] })];
      await insertCandidates(one, PLAN, DRAFT, batch, 7);
    });
    const users = await Promise.all([8, 9, 10].map((ordinal) => store.getUser(DRAFT.id, ordinal)));
    expect(
      users.map((user) => [user?.subjectId, user?.processingStatus, user?.totalTasksCount, user?.positions]),
    ).toEqual([
      ['u1', 'queued', 2, undefined],
      ['u2', 'queued', 2, undefined],
      ['u3', 'queued', 1, [2]],
    ]);
    expect(await store.getAdmissions(workflow.id, ['u1', 'u2', 'u3'])).toEqual([
      { workflowId: workflow.id, subjectId: 'u1', dueAtMs: T0, runId: DRAFT.id },
    ]);
  });

  it('in quarantine are not admitted', async () => {
    const { store, tx } = await world();
    await tx(async (one) => {
      await one.insertRun(DRAFT);
      await insertCandidates(one, PLAN, DRAFT, [candidate(1, { dueAtMs: T0 })], 0, 'quarantined');
    });
    expect((await store.getUser(DRAFT.id, 1))?.processingStatus).toBe('quarantined');
    expect(await store.getAdmissions(workflow.id, ['u1'])).toEqual([]);
  });

  it('of an empty batch write nothing', async () => {
    const { store, tx } = await world();
    await tx(async (one) => {
      await one.insertRun(DRAFT);
      await insertCandidates(one, PLAN, DRAFT, [], 0);
    });
    expect(await store.countUsers({ runId: DRAFT.id, where: null })).toBe(0);
  });
});

describe('a workflow whose run is being created', () => {
  it('may run while it is enabled, and for the schedule while scheduling is on', async () => {
    const { tx } = await world();
    await tx((one) => expectRunnable(one, PLAN));
    const unscheduled = await world(workflowRecord(0));
    await unscheduled.tx((one) => expectRunnable(one, { ...PLAN, onlyWhileScheduled: false }));
  });

  it.each<[string, Partial<WorkflowRecord['workflow']>]>([
    ['enabled', { isEnabled: false, isSchedulingEnabled: true }],
    ['scheduled', { isSchedulingEnabled: false }],
  ])('that is no longer %s is refused as WorkflowDisabled, which says so', async (what, changes) => {
    const { tx } = await world(workflowRecord(0, changes));
    await expect(tx((one) => expectRunnable(one, PLAN))).rejects.toMatchObject({
      code: 'WorkflowDisabled',
      message: `Expected workflow \`Workflow 0\` to be still ${what}, got a change while the run was created`,
      details: { workflowId: workflow.id },
    });
  });

  it('that was deleted meanwhile is refused as NotFound', async () => {
    const { tx } = await world(workflowRecord(0, { deletedDateTime: new Date(T0).toISOString() }));
    await expect(tx((one) => expectRunnable(one, PLAN))).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describe('the published run', () => {
  const totals = { users: 3, tasks: 5, usersByTask: [3, 2] };

  it('has the totals, everything unprocessed, and a report for each task', () => {
    expect(wholeRun(DRAFT, totals, T0 + 9_000)).toEqual({
      ...DRAFT,
      lastUpdatedAtMs: T0 + 9_000,
      totalUsersCount: 3,
      totalTasksCount: 5,
      totalUnprocessedTasksCount: 5,
      knownUsersCount: 3,
      knownTasksCount: 5,
      taskReports: [
        { successfulUsersCount: 0, failedUsersCount: 0, totalUsersCount: 3 },
        { successfulUsersCount: 0, failedUsersCount: 0, totalUsersCount: 2 },
      ],
      published: true,
    });
  });

  it('was changed no earlier than its draft, also when the clock was set back', () => {
    expect(wholeRun(DRAFT, totals, 0).lastUpdatedAtMs).toBe(DRAFT.lastUpdatedAtMs);
  });
});
