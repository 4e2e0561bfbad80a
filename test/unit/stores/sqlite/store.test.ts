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
  step,
} from './support.ts';

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
