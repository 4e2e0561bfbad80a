/** Reprocessing: which users and tasks of a run are taken, and the links between runs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReprocessPlan } from '../../../../src/ledger/planning/reprocess.ts';
import {
  forgetReprocessings,
  reprocessedRuns,
  reprocessedRunsOfUser,
  reprocessingOfResults,
  reprocessingOfRun,
  unlinkRun,
  unlinkUser,
  usersOf,
} from '../../../../src/ledger/planning/reprocess.ts';
import type { Candidate } from '../../../../src/ledger/planning/run-plan.ts';
import { userResultId } from '../../../../src/model/ids.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import { PROCESSING_STATUSES, USER_STATUSES } from '../../../../src/model/status.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';
import { isTerminal } from '../../../../src/rules/status/transitions.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import {
  canceled,
  completed,
  ended,
  failed,
  runId,
  runRecord,
  T0,
  task,
  userRecord,
  workflowId,
  workflowRecord,
} from '../../../../src/testing/contract/records/records.ts';
import { codeOf } from '../../../helpers/world.ts';

const TASKS = [1, 2, 3].map((no) => task(0, no, { taskDefinitionId: `t${no}` }));
const { workflow: WORKFLOW } = workflowRecord(0, { tasks: TASKS });
const ORIGIN = runRecord(1, { processingStatus: 'completedWithErrors', startedAtMs: T0, completedAtMs: T0 });

/** User `ordinal` of the origin, who failed in the task at `position`; the tasks before it are completed. */
function failedAt(ordinal: number, position: number, n = 1): UserRecord {
  const outcomes = [1, 2, 3].map((one) => {
    if (one < position) return completed(T0);
    return one === position ? failed(T0) : canceled(T0);
  });
  return ended(userRecord(n, ordinal, { startedAtMs: T0 }), 'failed', T0 + 1_000, outcomes);
}

const done = (ordinal: number, n = 1) =>
  ended(
    userRecord(n, ordinal, { startedAtMs: T0 }),
    'completed',
    T0,
    [1, 2, 3].map(() => completed(T0)),
  );

async function storeWith(
  users: readonly UserRecord[],
  origin: RunRecord = ORIGIN,
  workflows: readonly Workflow[] = [WORKFLOW],
) {
  const store = memoryStore();
  await store.transaction(async (tx) => {
    for (const workflow of workflows) await tx.putWorkflow({ workflow, lastSlotAtMs: null });
    await tx.insertRun(origin);
    if (users.length > 0) await tx.insertUsers(users);
  });
  return store;
}

async function candidatesOf(plan: Promise<ReprocessPlan>): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for await (const batch of (await plan).candidates) found.push(...batch);
  return found;
}

const FAILED = { taskScope: 'failedTasks', userScope: 'failedUsers' } as const;

describe('the reprocessing of a run', () => {
  it('takes its failed users with the tasks that they did not complete', async () => {
    const store = await storeWith([done(1), failedAt(2, 1), failedAt(3, 2), failedAt(4, 3)]);
    expect(await candidatesOf(reprocessingOfRun(store, WORKFLOW, ORIGIN.id, FAILED))).toEqual([
      { subjectId: 'subject-2', dueAtMs: null },
      { subjectId: 'subject-3', dueAtMs: null, positions: [2, 3] },
      { subjectId: 'subject-4', dueAtMs: null, positions: [3] },
    ]);
  });

  it('takes every task of its failed users when all tasks are asked for', async () => {
    const store = await storeWith([done(1), failedAt(2, 3)]);
    const scopes = { taskScope: 'allTasks', userScope: 'failedUsers' } as const;
    expect(await candidatesOf(reprocessingOfRun(store, WORKFLOW, ORIGIN.id, scopes))).toEqual([
      { subjectId: 'subject-2', dueAtMs: null },
    ]);
  });

  it('takes every user when all users and all tasks are asked for', async () => {
    const store = await storeWith([done(1), failedAt(2, 3)]);
    const scopes = { taskScope: 'allTasks', userScope: 'allUsers' } as const;
    const found = await candidatesOf(reprocessingOfRun(store, WORKFLOW, ORIGIN.id, scopes));
    expect(found.map(({ subjectId }) => subjectId)).toEqual(['subject-1', 'subject-2']);
  });

  it('takes none of the users without a failed task when all users, but failed tasks are asked for', async () => {
    const store = await storeWith([done(1), failedAt(2, 3)]);
    const scopes = { taskScope: 'failedTasks', userScope: 'allUsers' } as const;
    const found = await candidatesOf(reprocessingOfRun(store, WORKFLOW, ORIGIN.id, scopes));
    expect(found.map(({ subjectId }) => subjectId)).toEqual(['subject-2']);
  });

  it.each(USER_STATUSES)(
    'takes a user that is %s exactly when it failed, wholly or in part',
    async (status) => {
      const user = { ...failedAt(1, 2), processingStatus: status };
      const store = await storeWith([user]);
      const found = await candidatesOf(reprocessingOfRun(store, WORKFLOW, ORIGIN.id, FAILED));
      expect(found).toHaveLength(status === 'failed' || status === 'completedWithErrors' ? 1 : 0);
    },
  );

  it('takes a user of which only counts were reported with all its tasks', async () => {
    const store = await storeWith([{ ...failedAt(1, 3), outcomes: null }]);
    expect(await candidatesOf(reprocessingOfRun(store, WORKFLOW, ORIGIN.id, FAILED))).toEqual([
      { subjectId: 'subject-1', dueAtMs: null },
    ]);
  });

  it('matches the tasks of an earlier version by definition, and takes those of the newest', async () => {
    const newest: Workflow = {
      ...WORKFLOW,
      version: 2,
      tasks: ['t2', 'new', 't1'].map((id, index) => task(0, index + 1, { taskDefinitionId: id })),
    };
    const store = await storeWith([failedAt(1, 2)], ORIGIN, [WORKFLOW, newest]);
    expect(await candidatesOf(reprocessingOfRun(store, newest, ORIGIN.id, FAILED))).toEqual([
      { subjectId: 'subject-1', dueAtMs: null, positions: [1, 2] },
    ]);
  });

  it('reads the users of a large run in pages, each once', async () => {
    const users = Array.from({ length: LIMITS.usersPerBatch + 1 }, (_, index) => failedAt(index + 1, 1));
    const store = await storeWith(users);
    const found = await candidatesOf(reprocessingOfRun(store, WORKFLOW, ORIGIN.id, FAILED));
    expect(found.map(({ subjectId }) => subjectId)).toEqual(users.map(({ subjectId }) => subjectId));
  });

  it.each(PROCESSING_STATUSES)(
    'of a run that is %s is refused exactly when that is not final',
    async (status) => {
      const store = await storeWith([], { ...ORIGIN, processingStatus: status });
      const plan = reprocessingOfRun(store, WORKFLOW, ORIGIN.id, FAILED);
      if (isTerminal(status)) return expect(await plan).toBeDefined();
      await expect(plan).rejects.toMatchObject({
        code: 'RunActive',
        message: `Expected run ${ORIGIN.id} to be final to be reprocessed, got \`${status}\``,
        details: { runId: ORIGIN.id, status },
      });
    },
  );

  it('of a run of another workflow is refused as NotFound, naming both', async () => {
    const store = await storeWith([]);
    await expect(
      reprocessingOfRun(store, { ...WORKFLOW, id: workflowId(5) }, ORIGIN.id, FAILED),
    ).rejects.toMatchObject({
      code: 'NotFound',
      message: `Expected workflow ${workflowId(5)} to have a run \`${ORIGIN.id}\`, got none`,
    });
  });

  it('of an unknown run is refused as NotFound', async () => {
    const store = await storeWith([]);
    expect(await codeOf(reprocessingOfRun(store, WORKFLOW, runId(9), FAILED))).toBe('NotFound');
  });
});

describe('the reprocessing of single results', () => {
  const result = (ordinal: number, n = 1) => userResultId(runId(n), ordinal);
  const plan = (store: ReturnType<typeof memoryStore>, ids: readonly string[]) =>
    reprocessingOfResults(store, WORKFLOW, ids, 'failedTasks');

  it('takes the users of the results, in any letter case, each once', async () => {
    const store = await storeWith([failedAt(1, 3), failedAt(2, 3), failedAt(3, 3)]);
    const ids = [result(3), result(1).toUpperCase(), result(3)];
    expect((await candidatesOf(plan(store, ids))).map(({ subjectId }) => subjectId)).toEqual([
      'subject-3',
      'subject-1',
    ]);
  });

  it('links the new run to every origin, with the users that it took from it', async () => {
    const store = await storeWith([failedAt(1, 3), failedAt(2, 3)]);
    await store.transaction(async (tx) => {
      await tx.insertRun({ ...ORIGIN, id: runId(2) });
      await tx.insertUsers([failedAt(5, 1, 2)]);
    });
    const { notes } = await plan(store, [result(2), result(5, 2), result(1)]);
    const made = runRecord(7);
    expect(notes(made).map(({ key, body }) => [key, JSON.parse(body)])).toEqual([
      [`${workflowId(0)}/${runId(1)}/${runId(7)}`, { nos: [2, 1] }],
      [`${workflowId(0)}/${runId(2)}/${runId(7)}`, { nos: [5] }],
    ]);
  });

  it('of two results of one subject is refused, naming the subject', async () => {
    const store = await storeWith([failedAt(1, 3)]);
    await store.transaction(async (tx) => {
      await tx.insertRun({ ...ORIGIN, id: runId(2) });
      await tx.insertUsers([failedAt(1, 1, 2)]);
    });
    await expect(plan(store, [result(1), result(1, 2)])).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { field: 'processingResults' },
      message: expect.stringContaining('one result of each subject'),
    });
  });

  it.each([
    ['a user that the run does not have', userResultId(ORIGIN.id, 9)],
    ['the run itself', ORIGIN.id],
    ['no result at all', 'nonsense'],
  ])('of %s is refused as NotFound', async (_, id) => {
    const store = await storeWith([failedAt(1, 3)]);
    expect(await codeOf(plan(store, [id]))).toBe('NotFound');
  });

  it('of a run that is not final is refused as RunActive', async () => {
    const store = await storeWith([failedAt(1, 3)], { ...ORIGIN, processingStatus: 'inProgress' });
    expect(await codeOf(plan(store, [result(1)]))).toBe('RunActive');
  });

  it('takes no user whose result has no failed task', async () => {
    const store = await storeWith([done(1), failedAt(2, 1)]);
    expect(await candidatesOf(plan(store, [result(1), result(2)]))).toEqual([
      { subjectId: 'subject-2', dueAtMs: null },
    ]);
  });

  it('of none has no candidates and no links', async () => {
    const store = await storeWith([]);
    const made = await plan(store, []);
    expect([...(made.candidates as Candidate[][])]).toEqual([[]]);
    expect(made.notes(runRecord(7))).toEqual([]);
  });
});

/** A store with the origin's users, and run `n` for each of `runs`, which reprocesses them by scope. */
async function linked(users: readonly UserRecord[], ...runs: readonly number[]) {
  const store = await storeWith(users);
  for (const n of runs) {
    const made = runRecord(n);
    const { notes, candidates } = await reprocessingOfRun(store, WORKFLOW, ORIGIN.id, FAILED);
    const found: Candidate[] = [];
    for await (const batch of candidates) found.push(...batch);
    await store.transaction(async (tx) => {
      await tx.insertRun(made);
      await tx.insertUsers(found.map(({ subjectId }, index) => userRecord(n, index + 1, { subjectId })));
      await tx.putNotes(notes(made));
    });
  }
  const ofRun = async () => (await reprocessedRuns(store, ORIGIN.id)).map(({ id }) => id);
  const ofUser = async (ordinal: number) =>
    (await reprocessedRunsOfUser(store, ORIGIN.id, userResultId(ORIGIN.id, ordinal))).map(({ id }) => id);
  return { store, ofRun, ofUser };
}

describe('the runs that reprocess a run', () => {
  it('come newest schedule first, and are those of the users that they took', async () => {
    const { ofRun, ofUser } = await linked([done(1), failedAt(2, 1)], 5, 9, 7);
    const newestFirst = [9, 7, 5].map(runId);
    expect(await ofRun()).toEqual(newestFirst);
    expect(await ofUser(2)).toEqual(newestFirst);
    expect(await ofUser(1)).toEqual([]);
  });

  it('are none of a run that was not reprocessed', async () => {
    const { store } = await linked([failedAt(1, 1)], 5);
    expect(await reprocessedRuns(store, runId(5))).toEqual([]);
  });

  it('no longer name a run that was deleted', async () => {
    const { store, ofRun, ofUser } = await linked([failedAt(1, 1)], 5, 6);
    await store.transaction((tx) => tx.deleteRun(runId(6)));
    expect([await ofRun(), await ofUser(1)]).toEqual([[runId(5)], [runId(5)]]);
  });

  it('are refused for an unknown run and an unknown result', async () => {
    const { store } = await linked([failedAt(1, 1)]);
    expect(await codeOf(reprocessedRuns(store, runId(8)))).toBe('NotFound');
    expect(await codeOf(reprocessedRunsOfUser(store, ORIGIN.id, userResultId(ORIGIN.id, 4)))).toBe(
      'NotFound',
    );
    expect(await codeOf(reprocessedRunsOfUser(store, runId(8), userResultId(runId(8), 1)))).toBe('NotFound');
  });
});

describe('a reprocessing run that is unlinked', () => {
  it('from a run is gone from the run and its users; others stay, and a repeat is NotFound', async () => {
    const { store, ofRun, ofUser } = await linked([failedAt(1, 1)], 5, 6);
    await store.transaction((tx) => unlinkRun(tx, ORIGIN.id.toUpperCase(), runId(5).toUpperCase()));
    expect([await ofRun(), await ofUser(1)]).toEqual([[runId(6)], [runId(6)]]);
    await expect(store.transaction((tx) => unlinkRun(tx, ORIGIN.id, runId(5)))).rejects.toMatchObject({
      code: 'NotFound',
      message: `Expected run ${ORIGIN.id} to have a reprocessed run \`${runId(5)}\`, got none`,
      details: { reprocessedRunId: runId(5) },
    });
    expect((await store.getRun(runId(5)))?.id).toBe(runId(5));
  });

  it('from a user stays linked to the run and to its other users', async () => {
    const { store, ofRun, ofUser } = await linked([failedAt(1, 1), failedAt(2, 1)], 5);
    const result = userResultId(ORIGIN.id, 1);
    const unlink = () => store.transaction((tx) => unlinkUser(tx, ORIGIN.id, result, runId(5).toUpperCase()));
    await unlink();
    expect([await ofRun(), await ofUser(1), await ofUser(2)]).toEqual([[runId(5)], [], [runId(5)]]);
    await expect(unlink()).rejects.toMatchObject({
      code: 'NotFound',
      message: `Expected user result ${result} to have a reprocessed run \`${runId(5).toUpperCase()}\`, got none`,
    });
  });

  it('from the run after a user leaves no note behind', async () => {
    const { store } = await linked([failedAt(1, 1)], 5);
    await store.transaction((tx) => unlinkUser(tx, ORIGIN.id, userResultId(ORIGIN.id, 1), runId(5)));
    await store.transaction((tx) => unlinkRun(tx, ORIGIN.id, runId(5)));
    for (const collection of ['reprocessings', 'unlinked'])
      expect(await store.listNotes({ collection, prefix: '', after: null, limit: 9 })).toEqual([]);
  });

  it('leaves the links of another origin to the same run alone', async () => {
    const { store } = await linked([failedAt(1, 1)], 5);
    await store.transaction(async (tx) => {
      await tx.insertRun({ ...ORIGIN, id: runId(2) });
      await tx.putNotes([
        {
          collection: 'reprocessings',
          key: `${workflowId(0)}/${runId(2)}/${runId(5)}`,
          body: '{"nos":null}',
        },
      ]);
      await forgetReprocessings(tx, ORIGIN);
    });
    expect(await reprocessedRuns(store, ORIGIN.id)).toEqual([]);
    expect((await reprocessedRuns(store, runId(2))).map(({ id }) => id)).toEqual([runId(5)]);
  });
});

it('the users of a run are read in pages, by ordinal, and the last page may be empty', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(0, 1, 999, 1_000, 1_001, 2_000), async (count) => {
      const store = await storeWith(Array.from({ length: count }, (_, index) => userRecord(1, index + 1)));
      const ordinals: number[] = [];
      for await (const page of usersOf(store, ORIGIN.id)) {
        expect(page.length).toBeLessThanOrEqual(LIMITS.usersPerBatch);
        ordinals.push(...page.map(({ ordinal }) => ordinal));
      }
      expect(ordinals).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    }),
    { numRuns: 12 },
  );
});
