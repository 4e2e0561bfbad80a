import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { readWhole } from '../../input/fields.ts';
import { optional, readOptions, readShape, type ShapeOf, withDefault } from '../../input/options.ts';
import { readTimers } from '../../input/ports.ts';
import type { Place } from '../../input/refuse.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import { wrapStore } from '../../ports/wrap-store.ts';
import { systemClock } from '../../system/real/clock.ts';
import { type CrashingStore, crashingStore } from '../audit/crashing-store.ts';
import type { FaultPlan } from './plan.ts';
import { readPlan } from './read-plan.ts';

/** Options of {@link faultyStore}. */
export interface FaultyStoreOptions {
  /** Whose time slow commits take. Default: the machine's. */
  readonly clock?: Pick<Clock, 'setTimer'>;
  /** Transactions so far: hand the same object to each process that shares the store. Default: counted from 0. */
  readonly seen?: { transactions: number };
}

const OPTIONS = {
  clock: withDefault(readTimers, systemClock),
  seen: optional(readSeen),
} satisfies ShapeOf<FaultyStoreOptions>;

/** The store `inner` with the plan's faults, as one process sees it. */
export function faultyStore(
  inner: Store,
  plan: Pick<FaultPlan, 'crash' | 'storeErrors' | 'slowCommits'>,
  options?: FaultyStoreOptions,
): CrashingStore {
  const { clock, seen = { transactions: 0 } } = readOptions(options, 'faultyStore', OPTIONS);
  const place = { path: 'plan', value: plan };
  const { crash, storeErrors, slowCommits } = readPlan(place, ['crash', 'storeErrors', 'slowCommits']);
  const store = crashingStore(inner, crash);
  return wrapStore(
    store,
    {
      async transaction(work, run) {
        seen.transactions += 1;
        const nth = seen.transactions;
        const isHit = (one: { readonly transaction: number }) => one.transaction === nth;
        const slow = slowCommits.find(isHit);
        const error = storeErrors.find(isHit);
        if (slow) await new Promise<void>((resolve) => clock.setTimer(slow.ms, resolve));
        return run(async (tx) => {
          const result = await work(tx);
          if (error)
            throw new LifecycleError(error.code, 'Expected the commit to be kept, got a planned fault');
          return result;
        });
      },
    },
    {
      get commits() {
        return store.commits;
      },
      get busy() {
        return store.busy;
      },
      crashed: store.crashed,
      crash: store.crash,
    },
  );
}

/** The caller's own object: it counts on. */
function readSeen(place: Place): { transactions: number } {
  readShape(place, { transactions: (one: Place) => readWhole(one, 0, Number.MAX_SAFE_INTEGER) });
  return place.value as { transactions: number };
}
