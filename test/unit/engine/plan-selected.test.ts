/** Plans whose candidates were selected: the run, the report of those left out, and strict refusals. */
import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/array-directory.ts';
import { planSelected } from '../../../src/engine/plan-selected.ts';
import { candidatesByRule } from '../../../src/engine/selection/candidates.ts';
import { scopeAttributes } from '../../../src/engine/selection/qualify.ts';
import { SelectionTally } from '../../../src/engine/selection.ts';
import { parseScopeRule } from '../../../src/filter/parsing/scope-rule.ts';
import { assembleLedger } from '../../../src/ledger/ledger.ts';
import type { RunPlan } from '../../../src/ledger/planning/run-plan.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import type { Subject } from '../../../src/model/subject.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { seededIds } from '../../../src/system/virtual/random.ts';
import { T0, workflowRecord } from '../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

const RULE = parseScopeRule('accountEnabled eq true');
const yes = (id: string): Subject => ({ id, accountEnabled: true });
const odd = (id: string): Subject => ({ id, accountEnabled: 'ja' });

async function world(subjects: readonly Subject[]) {
  const store = memoryStore();
  const record = workflowRecord(0);
  await store.transaction((tx) => tx.putWorkflow(record));
  const reports: object[] = [];
  const { context } = assembleLedger({
    store,
    clock: new VirtualClock(T0),
    ids: seededIds(1),
    events: {
      has: () => false,
      emit: (name, payload) => {
        if (name === 'workflow.subjectsLeftOut') reports.push(payload);
      },
    },
    aggregation: { strictFailed: false },
    planning: new Set(),
  });
  const directory = arrayDirectory(subjects);
  const plan = (isStrict: boolean, more: Partial<RunPlan> = {}) => {
    const tally = new SelectionTally(scopeAttributes(RULE), true);
    return planSelected({
      context,
      directory,
      tally,
      isStrict,
      plan: {
        workflow: record.workflow,
        workflowExecutionType: 'onDemand',
        scheduledAtMs: T0,
        slotAtMs: null,
        candidates: candidatesByRule(RULE, directory, 10_000, tally),
        ...more,
      },
    });
  };
  const runs = () =>
    store.listRuns({ where: null, order: { property: 'id', descending: false }, after: null, limit: 9 });
  return { store, plan, reports, runs, workflow: record.workflow };
}

describe('a selection in which every subject can be decided', () => {
  it.each([true, false])('makes a run and reports nothing (strict %s)', async (isStrict) => {
    const { plan, reports, runs } = await world([yes('a'), yes('b'), { id: 'c', accountEnabled: false }]);
    const { outcome, selection } = await plan(isStrict);
    expect(outcome).toMatchObject({ kind: 'planned', run: { totalUsersCount: 2 } });
    expect(selection).toMatchObject({ takenCount: 2, inScopeCount: 2, leftOut: [] });
    expect([await runs(), reports]).toMatchObject([[{ totalUsersCount: 2 }], []]);
  });
});

describe('a selection that leaves out a subject whose attribute cannot be read', () => {
  it('makes a run of the others, and reports the subject with run and workflow', async () => {
    const { plan, reports, workflow } = await world([yes('a'), odd('b')]);
    const { outcome, selection } = await plan(false);
    const id = outcome.kind === 'planned' ? outcome.run.id : '';
    expect(selection).toMatchObject({ takenCount: 1, leftOut: [{ subjectId: 'b' }] });
    expect(reports).toEqual([{ workflowId: workflow.id, slotDateTime: null, runId: id, selection }]);
  });

  it('of a slot names the slot in its report', async () => {
    const { plan, reports } = await world([yes('a'), odd('b')]);
    await plan(false, { workflowExecutionType: 'scheduled', slotAtMs: T0 });
    expect(reports).toMatchObject([{ slotDateTime: '2026-01-01T00:00:00.000Z' }]);
  });

  it('and of no other subject makes no run, and reports without one', async () => {
    const { plan, reports, runs } = await world([odd('b')]);
    const { outcome, selection } = await plan(false);
    expect(outcome).toEqual({ kind: 'noUsers' });
    expect(selection.takenCount).toBe(0);
    expect(reports).toMatchObject([{ runId: null }]);
    expect(await runs()).toEqual([]);
  });

  it('when it is strict is refused and reported, and no run is made', async () => {
    const { plan, reports, runs } = await world([yes('a'), odd('b')]);
    await expect(plan(true)).rejects.toMatchObject({
      code: 'SubjectsLeftOut',
      message: expect.stringMatching(/b .*"ja"/),
      details: { selection: { leftOut: [{ subjectId: 'b' }] } },
    });
    expect(reports).toMatchObject([{ runId: null, selection: { takenCount: 1 } }]);
    expect(await runs()).toEqual([]);
  });

  it('when it is strict leaves nothing of the batches that were written before it was known', async () => {
    const many = Array.from({ length: LIMITS.usersPerBatch + 1 }, (_, index) => yes(`u${index}`));
    const { store, plan } = await world([...many, odd('last')]);
    await expect(plan(true)).rejects.toMatchObject({ code: 'SubjectsLeftOut' });
    expect(await store.listUnfinishedRuns()).toEqual([]);
  });
});

describe('a selection by an attribute that no subject has', () => {
  const nameless = [{ id: 'a', accountEnabld: true }];

  it('makes no run, and reports the attribute with the one that may be meant', async () => {
    const { plan, reports } = await world(nameless);
    expect((await plan(false)).outcome).toEqual({ kind: 'noUsers' });
    expect(reports).toMatchObject([
      { selection: { missingAttributes: [{ names: ['accountEnabled'], suggestion: 'accountEnabld' }] } },
    ]);
  });

  it('is refused when it is strict', async () => {
    const { plan } = await world(nameless);
    await expect(plan(true)).rejects.toMatchObject({ code: 'SubjectsLeftOut' });
  });
});

it('a plan that fails is not reported as a selection, and makes no run', async () => {
  const { plan, reports, runs } = await world([odd('b')]);
  async function* failing(): AsyncGenerator<never[]> {
    yield [];
    throw new Error('the directory is away');
  }
  for (const isStrict of [true, false])
    await expect(plan(isStrict, { candidates: failing() })).rejects.toThrow('the directory is away');
  expect([reports, await runs()]).toEqual([[], []]);
});

it('the taken count is that of the run, which another scheduler may have made smaller', async () => {
  const { store, plan, workflow } = await world([yes('a'), yes('b')]);
  const candidates = [['a', 'b'].map((subjectId) => ({ subjectId, dueAtMs: T0 }))];
  await store.transaction((tx) =>
    tx.putAdmissions([{ workflowId: workflow.id, subjectId: 'a', dueAtMs: T0, runId: 'r' }]),
  );
  const { selection, outcome } = await plan(false, { candidates });
  expect(outcome).toMatchObject({ kind: 'planned', run: { totalUsersCount: 1 } });
  expect(selection.takenCount).toBe(1);
});
