import assert from 'node:assert/strict';
import type { FailureGroupRecord, RecordedFailure } from '../../../model/failures.ts';
import { LIMITS } from '../../../model/limits.ts';
import type { SliceRecord } from '../../../model/slices.ts';
import type { Store, StoreReader } from '../../../ports/store.ts';
import type { ContractKit } from '../kit.ts';
import { SlicedRun, usersOfThree, writtenSlice } from '../slices/sliced-run.ts';
import {
  activeUser,
  completed,
  ended,
  failed,
  insertRunWith,
  runId,
  runRecord,
  seedRun,
  subjectId,
  T0,
  userRecord,
  userRecords,
  workflowId,
  workflowRecord,
} from './records.ts';

/** Groups of failures: counted and listed without the users that are in none. */
export function failures(kit: ContractKit): void {
  kit.describe('groups of failures', () => {
    groups(kit);
    members(kit);
    removal(kit);
    repaired(kit);
    slices(kit);
  });
}

function failure(key: string, ordinal: number, atMs = T0 + ordinal): RecordedFailure {
  return { key, taskId: `task of ${key}`, code: 'Http404', reason: `no "mail" for … 'é🎈'`, ordinal, atMs };
}

function add(store: Store, n: number, given: readonly RecordedFailure[]): Promise<void> {
  return store.transaction((tx) => tx.addFailures({ runId: runId(n), slice: 1 }, given));
}

/** The group that these failures make. */
function groupOf(n: number, given: readonly RecordedFailure[]): FailureGroupRecord {
  const [{ key, taskId, code, reason }] = given as readonly [RecordedFailure, ...RecordedFailure[]];
  const ordinals = given.map(({ ordinal }) => ordinal).sort((a, b) => a - b);
  const moments = given.map(({ atMs }) => atMs);
  return {
    runId: runId(n),
    key,
    taskId,
    code,
    reason,
    usersCount: given.length,
    firstAtMs: Math.min(...moments),
    lastAtMs: Math.max(...moments),
    subjectIds: ordinals.slice(0, LIMITS.failureSampleMax).map((ordinal) => subjectId(ordinal)),
  };
}

function groups({ test }: ContractKit): void {
  test('a run without failures has none, and a run that does not exist neither', async (store) => {
    await seedRun(store, runRecord(0), userRecords(0, 2));
    assert.deepEqual(await store.listFailureGroups(runId(0)), []);
    assert.deepEqual(await store.listFailureGroups(runId(9)), []);
    assert.deepEqual(await store.listUsersOfFailureGroup(runId(9), 'a', 0, 9), []);
    assert.deepEqual(await store.listRunsWithFailures(workflowId(0), 0, 9), []);
  });

  test('each counts its users over all commits, with the first and last moment and five subjects, by key', async (store) => {
    await seedRun(store, runRecord(0), userRecords(0, 9));
    const given = {
      b: [failure('b', 7, T0 + 70), failure('b', 2, T0 + 90), failure('b', 5, T0 + 10)],
      'B-1': [failure('B-1', 9)],
      a: [8, 6, 4, 1, 3, 2].map((ordinal) => failure('a', ordinal)),
    };
    await add(store, 0, [...given.b.slice(0, 1), ...given.a.slice(0, 3)]);
    await add(store, 0, [...given.b.slice(1), ...given['B-1'], ...given.a.slice(3)]);
    const expected = [given['B-1'], given.a, given.b].map((one) => groupOf(0, one));
    assert.deepEqual(await store.listFailureGroups(runId(0)), expected);
  });

  test('a transaction sees what it adds, others see it after the commit, and nothing of one that fails', async (store) => {
    await seedRun(store, runRecord(0), userRecords(0, 3));
    await add(store, 0, [failure('a', 1)]);
    const both = [groupOf(0, [failure('a', 1), failure('a', 3)]), groupOf(0, [failure('b', 3)])];
    const seen = async (reader: StoreReader) => reader.listFailureGroups(runId(0));
    const work = store.transaction(async (tx) => {
      await tx.addFailures({ runId: runId(0), slice: 1 }, [failure('a', 3), failure('b', 3)]);
      assert.deepEqual(await seen(tx), both);
      assert.equal((await tx.listUsersOfFailureGroup(runId(0), 'a', 0, 9)).length, 2);
      assert.deepEqual(await tx.listRunsWithFailures(workflowId(0), 0, 9), [runId(0)]);
      throw new RangeError('not kept');
    });
    await assert.rejects(work, RangeError);
    assert.deepEqual(await seen(store), [groupOf(0, [failure('a', 1)])]);
    assert.equal((await store.listUsersOfFailureGroup(runId(0), 'a', 0, 9)).length, 1);
    await add(store, 0, [failure('a', 3), failure('b', 3)]);
    assert.deepEqual(await seen(store), both);
  });

  test('the runs of a workflow with failures are listed by their latest one', async (store) => {
    await seedRun(store, runRecord(0), userRecords(0, 2));
    await store.transaction(async (tx) => {
      await tx.putWorkflow(workflowRecord(1));
      for (const n of [1, 2]) await insertRunWith(tx, runRecord(n), userRecords(n, 2));
      await insertRunWith(tx, runRecord(3, { workflowId: workflowId(1) }), userRecords(3, 2));
    });
    await add(store, 0, [failure('a', 1, T0 + 10), failure('b', 2, T0 + 30)]);
    await add(store, 2, [failure('a', 1, T0 + 20), failure('a', 2, T0 + 40)]);
    await add(store, 3, [failure('a', 1, T0 + 50)]);
    const list = (sinceMs: number, limit = 9) => store.listRunsWithFailures(workflowId(0), sinceMs, limit);
    assert.deepEqual(await list(0), [runId(2), runId(0)]);
    assert.deepEqual(await list(0, 1), [runId(2)]);
    assert.deepEqual(await list(0, 0), []);
    assert.deepEqual(await list(T0 + 30), [runId(2), runId(0)]);
    assert.deepEqual(await list(T0 + 31), [runId(2)]);
    assert.deepEqual(await list(T0 + 41), []);
    assert.deepEqual(await store.listRunsWithFailures(workflowId(1), 0, 9), [runId(3)]);
  });
}

function members({ test }: ContractKit): void {
  test('the users of a group are listed by ordinal, in pages, as they are now', async (store) => {
    const users = userRecords(0, 6, { totalTasksCount: 3 });
    await seedRun(store, runRecord(0), users);
    await add(store, 0, [failure('a', 5), failure('a', 2), failure('b', 3), failure('a', 4)]);
    const list = (after: number, limit: number) => store.listUsersOfFailureGroup(runId(0), 'a', after, limit);
    const at = (...ordinals: number[]) => ordinals.map((ordinal) => users[ordinal - 1]);
    assert.deepEqual(await list(0, 9), at(2, 4, 5));
    assert.deepEqual(await list(0, 2), at(2, 4));
    assert.deepEqual(await list(4, 2), at(5));
    assert.deepEqual(await list(5, 2), []);
    assert.deepEqual(await list(0, 0), []);
    assert.deepEqual(await store.listUsersOfFailureGroup(runId(0), 'c', 0, 9), []);
    const active = activeUser(users[3] as (typeof users)[0], T0, [{ ...failed(T0, 'no'), group: 'a' }]);
    const done = ended(activeUser(users[4] as (typeof users)[0], T0), 'failed', T0 + 9, [
      { ...failed(T0, 'no'), code: 'Http404', group: 'a' },
    ]);
    await store.transaction((tx) => tx.putUsers([active, done]));
    assert.deepEqual(await list(0, 9), [users[1], active, done]);
  });
}

function removal({ test }: ContractKit): void {
  test('groups go with their run, and those of others stay', async (store) => {
    await seedRun(store, runRecord(0), userRecords(0, 2));
    await store.transaction((tx) => insertRunWith(tx, runRecord(1), userRecords(1, 2)));
    for (const n of [0, 1]) await add(store, n, [failure('a', 1), failure('a', 2)]);
    await store.transaction((tx) => tx.deleteRun(runId(0)));
    assert.deepEqual(await store.listFailureGroups(runId(0)), []);
    assert.deepEqual(await store.listRunsWithFailures(workflowId(0), 0, 9), [runId(1)]);
    assert.equal((await store.listFailureGroups(runId(1))).length, 1);
    await store.transaction((tx) => insertRunWith(tx, runRecord(0), userRecords(0, 2)));
    assert.deepEqual(await store.listFailureGroups(runId(0)), []);
    assert.deepEqual(await store.listUsersOfFailureGroup(runId(0), 'a', 0, 9), []);
    await add(store, 0, [failure('a', 1)]);
    assert.equal((await store.listFailureGroups(runId(0)))[0]?.usersCount, 1);
    await store.transaction((tx) => tx.deleteWorkflow(workflowId(0)));
    assert.deepEqual(await store.listFailureGroups(runId(1)), []);
    assert.deepEqual(await store.listRunsWithFailures(workflowId(0), 0, 9), []);
  });
}

function repaired({ test }: ContractKit): void {
  test('users are repaired that completed in one of the other runs', async (store) => {
    await seedRun(store, runRecord(0), userRecords(0, 6));
    const again = [1, 2, 3, 4].map((ordinal) => userRecord(1, ordinal));
    const done = (ordinal: number) =>
      ended(userRecord(1, ordinal), 'completed', T0 + 9, [completed(T0), completed(T0 + 1_000)]);
    await store.transaction(async (tx) => {
      await insertRunWith(tx, runRecord(1), again);
      await insertRunWith(tx, runRecord(2), [userRecord(2, 1, { subjectId: subjectId(5) })]);
      const outcomes = [failed(T0), failed(T0 + 1_000)];
      await tx.putUsers([done(1), done(3), ended(userRecord(1, 4), 'failed', T0 + 9, outcomes)]);
      await tx.putUsers([{ ...done(1), runId: runId(2), subjectId: subjectId(5) }]);
    });
    await add(
      store,
      0,
      [1, 2, 3, 4, 5].map((ordinal) => failure('a', ordinal)),
    );
    await add(store, 0, [failure('b', 6)]);
    const count = (byRunIds: readonly string[], afterOrdinal = 0, limit = 9) =>
      store.countRepaired({ runId: runId(0), key: 'a', byRunIds, afterOrdinal, limit });
    assert.deepEqual(await count([]), { count: 0, lastOrdinal: 5 });
    assert.deepEqual(await count([runId(1)]), { count: 2, lastOrdinal: 5 });
    assert.deepEqual(await count([runId(1), runId(2), runId(9)]), { count: 3, lastOrdinal: 5 });
    assert.deepEqual(await count([runId(1)], 0, 2), { count: 1, lastOrdinal: 2 });
    assert.deepEqual(await count([runId(1)], 2, 9), { count: 1, lastOrdinal: 5 });
    assert.deepEqual(await count([runId(1)], 5, 9), { count: 0, lastOrdinal: null });
    const none = { runId: runId(9), key: 'a', byRunIds: [runId(1)], afterOrdinal: 0, limit: 9 };
    assert.deepEqual(await store.countRepaired(none), { count: 0, lastOrdinal: null });
  });
}

function slices({ slicesTest }: ContractKit): void {
  slicesTest('slices: groups of all slices add up, and a repeated commit counts once', async (context) => {
    const run = await SlicedRun.publish(context.store, context.slices, usersOfThree(context.bounds));
    const [first, second] = (await run.claimAll()) as [SliceRecord, SliceRecord];
    const fail = (slice: SliceRecord) => {
      const { firstOrdinal: ordinal } = slice;
      const commit = run.commitOf(slice, [
        [ordinal, 'start'],
        [ordinal, 'fail'],
      ]);
      return { ...commit, failures: [failure('a', ordinal)] };
    };
    const commits = [fail(first), fail(second)];
    const [answer] = await run.commit(commits);
    await run.commit(commits);
    const expected = [first, second].map(({ firstOrdinal }) => failure('a', firstOrdinal));
    assert.deepEqual(await run.store.listFailureGroups(run.run.id), [groupOf(0, expected)]);
    const next = run.commitOf(writtenSlice(answer), [
      [2, 'start'],
      [2, 'fail'],
    ]);
    await run.commit([{ ...next, failures: [failure('a', 2), failure('b', 2)] }]);
    const [a, b] = await run.store.listFailureGroups(run.run.id);
    assert.deepEqual([a?.usersCount, b?.usersCount], [3, 1]);
  });

  slicesTest('slices: a commit that is lost adds no failures', async (context) => {
    const run = await SlicedRun.publish(context.store, context.slices, usersOfThree(context.bounds));
    const [first] = (await run.claimAll()) as [SliceRecord];
    await run.claim(1, 0);
    const commit = run.commitOf(first, [
      [1, 'start'],
      [1, 'fail'],
    ]);
    const [answer] = await run.commit([{ ...commit, failures: [failure('a', 1)] }]);
    assert.equal(answer?.kind, 'lost');
    assert.deepEqual(await run.store.listFailureGroups(run.run.id), []);
    assert.deepEqual(await run.store.listUsersOfFailureGroup(run.run.id, 'a', 0, 9), []);
  });
}
