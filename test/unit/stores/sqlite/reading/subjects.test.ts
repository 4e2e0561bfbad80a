import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseListFilter } from '../../../../../src/filter/list-filter.ts';
import type { UserRecord } from '../../../../../src/model/records.ts';
import { USER_PROPERTIES } from '../../../../../src/model/resources/properties.ts';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { REGION, REGION_USERS } from '../../../../../src/stores/sqlite/file/regions.ts';
import { findSubjectInRuns, SubjectFilter } from '../../../../../src/stores/sqlite/reading/subjects.ts';
import { RecordingConnection } from '../database.ts';
import {
  fill,
  makeRun,
  makeUser,
  makeUsers,
  newFile,
  opened,
  put,
  RUN,
  refusal,
  runId,
  step,
} from '../support.ts';

const insert = (store: Awaited<ReturnType<typeof sqliteStore>>, users: readonly UserRecord[]) =>
  store.transaction((tx) => tx.insertUsers(users));

describe('a filter of subjects', () => {
  it('never misses a subject that it has', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (subjects) => {
        const filter = new SubjectFilter();
        for (const subject of subjects) filter.add(subject);
        for (const subject of subjects) expect(filter.add(subject)).toBe(true);
      }),
    );
  });

  it('reports few of 100,000 new ones as known', () => {
    const filter = new SubjectFilter();
    let mistakes = 0;
    for (let no = 0; no < 100_000; no++) mistakes += filter.add(`user-${no}`) ? 1 : 0;
    expect(mistakes).toBeLessThan(20);
  });
});

describe('a subject is once in a run', () => {
  const blocks = [1, REGION_USERS - 1, REGION_USERS, 3 * REGION_USERS + 7];

  it.each(blocks)('when the first has ordinal %i and the second is in a batch', async (no) => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(4 * REGION_USERS));
    const next = 4 * REGION_USERS + 1;
    const batch = Array.from({ length: 100 }, (_, index) => makeUser(next + index));
    batch[50] = makeUser(next + 50, { subjectId: `subject-${no}` });
    const error = await refusal('Duplicate', () => insert(store, batch));
    expect(error.details).toEqual({ runId: RUN, subjectId: `subject-${no}`, ordinal: next + 50 });
    expect(await store.getUser(RUN, next)).toBeNull();
    await insert(
      store,
      batch.filter((_, index) => index !== 50),
    );
  });

  it.each(blocks)(
    'when the first has ordinal %i, the second comes alone, and the store was opened anew',
    async (no) => {
      const file = newFile();
      const before = await sqliteStore(file);
      await fill(before, makeRun(), makeUsers(4 * REGION_USERS));
      await before.close();
      const store = await opened(sqliteStore(file));
      const user = makeUser(4 * REGION_USERS + 1, { subjectId: `subject-${no}` });
      await refusal('Duplicate', () => insert(store, [user]));
      await refusal('Duplicate', () =>
        insert(store, [
          ...Array.from({ length: 99 }, (_, index) => makeUser(user.ordinal + 1 + index)),
          user,
        ]),
      );
      await insert(store, [{ ...user, subjectId: 'new' }]);
    },
  );

  it('within one batch, in one INSERT and across two blocks', async () => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), []);
    for (const [first, second] of [
      [1, 2],
      [1, 90],
      [REGION_USERS - 1, REGION_USERS],
      [1, REGION_USERS + 1],
    ] as const) {
      const users = makeUsers(REGION_USERS + 100);
      users[second - 1] = makeUser(second, { subjectId: `subject-${first}` });
      const error = await refusal('Duplicate', () => insert(store, users));
      expect(error.details).toMatchObject({ ordinal: second });
    }
  });

  it('and so is an ordinal; the error names the second user', async () => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(30));
    const batch = Array.from({ length: 40 }, (_, index) => makeUser(100 + index));
    batch[13] = makeUser(17, { subjectId: 'new' });
    const error = await refusal('Duplicate', () => insert(store, batch));
    expect(error.details).toMatchObject({ ordinal: 17, subjectId: 'new' });
  });

  it('also after a rollback that brings a deleted run back', async () => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(5_000));
    const failing = store.transaction(async (tx) => {
      await tx.deleteRun(RUN);
      await tx.insertRun(makeRun({ id: runId(2) }));
      await tx.insertUsers([makeUser(1, { runId: runId(2) })]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await refusal('Duplicate', () => insert(store, [makeUser(5_001, { subjectId: 'subject-3' })]));
  });

  it('but may be in another run too', async () => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(100));
    const users = makeUsers(100).map((user) => ({ ...user, runId: runId(2) }));
    await fill(store, makeRun({ id: runId(2) }), users);
    expect(await store.getUserBySubject(runId(2), 'subject-7')).toEqual(users[6]);
  });
});

describe('a search by subject', () => {
  it('finds the user in any block, also when ordinals have gaps', async () => {
    const store = await opened(sqliteStore(newFile()));
    const ordinals = [1, 2, 5_000, 100_000, 1_000_000_000];
    await fill(
      store,
      makeRun(),
      ordinals.map((ordinal) => makeUser(ordinal)),
    );
    for (const ordinal of ordinals)
      expect(await store.getUserBySubject(RUN, `subject-${ordinal}`)).toEqual(makeUser(ordinal));
    expect(await store.getUserBySubject(RUN, 'no such subject')).toBeNull();
  });

  it('in a filter reads no other user, and obeys the rest of the filter and the cursor', async () => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(10));
    const user = step(makeUser(4));
    await put(store, [user]);
    const query = { runId: RUN, order: { property: 'id', descending: false }, after: null, limit: 5 };
    const where = (text: string) => parseListFilter(text, USER_PROPERTIES);
    const found = where("subject/id eq 'subject-4' and processingStatus eq 'inProgress'");
    expect(await store.listUsers({ ...query, where: found })).toEqual([user]);
    expect(await store.listUsers({ ...query, where: found, after: { value: null, key: 4 } })).toEqual([]);
    expect(await store.listUsers({ ...query, where: found, after: { value: null, key: 3 } })).toEqual([user]);
    expect(await store.countUsers({ runId: RUN, where: found })).toBe(1);
    const not = where("'subject-4' eq subject/id and processingStatus eq 'queued'");
    expect(await store.listUsers({ ...query, where: not })).toEqual([]);
    expect(await store.countUsers({ runId: RUN, where: not })).toBe(0);
  });
});

describe('what was done for a subject', () => {
  /** Runs of these sizes, one after another, with the subjects 1, 2, … in each. */
  async function runsOf(sizes: readonly number[]): Promise<string> {
    const file = newFile();
    const store = await sqliteStore(file);
    for (const [index, size] of sizes.entries()) {
      const id = runId(index + 1);
      const users = makeUsers(size).map((user) => ({ ...user, runId: id }));
      await fill(store, makeRun({ id, knownUsersCount: size }), users);
    }
    await store.close();
    return file;
  }

  it('is in regions of at most 4,096 users, whatever the sizes of the runs', async () => {
    const sizes = [...new Array<number>(90).fill(3), ...new Array<number>(10).fill(1_100), 9_000];
    const file = await runsOf(sizes);
    const database = new DatabaseSync(file, { readOnly: true });
    const sql = `SELECT ${REGION} AS region, typeof(${REGION}) AS type, count(*) AS users FROM users GROUP BY 1`;
    const regions = database.prepare(sql).all();
    expect(new Set(regions.map(({ type }) => type))).toEqual(new Set(['integer']));
    expect(Math.max(...regions.map(({ users }) => Number(users)))).toBeLessThanOrEqual(REGION_USERS);
    expect(regions.length).toBeLessThan(30);
    expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' });
    database.close();
  });

  it('is found by one search in the index a region, without reading other users or sorting runs', async () => {
    const connection = new RecordingConnection(await runsOf([2, 5_000]));
    const plans = connection.plansOf(() => findSubjectInRuns(connection, 'subject-2', null, 3));
    expect(plans).toHaveLength(1);
    const [plan = ''] = plans;
    expect(plan).toContain(
      'SEARCH users USING COVERING INDEX users_by_subject (<expr>=? AND subject_id=? AND run_no<?)',
    );
    expect(plan).toContain('SEARCH users USING COVERING INDEX users_by_subject (<expr>>?)');
    expect(plan).toContain('SEARCH runs USING INTEGER PRIMARY KEY');
    expect(plan).not.toMatch(/SCAN (?!regions|CONSTANT)/);
    expect(findSubjectInRuns(connection, 'subject-2', null, 3)).toEqual([
      { runId: runId(2), runNo: 2, ordinal: 2 },
      { runId: runId(1), runNo: 1, ordinal: 2 },
    ]);
    connection.close();
  });
});
