import assert from 'node:assert/strict';
import type { RunRecord } from '../../../model/records.ts';
import { RUN_PROPERTIES } from '../../../model/resources/properties.ts';
import type { SliceRecord } from '../../../model/slices.ts';
import type { Order, StoreReader } from '../../../ports/store.ts';
import { isTerminal } from '../../../rules/status/transitions.ts';
import { Choices } from '../../../system/virtual/choices.ts';
import type { ContractKit } from '../kit.ts';
import { compare, dateLiteral, numberLiteral } from '../lists/filters.ts';
import { NaiveReader } from '../random/naive-reader.ts';
import { runId, runRecord, T0, workflowId } from '../records/records.ts';
import { type Move, SlicedRun, usersOfThree } from './sliced-run.ts';

const COUNTERS = [
  'successfulUsersCount',
  'failedUsersCount',
  'failedTasksCount',
  'totalUnprocessedTasksCount',
] as const;
const ORDERS: readonly Order[] = ['lastUpdatedDateTime', 'startedDateTime', 'processingStatus'].flatMap(
  (property) => [true, false].map((descending) => ({ property, descending })),
);

const STALE = { failedUsersCount: 0, failedTasksCount: 9, taskReports: [], seq: 0, revision: 0 };

/** What readers see of a run whose slices are at work. */
export function sliceReads(kit: ContractKit): void {
  kit.describe('slices: what readers see', () => {
    everyReader(kit);
    puts(kit);
  });
}

function everyReader({ slicesTest }: ContractKit): void {
  for (const seed of [1, 2, 3])
    slicesTest(`every reader recounts the same after every commit, seed ${seed}`, async (context) => {
      const { store, slices, bounds } = context;
      const choices = new Choices(seed);
      const run = await SlicedRun.publish(store, slices, usersOfThree(bounds));
      const others = await bystanders(run);
      const held = await run.claimAll();
      let last = await run.expectCounted();
      for (let commits = 0; held.some(({ state }) => state !== 'ended'); commits += 1) {
        const open = held.filter(({ state }) => state !== 'ended');
        const slice = choices.pick(open);
        const size = choices.int(1, Math.max(2, bounds.min));
        // Clocks of processes differ.
        run.nowMs += choices.int(-3_000, 3_000);
        held[slice.slice - 1] = await run.write(slice, ...someMoves(run, slice, choices, size));
        const seen = await run.expectCounted();
        expectOnwards(last, seen);
        assert.equal(seen.seq, commits + 1);
        if (commits % 4 === 0 || isTerminal(seen.processingStatus))
          await expectAgreed(store, [seen, ...others], run);
        last = seen;
      }
      assert.ok(isTerminal(last.processingStatus));
    });

  slicesTest('a transaction sees what slices have moved', async (context) => {
    const { store, slices, bounds } = context;
    const run = await SlicedRun.publish(store, slices, usersOfThree(bounds));
    const others = await bystanders(run);
    const [first, second] = await run.claimAll();
    assert.ok(first && second);
    await run.write(first, ...run.endOf(first, 'fail'));
    await run.write(second, [second.firstOrdinal, 'start'], [second.firstOrdinal, 'fail']);
    const seen = await run.expectCounted();
    await store.transaction(async (tx) => {
      assert.deepEqual(await tx.getRun(run.run.id), seen);
      await expectAgreed(tx, [seen, ...others], run);
      await tx.putSetting('job', 'changed');
      await expectAgreed(tx, [seen, ...others], run);
    });
  });
}

/** Runs that have no slices at work, for lists. */
async function bystanders(run: SlicedRun): Promise<RunRecord[]> {
  const others = [
    runRecord(5, { processingStatus: 'completed', failedTasksCount: 1, lastUpdatedAtMs: T0 + 66_000 }),
    runRecord(6, { processingStatus: 'failed', failedUsersCount: 2, lastUpdatedAtMs: T0 }),
  ];
  await run.store.transaction(async (tx) => {
    for (const other of others) await tx.insertRun(other);
  });
  return others;
}

function someMoves(run: SlicedRun, slice: SliceRecord, choices: Choices, size: number): Move[] {
  const how = choices.pick(['complete', 'complete', 'fail', 'cancel'] as const);
  const moves = run.endOf(slice, how);
  return moves.slice(0, choices.chance(0.1) ? moves.length : size);
}

function expectOnwards(before: RunRecord, after: RunRecord): void {
  assert.ok(after.revision > before.revision, `the revision grows, from ${before.revision}`);
  assert.ok(after.lastUpdatedAtMs >= before.lastUpdatedAtMs, 'lastUpdatedDateTime does not go back');
}

/** Fails unless lists, counts and sums are those of `runs`. */
async function expectAgreed(reader: StoreReader, runs: readonly RunRecord[], run: SlicedRun): Promise<void> {
  const naive = new NaiveReader();
  for (const one of runs) naive.runs.set(one.id, one);
  for (const user of run.users) naive.users.set(JSON.stringify([user.runId, user.ordinal]), user);
  const [seen] = runs as [RunRecord];
  const filters = [
    null,
    ...COUNTERS.flatMap((name) => [
      compare(name, 'eq', numberLiteral(seen[name])),
      compare(name, 'gt', numberLiteral(seen[name])),
    ]),
    compare('lastUpdatedDateTime', 'ge', dateLiteral(seen.lastUpdatedAtMs)),
  ];
  for (const where of filters) {
    assert.equal(await reader.countRuns({ where }), await naive.countRuns({ where }));
    const users = { workflowId: workflowId(0), whereRun: where, where: null, limit: 3 };
    const first = await reader.listUsersOfWorkflow({ ...users, after: null });
    const expected = await naive.listUsersOfWorkflow({ ...users, after: null });
    assert.deepEqual(first.rows, expected.rows);
    if (expected.next === null) continue;
    const rest = await reader.listUsersOfWorkflow({ ...users, after: first.next });
    assert.deepEqual(rest.rows, (await naive.listUsersOfWorkflow({ ...users, after: expected.next })).rows);
  }
  for (const order of ORDERS) {
    const field = RUN_PROPERTIES[order.property]?.field ?? 'id';
    const after = { value: seen[field] as string | number | null, key: seen.id };
    for (const query of [
      { where: null, order, after: null, limit: 10 },
      { where: null, order, after, limit: 10 },
      { where: filters[1] ?? null, order, after: null, limit: 1, workflowId: workflowId(0) },
    ])
      assert.deepEqual(await reader.listRuns(query), await naive.listRuns(query));
  }
  const [all, window] = [
    [0, T0 * 2],
    [seen.startedAtMs ?? seen.scheduledAtMs, T0 * 2],
  ] as const;
  for (const [fromMs, toMs] of [all, window])
    assert.deepEqual(
      await reader.sumRuns(workflowId(0), fromMs, toMs),
      await naive.sumRuns(workflowId(0), fromMs, toMs),
    );
  const unfinished = isTerminal(seen.processingStatus) ? [] : [seen];
  assert.deepEqual(await reader.listUnfinishedRuns(), unfinished);
}

function puts({ slicesTest }: ContractKit): void {
  slicesTest('putRun keeps the counters of a run whose slices are at work', async (context) => {
    const { store, slices, bounds } = context;
    const run = await SlicedRun.publish(store, slices, usersOfThree(bounds));
    const [first, second, third] = await run.claimAll();
    assert.ok(first && second && third);
    const ended = await run.write(first, ...run.endOf(first, 'fail'));
    assert.equal(ended.state, 'ended');
    const atWork = await run.write(second, [second.firstOrdinal, 'start'], [second.firstOrdinal, 'complete']);
    const before = await run.expectCounted();
    await store.transaction(async (tx) => {
      const read = await tx.getRun(run.run.id);
      assert.ok(read);
      await tx.putRun({ ...read, processingStatus: 'canceling', lastUpdatedAtMs: run.nextMs() });
      await run.expectCounted(tx);
    });
    const put = await run.expectCounted();
    assert.equal(put.processingStatus, 'canceling');
    assert.equal(put.seq, before.seq);
    expectOnwards(before, put);
    // Whatever counters and moments it says: they are those of an earlier moment.
    await store.transaction((tx) => tx.putRun({ ...put, ...STALE, lastUpdatedAtMs: T0 }));
    const again = await run.expectCounted();
    expectOnwards(put, again);
    await run.write(atWork, ...run.endOf(atWork));
    await run.write(third, ...run.endOf(third));
    await run.expectCounted();
  });

  slicesTest('putRun of a run whose slices have all ended writes it as it is', async (context) => {
    const run = await SlicedRun.publish(context.store, context.slices, usersOfThree(context.bounds));
    for (const slice of await run.claimAll()) await run.write(slice, ...run.endOf(slice));
    const changed = { ...(await run.expectCounted()), isNoOp: true, failedTasksCount: 7 };
    await run.store.transaction((tx) => tx.putRun(changed));
    assert.deepEqual(await run.store.getRun(runId(0)), changed);
  });
}
