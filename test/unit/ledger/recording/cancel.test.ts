import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { LedgerContext } from '../../../../src/ledger/context.ts';
import { cancelRun } from '../../../../src/ledger/recording/cancel.ts';
import { Recorder } from '../../../../src/ledger/recording/recorder.ts';
import { wholeRuns } from '../../../../src/ledger/recording/whole-runs.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { StoreSlices } from '../../../../src/ports/store.ts';
import { type StoreHooks, wrapStore } from '../../../../src/ports/wrap-store.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { virtualClock } from '../../../../src/system/virtual/virtual-clock.ts';
import { T0 } from '../../../../src/testing/contract/records/records.ts';
import { SlicedRun } from '../../../../src/testing/contract/slices/sliced-run.ts';

/** A queued run that no process drives, and its cancel. */
async function world(users: number, hooks: StoreHooks = {}) {
  const inner = memoryStore();
  const { run } = await SlicedRun.publish(inner, wholeRuns(inner), users);
  const clock = virtualClock(T0 + 60_000);
  const names: string[] = [];
  const context = {
    store: wrapStore(inner, hooks),
    clock,
    events: { has: () => true, emit: (name: string) => void names.push(name) },
    aggregation: { strictFailed: false },
  } as unknown as LedgerContext;
  const cancel = () => clock.until(cancelRun({ context, recorder: new Recorder(context) }, run.id));
  return { clock, names, cancel, now: () => inner.getRun(run.id) };
}

describe('a cancel of a run without a driver', () => {
  it('cancels all users under one claim, a batch at a time', async () => {
    const users = 2 * LIMITS.usersPerBatch + 1;
    const { cancel, now } = await world(users);
    expect((await cancel()).processingStatus).toBe('canceled');
    expect(await now()).toMatchObject({ canceledUsersCount: users, claim: 1, seq: 3 });
  });

  it('is carried out later when the store fails on the way', async () => {
    let transactions = 0;
    const { clock, names, cancel, now } = await world(3, {
      transaction: (work, run) => {
        transactions += 1;
        // The first accepts the cancel, the second claims the run, the third cancels its users.
        if (transactions === 3) throw new LifecycleError('StoreUnavailable', 'It is away');
        return run(work);
      },
    });
    expect((await cancel()).processingStatus).toBe('canceling');
    expect(names.filter((name) => name === 'engine.error')).toHaveLength(1);
    await clock.advance(1_000);
    await clock.settle();
    expect(await now()).toMatchObject({ processingStatus: 'canceled', canceledUsersCount: 3 });
    expect(names.filter((name) => name === 'run.finished')).toHaveLength(1);
  });
});

describe('a cancel of a run in many slices', () => {
  it('claims a few of them at a time, and cancels those before it claims others', async () => {
    const inner = memoryStore({ slices: { min: 1, max: 1 } });
    const { run, keys } = await SlicedRun.publish(inner, inner.slices as StoreSlices, 50);
    let [held, most] = [0, 0];
    const slices = {
      ...(inner.slices as StoreSlices),
      claim: async (...args: Parameters<StoreSlices['claim']>) => {
        const answers = await (inner.slices as StoreSlices).claim(...args);
        held += answers.length;
        most = Math.max(most, held);
        return answers;
      },
      commit: async (...args: Parameters<StoreSlices['commit']>) => {
        held -= 1;
        return (inner.slices as StoreSlices).commit(...args);
      },
    };
    const clock = virtualClock(T0 + 60_000);
    const context = {
      store: wrapStore(inner, {}, { slices }),
      clock,
      events: { has: () => true, emit: () => {} },
      aggregation: { strictFailed: false },
    } as unknown as LedgerContext;
    await clock.until(cancelRun({ context, recorder: new Recorder(context) }, run.id));
    expect(await inner.getRun(run.id)).toMatchObject({
      processingStatus: 'canceled',
      canceledUsersCount: 50,
    });
    expect(keys).toHaveLength(50);
    expect(most).toBe(8);
  });
});
