import assert from 'node:assert/strict';
import { dumpBase, putBaseState, WRITES } from '../base-state.ts';
import { type ContractKit, rejectionOf } from '../kit.ts';
import { activeUser, runId, runRecord, T0, userRecord } from '../records/records.ts';

/** A transaction is kept as a whole or not at all, and reads its own writes. */
export function atomicity({ describe, test }: ContractKit): void {
  describe('atomicity', () => {
    for (const [name, write] of Object.entries(WRITES)) {
      test(`${name} is kept after a commit and read inside before it`, async (store) => {
        await putBaseState(store);
        const before = await dumpBase(store);
        const inside = await store.transaction(async (tx) => {
          await write(tx);
          return dumpBase(tx);
        });
        assert.notDeepEqual(inside, before, 'the transaction reads its own write');
        assert.deepEqual(await dumpBase(store), inside);
      });

      test(`nothing of ${name} is kept when the transaction throws`, async (store) => {
        await putBaseState(store);
        const before = await dumpBase(store);
        const thrown = new Error('in the middle');
        const work = store.transaction(async (tx) => {
          await write(tx);
          throw thrown;
        });
        assert.equal(await rejectionOf(() => work), thrown, 'the same error comes out');
        assert.deepEqual(await dumpBase(store), before);
        await store.transaction(write);
        assert.notDeepEqual(await dumpBase(store), before, 'the write works after the rollback');
      });
    }
    wholeTransactions(test);
    refusedTransactions(test);
  });
}

function wholeTransactions(test: ContractKit['test']): void {
  test('nothing of many writes is kept when the last of them is followed by a throw', async (store) => {
    await putBaseState(store);
    const before = await dumpBase(store);
    const { deleteWorkflow, deleteRun, ...others } = WRITES;
    assert.ok(deleteWorkflow && deleteRun, 'both deletions are in the table');
    const writes = Object.values(others).filter((write) => write !== others['insertRun with users']);
    await rejectionOf(() =>
      store.transaction(async (tx) => {
        for (const write of [...writes, deleteRun, deleteWorkflow]) await write(tx);
        throw new Error('at the end');
      }),
    );
    assert.deepEqual(await dumpBase(store), before);
  });

  test('the value of the work comes out', async (store) => {
    const value = { any: 'thing' };
    assert.equal(await store.transaction(async () => value), value);
  });

  test('whatever is thrown comes out as it is, also when it is no error', async (store) => {
    for (const thrown of ['text', undefined, null, 0, Object.freeze({ frozen: true })]) {
      const error = await rejectionOf(() =>
        store.transaction(async (tx) => {
          await tx.putSetting('job', 'never');
          throw thrown;
        }),
      );
      assert.equal(error, thrown);
    }
    assert.equal(await store.getSetting('job'), null);
  });

  test('work that throws before its first await rejects the transaction and nothing else', async (store) => {
    const thrown = new Error('at once');
    const work = () => {
      throw thrown;
    };
    assert.equal(await rejectionOf(() => store.transaction(work)), thrown);
    await store.transaction((tx) => tx.putSetting('job', 'kept'));
    assert.equal(await store.getSetting('job'), 'kept');
  });
}

function refusedTransactions(test: ContractKit['test']): void {
  test('a write that is refused and not caught takes the whole transaction back', async (store) => {
    await putBaseState(store);
    const before = await dumpBase(store);
    await rejectionOf(() =>
      store.transaction(async (tx) => {
        await tx.putSetting('job', 'never');
        await tx.putUsers([activeUser(userRecord(0, 1), T0 + 1)]);
        await tx.insertUsers([userRecord(0, 8), userRecord(0, 1)]);
      }),
    );
    assert.deepEqual(await dumpBase(store), before);
  });

  test('what was rolled back can be written afterwards, and what a rolled back transaction deleted is still there', async (store) => {
    await putBaseState(store);
    for (let round = 0; round < 2; round += 1) {
      await rejectionOf(() =>
        store.transaction(async (tx) => {
          await tx.insertUsers([userRecord(0, 8)]);
          await tx.insertRun(runRecord(4, { slotAtMs: T0 + 2 }));
          await tx.deleteRun(runId(1));
          throw new Error('rolled back');
        }),
      );
    }
    await store.transaction(async (tx) => {
      await tx.insertUsers([userRecord(0, 8)]);
      await tx.insertRun(runRecord(4, { slotAtMs: T0 + 2 }));
    });
    assert.deepEqual(await store.getUserBySubject(runId(0), 'subject-8'), userRecord(0, 8));
    assert.deepEqual(await store.getUser(runId(1), 1), userRecord(1, 1));
  });
}
