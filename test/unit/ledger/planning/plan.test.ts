/** A run that is being written belongs to the engine that writes it, until another one removes it. */
import { expect, it } from 'vitest';
import { assembleLedger } from '../../../../src/ledger/ledger.ts';
import { planRun, removeUnpublished } from '../../../../src/ledger/planning/plan.ts';
import type { Candidate } from '../../../../src/ledger/planning/run-plan.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { seededIds } from '../../../../src/system/virtual/random.ts';
import { virtualClock } from '../../../../src/system/virtual/virtual-clock.ts';

const START_MS = Date.parse('2026-05-01T09:00:00Z');
const ON_DEMAND = { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' };

async function setUp() {
  const store = memoryStore();
  const clock = virtualClock(START_MS);
  const { context, workflows } = assembleLedger({
    store,
    clock: { ...clock, now: () => START_MS, yield: async () => {} },
    ids: seededIds(1),
    events: { has: () => false, emit: () => {} },
    aggregation: { strictFailed: false },
    planning: new Set(),
  });
  const { id } = await workflows.create({
    category: 'joiner',
    displayName: 'W',
    executionConditions: ON_DEMAND,
    tasks: [{ taskDefinitionId: 'a' }],
  });
  const record = await store.getWorkflow(id);
  if (!record) throw new Error('Expected the workflow to be stored, got none');
  return { store, context, workflows, workflow: record.workflow };
}

/** Two batches; `between` happens when the first has been written. */
async function* twoBatches(between: () => Promise<void>): AsyncGenerator<Candidate[]> {
  yield batch(null);
  await between();
  yield [{ subjectId: 'last', dueAtMs: null }];
}

function batch(dueAtMs: number | null): Candidate[] {
  return Array.from({ length: LIMITS.usersPerBatch }, (_, no) => ({ subjectId: `u${no}`, dueAtMs }));
}

const plan = { workflowExecutionType: 'onDemand', scheduledAtMs: START_MS, slotAtMs: null } as const;

it('a run of two batches appears with all of its users', async () => {
  const { store, context, workflow } = await setUp();
  const outcome = await planRun(context, { ...plan, workflow, candidates: twoBatches(async () => {}) });
  if (outcome.kind !== 'planned') throw new Error(`Expected a run, got ${outcome.kind}`);
  const users = await store.countUsers({ runId: outcome.run.id, where: null });
  expect([outcome.run.totalUsersCount, users]).toEqual([LIMITS.usersPerBatch + 1, LIMITS.usersPerBatch + 1]);
});

it('a run that another engine has begun to remove is not published, and leaves nothing behind', async () => {
  const { store, context, workflow } = await setUp();
  const claimIt = async () => {
    const [draft] = await store.listUnfinishedRuns();
    if (!draft) throw new Error('Expected a half-written run, got none');
    await store.transaction((tx) => tx.putRun({ ...draft, claim: draft.claim + 1 }));
  };
  const planning = planRun(context, { ...plan, workflow, candidates: twoBatches(claimIt) });
  await expect(planning).rejects.toMatchObject({ code: 'ClaimLost' });
  expect(await store.listUnfinishedRuns()).toEqual([]);
});

it('a run of a workflow that is disabled while it is written is not published, and leaves nothing', async () => {
  const { store, context, workflows, workflow } = await setUp();
  const disable = async () => void (await workflows.update(workflow.id, { isEnabled: false }));
  const planning = planRun(context, { ...plan, workflow, candidates: twoBatches(disable) });
  await expect(planning).rejects.toMatchObject({ code: 'WorkflowDisabled' });
  expect(await store.listUnfinishedRuns()).toEqual([]);
});

it('a removal leaves a run alone that was published meanwhile', async () => {
  const { store, context, workflow } = await setUp();
  const candidates: Candidate[][] = [[{ subjectId: 'u', dueAtMs: null }]];
  const outcome = await planRun(context, { ...plan, workflow, candidates });
  if (outcome.kind !== 'planned') throw new Error(`Expected a run, got ${outcome.kind}`);
  await removeUnpublished(context, { ...outcome.run, published: false });
  expect(await store.getRun(outcome.run.id)).toEqual(outcome.run);
});

it('a run that could not be made leaves its people free to be admitted', async () => {
  const { store, context, workflow } = await setUp();
  let admitted = 0;
  const people = async function* (): AsyncGenerator<Candidate[]> {
    yield batch(START_MS);
    admitted = (await store.getAdmissions(workflow.id, ['u0', 'u1'])).length;
    throw new Error('The directory is gone');
  };
  const slot = { ...plan, workflowExecutionType: 'scheduled', slotAtMs: START_MS } as const;
  await expect(planRun(context, { ...slot, workflow, candidates: people() })).rejects.toThrow('directory');
  expect(admitted).toBe(2);
  expect((await store.getAdmissions(workflow.id, ['u0', 'u1'])).length).toBe(0);
});
