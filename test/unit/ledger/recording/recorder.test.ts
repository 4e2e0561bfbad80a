/** Recording of user events, and the fencing of drivers. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { LedgerContext } from '../../../../src/ledger/context.ts';
import type { TrackedUser } from '../../../../src/ledger/recording/batch.ts';
import { cancelRun } from '../../../../src/ledger/recording/cancel.ts';
import { Recorder } from '../../../../src/ledger/recording/recorder.ts';
import type { StoreSlices } from '../../../../src/ports/store.ts';
import { wrapStore } from '../../../../src/ports/wrap-store.ts';
import type { UserEvent } from '../../../../src/rules/status/user.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { systemClock } from '../../../../src/system/real/clock.ts';
import { virtualClock } from '../../../../src/system/virtual/virtual-clock.ts';
import { SlicedRun } from '../../../../src/testing/contract/slices/sliced-run.ts';
import { ProductionRun } from '../../../properties/production-run.ts';

const SILENT = {
  taskAt: () => ({ id: 't', taskDefinitionId: 'a' }),
  recorded: () => {},
  refused: () => {},
  changed: () => {},
  cancel: () => {},
  lost: () => {},
};
const CLAIM = { holder: 'test', leaseMs: 1_000, isNoOp: false, nowMs: 0 };
const STARTED: UserEvent = { kind: 'start', atMs: 1_100 };
const ENDED: UserEvent = {
  kind: 'taskEnded',
  outcome: { status: 'completed', startedAtMs: 1_100, completedAtMs: 1_200 },
  continueOnError: false,
};

/** A run of two users of one task, claimed as the second, and its queue, which logs the callbacks. */
async function claimedRun() {
  const store = memoryStore();
  const clock = virtualClock(2_000);
  const context = {
    store,
    clock,
    events: { has: () => false, emit: () => {} },
    aggregation: { strictFailed: false },
  } as unknown as LedgerContext;
  const { run, users } = new ProductionRun({ users: 2, continueOnError: [false] });
  await store.transaction(async (tx) => {
    await tx.insertRun(run);
    await tx.insertUsers(users);
  });
  const recorder = new Recorder(context);
  const calls: string[] = [];
  const [claimed] = await recorder.slices.claim([{ runId: run.id, slice: 1 }], CLAIM);
  if (typeof claimed !== 'object') throw new Error(claimed);
  const queue = recorder.open<TrackedUser>(claimed.run, claimed.slice, {
    recorded: ({ user }, { kind }) => void calls.push(`${kind} ${user.processingStatus}`),
    refused: (_, { kind }, code) => void calls.push(`${kind} ${code}`),
    changed: () => {},
    taskAt: () => ({ id: 't', taskDefinitionId: 'a' }),
    cancel: () => void calls.push('canceling'),
    lost: (error) => void calls.push((error as { code: string }).code),
  });
  const activeUsers = users.map((user): TrackedUser => ({ user, staged: null }));
  const settle = async () => {
    await clock.settle();
    await recorder.settled();
  };
  const runNow = async () => (await store.getRun(run.id)) ?? run;
  return { run, context, clock, recorder, queue, activeUsers, calls, settle, runNow };
}

/** What happens, in order, when a second user's start is recorded while that of the first is committed. */
async function twoCommits(commitsInBackground: boolean): Promise<readonly string[]> {
  const log: string[] = [];
  const inner = memoryStore();
  const store = wrapStore(inner, {
    transaction: async (work, run) => {
      log.push('commit');
      const result = await run(work);
      await nextTurn(); // as a thread or a server answers
      return result;
    },
  });
  const { run, users } = new ProductionRun({ users: 2, continueOnError: [false] });
  await inner.transaction(async (tx) => {
    await tx.insertRun(run);
    await tx.insertUsers(users);
  });
  const recorder = new Recorder({
    store,
    clock: systemClock,
    commitsInBackground,
    events: { has: () => false, emit: () => {} },
    aggregation: { strictFailed: false },
  } as unknown as LedgerContext);
  const [claimed] = await recorder.slices.claim([{ runId: run.id, slice: 1 }], CLAIM);
  if (typeof claimed !== 'object') throw new Error(claimed);
  log.length = 0;
  const recorded = () => {
    log.push('recorded');
    queueMicrotask(() => log.push('lane'));
  };
  const queue = recorder.open<TrackedUser>(claimed.run, claimed.slice, { ...SILENT, recorded });
  const [first, second] = users.map((user): TrackedUser => ({ user, staged: null }));
  queue.record(first as TrackedUser, STARTED);
  while (log.length === 0) await nextTurn();
  queue.record(second as TrackedUser, STARTED);
  expect(recorder.uncommitted).toBe(0); // lanes wait for no starts
  await recorder.settled();
  queue.record(first as TrackedUser, ENDED);
  expect(recorder.uncommitted).toBe(commitsInBackground ? 1 : 0);
  const all = log.slice();
  await recorder.settled();
  expect(recorder.uncommitted).toBe(0);
  queue.record(second as TrackedUser, ENDED);
  queue.close();
  expect(recorder.uncommitted).toBe(0);
  return all;
}

describe('a recorder whose commits are made in the background', () => {
  it('begins the next commit before lanes go on, so that both overlap', async () => {
    expect(await twoCommits(true)).toEqual(['commit', 'recorded', 'commit', 'lane', 'recorded', 'lane']);
  });

  it('lets lanes go on first where nothing goes on during a commit', async () => {
    expect(await twoCommits(false)).toEqual(['commit', 'recorded', 'lane', 'commit', 'recorded', 'lane']);
  });
});

describe('a recorder', () => {
  it('decides each event of a user on the state after the one before it in the same commit', async () => {
    const { queue, activeUsers, calls, settle, runNow } = await claimedRun();
    const [activeUser] = activeUsers as [TrackedUser, TrackedUser];
    queue.record(activeUser, STARTED);
    queue.record(activeUser, ENDED);
    queue.record(activeUser, ENDED);
    await settle();
    expect(calls).toEqual(['start completed', 'taskEnded completed', 'taskEnded AlreadyFinal']);
    expect(activeUser.user).toMatchObject({ processingStatus: 'completed', startedAtMs: 1_100 });
    expect(await runNow()).toMatchObject({ successfulUsersCount: 1, totalUnprocessedTasksCount: 1 });
  });

  it('loses a run that another driver has claimed', async () => {
    const { context, run, queue, activeUsers, calls, settle, runNow } = await claimedRun();
    await context.store.transaction((tx) => tx.putRun({ ...run, claim: 3 }));
    queue.record(activeUsers[0] as TrackedUser, STARTED);
    await settle();
    expect(calls).toEqual(['ClaimLost']);
    expect((await runNow()).processingStatus).toBe('queued');
  });
});

describe('a commit whose answer was lost', () => {
  it('is repeated, and announced once though it ended several slices of a run', async () => {
    const inner = memoryStore({ slices: { min: 2, max: 2 } });
    let lost = 0;
    const store = wrapStore(inner, {
      slices: async (method, run) => {
        const answer = await run();
        if (method !== 'commit' || lost++ > 0) return answer;
        throw new LifecycleError('StoreUnavailable', 'The answer was lost');
      },
    });
    const clock = virtualClock(2_000);
    const names: string[] = [];
    const context = {
      store,
      clock,
      events: { has: () => true, emit: (name: string) => void names.push(name) },
      aggregation: { strictFailed: false },
    } as unknown as LedgerContext;
    const run = await SlicedRun.publish(store, store.slices as StoreSlices, 4);
    const recorder = new Recorder(context);
    for (const slice of await run.claimAll()) {
      const known = await store.getRun(run.run.id);
      const queue = recorder.open<TrackedUser>(known ?? run.run, slice, SILENT);
      for (const user of run.users.slice(slice.firstOrdinal - 1, slice.lastOrdinal)) {
        const activeUser = { user, staged: null };
        queue.record(activeUser, STARTED);
        queue.record(activeUser, { kind: 'cancel', atMs: 1_200, runningSinceMs: null });
      }
    }
    await clock.until(recorder.settled());
    const ended = await store.getRun(run.run.id);
    expect(ended).toMatchObject({ processingStatus: 'completedWithErrors', canceledUsersCount: 4, seq: 2 });
    expect(lost).toBe(2);
    const count = (name: string) => names.filter((one) => one === name).length;
    expect(['run.started', 'run.finished', 'engine.error'].map(count)).toEqual([1, 1, 1]);
  });
});

describe('a cancel', () => {
  it('leaves the users of a run to the driver of this process, which starts none of them', async () => {
    const { context, clock, recorder, run, queue, activeUsers, calls, settle, runNow } = await claimedRun();
    queue.record(activeUsers[0] as TrackedUser, STARTED);
    await settle();
    await clock.until(cancelRun({ context, recorder }, run.id));
    expect(await runNow()).toMatchObject({ processingStatus: 'canceling', claim: 2, canceledUsersCount: 0 });
    queue.record(activeUsers[1] as TrackedUser, { kind: 'start', atMs: 1_150 });
    await settle();
    expect(calls).toEqual(['start inProgress', 'canceling', 'start IllegalTransition']);
    queue.record(activeUsers[1] as TrackedUser, { kind: 'cancel', atMs: 1_160, runningSinceMs: null });
    queue.record(activeUsers[0] as TrackedUser, ENDED);
    await settle();
    expect(await runNow()).toMatchObject({ processingStatus: 'canceled', successfulUsersCount: 1 });
  });

  it('from another process fences the driver off, and ends the run', async () => {
    const { context, clock, run, queue, activeUsers, calls, settle, runNow } = await claimedRun();
    queue.record(activeUsers[0] as TrackedUser, STARTED);
    await settle();
    const elsewhere = new Recorder(context);
    await clock.until(cancelRun({ context, recorder: elsewhere }, run.id));
    expect(await runNow()).toMatchObject({ processingStatus: 'canceled', claim: 3, canceledUsersCount: 2 });
    queue.record(activeUsers[0] as TrackedUser, ENDED);
    await settle();
    expect(calls).toEqual(['start inProgress', 'ClaimLost']);
  });
});
