import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { LedgerContext } from '../../../../src/ledger/context.ts';
import { cancelRun, freezeRuns } from '../../../../src/ledger/recording/cancel.ts';
import { Recorder } from '../../../../src/ledger/recording/recorder.ts';
import { wholeRuns } from '../../../../src/ledger/recording/whole-runs.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { StoreSlices } from '../../../../src/ports/store.ts';
import { type StoreHooks, wrapStore } from '../../../../src/ports/wrap-store.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { virtualClock } from '../../../../src/system/virtual/virtual-clock.ts';
import { T0 } from '../../../../src/testing/contract/records/records.ts';
import { SlicedRun } from '../../../../src/testing/contract/slices/sliced-run.ts';
import { expectSound, workflowInput } from '../../../helpers/world.ts';
import { makeDesk } from '../support.ts';

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

describe('a cancel of an external run', () => {
  it('ends its reported and its unreported users canceled, once', async () => {
    const { create, report, ledger, store, events } = await makeDesk();
    const run = await create(5);
    await report(run, 'completed', { subject: { id: 'done' } });
    await report(run, 'queued', { subject: { id: 'waits' } });
    events.length = 0;
    expect(await ledger.runs.cancel(run.id.toUpperCase())).toMatchObject({
      processingStatus: 'canceled',
      totalUsersCount: 5,
      successfulUsersCount: 1,
    });
    expect(await store.getRun(run.id)).toMatchObject({ canceledUsersCount: 4 });
    expect(events.filter((name) => name === 'run.canceling' || name === 'run.finished')).toEqual([
      'run.canceling',
      'run.finished',
    ]);
    await expectSound(store);
  });

  it('that is final is refused, and changes nothing', async () => {
    const { create, report, ledger, get } = await makeDesk();
    const run = await create(1);
    await report(run, 'completed');
    const before = await get(run);
    await expect(ledger.runs.cancel(run.id)).rejects.toMatchObject({
      code: 'AlreadyFinal',
      message: `Expected run ${run.id} to be queued or inProgress to become \`canceling\`, got \`completed\`, which is final`,
      details: { runId: run.id, from: 'completed', to: 'canceling' },
    });
    expect(await get(run)).toEqual(before);
  });

  it('of an unknown run is refused as NotFound', async () => {
    const { ledger } = await makeDesk();
    await expect(cancelRun(ledger.cancellation, 'x')).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('by two callers at once is accepted for both or final for the second, and cancels once', async () => {
    const { create, ledger, store, events } = await makeDesk();
    const run = await create(3);
    const answers = await Promise.all(
      [1, 2].map(() =>
        ledger.runs.cancel(run.id).then(
          (one) => one.processingStatus,
          (error) => error.code,
        ),
      ),
    );
    for (const answer of answers) expect(['canceled', 'canceling', 'AlreadyFinal']).toContain(answer);
    expect(await store.getRun(run.id)).toMatchObject({ processingStatus: 'canceled', canceledUsersCount: 3 });
    expect(events.filter((name) => name === 'run.finished')).toHaveLength(1);
  });

  it('counts as a change later than the last one, also when the clock was set back', async () => {
    const { create, ledger, store, clock } = await makeDesk();
    const run = await create(1);
    const before = await store.getRun(run.id);
    clock.jump(-60_000);
    await ledger.runs.cancel(run.id);
    const after = await store.getRun(run.id);
    expect(after?.lastUpdatedAtMs).toBeGreaterThan(before?.lastUpdatedAtMs ?? Infinity);
    expect(after?.revision).toBeGreaterThan(before?.revision ?? Infinity);
    await expectSound(store);
  });
});

describe('the freeze of a workflow', () => {
  it.each([
    ['all', ['canceled', 'canceled']],
    ['scheduled', ['canceled', 'queued']],
  ] as const)(
    'of %s runs cancels them, and no run of another workflow or that is final',
    async (which, expected) => {
      const { create, report, ledger, workflow, get, clock } = await makeDesk();
      const other = await ledger.workflows.create(workflowInput(['a']));
      const input = { scheduledDateTime: clock.iso(), totalUsersCount: 1, totalTasksCount: 2 };
      const foreign = await ledger.runs.create(other.id, { ...input, workflowExecutionType: 'scheduled' });
      const done = await create(1);
      await report(done, 'completed');
      const runs = [await create(1, 2, { workflowExecutionType: 'scheduled' }), await create(1)];
      await freezeRuns(ledger.cancellation, workflow.id, which);
      const statuses = await Promise.all(runs.map(async (run) => (await get(run)).processingStatus));
      expect(statuses).toEqual(expected);
      expect([(await get(done)).processingStatus, (await get(foreign)).processingStatus]).toEqual([
        'completed',
        'queued',
      ]);
    },
  );

  it('passes over a run that is deleted in the meantime', async () => {
    const { create, ledger, workflow, store } = await makeDesk();
    const [first, second] = [await create(1), await create(1)];
    const listed = await store.listUnfinishedRuns();
    await ledger.runs.delete(first.id);
    const context = {
      ...ledger.context,
      store: Object.assign(Object.create(ledger.context.store), { listUnfinishedRuns: async () => listed }),
    };
    await freezeRuns({ ...ledger.cancellation, context }, workflow.id, 'all');
    expect((await ledger.runs.get(second.id)).processingStatus).toBe('canceled');
  });
});
