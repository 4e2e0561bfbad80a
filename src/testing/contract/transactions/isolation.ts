import assert from 'node:assert/strict';
import type { UserRecord } from '../../../model/records.ts';
import type { Store } from '../../../ports/store.ts';
import { dumpBase, putBaseState, WRITES } from '../base-state.ts';
import { listAllUsers } from '../dump.ts';
import { type ContractKit, gate, rejectionOf, turns } from '../kit.ts';
import { activeUser, runId, runRecord, seedRun, T0, userRecords } from '../records/records.ts';

/** Readers outside see committed states only; transactions run one after another. */
export function isolation(kit: ContractKit): void {
  kit.describe('isolation', () => {
    readersOutside(kit);
    oneAfterAnother(kit);
  });
}

function readersOutside({ test }: ContractKit): void {
  for (const [name, write] of Object.entries(WRITES)) {
    test(`readers outside never see ${name} of a transaction that is taken back`, async (store) => {
      await putBaseState(store);
      const before = await dumpBase(store);
      let seen: Promise<unknown> = Promise.resolve();
      await rejectionOf(() =>
        store.transaction(async (tx) => {
          await write(tx);
          seen = dumpBase(store);
          await turns();
          throw new Error('never mind');
        }),
      );
      assert.deepEqual(await seen, before);
    });

    test(`readers outside do not see ${name} before its commit`, async (store) => {
      await putBaseState(store);
      const before = await dumpBase(store);
      let seen: Promise<unknown> = Promise.resolve();
      let settled: unknown = null;
      await store.transaction(async (tx) => {
        await write(tx);
        seen = dumpBase(store).then((state) => {
          settled ??= state;
        });
        await turns();
        settled ??= 'the reader waits for the commit, which is allowed';
      });
      await seen;
      if (typeof settled !== 'string') assert.deepEqual(settled, before);
      assert.notDeepEqual(await dumpBase(store), before);
    });
  }

  test('a list outside is of one committed state while commits go on', async (store) => {
    const users = userRecords(0, 30);
    await seedRun(store, runRecord(0), users);
    let isWriting = true;
    const writer = writeGenerations(store, users, 40).finally(() => {
      isWriting = false;
    });
    let reads = 0;
    while (isWriting) {
      const listed = await listAllUsers(store, runId(0));
      assert.equal(new Set(listed.map((user) => user.attempts?.failures ?? 0)).size, 1);
      assert.equal(listed.length, users.length);
      reads += 1;
      await turns(1);
    }
    await writer;
    assert.ok(reads > 0);
  });
}

async function writeGenerations(store: Store, users: readonly UserRecord[], count: number): Promise<void> {
  for (let failures = 1; failures <= count; failures += 1) {
    const attempts = { failures, interruptions: 0, notBeforeMs: 0 };
    const written = users.map((user) => activeUser(user, T0, [], attempts));
    await store.transaction(async (tx) => {
      await tx.putUsers(written.slice(0, 15));
      await turns(1);
      await tx.putUsers(written.slice(15));
    });
  }
}

function oneAfterAnother({ test }: ContractKit): void {
  test('the second of two transactions starts when the first has ended, and sees its writes', async (store) => {
    const first = gate();
    const log: string[] = [];
    const one = store.transaction(async (tx) => {
      log.push('one starts');
      await tx.putSetting('job', 'one');
      await first.opened;
      log.push('one ends');
    });
    const two = store.transaction(async (tx) => {
      log.push('two starts');
      return tx.getSetting('job');
    });
    await turns();
    first.open();
    assert.equal(await two, 'one');
    await one;
    assert.deepEqual(log, ['one starts', 'one ends', 'two starts']);
  });

  test('a transaction that throws does not stop those behind it', async (store) => {
    const results = await Promise.allSettled([
      store.transaction((tx) => tx.putSetting('a', '1')),
      store.transaction(async (tx) => {
        await tx.putSetting('b', '2');
        throw new Error('in the middle');
      }),
      store.transaction((tx) => tx.putSetting('c', '3')),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    const settings = await Promise.all(['a', 'b', 'c'].map((name) => store.getSetting(name)));
    assert.deepEqual(settings, ['1', null, '3']);
  });

  test('a hundred transactions that read, wait and write lose no update', async (store) => {
    await seedRun(store, runRecord(0));
    const claims = Array.from({ length: 100 }, () =>
      store.transaction(async (tx) => {
        const run = await tx.getRun(runId(0));
        assert.ok(run);
        await turns(1);
        await tx.putRun({ ...run, claim: run.claim + 1 });
        return run.claim;
      }),
    );
    assert.deepEqual(
      await Promise.all(claims),
      Array.from({ length: 100 }, (_, index) => index),
    );
    assert.equal((await store.getRun(runId(0)))?.claim, 100);
  });
}
