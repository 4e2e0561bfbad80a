import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseListFilter } from '../../../../../src/filter/list-filter.ts';
import type { UserRecord } from '../../../../../src/model/records.ts';
import { USER_PROPERTIES } from '../../../../../src/model/resources/properties.ts';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { SUBJECT_BLOCK } from '../../../../../src/stores/sqlite/file/schema.ts';
import { SubjectFilter } from '../../../../../src/stores/sqlite/reading/subjects.ts';
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
  const blocks = [1, SUBJECT_BLOCK - 1, SUBJECT_BLOCK, 3 * SUBJECT_BLOCK + 7];

  it.each(blocks)('when the first has ordinal %i and the second is in a batch', async (no) => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(4 * SUBJECT_BLOCK));
    const next = 4 * SUBJECT_BLOCK + 1;
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
      await fill(before, makeRun(), makeUsers(4 * SUBJECT_BLOCK));
      await before.close();
      const store = await opened(sqliteStore(file));
      const user = makeUser(4 * SUBJECT_BLOCK + 1, { subjectId: `subject-${no}` });
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
      [SUBJECT_BLOCK - 1, SUBJECT_BLOCK],
      [1, SUBJECT_BLOCK + 1],
    ] as const) {
      const users = makeUsers(SUBJECT_BLOCK + 100);
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

it('blocks are whole numbers in the index', async () => {
  const file = newFile();
  const store = await sqliteStore(file);
  await fill(store, makeRun(), makeUsers(2 * SUBJECT_BLOCK));
  await store.close();
  const database = new DatabaseSync(file, { readOnly: true });
  const sql = `SELECT count(DISTINCT no / ${SUBJECT_BLOCK}) AS blocks FROM users`;
  expect(database.prepare(sql).get()).toMatchObject({ blocks: 3 });
  expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' });
  database.close();
});
