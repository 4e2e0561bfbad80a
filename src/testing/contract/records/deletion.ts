import assert from 'node:assert/strict';
import { dumpBase, putBaseState } from '../base-state.ts';
import { dumpUsers } from '../dump.ts';
import type { ContractKit } from '../kit.ts';
import {
  activeUser,
  insertRunWith,
  runId,
  runRecord,
  subjectId,
  T0,
  userRecord,
  workflowId,
} from './records.ts';

/** Deletions take what belongs to the deleted, and nothing else. */
export function deletion({ describe, test }: ContractKit): void {
  describe('deletion', () => {
    test('deleteRun takes its users, active or not, and leaves other runs and admissions', async (store) => {
      await putBaseState(store);
      const before = await dumpBase(store);
      const getAdmissions = before['workflow 0: getAdmissions'];
      await store.transaction((tx) => tx.deleteRun(runId(0)));
      assert.equal(await store.getRun(runId(0)), null);
      await assertNoUsers(store, 0);
      const after = await dumpBase(store);
      assert.deepEqual(after['workflow 0: getAdmissions'], getAdmissions);
      assert.deepEqual(after['run 1: listUsers'], before['run 1: listUsers']);
      assert.deepEqual(after['run 3: listUsers'], before['run 3: listUsers']);
    });

    test('deleteWorkflow takes its versions, admissions, runs and their users, and no others', async (store) => {
      await putBaseState(store);
      const before = await dumpBase(store);
      await store.transaction((tx) => tx.deleteWorkflow(workflowId(0)));
      assert.equal(await store.getWorkflow(workflowId(0)), null);
      assert.equal(await store.getWorkflowVersion(workflowId(0), 1), null);
      assert.deepEqual(await store.listWorkflowVersions(workflowId(0)), []);
      assert.deepEqual(await store.getAdmissions(workflowId(0), [1, 2, 3].map(subjectId)), []);
      for (const n of [0, 1, 2]) {
        assert.equal(await store.getRun(runId(n)), null);
        await assertNoUsers(store, n);
      }
      assert.equal(await store.countRuns({ workflowId: workflowId(0), where: null }), 0);
      const after = await dumpBase(store);
      const kept = Object.keys(before).filter((key) => /^(workflow 1|run 3|setting)/.test(key));
      assert.ok(kept.length > 5);
      for (const key of kept) assert.deepEqual(after[key], before[key], key);
    });

    test('a run that comes back under a deleted id has nothing of the old one', async (store) => {
      await putBaseState(store);
      await store.transaction((tx) => tx.deleteRun(runId(0)));
      const user = userRecord(0, 2, { subjectId: 'new' });
      await store.transaction((tx) => insertRunWith(tx, runRecord(0), [user]));
      assert.deepEqual(await store.getUser(runId(0), 2), user);
      assert.equal(await store.getUserBySubject(runId(0), subjectId(2)), null);
      assert.equal(await store.getUser(runId(0), 3), null);
      await store.transaction((tx) => tx.putUsers([activeUser(user, T0)]));
      assert.deepEqual(await store.getUserBySubject(runId(0), 'new'), activeUser(user, T0));
    });

    test('deleting what is not there changes nothing', async (store) => {
      await putBaseState(store);
      const before = await dumpBase(store);
      await store.transaction(async (tx) => {
        await tx.deleteRun(runId(99));
        await tx.deleteWorkflow(workflowId(99));
        await tx.deleteAdmissions(workflowId(99), runId(0), [subjectId(1)]);
        await tx.deleteAdmissions(workflowId(0), runId(0), ['no such subject']);
        await tx.purgeAdmissions(workflowId(99), Number.MAX_SAFE_INTEGER);
      });
      assert.deepEqual(await dumpBase(store), before);
    });
  });
}

async function assertNoUsers(store: Parameters<typeof dumpUsers>[0], n: number): Promise<void> {
  const users = await dumpUsers(store, n, 7);
  assert.deepEqual(users.listUsers, []);
  assert.equal(users.countUsers, 0);
  assert.ok([...users.getUser, ...users.getUserBySubject].every((user) => user === null));
  assert.ok(Object.values(users.byStatus).every((list) => list.length === 0));
}
