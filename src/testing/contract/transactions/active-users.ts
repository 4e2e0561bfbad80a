import assert from 'node:assert/strict';
import type { TaskOutcome, UserRecord } from '../../../model/records.ts';
import { USER_PROPERTIES } from '../../../model/resources/properties.ts';
import type { Store, StoreReader } from '../../../ports/store.ts';
import { Choices } from '../../../system/virtual/choices.ts';
import { dumpUsers, listAllUsers } from '../dump.ts';
import { type ContractKit, rejectionOf } from '../kit.ts';
import { compare, matches, numberLiteral, textLiteral } from '../lists/filters.ts';
import { sortedRows } from '../random/naive-reader.ts';
import {
  activeUser,
  completed,
  ended,
  failed,
  insertRunWith,
  runId,
  runRecord,
  seedRun,
  T0,
  userRecord,
  userRecords,
} from '../records/records.ts';

const USERS = 400;
const TASKS = 10;
const PUTS = 20_000;
const BATCH = 200;

/** Users who are put many times before they end: the hot path, in which stores are tempted to be clever. */
export function activeUsers(kit: ContractKit): void {
  kit.describe('active users', () => {
    manyPuts(kit);
    mixedTransactions(kit);
    severalRuns(kit);
  });
}

/** The user after one more thing happened to it: an attempt that failed, or a task that ended. */
function nextStep(choices: Choices, user: UserRecord): UserRecord {
  const startedAtMs = user.startedAtMs ?? T0 + user.ordinal;
  const outcomes = user.outcomes ?? [];
  if (user.processingStatus === 'queued' || choices.chance(0.8) || outcomes.length === TASKS - 1) {
    const { failures = 0, interruptions = 0 } = user.attempts ?? {};
    const attempts = {
      failures: failures + 1,
      interruptions: interruptions + choices.int(0, 1),
      notBeforeMs: T0,
    };
    return activeUser(user, startedAtMs, outcomes, choices.chance(0.9) ? attempts : null);
  }
  const atMs = startedAtMs + outcomes.length * 2_000;
  const next: TaskOutcome = choices.chance(0.2) ? failed(atMs, `no. ${user.ordinal}: "é"`) : completed(atMs);
  return activeUser(user, startedAtMs, [...outcomes, next]);
}

function manyPuts({ test }: ContractKit): void {
  test(`${PUTS} puts of ${USERS} users read exactly after every commit, and so does their end`, async (store) => {
    const choices = new Choices(3);
    const expected = userRecords(0, USERS, { totalTasksCount: TASKS });
    await seedRun(store, runRecord(0), expected);
    for (let put = 0; put < PUTS; put += BATCH) {
      const batch = choices.some(expected, BATCH).map((user) => nextStep(choices, user));
      for (const user of batch) expected[user.ordinal - 1] = user;
      await store.transaction((tx) => tx.putUsers(batch));
      await assertUsers(store, expected, choices);
    }
    const dumped = await dumpUsers(store, 0, USERS);
    assert.deepEqual(dumped.getUser, expected);
    assert.deepEqual(dumped.getUserBySubject, expected);
    for (let no = 1; no <= USERS; no += BATCH) {
      const batch = expected.slice(no - 1, no - 1 + BATCH).map((user) => ended(user, 'canceled', T0 + 9_999));
      for (const user of batch) expected[user.ordinal - 1] = user;
      await store.transaction((tx) => tx.putUsers(batch));
      await assertUsers(store, expected, choices);
    }
    for (const user of expected)
      assert.deepEqual(await store.getUserBySubject(user.runId, user.subjectId), user);
  });
}

/** Compares a whole list, a count and a slice by status, and some single reads. */
async function assertUsers(
  reader: StoreReader,
  expected: readonly UserRecord[],
  choices: Choices,
): Promise<void> {
  const [first] = expected;
  assert.ok(first);
  const { runId: id } = first;
  assert.deepEqual(await listAllUsers(reader, id), expected);
  const where = compare('failedTasksCount', 'ge', numberLiteral(choices.int(0, 3)));
  const matching = expected.filter((user) => matches(where, USER_PROPERTIES, user));
  assert.equal(await reader.countUsers({ runId: id, where }), matching.length);
  const order = { property: 'startedDateTime', descending: choices.chance(0.5) };
  const page = await reader.listUsers({ runId: id, where, order, after: null, limit: 20 });
  assert.deepEqual(page, sortedRows(matching, order, USER_PROPERTIES, (user) => user.ordinal).slice(0, 20));
  const afterOrdinal = choices.int(0, expected.length);
  const flying = expected.filter(
    (user) => user.processingStatus === 'inProgress' && user.ordinal > afterOrdinal,
  );
  assert.deepEqual(await reader.listUsersByStatus(id, 'inProgress', afterOrdinal, 10), flying.slice(0, 10));
  for (const user of choices.some(expected.slice(0, 50), 2)) {
    assert.deepEqual(await reader.getUser(id, user.ordinal), user);
    assert.deepEqual(await reader.getUserBySubject(id, user.subjectId), user);
  }
}

function mixedTransactions({ test }: ContractKit): void {
  test('one transaction inserts, starts, moves and ends users, and reads each step', async (store) => {
    await seedRun(store, runRecord(0));
    const users = userRecords(0, 5);
    const steps = [
      users.map((user) => activeUser(user, T0)),
      users.map((user) => activeUser(user, T0, [completed(T0)])),
      users.map((user) => ended(activeUser(user, T0), 'failed', T0 + 5, [completed(T0), failed(T0)])),
    ];
    await store.transaction(async (tx) => {
      await tx.insertUsers(users);
      assert.deepEqual(await listAllUsers(tx, runId(0)), users);
      for (const step of steps) {
        await tx.putUsers(step);
        assert.deepEqual((await dumpUsers(tx, 0, 5)).getUserBySubject, step);
        await assertUsers(tx, step, new Choices(1));
      }
    });
    await assertUsers(store, steps.at(-1) ?? [], new Choices(1));
  });

  test('a rollback leaves active users exactly as they were, however often it happens', async (store) => {
    const choices = new Choices(5);
    let kept = userRecords(0, 20, { totalTasksCount: TASKS });
    await seedRun(store, runRecord(0), kept);
    for (let round = 0; round < 60; round += 1) {
      const moved = kept.map((user) => (choices.chance(0.6) ? nextStep(choices, user) : user));
      const isKept = choices.chance(0.4);
      const work = move(store, moved, choices, isKept);
      if (isKept) await work;
      else await rejectionOf(() => work);
      if (isKept) kept = moved;
      await assertUsers(store, kept, choices);
    }
  });

  test('active users are found and counted by the status that they have now', async (store) => {
    await seedRun(store, runRecord(0), userRecords(0, 30));
    const flying = userRecords(0, 20).map((user) => activeUser(user, T0 + user.ordinal));
    await store.transaction((tx) => tx.putUsers(flying));
    const done = flying.slice(0, 10).map((user) => ended(user, 'canceled', T0 + 99));
    await store.transaction((tx) => tx.putUsers(done));
    const counts = await Promise.all(
      ['queued', 'inProgress', 'canceled'].map((status) =>
        store.countUsers({ runId: runId(0), where: compare('processingStatus', 'eq', textLiteral(status)) }),
      ),
    );
    assert.deepEqual(counts, [10, 10, 10]);
    assert.deepEqual(await store.listUsersByStatus(runId(0), 'inProgress', 0, 100), flying.slice(10));
    assert.deepEqual(await store.listUsersByStatus(runId(0), 'canceled', 0, 100), done);
  });
}

async function move(
  store: Store,
  users: readonly UserRecord[],
  choices: Choices,
  isKept: boolean,
): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.putUsers(users.slice(0, 10));
    await tx.putUsers(users.slice(10));
    await assertUsers(tx, users, choices);
    if (isKept) return;
    await tx.putUsers(users.slice(5, 15).map((user) => ended(user, 'canceled', T0 + 1)));
    throw new Error('taken back');
  });
}

function severalRuns({ test }: ContractKit): void {
  test('users of several runs with the same numbers stay apart, in one transaction', async (store) => {
    const choices = new Choices(9);
    const expected = [0, 1, 2].map((n) => userRecords(n, 10, { totalTasksCount: TASKS }));
    await seedRun(store, runRecord(0), expected[0]);
    for (const n of [1, 2])
      await store.transaction((tx) => insertRunWith(tx, runRecord(n), expected[n] ?? []));
    for (let round = 0; round < 30; round += 1) {
      await store.transaction(async (tx) => {
        for (const [n, users] of expected.entries()) {
          const moved = users.map((user) => (choices.chance(0.5) ? nextStep(choices, user) : user));
          await tx.putUsers(moved);
          expected[n] = moved;
        }
      });
      for (const users of expected) await assertUsers(store, users, choices);
    }
    await store.transaction((tx) => tx.deleteRun(runId(1)));
    await assertUsers(store, expected[0] ?? [], choices);
    await assertUsers(store, expected[2] ?? [], choices);
    assert.equal(await store.getUser(runId(1), 1), null);
    assert.deepEqual(await listAllUsers(store, runId(1)), []);
  });

  test('an active user that is put back into the queue is queued', async (store) => {
    await seedRun(store, runRecord(0), [userRecord(0, 1)]);
    await store.transaction((tx) => tx.putUsers([activeUser(userRecord(0, 1), T0)]));
    await store.transaction((tx) => tx.putUsers([userRecord(0, 1)]));
    assert.deepEqual(await listAllUsers(store, runId(0)), [userRecord(0, 1)]);
    assert.deepEqual(await store.listUsersByStatus(runId(0), 'queued', 0, 9), [userRecord(0, 1)]);
    assert.deepEqual(await store.listUsersByStatus(runId(0), 'inProgress', 0, 9), []);
  });
}
