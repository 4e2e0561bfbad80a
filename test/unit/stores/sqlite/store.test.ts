import { describe, expect, it } from 'vitest';
import type { StoreTransaction } from '../../../../src/ports/store.ts';
import { sqliteStore } from '../../../../src/sqlite.ts';
import {
  allUsers,
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
} from './support.ts';

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

describe('after its end', () => {
  it('a transaction refuses calls', async () => {
    const store = await opened(sqliteStore(newFile()));
    let kept: StoreTransaction | null = null;
    await store.transaction(async (tx) => {
      kept = tx;
    });
    await refusal('StoreClosed', async () => kept?.getRun(RUN));
    await refusal('StoreClosed', async () => kept?.putRun(makeRun()));
  });

  it('a store refuses calls, and close can be called twice', async () => {
    const file = newFile();
    const store = await sqliteStore(file);
    await fill(store, makeRun(), makeUsers(1));
    const last = put(store, [step(makeUser(1))]);
    await Promise.all([store.close(), store.close()]);
    await last;
    await refusal('StoreClosed', () => store.getRun(RUN));
    await refusal('StoreClosed', () => store.transaction(async () => {}));
    await store.close();
    const reader = await sqliteStore(file, { readOnly: true });
    expect(await allUsers(reader)).toEqual([step(makeUser(1))]);
    await reader.close();
    await refusal('StoreClosed', () => reader.getRun(RUN));
    await refusal('StoreClosed', () => reader.transaction(async () => {}));
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

it('a page of users is full although many rows before it are out of date', async () => {
  const store = await opened(sqliteStore(newFile()));
  await fill(store, makeRun(), makeUsers(3_000));
  const users = makeUsers(3_000);
  for (const user of users.slice(0, 2_500)) users[user.ordinal - 1] = step(user);
  await put(store, users.slice(0, 2_500));
  expect(await store.listUsersByStatus(RUN, 'queued', 0, 10)).toEqual(users.slice(2_500, 2_510));
  expect(await store.listUsersByStatus(RUN, 'inProgress', 2_495, 10)).toEqual(users.slice(2_495, 2_500));
});
