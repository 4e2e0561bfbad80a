import { describe, expect, it } from 'vitest';
import { copyRun } from '../../../../src/ledger/copy/copy-run.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { runId, runRecord, userRecords } from '../../../../src/testing/contract/records/records.ts';
import { everythingOf } from '../../../helpers/whole-store.ts';

async function storeOf(run: RunRecord, users: readonly UserRecord[]): Promise<Store> {
  const store = memoryStore();
  await store.transaction(async (tx) => {
    await tx.insertRun(run);
    await tx.insertUsers(users);
  });
  return store;
}

const run = runRecord(0, { driver: 'external', totalUsersCount: 5 });

describe('a copy of a run', () => {
  it.each([0, 2, LIMITS.usersPerBatch, LIMITS.usersPerBatch + 1])('has all of %i users', async (count) => {
    const from = await storeOf(run, userRecords(0, count));
    const to = memoryStore();
    let copied = 0;
    await copyRun(from, to, run, (users) => {
      copied += users;
    });
    expect(copied).toBe(count);
    expect(await everythingOf(to)).toEqual(await everythingOf(from));
  });

  it('replaces what was left of it half written, and leaves one that is whole', async () => {
    const from = await storeOf(run, userRecords(0, 3));
    const half = await storeOf({ ...run, published: false }, userRecords(0, 1));
    await copyRun(from, half, run, () => {});
    expect(await everythingOf(half)).toEqual(await everythingOf(from));
    await copyRun(from, half, run, () => {});
    expect(await half.countUsers({ runId: runId(0), where: null })).toBe(3);
  });

  it('refuses one of the same id that is another', async () => {
    const from = await storeOf(run, userRecords(0, 3));
    const other = await storeOf(run, userRecords(0, 2));
    await expect(copyRun(from, other, run, () => {})).rejects.toMatchObject({ code: 'StoreFailed' });
  });
});
