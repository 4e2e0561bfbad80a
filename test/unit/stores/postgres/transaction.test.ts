import { beforeAll, describe, expect, it } from 'vitest';
import type { Store, StoreTransaction } from '../../../../src/ports/store.ts';
import type { PostgresTransaction } from '../../../../src/stores/postgres/transaction.ts';
import { workflowRecord } from '../../../../src/testing/contract/records/records.ts';
import { describePostgres, sql } from '../../../postgres/support.ts';
import { READS } from '../reads.ts';
import { AT, fill, makeRun, makeUser, makeUsers, refusal, runId, step } from '../sqlite/support.ts';
import { newDatabase } from './database-kit.ts';

describePostgres('a transaction in Postgres', () => {
  let store: Store;
  let schema: string;
  let runs = 0;

  beforeAll(async () => {
    ({ store, schema } = await newDatabase());
  });

  /** A new run with three users. */
  async function newRun() {
    runs += 1;
    const id = runId(runs);
    await fill(store, makeRun({ id, workflowId: `w${runs}` }), makeUsers(3, { runId: id }));
    return {
      id,
      user: (no: number, change = {}) => makeUser(no, { runId: id, ...change }),
      users: () => statesOf(id),
    };
  }

  async function statesOf(id: string) {
    const page = {
      where: null,
      order: { property: 'id', descending: false },
      after: null,
      limit: 99,
    } as const;
    return (await store.listUsers({ ...page, runId: id })).map(
      ({ ordinal, processingStatus }) => `${ordinal} ${processingStatus}`,
    );
  }

  const THREE = ['1 queued', '2 queued', '3 queued'];

  describe('in which a write failed', () => {
    it('half way cannot be committed, even when its work catches the error', async () => {
      const { id, user, users } = await newRun();
      await refusal('Duplicate', () =>
        store.transaction(async (tx) => {
          await tx.insertUsers([user(4), user(5, { subjectId: 'subject-1' })]).catch(() => {});
          await refusal('Duplicate', () => tx.getRun(id));
          await refusal('Duplicate', () => tx.putSetting('half way', 'x'));
        }),
      );
      expect(await users()).toEqual(THREE);
      expect(await store.getSetting('half way')).toBeNull();
    });

    it('and left nothing goes on', async () => {
      const { id, user, users } = await newRun();
      await store.transaction(async (tx) => {
        await refusal('Duplicate', () => tx.insertRun(makeRun({ id })));
        await refusal('Duplicate', () => tx.insertUsers([user(9, { subjectId: 'subject-1' })]));
        await refusal('NotFound', () => tx.putRun(makeRun({ id: runId(4_000) })));
        await tx.putUsers([step(user(2))]);
      });
      expect(await users()).toEqual(['1 queued', '2 inProgress', '3 queued']);
    });

    it('in the database is not committed, and the error names the rule', async () => {
      const { id } = await newRun();
      const error = await refusal('StoreFailed', () =>
        store.transaction((tx) => tx.putRun(makeRun({ id, failedTasksCount: -1 }))),
      );
      expect(error.message).toContain('runs_failed_tasks_count_check');
      expect(await store.getRun(id)).toMatchObject({ failedTasksCount: 0 });
    });

    it('for a text that Postgres cannot hold is refused before it is sent', async () => {
      for (const text of ['a\0', '\ud800'])
        for (const write of [
          (tx: StoreTransaction) => tx.putSetting(text, 'x'),
          (tx: StoreTransaction) => tx.putNotes([{ collection: 'c', key: text, body: '' }]),
          (tx: StoreTransaction) => tx.insertRun(makeRun({ id: text })),
        ])
          await refusal('InvalidArgument', () => store.transaction(write));
    });
  });

  it('names the second result of a subject, in one call as in two', async () => {
    const { user } = await newRun();
    const twice = [user(4), user(5), user(6, { subjectId: 'subject-4' })];
    for (const users of [twice, [user(7), user(8, { subjectId: 'subject-2' })]]) {
      const error = await refusal('Duplicate', () => store.transaction((tx) => tx.insertUsers(users)));
      const last = users.at(-1);
      expect(error.details).toEqual({
        runId: last?.runId,
        subjectId: last?.subjectId,
        ordinal: last?.ordinal,
      });
    }
    const error = await refusal('Duplicate', () =>
      store.transaction((tx) => tx.insertUsers([user(2, { subjectId: 'new' })])),
    );
    expect(error.details).toMatchObject({ ordinal: 2, subjectId: 'new' });
  });

  it('names users that do not exist, and puts none of the others', async () => {
    const { id, user, users } = await newRun();
    const error = await refusal('NotFound', () =>
      store.transaction((tx) => tx.putUsers([step(user(1)), step(user(7))])),
    );
    expect(error.message).toBe(`Expected run ${id} to have all users that are put, got 1 of 2`);
    expect(error.details).toEqual({ runId: id, ordinals: [1, 7] });
    expect(await users()).toEqual(THREE);
  });

  it('makes its calls one after another, in the order in which they are made', async () => {
    const { id, user, users } = await newRun();
    await store.transaction(async (tx) => {
      const calls = [
        tx.putUsers([step(user(1))]),
        tx.putUsers([step(step(user(1)))]),
        tx.insertUsers([user(4)]),
        tx.putUsers([step(user(4))]),
      ];
      const seen = tx.getUser(id, 4);
      await Promise.all(calls);
      expect(await seen).toMatchObject({ processingStatus: 'inProgress' });
    });
    expect(await users()).toEqual(['1 completed', '2 queued', '3 queued', '4 inProgress']);
  });

  it('waits for calls that its work did not wait for, and commits them', async () => {
    const { user, users } = await newRun();
    await store.transaction(async (tx) => {
      void tx.putUsers([step(user(1))]);
      void tx.putUsers([step(user(2))]);
    });
    expect(await users()).toEqual(['1 inProgress', '2 inProgress', '3 queued']);
  });

  it('refuses every call after its end', async () => {
    const { id, user, users } = await newRun();
    const kept: StoreTransaction[] = [];
    await store.transaction(async (tx) => void kept.push(tx));
    for (const tx of kept) {
      for (const [, read] of READS) await refusal('StoreClosed', () => read(tx, id));
      for (const write of [
        () => tx.putUsers([step(user(1))]),
        () => tx.deleteRun(id),
        () => tx.putSetting('late', 'x'),
        () => tx.putNotes([]),
      ])
        expect((await refusal('StoreClosed', write)).message).toBe(
          'The transaction has ended; make all of its calls before its function returns',
        );
    }
    expect(await users()).toEqual(THREE);
  });

  it('that fails leaves nothing, also not in what the next one knows of the journal', async () => {
    const { user, users } = await newRun();
    await store.transaction((tx) => tx.putUsers([step(user(1))]));
    const failing = store.transaction(async (tx) => {
      await tx.putUsers([step(step(user(1))), step(user(2))]);
      throw new RangeError('mine');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await users()).toEqual(['1 inProgress', '2 queued', '3 queued']);
    await store.transaction((tx) => tx.putUsers([step(user(3))]));
    expect(await users()).toEqual(['1 inProgress', '2 queued', '3 inProgress']);
  });

  it('that deletes a run takes its rows, journal and slices, and frees its id', async () => {
    const { id, user } = await newRun();
    const other = await newRun();
    await store.transaction((tx) => tx.putUsers([step(user(1))]));
    const count = async () => {
      const [row] = await sql<{ users: number; journal: number }>(
        `SELECT (SELECT count(*)::int FROM "${schema}".users) AS users, (SELECT count(*)::int FROM "${schema}".journal) AS journal`,
      );
      return row;
    };
    const before = await count();
    await store.transaction((tx) => tx.deleteRun(id));
    expect(await count()).toEqual({ users: Number(before?.users) - 3, journal: Number(before?.journal) - 1 });
    await fill(store, makeRun({ id }), [user(1)]);
    expect(await statesOf(id)).toEqual(['1 queued']);
    expect(await other.users()).toEqual(THREE);
  });

  it('keeps the later of two notes or admissions with one key in one call', async () => {
    const note = { collection: 'c', key: 'k' };
    const admission = { workflowId: 'w', subjectId: 's', runId: 'r' };
    await store.transaction(async (tx) => {
      await tx.putNotes([
        { ...note, body: '1' },
        { ...note, body: '2' },
      ]);
      await tx.putAdmissions([
        { ...admission, dueAtMs: 1 },
        { ...admission, dueAtMs: 2 },
      ]);
    });
    expect(await store.getNotes('c', ['k'])).toEqual([{ ...note, body: '2' }]);
    expect(await store.getAdmissions('w', ['s'])).toEqual([{ ...admission, dueAtMs: 2 }]);
  });

  it('purges admissions below a moment, which may be a fraction or infinite', async () => {
    const admission = (dueAtMs: number) => ({
      workflowId: 'purged',
      subjectId: `${dueAtMs}`,
      dueAtMs,
      runId: 'r',
    });
    await store.transaction((tx) => tx.putAdmissions([1, 2, 3].map(admission)));
    const left = async (beforeMs: number) => {
      await store.transaction((tx) => tx.purgeAdmissions('purged', beforeMs));
      return (await store.getAdmissions('purged', ['1', '2', '3'])).map(({ dueAtMs }) => dueAtMs).sort();
    };
    expect(await left(Number.NEGATIVE_INFINITY)).toEqual([1, 2, 3]);
    expect(await left(1)).toEqual([1, 2, 3]);
    expect(await left(1.5)).toEqual([2, 3]);
    expect(await left(1e300)).toEqual([]);
  });

  it('keeps hostile texts as they are', async () => {
    const texts = ["'; DROP TABLE notes; --", '{"a",NULL}', '\\', '"', '🙂', 'a,b', '$1 ? {s}'];
    await store.transaction(async (tx) => {
      await tx.putNotes(texts.map((text) => ({ collection: 'hostile', key: text, body: text })));
      await tx.putAdmissions(
        texts.map((text) => ({ workflowId: 'hostile', subjectId: text, dueAtMs: AT, runId: text })),
      );
    });
    expect((await store.getNotes('hostile', texts)).map(({ body }) => body).sort()).toEqual(
      [...texts].sort(),
    );
    await store.transaction(async (tx) => {
      for (const text of texts) await tx.deleteAdmissions('hostile', text, texts);
      await tx.deleteNotes('hostile', texts.slice(1));
    });
    expect(await store.getAdmissions('hostile', texts)).toEqual([]);
    expect((await store.getNotes('hostile', texts)).map(({ key }) => key)).toEqual(texts.slice(0, 1));
  });

  it('deletes a workflow with all that is its own', async () => {
    const record = workflowRecord(1);
    const { id } = record.workflow;
    const other = await newRun();
    await store.transaction(async (tx) => {
      await tx.putWorkflow(record);
      await tx.insertRun(makeRun({ id: runId(3_000), workflowId: id }));
      await tx.putAdmissions([{ workflowId: id, subjectId: 'a', dueAtMs: AT, runId: runId(3_000) }]);
    });
    await store.transaction((tx) => tx.deleteWorkflow(id));
    expect([
      await store.getWorkflow(id),
      await store.listWorkflowVersions(id),
      await store.getRun(runId(3_000)),
    ]).toEqual([null, [], null]);
    expect(await store.getAdmissions(id, ['a'])).toEqual([]);
    expect(await other.users()).toEqual(THREE);
  });

  it('runs statements of other packages within itself', async () => {
    const failing = store.transaction(async (tx) => {
      const { rows } = await (tx as PostgresTransaction).executeSql('SELECT $1::int + 1 AS sum', [1]);
      expect(rows).toEqual([{ sum: 2 }]);
      await (tx as PostgresTransaction).executeSql(`CREATE TABLE "${schema}".films ()`);
      throw new RangeError('mine');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await sql(`SELECT to_regclass('"${schema}".films') AS films`)).toEqual([{ films: null }]);
  });
});
