/** A lane that waits for a handler: when it is busy, when another one is asked for, and what it gives back. */
import { describe, expect, it } from 'vitest';
import { ActiveUser } from '../../../../src/engine/handlers/active-user.ts';
import type { CallResult, PendingCall } from '../../../../src/engine/handlers/call.ts';
import type { BoundTask } from '../../../../src/engine/handlers/handlers.ts';
import type { LaneClient } from '../../../../src/engine/lanes/lanes.ts';
import { Semaphore } from '../../../../src/engine/lanes/semaphore.ts';
import { awaitCall } from '../../../../src/engine/runner/await-call.ts';
import type { DriverDeps } from '../../../../src/engine/runner/driver-deps.ts';
import { runRecord, T0, userRecord } from '../../../../src/testing/contract/records/records.ts';
import { deferred } from '../../../helpers/deferred.ts';

const COMPLETED: CallResult = { kind: 'completed', processingInfo: null, changes: null };
const DRIVER = {} as LaneClient;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A call whose result and end the test decides, and the lane that waits for it. */
function waiting() {
  const result = deferred<CallResult>();
  const settled = deferred();
  const replaced = deferred();
  const call = { result: result.promise, settled: settled.promise, isSettled: false };
  const lanes = { busy: 3, wake: (driver: LaneClient) => void woken.push(driver) };
  const woken: LaneClient[] = [];
  const own = { busy: 1 };
  const unsettled: unknown[] = [];
  const deps = {
    lanes,
    unsettled: {
      laneOf: (attempt: unknown) => {
        unsettled.push(attempt);
        return replaced.promise;
      },
    },
  } as unknown as Pick<DriverDeps, 'lanes' | 'unsettled'>;
  const places = new Semaphore(1);
  places.take(() => true);
  const active = new ActiveUser(userRecord(1, 1), null, T0);
  active.place = places;
  const run = runRecord(1);
  const bound = { position: 1 } as BoundTask;
  const results: CallResult[] = [];
  const start = () =>
    awaitCall(
      deps,
      DRIVER,
      { run, active, bound, call: call as PendingCall, startedAtMs: T0 },
      own,
      (one) => void results.push(one),
    );
  /** Whether the next request for the handler's place is served. */
  let served = false;
  places.take(() => {
    served = true;
    return true;
  });
  return {
    ...{ active, call, lanes, own, result, results, replaced, settled, start, unsettled, woken, run, bound },
    isFree: () => served,
  };
}

describe('a lane whose handler is running', () => {
  it('is busy for its driver and for the engine until the handler has settled', async () => {
    const one = waiting();
    const done = one.start();
    expect([one.lanes.busy, one.own.busy, one.active.call]).toEqual([4, 2, one.call]);
    one.call.isSettled = true;
    one.result.resolve(COMPLETED);
    await done;
    expect([one.lanes.busy, one.own.busy, one.active.call]).toEqual([3, 1, null]);
    expect(one.results).toEqual([COMPLETED]);
  });

  it('wakes a second lane when the handler takes time', async () => {
    const one = waiting();
    const done = one.start();
    await turn();
    expect(one.woken).toEqual([DRIVER]);
    one.call.isSettled = true;
    one.result.resolve(COMPLETED);
    expect(await done).toBe(true);
  });

  it('wakes no other lane when the handler settles at once', async () => {
    const one = waiting();
    one.call.isSettled = true;
    one.result.resolve(COMPLETED);
    expect(await one.start()).toBe(false);
    expect(one.woken).toEqual([]);
  });
});

describe('a handler that has settled', () => {
  it('gives its place to the next one, after its result was taken', async () => {
    const one = waiting();
    const done = one.start();
    expect(one.isFree()).toBe(false);
    one.call.isSettled = true;
    one.result.resolve(COMPLETED);
    await done;
    expect([one.isFree(), one.active.place, one.unsettled]).toEqual([true, null, []]);
  });

  it('without a place of its own gives none back', async () => {
    const one = waiting();
    one.active.place = null;
    one.call.isSettled = true;
    one.result.resolve(COMPLETED);
    await one.start();
    expect(one.isFree()).toBe(false);
  });
});

describe('a handler that has a result but has not settled', () => {
  const timedOut: CallResult = { kind: 'failed', reason: 'timed out', code: 'TimedOut', mayRetry: false };

  it('has its result taken at once, and holds its lane until that is replaced', async () => {
    const one = waiting();
    const done = one.start();
    one.result.resolve(timedOut);
    await turn();
    expect(one.results).toEqual([timedOut]);
    expect([one.lanes.busy, one.own.busy]).toEqual([4, 2]);
    expect(one.unsettled).toEqual([
      { call: one.call, run: one.run, user: one.active.user, bound: one.bound, startedAtMs: T0 },
    ]);
    one.replaced.resolve();
    await done;
    expect([one.lanes.busy, one.own.busy]).toEqual([3, 1]);
  });

  it('keeps its place under the handler’s own bound until it settles, although its lane is replaced', async () => {
    const one = waiting();
    const done = one.start();
    one.result.resolve(timedOut);
    one.replaced.resolve();
    await done;
    await turn();
    expect([one.isFree(), one.active.place]).toEqual([false, null]);
    one.settled.resolve();
    await turn();
    expect(one.isFree()).toBe(true);
  });

  it('names the user as it was when the call began, although the result has moved it on', async () => {
    const one = waiting();
    const before = one.active.user;
    const done = one.start();
    one.active.user = { ...before, processingStatus: 'failed' };
    one.result.resolve(timedOut);
    one.replaced.resolve();
    await done;
    expect(one.unsettled).toMatchObject([{ user: { processingStatus: before.processingStatus } }]);
  });
});
