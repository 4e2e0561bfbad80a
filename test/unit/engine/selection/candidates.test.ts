/** The subjects of a run: by id, by rule, and those that a slot makes due. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../../src/directory/array-directory.ts';
import {
  candidatesByIds,
  candidatesByRule,
  candidatesDue,
  type DueInput,
  earlierRuns,
  qualifying,
} from '../../../../src/engine/selection/candidates.ts';
import { qualificationOf, scopeAttributes } from '../../../../src/engine/selection/qualify.ts';
import { SelectionTally } from '../../../../src/engine/selection.ts';
import { parseScopeRule } from '../../../../src/filter/parsing/scope-rule.ts';
import type { Candidate } from '../../../../src/ledger/planning/run-plan.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { RunRecord } from '../../../../src/model/records.ts';
import { USER_STATUSES } from '../../../../src/model/status.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import { DAY_MS, HOUR_MS } from '../../../../src/model/time.ts';
import type { Directory } from '../../../../src/ports/directory.ts';
import { isTerminal } from '../../../../src/rules/status/transitions.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import {
  runId,
  runRecord,
  T0,
  userRecord,
  workflowId,
  workflowRecord,
} from '../../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { idsOf, people } from '../../../helpers/world.ts';

const SLOT = T0 + 3 * HOUR_MS;

async function all<One>(batches: AsyncIterable<readonly One[]>): Promise<One[]> {
  const found: One[] = [];
  for await (const batch of batches) found.push(...batch);
  return found;
}

/** A directory that answers `get` with these subjects, and counts the ids that it is asked for at once. */
function asking(known: readonly Subject[]) {
  const asked: number[] = [];
  const inner = arrayDirectory(known);
  const directory: Directory = {
    get: (ids) => {
      asked.push(ids.length);
      return inner.get(ids);
    },
    query: (rule) => inner.query(rule),
  };
  return { directory, asked };
}

describe('candidates that are requested by id', () => {
  it('come in the order of the request, each once, and are due at no moment', async () => {
    const { directory } = asking(people(3));
    expect(await candidatesByIds(['u3', 'u1', 'u3'], directory)).toEqual([
      { subjectId: 'u3', dueAtMs: null },
      { subjectId: 'u1', dueAtMs: null },
    ]);
  });

  it('are looked up in batches that the directory can answer', async () => {
    const count = 2 * LIMITS.usersPerBatch + 1;
    const { directory, asked } = asking(people(count));
    expect(await candidatesByIds(idsOf(count), directory)).toHaveLength(count);
    expect(asked).toEqual([LIMITS.usersPerBatch, LIMITS.usersPerBatch, 1]);
  });

  it('that the directory does not know are refused by name', async () => {
    const { directory } = asking(people(2));
    await expect(candidatesByIds(['u1', 'x', 'u2', 'y', 'x'], directory)).rejects.toMatchObject({
      code: 'SubjectUnknown',
      message: 'Expected subjects that the directory knows, got `x`, `y`',
      details: { ids: ['x', 'y'], count: 2 },
    });
  });

  it('name ten of many unknown ones, and count the others, of every batch', async () => {
    const { directory } = asking([]);
    const count = LIMITS.usersPerBatch + 5;
    await expect(candidatesByIds(idsOf(count), directory)).rejects.toMatchObject({
      message: `Expected subjects that the directory knows, got \`${idsOf(10).join('`, `')}\` and ${count - 10} more`,
      details: { ids: idsOf(10), count },
    });
  });

  it('are exactly the known ones, or an error with exactly the unknown ones', async () => {
    const ids = fc.array(fc.constantFrom('u1', 'u2', 'u3', 'x', 'y'), { maxLength: 12 });
    const { directory } = asking(people(3));
    await fc.assert(
      fc.asyncProperty(ids, async (given) => {
        const unique = [...new Set(given)];
        const unknown = unique.filter((id) => !id.startsWith('u'));
        const found = await candidatesByIds(given, directory).catch((error: unknown) => error);
        if (unknown.length > 0) expect(found).toMatchObject({ details: { ids: unknown } });
        else expect((found as Candidate[]).map(({ subjectId }) => subjectId)).toEqual(unique);
      }),
      { numRuns: 60 },
    );
  });
});

describe('candidates that a rule selects', () => {
  const RULE = parseScopeRule("department eq 'Sales'");
  const sales = (count: number) => people(count, (no) => ({ department: no % 2 === 1 ? 'Sales' : 'IT' }));
  const tallyOf = (rule = RULE) => new SelectionTally(scopeAttributes(rule), true);

  it('are those that it matches, and none of them is due at a moment', async () => {
    const found = await all(candidatesByRule(RULE, arrayDirectory(sales(5)), 10, tallyOf()));
    expect(found).toEqual(['u1', 'u3', 'u5'].map((subjectId) => ({ subjectId, dueAtMs: null })));
  });

  it('may be as many as the limit, and one more is refused', async () => {
    const select = (max: number) => all(candidatesByRule(RULE, arrayDirectory(sales(5)), max, tallyOf()));
    expect(await select(3)).toHaveLength(3);
    await expect(select(2)).rejects.toMatchObject({
      code: 'LimitExceeded',
      message: 'Expected a rule that selects at most 2 subjects, got more',
      details: { limit: 'subjectsPerActivationMax', max: 2 },
    });
  });

  it('do not include those that the rule cannot decide, which the tally counts', async () => {
    const rule = parseScopeRule('accountEnabled eq true');
    const directory = arrayDirectory([
      { id: 'yes', accountEnabled: true },
      { id: 'no', accountEnabled: false },
      { id: 'odd', accountEnabled: 'ja' },
    ]);
    const tally = tallyOf(rule);
    const found = await all(candidatesByRule(rule, directory, 10, tally));
    expect(found.map(({ subjectId }) => subjectId)).toEqual(['yes']);
    const { leftOut } = await tally.result(directory);
    expect(leftOut.map(({ subjectId }) => subjectId)).toEqual(['odd']);
  });

  it('come in batches of a bounded size', async () => {
    const directory = arrayDirectory(people(LIMITS.usersPerBatch + 1, () => ({ department: 'Sales' })));
    const sizes: number[] = [];
    for await (const batch of candidatesByRule(RULE, directory, 10_000, tallyOf())) sizes.push(batch.length);
    expect(sizes).toEqual([LIMITS.usersPerBatch, 1]);
  });
});

/** A workflow for the hire date of the people in Sales, at the slot, with a store and a directory. */
async function dueWorld(subjects: readonly Subject[], runs: readonly RunRecord[] = []) {
  const store = memoryStore();
  const { workflow } = workflowRecord(0, {
    isSchedulingEnabled: true,
    executionConditions: {
      '@odata.type': '#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions',
      scope: {
        '@odata.type': '#microsoft.graph.identityGovernance.ruleBasedSubjectSet',
        rule: "department eq 'Sales'",
      },
      trigger: {
        '@odata.type': '#microsoft.graph.identityGovernance.timeBasedAttributeTrigger',
        timeBasedAttribute: 'employeeHireDate',
        offsetInDays: 0,
      },
    },
  });
  await store.transaction(async (tx) => {
    await tx.putWorkflow({ workflow, lastSlotAtMs: null });
    for (const run of runs) await tx.insertRun(run);
  });
  const qualification = qualificationOf(workflow, 3 * DAY_MS);
  if (!qualification) throw new Error('Expected a workflow with a trigger, got one without');
  const tally = new SelectionTally(qualification.attributes, true);
  const directory = arrayDirectory(subjects);
  const input: DueInput = {
    context: { store, clock: new VirtualClock(SLOT) },
    directory,
    workflowId: workflow.id,
    qualification,
    slotAtMs: SLOT,
    tally,
  };
  const due = async () => (await all(candidatesDue(input))).map(({ subjectId }) => subjectId);
  const counts = async () => (await tally.result(directory)).leftOutCounts;
  return { store, input, due, counts };
}

const hired = (id: string, atMs = T0, department = 'Sales'): Subject => ({
  id,
  department,
  employeeHireDate: new Date(atMs).toISOString(),
});
const scheduled = (n: number, changes: Partial<RunRecord> = {}) =>
  runRecord(n, { workflowExecutionType: 'scheduled', processingStatus: 'inProgress', ...changes });

describe('the subjects that qualify at a slot', () => {
  it('are those in scope whose moment has come and is not too old, with that moment', async () => {
    const { input } = await dueWorld([
      hired('a'),
      hired('later', SLOT + 1),
      hired('now', SLOT),
      hired('old', SLOT - 3 * DAY_MS - 1),
      hired('other', T0, 'IT'),
      { id: 'none', department: 'Sales' },
    ]);
    expect(await all(qualifying(input))).toEqual([
      { subjectId: 'a', dueAtMs: T0 },
      { subjectId: 'now', dueAtMs: SLOT },
    ]);
  });

  it('are all examined by the tally, whether they qualify or not', async () => {
    const { input, counts } = await dueWorld([hired('a'), hired('later', SLOT + DAY_MS), hired('odd', T0)]);
    await all(qualifying(input));
    expect(await counts()).toMatchObject({ notDue: 1 });
  });
});

describe('the subjects that a slot makes due', () => {
  it('are those who qualify and were not admitted for the same moment', async () => {
    const { store, due, counts } = await dueWorld([hired('a'), hired('b'), hired('c')]);
    await store.transaction((tx) =>
      tx.putAdmissions([
        { workflowId: workflowId(0), subjectId: 'a', dueAtMs: T0, runId: runId(1) },
        { workflowId: workflowId(0), subjectId: 'b', dueAtMs: T0 - DAY_MS, runId: runId(1) },
        { workflowId: workflowId(1), subjectId: 'c', dueAtMs: T0, runId: runId(1) },
      ]),
    );
    expect(await due()).toEqual(['b', 'c']);
    expect(await counts()).toMatchObject({ alreadyTaken: 1, inAnotherRun: 0 });
  });

  it.each(USER_STATUSES)(
    'do not include one that is %s in an unfinished run, unless that is final',
    async (status) => {
      const { store, due, counts } = await dueWorld([hired('a')], [scheduled(1)]);
      await store.transaction((tx) =>
        tx.insertUsers([userRecord(1, 1, { subjectId: 'a', processingStatus: status })]),
      );
      expect(await due()).toEqual(isTerminal(status) ? ['a'] : []);
      expect(await counts()).toMatchObject({ inAnotherRun: isTerminal(status) ? 0 : 1 });
    },
  );

  it.each<[string, Partial<RunRecord>]>([
    ['of another workflow', { workflowId: workflowId(1) }],
    ['on demand', { workflowExecutionType: 'onDemand' }],
    ['that is final', { processingStatus: 'canceled' }],
    ['that is still being written', { published: false }],
  ])('include one who is queued in a run %s', async (_, changes) => {
    const { store, due } = await dueWorld([hired('a')], [scheduled(1, changes)]);
    await store.transaction((tx) => tx.insertUsers([userRecord(1, 1, { subjectId: 'a' })]));
    expect(await due()).toEqual(['a']);
  });
});

describe('the earlier runs of a workflow', () => {
  it('name the run that has not finished with a subject, also when another run has', async () => {
    const { store, input } = await dueWorld([], [scheduled(1), scheduled(2)]);
    await store.transaction(async (tx) => {
      await tx.insertUsers([userRecord(1, 1, { subjectId: 'a', processingStatus: 'completed' })]);
      await tx.insertUsers([userRecord(2, 1, { subjectId: 'a' })]);
    });
    const earlier = await earlierRuns(input);
    expect([await earlier.underWay('a'), await earlier.underWay('b')]).toEqual([runId(2), null]);
  });

  it('have the admission of each subject that has one', async () => {
    const { store, input } = await dueWorld([]);
    const admission = { workflowId: workflowId(0), subjectId: 'a', dueAtMs: T0, runId: runId(1) };
    await store.transaction((tx) => tx.putAdmissions([admission]));
    const earlier = await earlierRuns(input);
    expect([...(await earlier.admissionsOf(['a', 'b']))]).toEqual([['a', admission]]);
  });

  it('are those of the moment when they were read: a run that begins later is not asked', async () => {
    const { store, input } = await dueWorld([]);
    const earlier = await earlierRuns(input);
    await store.transaction(async (tx) => {
      await tx.insertRun(scheduled(1));
      await tx.insertUsers([userRecord(1, 1, { subjectId: 'a' })]);
    });
    expect(await earlier.underWay('a')).toBeNull();
  });
});
