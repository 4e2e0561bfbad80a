import assert from 'node:assert/strict';
import { USER_STATUSES } from '../../../model/status.ts';
import { Choices } from '../../../system/virtual/choices.ts';
import type { ContractKit } from '../kit.ts';
import { runId, runRecord, seedRun } from '../records/records.ts';
import { sampleUsers, storiesOf } from '../samples.ts';

const USERS = 60;

/** Users of a run in one status. */
export function usersByStatus(kit: ContractKit): void {
  kit.describe('users by status', () => {
    kit.test('those of a range of ordinals come by ordinal, at most `limit`', async (store) => {
      const choices = new Choices(11);
      const users = sampleUsers(choices, 0, USERS);
      const { inserted, puts } = storiesOf(users);
      await seedRun(store, runRecord(0, { processingStatus: 'inProgress' }), inserted);
      for (const batch of puts) await store.transaction((tx) => tx.putUsers(batch));
      for (let round = 0; round < 200; round += 1) {
        const status = choices.pick(USER_STATUSES);
        const [after, to, limit] = [choices.int(0, USERS), choices.int(0, USERS + 1), choices.int(1, 20)];
        const expected = users.filter(
          ({ ordinal, processingStatus }) => processingStatus === status && after < ordinal && ordinal <= to,
        );
        assert.deepEqual(
          await store.listUsersByStatus(runId(0), status, after, limit, to),
          expected.slice(0, limit),
          `${status}, ${after + 1}..${to}, at most ${limit}`,
        );
      }
    });

    kit.test('a range of ordinals holds in the transaction that moved the users', async (store) => {
      const users = sampleUsers(new Choices(12), 0, 9);
      const { inserted, puts } = storiesOf(users);
      await seedRun(store, runRecord(0, { processingStatus: 'inProgress' }), inserted);
      await store.transaction(async (tx) => {
        for (const batch of puts) await tx.putUsers(batch);
        for (const status of USER_STATUSES)
          assert.deepEqual(
            await tx.listUsersByStatus(runId(0), status, 2, 9, 7),
            users.slice(2, 7).filter(({ processingStatus }) => processingStatus === status),
          );
      });
    });
  });
}
