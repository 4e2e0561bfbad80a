import assert from 'node:assert/strict';
import { LifecycleError } from '../../../errors/lifecycle-error.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../../model/resources/properties.ts';
import { USER_STATUSES } from '../../../model/status.ts';
import type { Store, StoreReader } from '../../../ports/store.ts';
import { Choices } from '../../../system/virtual/choices.ts';
import { type DumpRange, dump } from '../dump.ts';
import type { ContractKit } from '../kit.ts';
import { plainRunFilters, plainUserFilters, randomFilter } from '../lists/filtering.ts';
import { ordersOf, walkRuns, walkUsers } from '../lists/order-paging.ts';
import { walkSubjectUsers } from '../lists/subject-users.ts';
import { walkWorkflowUsers } from '../lists/workflow-users.ts';
import { runId, subjectId, workflowId } from '../records/records.ts';
import { NaiveTransaction } from './naive-transaction.ts';
import { randomOperation, SIZES } from './random-operation.ts';

const SEEDS: readonly number[] = [1, 2, 3, 4];
const TRANSACTIONS = 400;
const OPERATIONS_MAX = 12;

const RANGE: DumpRange = {
  workflows: SIZES.workflows,
  runs: SIZES.runs,
  users: SIZES.users,
  settings: ['job', 'other'],
};

/** Some thousand random operations, in transactions of which some throw, against the naive store. */
export function randomOperations({ describe, test, durableTest, subject }: ContractKit): void {
  describe('random operations', () => {
    for (const seed of subject.seeds ?? SEEDS) {
      const title = `${TRANSACTIONS} random transactions agree with a naive store`;
      if (subject.capabilities.durable)
        durableTest(`${title}, which is closed and opened in the second half, seed ${seed}`, (context) =>
          compareWithNaive(context.store, seed, context.reopen),
        );
      else test(`${title}, seed ${seed}`, (store) => compareWithNaive(store, seed));
    }
  });
}

/** With `reopen`, the store is closed and opened after some transactions of the second half. */
async function compareWithNaive(
  first: Store,
  seed: number,
  reopen: ((store: Store) => Promise<Store>) | null = null,
): Promise<void> {
  const choices = new Choices(seed);
  let store = first;
  let naive = new NaiveTransaction();
  for (let index = 0; index < TRANSACTIONS; index += 1) {
    const log: string[] = [];
    try {
      naive = await transact(store, naive, choices, log);
      log.push('after the transaction');
      if (reopen && index >= TRANSACTIONS / 2 && choices.chance(0.2)) {
        log.push('after closing and opening');
        store = await reopen(store);
      }
      await compareReads(store, naive, choices);
    } catch (error) {
      const story = log.map((line) => `  ${line}`).join('\n');
      const reason = error instanceof Error ? error.message : String(error);
      const message = `Seed ${seed}, transaction ${index} of ${TRANSACTIONS}:\n${story}\n${reason}`;
      throw new Error(message, { cause: error });
    }
  }
}

/** What a transaction throws when it has been decided that it is taken back. */
class TakenBack extends Error {}

/** Plays one transaction on both; gives the naive store's state after it. */
async function transact(
  store: Store,
  before: NaiveTransaction,
  choices: Choices,
  log: string[],
): Promise<NaiveTransaction> {
  const after = before.clone();
  const isTakenBack = choices.chance(0.25);
  let refusal: unknown = null;
  const work = store.transaction(async (tx) => {
    for (let left = choices.int(1, OPERATIONS_MAX); left > 0; left -= 1) {
      const operation = randomOperation(choices, after);
      log.push(operation.name);
      refusal = await outcomeOf(() => operation.apply(after.clone()));
      await operation.apply(tx);
      if (refusal) assert.fail(`Expected the store to refuse ${operation.name}`);
      await operation.apply(after);
      if (choices.chance(0.2)) await compareSome(tx, after, choices);
    }
    if (isTakenBack) throw new TakenBack();
  });
  const error = await outcomeOf(() => work);
  if (error === null) return after;
  if (!(isTakenBack && error instanceof TakenBack)) assertSameRefusal(error, refusal);
  log.push('taken back');
  return before;
}

/** The error that `call` rejects with; `null` when it resolves. */
async function outcomeOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
    return null;
  } catch (error) {
    return error;
  }
}

function assertSameRefusal(error: unknown, refusal: unknown): void {
  if (refusal === null || error instanceof assert.AssertionError) throw error;
  if (LifecycleError.is(refusal)) {
    assert.ok(LifecycleError.is(error), `Expected ${refusal.code}, got ${error}`);
    assert.equal(error.code, refusal.code);
  }
}

/** All lists and sums, the users of one run by every other read too, and random queries. */
async function compareReads(store: StoreReader, naive: NaiveTransaction, choices: Choices): Promise<void> {
  const range = { ...RANGE, closely: [choices.int(0, SIZES.runs - 1)] };
  assert.deepEqual(await dump(store, range), await dump(naive, range));
  await compareSome(store, naive, choices);
}

/** Random lists, counts, sums and slices. */
async function compareSome(reader: StoreReader, naive: NaiveTransaction, choices: Choices): Promise<void> {
  const runs = [...naive.runs.values()];
  const where =
    runs.length > 0 && choices.chance(0.7) ? randomFilter(choices, plainRunFilters(runs), 2) : null;
  const ofRuns = { where, order: choices.pick(ordersOf(RUN_PROPERTIES)) };
  const limit = choices.int(1, 6);
  assert.deepEqual(await walkRuns(reader, ofRuns, limit), await walkRuns(naive, ofRuns, 1_000));
  assert.equal(await reader.countRuns({ where }), await naive.countRuns({ where }));
  const someone = subjectId(choices.int(1, SIZES.users));
  assert.deepEqual(
    await walkSubjectUsers(reader, someone, limit),
    await walkSubjectUsers(naive, someone, 1_000),
  );
  const id = workflowId(choices.int(0, SIZES.workflows - 1));
  const from = choices.pick(runs.map(({ scheduledAtMs }) => scheduledAtMs).concat(0));
  assert.deepEqual(await reader.sumRuns(id, from, from + 2_000), await naive.sumRuns(id, from, from + 2_000));
  await compareUsers(reader, naive, choices);
}

async function compareUsers(reader: StoreReader, naive: NaiveTransaction, choices: Choices): Promise<void> {
  const id = runId(choices.int(0, SIZES.runs - 1));
  if (naive.runs.get(id)?.published === false) return;
  const users = [...naive.users.values()].filter((user) => user.runId === id);
  const where =
    users.length > 0 && choices.chance(0.7) ? randomFilter(choices, plainUserFilters(users), 2) : null;
  const query = { runId: id, where, order: choices.pick(ordersOf(USER_PROPERTIES)) };
  const limit = choices.int(1, 6);
  assert.deepEqual(await walkUsers(reader, query, limit), await walkUsers(naive, query, 1_000));
  assert.equal(await reader.countUsers({ runId: id, where }), await naive.countUsers({ runId: id, where }));
  const ofWorkflow = { workflowId: workflowId(choices.int(0, SIZES.workflows - 1)), whereRun: null, where };
  assert.deepEqual(
    await walkWorkflowUsers(reader, ofWorkflow, limit),
    await walkWorkflowUsers(naive, ofWorkflow, 1_000),
  );
  const atMs = choices.pick(users.map((user) => user.startedAtMs ?? user.scheduledAtMs).concat(0));
  const stretch = { runId: id, afterOrdinal: choices.int(0, 4), toOrdinal: choices.int(0, SIZES.users) };
  const inStretch = { ...query, ...stretch };
  assert.deepEqual(await walkUsers(reader, inStretch, limit), await walkUsers(naive, inStretch, 1_000));
  assert.equal(await reader.countUsers(inStretch), await naive.countUsers(inStretch));
  for (const window of [
    { fromMs: 0, toMs: atMs },
    { fromMs: atMs, toMs: atMs + 2_000 },
  ])
    assert.deepEqual(
      await reader.sumUsers({ ...stretch, ...window }),
      await naive.sumUsers({ ...stretch, ...window }),
    );
  const status = choices.pick(USER_STATUSES);
  const afterOrdinal = choices.int(0, SIZES.users);
  assert.deepEqual(
    await reader.listUsersByStatus(id, status, afterOrdinal, limit),
    await naive.listUsersByStatus(id, status, afterOrdinal, limit),
  );
}
