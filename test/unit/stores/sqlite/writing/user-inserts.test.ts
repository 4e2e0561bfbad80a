import { expect, it } from 'vitest';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { allUsers, fill, makeRun, makeUser, makeUsers, newFile, opened, refusal } from '../support.ts';

const store = async () => {
  const file = await opened(sqliteStore(newFile()));
  await fill(file, makeRun(), makeUsers(3));
  return file;
};

it.each([1, 19, 20, 21, 40, 59])(
  '%i users are inserted, by statements of twenty and of one',
  async (count) => {
    const file = await store();
    const more = makeUsers(count + 3).slice(3);
    await file.transaction((tx) => tx.insertUsers(more));
    expect(await allUsers(file)).toEqual([...makeUsers(3), ...more]);
  },
);

it.each([0, 7, 19, 20, 25])(
  'the second result of a subject at index %i is named, and nothing is kept',
  async (at) => {
    const file = await store();
    const more = makeUsers(33)
      .slice(3)
      .map((user, index) => (index === at ? { ...user, subjectId: 'subject-2' } : user));
    const error = await refusal('Duplicate', () => file.transaction((tx) => tx.insertUsers(more)));
    expect(error.details).toMatchObject({ subjectId: 'subject-2', ordinal: at + 4 });
    expect(await allUsers(file)).toEqual(makeUsers(3));
  },
);

it('two results of one subject in one call are refused', async () => {
  const file = await store();
  const more = makeUsers(33).slice(3);
  more[12] = makeUser(16, { subjectId: 'subject-4' });
  const error = await refusal('Duplicate', () => file.transaction((tx) => tx.insertUsers(more)));
  expect(error.details).toMatchObject({ subjectId: 'subject-4', ordinal: 16 });
});

it('an ordinal that exists is refused', async () => {
  const file = await store();
  const second = makeUser(2, { subjectId: 'another' });
  const error = await refusal('Duplicate', () => file.transaction((tx) => tx.insertUsers([second])));
  expect(error.details).toMatchObject({ ordinal: 2 });
});
