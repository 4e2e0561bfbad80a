import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunRecord, UserRecord } from '../../../../../src/model/records.ts';
import type { StoreTransaction } from '../../../../../src/ports/store.ts';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { NO_ACTIVE_USERS, type RunJournal } from '../../../../../src/stores/sqlite/journal/active-users.ts';
import { SubjectFilters } from '../../../../../src/stores/sqlite/reading/subjects.ts';
import { SqliteTransaction } from '../../../../../src/stores/sqlite/writing/transaction.ts';
import { workflowRecord } from '../../../../../src/testing/contract/records/records.ts';
import { newDatabase } from '../database.ts';
import {
  AT,
  allUsers,
  fill,
  makeRun,
  makeUser,
  makeUsers,
  newFile,
  opened,
  RUN,
  refusal,
  runId,
  step,
} from '../support.ts';

/** A database with {@link RUN} and its users, and transactions on it, as a store runs them. */
function setUp(users: readonly UserRecord[] = makeUsers(3)) {
  const connection = newDatabase();
  const runNo = connection.insertRun(makeRun());
  connection.insertUsers(runNo, users);
  const journals = new Map<number, RunJournal>();
  const filters = new SubjectFilters();
  const begin = (usesBatch = false) => new SqliteTransaction(connection, journals, filters, usesBatch);
  const end = (tx: SqliteTransaction, how: 'commit' | 'rollBack' = 'commit') => {
    tx.begin();
    tx.end();
    connection.exec(how === 'commit' ? 'COMMIT' : 'ROLLBACK');
    tx.settle(how);
  };
  const commit = async (work: (tx: SqliteTransaction) => Promise<unknown>, usesBatch = false) => {
    const tx = begin(usesBatch);
    await work(tx);
    end(tx);
    return tx;
  };
  const table = (name: string) => connection.all(`SELECT * FROM ${name}`);
  return { connection, journals, runNo, begin, end, commit, table };
}

/** Everything that a database holds. */
function dump({ table }: ReturnType<typeof setUp>) {
  const names = [
    'workflows',
    'workflow_versions',
    'runs',
    'users',
    'journal',
    'admissions',
    'notes',
    'settings',
  ];
  return Object.fromEntries(names.map((name) => [name, table(name)]));
}

describe('a write that failed half way', () => {
  it('cannot be committed, even when the work catches its error', async () => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(3));
    await refusal('Duplicate', () =>
      store.transaction(async (tx) => {
        await tx.insertUsers([makeUser(4), makeUser(5, { subjectId: 'subject-1' })]).catch(() => {});
      }),
    );
    expect(await allUsers(store)).toEqual(makeUsers(3));
  });

  it('refuses every later call of its transaction with its own error', async () => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(3));
    await refusal('Duplicate', () =>
      store.transaction(async (tx) => {
        await tx.insertUsers([makeUser(4), makeUser(1)]).catch(() => {});
        await refusal('Duplicate', () => tx.getRun(RUN));
      }),
    );
  });

  it('and left nothing, can be caught, and the rest is committed', async () => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(3));
    await store.transaction(async (tx) => {
      await refusal('Duplicate', () => tx.insertRun(makeRun()));
      await refusal('Duplicate', () => tx.insertUsers([makeUser(9, { subjectId: 'subject-1' })]));
      await refusal('NotFound', () => tx.putUsers([step(makeUser(1)), step(makeUser(77))]));
      await refusal('NotFound', () => tx.putUsers([step(step(makeUser(77)))]));
      await refusal('NotFound', () => tx.putRun(makeRun({ id: runId(9) })));
      await refusal('NotFound', () => tx.insertUsers([makeUser(1, { runId: runId(9) })]));
      await tx.putUsers([step(makeUser(2))]);
    });
    expect(await allUsers(store)).toEqual([makeUser(1), step(makeUser(2)), makeUser(3)]);
  });
});

describe('a batch', () => {
  it('collects users and runs without beginning, and is empty once it has begun', async () => {
    const { connection, begin, end } = setUp();
    const tx = begin(true);
    await tx.putUsers([step(makeUser(1))]);
    await tx.putRun(makeRun({ processingStatus: 'inProgress' }));
    expect([connection.inTransaction, tx.batch?.length]).toEqual([false, 2]);
    tx.begin();
    expect([connection.inTransaction, tx.batch]).toEqual([true, null]);
    end(tx);
  });

  it('is not used by a transaction that makes its commits itself', async () => {
    const { connection, begin, end } = setUp();
    const tx = begin(false);
    await tx.putUsers([step(makeUser(1))]);
    expect([connection.inTransaction, tx.batch]).toEqual([true, null]);
    end(tx);
  });

  it.each<[string, (tx: StoreTransaction) => Promise<unknown>]>([
    ['a list of users', (tx) => allUsers(tx)],
    ['a user', (tx) => tx.getUser(RUN, 1)],
    ['a count', (tx) => tx.countUsers({ runId: RUN, where: null })],
    ['a setting', (tx) => tx.getSetting('a')],
    ['a new setting', (tx) => tx.putSetting('a', 'b')],
    ['new users', (tx) => tx.insertUsers([makeUser(4)])],
    ['a new run', (tx) => tx.insertRun(makeRun({ id: runId(9) }))],
    ['a deleted run', (tx) => tx.deleteRun(RUN)],
    ['an admission', (tx) => tx.putAdmissions([])],
    ['a note', (tx) => tx.putNotes([])],
  ])('ends with %s, before which its writes are made', async (_name, act) => {
    const { connection, begin, end } = setUp();
    const tx = begin(true);
    await tx.putUsers([step(makeUser(1))]);
    await act(tx);
    expect([connection.inTransaction, tx.batch]).toEqual([true, null]);
    end(tx);
  });

  it('goes on over reads of the run, which see what was put, and over reads before the first write', async () => {
    const { connection, begin } = setUp();
    const tx = begin(true);
    await allUsers(tx);
    expect(await tx.getRun(RUN)).toEqual(makeRun());
    const changed = makeRun({ processingStatus: 'inProgress' });
    await tx.putRun(changed);
    expect(await tx.getRun(RUN)).toEqual(changed);
    expect(await tx.getRun('unknown')).toBeNull();
    expect([connection.inTransaction, tx.batch?.length]).toEqual([false, 1]);
  });

  it('leaves the same database as writes that are made at once, whatever is written', async () => {
    const operation = fc.oneof(
      fc.record({
        kind: fc.constant('users' as const),
        ordinals: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
      }),
      fc.record({
        kind: fc.constant('run' as const),
        status: fc.constantFrom('inProgress' as const, 'canceling' as const),
        failed: fc.nat(3),
      }),
      fc.record({ kind: fc.constantFrom('read' as const, 'setting' as const, 'getRun' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(operation, { maxLength: 5 }), { maxLength: 5 }),
        async (transactions) => {
          const results = [];
          for (const usesBatch of [false, true]) {
            const state = setUp(makeUsers(4));
            let users = makeUsers(4);
            for (const operations of transactions) {
              await state.commit(async (tx) => {
                for (const one of operations) {
                  if (one.kind === 'users') {
                    users = users.map((user) =>
                      one.ordinals.includes(user.ordinal) && user.totalUnprocessedTasksCount > 0
                        ? step(user)
                        : user,
                    );
                    await tx.putUsers(users.filter(({ ordinal }) => one.ordinals.includes(ordinal)));
                  } else if (one.kind === 'run')
                    await tx.putRun(makeRun({ processingStatus: one.status, failedTasksCount: one.failed }));
                  else if (one.kind === 'setting') await tx.putSetting('a', 'b');
                  else if (one.kind === 'getRun') await tx.getRun(RUN);
                  else expect(await allUsers(tx)).toEqual(users);
                }
              }, usesBatch);
            }
            results.push(dump(state));
            state.connection.close();
          }
          expect(results[1]).toEqual(results[0]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a run', () => {
  const writesOf = async (change: Partial<RunRecord>) => {
    const { connection, begin, end } = setUp();
    const tx = begin();
    tx.begin();
    connection.asked.length = 0;
    await tx.putRun(makeRun(change));
    const [write] = connection.asked.filter(({ sql }) => sql.startsWith('UPDATE'));
    expect(await tx.getRun(RUN)).toEqual(makeRun(change));
    end(tx);
    return String(write?.sql);
  };

  it('of which only counters and moments move is written without its indexed columns', async () => {
    expect((await writesOf({ failedTasksCount: 1, revision: 2 })).split('WHERE')[0]).not.toContain(
      'processing_status',
    );
  });

  it('of which an indexed column changes is written as a whole', async () => {
    expect((await writesOf({ processingStatus: 'inProgress' })).split('WHERE')[0]).toContain(
      'processing_status',
    );
  });

  it('that exists, or whose slot is taken, is Duplicate with all three keys', async () => {
    const { begin } = setUp();
    const tx = begin();
    await tx.insertRun(makeRun({ id: runId(2), slotAtMs: AT }));
    for (const run of [makeRun(), makeRun({ id: runId(3), slotAtMs: AT })]) {
      const error = await refusal('Duplicate', () => tx.insertRun(run));
      expect(error.message).toBe(
        `Expected run ${run.id} and its schedule slot to be new, got one that exists`,
      );
      expect(error.details).toEqual({ runId: run.id, workflowId: 'w1', slotAtMs: run.slotAtMs });
    }
    await tx.insertRun(makeRun({ id: runId(4), slotAtMs: AT, workflowId: 'w2' }));
  });

  it('that does not exist is NotFound by its id, for each write about it', async () => {
    const { begin } = setUp();
    const tx = begin();
    const id = "'; DROP TABLE runs; --";
    for (const act of [
      () => tx.putRun(makeRun({ id })),
      () => tx.putUsers([makeUser(1, { runId: id })]),
      () => tx.insertUsers([makeUser(1, { runId: id })]),
    ]) {
      const error = await refusal('NotFound', act);
      expect(error.message).toBe(`Expected run ${id} to exist, got none`);
      expect(error.details).toEqual({ runId: id });
    }
    await tx.deleteRun(id);
    expect(await tx.getRun(RUN)).toEqual(makeRun());
  });

  it('with a count below zero is refused by the database, and the transaction cannot go on', async () => {
    const { begin } = setUp();
    const tx = begin();
    const error = await refusal('StoreFailed', () => tx.putRun(makeRun({ failedTasksCount: -1 })));
    expect(error.message).toContain('CHECK constraint failed: failed_tasks_count >= 0');
    expect(() => tx.requireSound()).toThrow(error);
    await expect(tx.getSetting('a')).rejects.toBe(error);
    await expect(tx.putSetting('a', 'b')).rejects.toBe(error);
  });
});

describe('deleting a run', () => {
  it('takes its rows, its journal and its sums, and nothing of another run', async () => {
    const state = setUp();
    const before = dump(state);
    await state.commit(async (tx) => {
      await tx.insertRun(makeRun({ id: runId(2) }));
      await tx.insertUsers(makeUsers(3).map((user) => ({ ...user, runId: runId(2) })));
      await tx.putUsers([{ ...step(makeUser(1)), runId: runId(2) }]);
    });
    await state.commit((tx) => tx.deleteRun(runId(2)));
    expect(dump(state)).toEqual(before);
    expect(state.connection.number('SELECT sum(runs) FROM run_sums WHERE level = 0')).toBe(1);
    expect(state.journals.size).toBe(0);
  });

  it('with active users leaves none of them to the next run of the same number', async () => {
    const { begin, end, commit, journals, runNo } = setUp();
    await commit((tx) => tx.putUsers([step(makeUser(1))]));
    expect(journals.get(runNo)?.committed.size).toBe(1);
    const tx = begin();
    await tx.deleteRun(RUN);
    await tx.insertRun(makeRun({ id: runId(2) }));
    const users = makeUsers(2).map((user) => ({ ...user, runId: runId(2) }));
    await tx.insertUsers(users);
    expect(await tx.getUser(runId(2), 1)).toEqual(users[0]);
    end(tx);
    expect((journals.get(runNo)?.committed ?? NO_ACTIVE_USERS).size).toBe(0);
  });

  it('that is rolled back leaves its active users active', async () => {
    const { begin, end, commit, journals, runNo } = setUp();
    await commit((tx) => tx.putUsers([step(makeUser(1))]));
    const tx = begin();
    await tx.deleteRun(RUN);
    end(tx, 'rollBack');
    expect(journals.get(runNo)?.committed.get(1)).toEqual(step(makeUser(1)));
  });

  it('goes on to the next 10,000 users until all are gone', async () => {
    const { connection, begin, end, runNo } = setUp(makeUsers(20_000));
    const tx = begin();
    connection.asked.length = 0;
    await tx.deleteRun(RUN);
    const deletes = connection.asked.filter(({ sql }) => sql.startsWith('DELETE FROM users'));
    expect(deletes.map(({ params }) => params)).toEqual([[runNo, 10_000], [runNo, 20_000], [runNo]]);
    expect(connection.number('SELECT count(*) FROM users')).toBe(0);
    end(tx);
  });
});

describe('a workflow', () => {
  const [first, second] = [workflowRecord(1), workflowRecord(2)];

  it('keeps each version by its number, and the newest as itself', async () => {
    const { commit, begin } = setUp();
    const next = {
      ...first,
      workflow: { ...first.workflow, version: 2, displayName: 'Two' },
      lastSlotAtMs: AT,
    };
    await commit((tx) => tx.putWorkflow(first));
    await commit((tx) => tx.putWorkflow(next));
    const renamed = { ...next, workflow: { ...next.workflow, displayName: 'Two again' } };
    await commit((tx) => tx.putWorkflow(renamed));
    const tx = begin();
    expect(await tx.getWorkflow(first.workflow.id)).toEqual(renamed);
    expect(await tx.listWorkflowVersions(first.workflow.id)).toEqual([renamed.workflow, first.workflow]);
    expect(await tx.getWorkflowVersion(first.workflow.id, 3)).toBeNull();
  });

  it('is deleted with versions, runs, users and admissions; those of others stay', async () => {
    const state = setUp();
    const { id } = first.workflow;
    await state.commit((tx) => tx.putWorkflow(second));
    const before = dump(state);
    await state.commit(async (tx) => {
      await tx.putWorkflow(first);
      for (const no of [2, 3]) {
        await tx.insertRun(makeRun({ id: runId(no), workflowId: id, slotAtMs: AT + no }));
        await tx.insertUsers([makeUser(1, { runId: runId(no) })]);
      }
      await tx.putAdmissions([{ workflowId: id, subjectId: 'a', dueAtMs: AT, runId: runId(2) }]);
    });
    const tx = await state.commit((one) => one.deleteWorkflow(id));
    expect(dump(state)).toEqual(before);
    expect([[...tx.changedWorkflows], [...tx.changedRuns]]).toEqual([[id], [runId(2), runId(3)]]);
  });
});

describe('admissions', () => {
  it('are withdrawn only by the run that made them, and purged below a moment', async () => {
    const { commit, begin } = setUp();
    const admission = (subjectId: string, dueAtMs: number, by = RUN) => ({
      workflowId: 'w1',
      subjectId,
      dueAtMs,
      runId: by,
    });
    await commit((tx) =>
      tx.putAdmissions([
        admission('a', 1),
        admission('b', 2, runId(2)),
        admission('c', 3),
        { ...admission('a', 1), workflowId: 'w2' },
      ]),
    );
    await commit((tx) => tx.deleteAdmissions('w1', RUN, ['a', 'b', 'unknown']));
    const left = async (workflowId: string) =>
      (await begin().getAdmissions(workflowId, ['a', 'b', 'c'])).map(({ subjectId }) => subjectId);
    expect(await left('w1')).toEqual(['b', 'c']);
    await commit((tx) => tx.purgeAdmissions('w1', 3));
    expect([await left('w1'), await left('w2')]).toEqual([['c'], ['a']]);
  });
});

describe('the end of a transaction', () => {
  it('refuses every later call, with what to do', async () => {
    const { begin, end } = setUp();
    const tx = begin();
    end(tx);
    for (const act of [
      () => tx.getRun(RUN),
      () => tx.putRun(makeRun()),
      () => tx.putUsers([makeUser(1)]),
      () => tx.deleteRun(RUN),
      () => allUsers(tx),
    ]) {
      const error = await refusal('StoreClosed', act);
      expect(error.message).toBe(
        'The transaction has ended; make all of its calls before its function returns',
      );
    }
  });

  it('by a rollback takes what was known of subjects back: a deleted run has its own again', async () => {
    const { begin, end } = setUp();
    const others = Array.from({ length: 100 }, (_, index) =>
      makeUser(index + 1, { runId: runId(2), subjectId: `other-${index}` }),
    );
    const tx = begin();
    await tx.deleteRun(RUN);
    await tx.insertRun(makeRun({ id: runId(2) }));
    await tx.insertUsers(others);
    end(tx, 'rollBack');
    // Far from the first ones: the index of subjects keeps them unique within a block only.
    const more = Array.from({ length: 100 }, (_, index) =>
      makeUser(9_000 + index, { subjectId: `subject-${index + 1}` }),
    );
    const error = await refusal('Duplicate', () => begin().insertUsers(more));
    expect(error.details).toMatchObject({ subjectId: 'subject-1' });
  });

  it('by a rollback takes inserted subjects back, so that they can be inserted', async () => {
    const { begin, end, commit } = setUp([]);
    const tx = begin();
    await tx.insertUsers(makeUsers(100));
    end(tx, 'rollBack');
    await commit((one) => one.insertUsers(makeUsers(100)));
    expect(await begin().countUsers({ runId: RUN, where: null })).toBe(100);
  });
});

it('a run of 25,000 users is deleted while the event loop turns', async () => {
  const store = await opened(sqliteStore(newFile()));
  await fill(store, makeRun(), makeUsers(25_000));
  await fill(store, makeRun({ id: runId(2) }), [makeUser(1, { runId: runId(2) })]);
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  await store.transaction((tx) => tx.deleteRun(RUN));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
  expect(await allUsers(store)).toEqual([]);
  expect(await store.countUsers({ runId: runId(2), where: null })).toBe(1);
});
