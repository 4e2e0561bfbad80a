import type { RunRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { ActiveUser } from '../handlers/active-user.ts';
import type { CallResult, PendingCall } from '../handlers/call.ts';
import type { BoundTask } from '../handlers/handlers.ts';
import type { LaneClient } from '../lanes/lanes.ts';
import type { DriverDeps } from './driver-deps.ts';

/** A handler call that did not settle at once. */
export interface AwaitedCall {
  readonly run: RunRecord;
  readonly active: ActiveUser;
  readonly bound: BoundTask;
  readonly call: PendingCall;
  readonly startedAtMs: EpochMs;
}

/**
 * Holds a lane until a handler has settled, or its lane is replaced; resolves with `true` when that took time.
 *
 * @param own lanes with a running handler of `driver`.
 * @param conclude takes the call's result.
 */
export async function awaitCall(
  { lanes, unsettled }: Pick<DriverDeps, 'lanes' | 'unsettled'>,
  driver: LaneClient,
  { run, active, bound, call, startedAtMs }: AwaitedCall,
  own: { busy: number },
  conclude: (result: CallResult) => void,
): Promise<boolean> {
  const { place, user } = active;
  active.call = call;
  lanes.busy += 1;
  own.busy += 1;
  // A handler that settles at once needs no second lane beside it; one that takes time does.
  let tookTime = false;
  queueMicrotask(() => {
    tookTime = !call.isSettled;
    if (tookTime) lanes.wake(driver);
  });
  const result = await call.result;
  active.call = null;
  active.place = null;
  conclude(result);
  if (!call.isSettled) await unsettled.laneOf({ call, run, user, bound, startedAtMs });
  lanes.busy -= 1;
  own.busy -= 1;
  // A place under the handler's own bound is kept until then: the bound protects what the handler works with.
  if (call.isSettled) place?.free();
  else void call.settled.then(() => place?.free());
  return tookTime;
}
