import assert from 'node:assert/strict';
import type { Store, StoreTransaction } from '../../../ports/store.ts';
import { type ContractKit, rejectionOf, rejectsWith } from '../kit.ts';
import {
  activeUser,
  insertRunWith,
  runId,
  runRecord,
  seedRun,
  subjectId,
  T0,
  userRecord,
  workflowId,
  workflowRecord,
} from '../records/records.ts';

/** Inserts of what exists are `Duplicate`; puts of what does not exist are refused. */
export function uniqueness(kit: ContractKit): void {
  kit.describe('uniqueness', () => {
    ofRuns(kit);
    ofUsers(kit);
    missingKeys(kit);
  });
}

function refuses(store: Store, work: (tx: StoreTransaction) => Promise<void>): Promise<void> {
  return rejectsWith('Duplicate', () => store.transaction(work));
}

function ofRuns({ test }: ContractKit): void {
  test('a second run with the same id is a Duplicate', async (store) => {
    await seedRun(store, runRecord(0));
    await refuses(store, (tx) => tx.insertRun(runRecord(0, { scheduledAtMs: T0 + 5 })));
    assert.deepEqual(await store.getRun(runId(0)), runRecord(0));
  });

  test('a second run of a workflow in the same slot is a Duplicate, published or not', async (store) => {
    await seedRun(store, runRecord(0, { slotAtMs: T0 }));
    await store.transaction((tx) => tx.insertRun(runRecord(1, { slotAtMs: T0 + 1, published: false })));
    await refuses(store, (tx) => tx.insertRun(runRecord(2, { slotAtMs: T0 })));
    await refuses(store, (tx) => tx.insertRun(runRecord(2, { slotAtMs: T0 + 1 })));
    assert.equal(await store.getRun(runId(2)), null);
  });

  test('two inserts in one transaction meet each other', async (store) => {
    await store.transaction((tx) => tx.putWorkflow(workflowRecord(0)));
    await refuses(store, async (tx) => {
      await tx.insertRun(runRecord(0, { slotAtMs: T0 }));
      await tx.insertRun(runRecord(1, { slotAtMs: T0 }));
    });
    assert.equal(await store.getRun(runId(0)), null);
  });

  test('of two concurrent transactions for one slot exactly one commits', async (store) => {
    await store.transaction((tx) => tx.putWorkflow(workflowRecord(0)));
    const results = await Promise.allSettled(
      [0, 1].map((n) => store.transaction((tx) => tx.insertRun(runRecord(n, { slotAtMs: T0 })))),
    );
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.equal(await store.countRuns({ where: null }), 1);
  });

  test('workflows share a slot, slot 0 is a slot, and runs without a slot are free', async (store) => {
    await seedRun(store, runRecord(0, { slotAtMs: 0 }));
    await store.transaction(async (tx) => {
      await tx.putWorkflow(workflowRecord(1));
      await tx.insertRun(runRecord(1, { workflowId: workflowId(1), slotAtMs: 0 }));
      await tx.insertRun(runRecord(2, { slotAtMs: null }));
      await tx.insertRun(runRecord(3, { slotAtMs: null }));
    });
    assert.equal(await store.countRuns({ where: null }), 4);
    await refuses(store, (tx) => tx.insertRun(runRecord(4, { slotAtMs: 0 })));
  });

  test('a slot stays taken while its run is put', async (store) => {
    await seedRun(store, runRecord(0, { slotAtMs: T0 }));
    await store.transaction((tx) => tx.putRun(runRecord(0, { slotAtMs: T0, claim: 1 })));
    await refuses(store, (tx) => tx.insertRun(runRecord(1, { slotAtMs: T0 })));
  });

  test('a deleted run leaves its id and its slot free', async (store) => {
    await seedRun(store, runRecord(0, { slotAtMs: T0 }), [userRecord(0, 1)]);
    await store.transaction(async (tx) => {
      await tx.deleteRun(runId(0));
      await insertRunWith(tx, runRecord(0, { slotAtMs: T0, claim: 7 }), [userRecord(0, 1)]);
    });
    assert.equal((await store.getRun(runId(0)))?.claim, 7);
  });
}

function ofUsers({ test }: ContractKit): void {
  test('a second result for a subject in a run is a Duplicate', async (store) => {
    await seedRun(store, runRecord(0), [userRecord(0, 1)]);
    await refuses(store, (tx) => tx.insertUsers([userRecord(0, 2, { subjectId: subjectId(1) })]));
    assert.equal(await store.getUser(runId(0), 2), null);
    assert.deepEqual(await store.getUserBySubject(runId(0), subjectId(1)), userRecord(0, 1));
  });

  test('a second result with the same ordinal in a run is a Duplicate', async (store) => {
    await seedRun(store, runRecord(0), [userRecord(0, 1)]);
    await refuses(store, (tx) => tx.insertUsers([userRecord(0, 1, { subjectId: 'another subject' })]));
    assert.deepEqual(await store.getUser(runId(0), 1), userRecord(0, 1));
    assert.equal(await store.getUserBySubject(runId(0), 'another subject'), null);
  });

  test('a batch that names a subject twice is a Duplicate and nothing of it is kept', async (store) => {
    await seedRun(store, runRecord(0));
    await refuses(store, (tx) =>
      tx.insertUsers([userRecord(0, 1), userRecord(0, 2), userRecord(0, 3, { subjectId: subjectId(1) })]),
    );
    assert.equal(await store.countUsers({ runId: runId(0), where: null }), 0);
  });

  test('a subject whose user is active or has ended is still taken', async (store) => {
    await seedRun(store, runRecord(0), [userRecord(0, 1)]);
    await store.transaction((tx) => tx.putUsers([activeUser(userRecord(0, 1), T0)]));
    await refuses(store, (tx) => tx.insertUsers([userRecord(0, 2, { subjectId: subjectId(1) })]));
  });

  test('runs share subjects and numbers', async (store) => {
    await seedRun(store, runRecord(0), [userRecord(0, 1)]);
    await store.transaction((tx) => insertRunWith(tx, runRecord(1), [userRecord(1, 1)]));
    assert.equal((await store.getUser(runId(1), 1))?.runId, runId(1));
    assert.equal((await store.getUserBySubject(runId(0), subjectId(1)))?.runId, runId(0));
  });

  test('subjects that differ in case, spaces or composition are different', async (store) => {
    const names = ['ann', 'Ann', 'ann ', ' ann', 'ann\u00e9', 'anne\u0301', 'ANN', ''];
    const users = names.map((name, index) => userRecord(0, index + 1, { subjectId: name }));
    await seedRun(store, runRecord(0), users);
    for (const user of users) assert.deepEqual(await store.getUserBySubject(runId(0), user.subjectId), user);
    assert.equal(await store.getUserBySubject(runId(0), 'aNN'), null);
  });
}

function missingKeys({ test }: ContractKit): void {
  test('a put of a run that does not exist is refused and makes none', async (store) => {
    await seedRun(store, runRecord(0));
    await rejectionOf(() => store.transaction((tx) => tx.putRun(runRecord(1))));
    assert.equal(await store.getRun(runId(1)), null);
    assert.equal(await store.countRuns({ where: null }), 1);
  });

  test('a put of users of which one does not exist is refused and changes none', async (store) => {
    await seedRun(store, runRecord(0), [userRecord(0, 1), userRecord(0, 3)]);
    const put = [1, 2, 3].map((ordinal) => activeUser(userRecord(0, ordinal), T0));
    await rejectionOf(() => store.transaction((tx) => tx.putUsers(put)));
    assert.deepEqual(await store.getUser(runId(0), 1), userRecord(0, 1));
    assert.equal(await store.getUser(runId(0), 2), null);
    assert.equal(await store.countUsers({ runId: runId(0), where: null }), 2);
  });

  test('a put of a user of another run, or of a deleted run, is refused', async (store) => {
    await seedRun(store, runRecord(0), [userRecord(0, 1)]);
    await store.transaction((tx) => insertRunWith(tx, runRecord(1), [userRecord(1, 2)]));
    await rejectionOf(() => store.transaction((tx) => tx.putUsers([activeUser(userRecord(1, 1), T0)])));
    await store.transaction((tx) => tx.deleteRun(runId(0)));
    await rejectionOf(() => store.transaction((tx) => tx.putUsers([activeUser(userRecord(0, 1), T0)])));
    assert.equal(await store.getUser(runId(0), 1), null);
  });

  test('reads of what never was give null, nothing or zero', async (store) => {
    const id = runId(0);
    assert.equal(await store.getWorkflow(workflowId(0)), null);
    assert.equal(await store.getWorkflowVersion(workflowId(0), 1), null);
    assert.deepEqual(await store.listWorkflows(), []);
    assert.deepEqual(await store.listWorkflowVersions(workflowId(0)), []);
    assert.equal(await store.getRun(id), null);
    assert.equal(await store.getUser(id, 1), null);
    assert.equal(await store.getUserBySubject(id, subjectId(1)), null);
    assert.deepEqual(await store.listUnfinishedRuns(), []);
    assert.deepEqual(await store.listUsersByStatus(id, 'queued', 0, 10), []);
    assert.equal(await store.countRuns({ where: null }), 0);
    assert.equal(await store.countUsers({ runId: id, where: null }), 0);
    assert.deepEqual(await store.getAdmissions(workflowId(0), [subjectId(1)]), []);
    assert.equal(await store.getSetting('job'), null);
    assert.equal((await store.sumRuns(workflowId(0), 0, T0)).totalRuns, 0);
  });
}
