/** Faults as data. */
import type { ErrorCode } from '../../errors/codes.ts';
import type { DurationMs } from '../../model/time.ts';
import type { CrashPoint } from '../audit/crashing-store.ts';

/** What a handler does instead of its work, or besides. */
export type TaskFault =
  /** Throws at once, before there is a promise. `with` (0..7) picks what: an error, `undefined`, anything. */
  | { readonly does: 'throw'; readonly with: number }
  /** Takes `ms`, does its work, and fails all the same. */
  | { readonly does: 'reject'; readonly ms: DurationMs; readonly with: number }
  /** Takes `ms` before its work, however short that was meant to be. */
  | { readonly does: 'last'; readonly ms: DurationMs }
  /** Never settles by itself; rejects when it is aborted. */
  | { readonly does: 'hang' }
  /** Never settles, aborted or not. */
  | { readonly does: 'ignore' }
  /** Waits until it is aborted, then takes `ms` to do its work all the same. */
  | { readonly does: 'linger'; readonly ms: DurationMs }
  /** Returns a thenable that settles twice and throws afterwards. */
  | { readonly does: 'deceive' }
  /** Does its work twice in one call, as a queue that delivers twice makes it. */
  | { readonly does: 'repeat' };

/** What befalls a process, its machine, or the runs that it has. */
export type ProcessFault =
  /** The machine's clock is set: `byMs` forward, or back when negative. */
  | { readonly kind: 'clockJump'; readonly byMs: DurationMs }
  /** The machine sleeps; timers that come due meanwhile fire when it wakes. */
  | { readonly kind: 'asleep'; readonly forMs: DurationMs }
  /** The process is stopped in order, or killed; another one is started `forMs` later. */
  | { readonly kind: 'off'; readonly forMs: DurationMs; readonly how: 'stop' | 'kill' }
  /** A second engine starts on the same store and takes the runs: the first one loses its claims, and goes on. */
  | { readonly kind: 'takeover' }
  /** Every run is canceled; the request comes `times` times. */
  | { readonly kind: 'cancel'; readonly times: number };

/** What goes wrong, and when. */
export interface FaultPlan {
  /** Of the first process. */
  readonly crash: CrashPoint | null;
  /** The n-th transaction (from 1, failed ones counted) fails with this code, and nothing of it is kept. */
  readonly storeErrors: readonly { readonly transaction: number; readonly code: ErrorCode }[];
  /** The n-th transaction begins `ms` late. */
  readonly slowCommits: readonly { readonly transaction: number; readonly ms: DurationMs }[];
  /** By index of the subject in the population, position of the task (from 0) and attempt (from 1). */
  readonly taskFaults: readonly {
    readonly subject: number;
    readonly task: number;
    readonly attempt: number;
    readonly fault: TaskFault;
  }[];
  /** `atMs`: after the beginning. */
  readonly processFaults: readonly { readonly atMs: DurationMs; readonly fault: ProcessFault }[];
}

/** Nothing goes wrong. */
export const NO_FAULTS: FaultPlan = {
  crash: null,
  storeErrors: [],
  slowCommits: [],
  taskFaults: [],
  processFaults: [],
};
