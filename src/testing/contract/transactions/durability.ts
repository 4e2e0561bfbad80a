import assert from 'node:assert/strict';
import { dumpBase, putBaseState, WRITES } from '../base-state.ts';
import { type ContractKit, rejectionOf, rejectsWith } from '../kit.ts';
import { activeUser, runId, runRecord, T0, userRecord, workflowId } from '../records/records.ts';

/** What a durable store still knows after it was closed and reopened. */
export function durability({ describe, durableTest }: ContractKit): void {
  describe('durability', () => {
    for (const [name, write] of Object.entries(WRITES)) {
      durableTest(
        `${name} is there after closing and opening, and reads the same`,
        async ({ store, reopen }) => {
          await putBaseState(store);
          await store.transaction(write);
          const before = await dumpBase(store);
          const reopened = await reopen(store);
          assert.deepEqual(await dumpBase(reopened), before);
        },
      );
    }

    durableTest('what was taken back is not there after opening', async ({ store, reopen }) => {
      await putBaseState(store);
      const before = await dumpBase(store);
      for (const write of Object.values(WRITES)) {
        await rejectionOf(() =>
          store.transaction(async (tx) => {
            await write(tx);
            throw new Error('never mind');
          }),
        );
      }
      assert.deepEqual(await dumpBase(await reopen(store)), before);
    });

    durableTest('a transaction that close() waited for is there', async ({ store, reopen }) => {
      const running = store.transaction((tx) => tx.putSetting('job', 'kept'));
      const reopened = await reopen(store);
      await running;
      assert.equal(await reopened.getSetting('job'), 'kept');
    });

    goingOn(durableTest);
  });
}

function goingOn(durableTest: ContractKit['durableTest']): void {
  durableTest('keys, slots and subjects are still unique after opening', async ({ store, reopen }) => {
    await putBaseState(store);
    const reopened = await reopen(store);
    const slot = runRecord(5, { slotAtMs: T0 });
    await rejectsWith('Duplicate', () => reopened.transaction((tx) => tx.insertRun(slot)));
    await rejectsWith('Duplicate', () => reopened.transaction((tx) => tx.insertRun(runRecord(0))));
    const user = userRecord(0, 8, { subjectId: 'subject-3' });
    await rejectsWith('Duplicate', () => reopened.transaction((tx) => tx.insertUsers([user])));
  });

  durableTest('active users continue after each of several openings', async ({ store, reopen }) => {
    await putBaseState(store);
    let current = store;
    for (let failures = 1; failures <= 5; failures += 1) {
      const user = activeUser(userRecord(0, 2), T0 + 2, [], {
        failures,
        interruptions: failures,
        notBeforeMs: 0,
      });
      await current.transaction((tx) => tx.putUsers([user]));
      current = await reopen(current);
      assert.deepEqual(await current.getUser(runId(0), 2), user);
      assert.deepEqual(await current.getUserBySubject(runId(0), 'subject-2'), user);
    }
  });

  durableTest('what was deleted stays deleted', async ({ store, reopen }) => {
    await putBaseState(store);
    await store.transaction(async (tx) => {
      await tx.putUsers([activeUser(userRecord(0, 1), T0)]);
      await tx.deleteWorkflow(workflowId(0));
    });
    const reopened = await reopen(store);
    assert.equal(await reopened.getRun(runId(0)), null);
    assert.equal(await reopened.getUser(runId(0), 1), null);
  });
}
