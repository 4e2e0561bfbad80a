/**
 * A plan: all that happens in one simulated scenario of a store and the processes on it, as data. A seed gives
 * a plan; a plan gives, with nothing else, the same scenario every time.
 */
import type { MissedSlotPolicy } from '../../src/engine/settings.ts';
import type { LIMITS } from '../../src/model/limits.ts';
import type { SliceBounds } from '../../src/rules/status/slice.ts';
import type { TaskFault } from '../../src/testing/faults/plan.ts';

/** Where a store call is hit: before it begins, after its work and before its commit, or after its commit. */
export type Side = 'before' | 'middle' | 'after';

/** When something happens. Calls and handlers are counted over the whole scenario, from 1. */
export type Moment =
  /** Milliseconds of steady time since the scenario began. */
  | { readonly ms: number }
  /** At the n-th store call: a transaction, or a read outside of transactions. */
  | { readonly call: number; readonly side: Side }
  /** At the n-th commit of slices: the calls that matter most where several processes also look for work. */
  | { readonly commit: number; readonly side: Side }
  /** As the n-th handler begins. */
  | { readonly handler: number };

/** Something that happens. */
export type What =
  | {
      readonly kind: 'activate';
      readonly workflow: number;
      readonly from: number;
      readonly users: number;
      readonly times: number;
    }
  | { readonly kind: 'evaluate'; readonly workflow: number; readonly slotsAgo: number }
  | { readonly kind: 'cancel'; readonly run: number; readonly times: number }
  | { readonly kind: 'deleteRun'; readonly run: number }
  | {
      readonly kind: 'update';
      readonly workflow: number;
      readonly to: 'disabled' | 'enabled' | 'unscheduled' | 'scheduled';
    }
  | { readonly kind: 'deleteWorkflow'; readonly workflow: number }
  | { readonly kind: 'restoreWorkflow'; readonly workflow: number }
  /** The process dies as by `kill -9`; another one is started `offMs` later. */
  | { readonly kind: 'crash'; readonly offMs: number }
  | { readonly kind: 'stop'; readonly deadlineMs: number; readonly offMs: number }
  /** Another engine starts on the same store, while the first one runs. */
  | { readonly kind: 'second' }
  /** The machine's clock is set. */
  | { readonly kind: 'jump'; readonly byMs: number }
  /** The machine sleeps. */
  | { readonly kind: 'sleep'; readonly ms: number }
  /** The store refuses this call and the `times − 1` next ones. */
  | { readonly kind: 'error'; readonly code: StoreErrorCode; readonly times: number }
  | { readonly kind: 'slow'; readonly ms: number }
  /** The caller is told that its call failed; it reaches the store `ms` later. Only where runs are cut into slices. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The process stands still, as by SIGSTOP. */
  | { readonly kind: 'stall'; readonly ms: number }
  /** The process and the store do not reach each other. */
  | { readonly kind: 'partition'; readonly ms: number }
  /** The database is restarted: of the calls in flight, those that are written lose their answers. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'trouble'; readonly trouble: TaskFault };

/** How a store can fail. The last two are not retryable. */
type StoreErrorCode = 'StoreLocked' | 'StoreFull' | 'StoreFailed' | 'StoreReadOnly' | 'StoreCorrupt';

/** Something that happens at a moment. */
export interface Happening {
  readonly at: Moment;
  readonly what: What;
}

/** A task of a workflow, with the settings of its handler. */
export interface TaskPlan {
  readonly continueOnError: boolean;
  readonly attempts: number;
  readonly delayMs: number;
  readonly timeoutMs: number | null;
  /** Calls at once; `null`: as many as the engine allows. */
  readonly concurrency: number | null;
  /** How long the work takes; 0: the handler is synchronous. */
  readonly latencyMs: number;
}

/** A workflow. */
export interface WorkflowPlan {
  readonly isScheduled: boolean;
  readonly tasks: readonly TaskPlan[];
}

/** A bound of `model/limits.ts` that a scenario can make small, so that few users fill several batches. */
export type SmallLimit = Extract<
  keyof typeof LIMITS,
  'usersPerBatch' | 'commitEventsMax' | 'activeUsersMax' | 'usersReadAhead' | 'runsDrivenMax'
>;

/** Several processes on one store, whose runs are cut into slices. */
export interface ClusterPlan {
  readonly slices: SliceBounds;
  /** By how much the clock of each process is fast, ms: as many numbers as there are processes. */
  readonly skewsMs: readonly number[];
  /** The longest that a call takes to the store, or its answer back, ms. */
  readonly wayMs: number;
  /** Of a hundred offers of work, so many are lost, and so many given once more. */
  readonly offersLost: number;
  readonly offersDoubled: number;
}

/** A scenario. */
export interface Plan {
  readonly seed: number;
  readonly store: 'memory' | 'sqlite';
  /** Absent: one process at a time. */
  readonly cluster?: ClusterPlan;
  readonly users: number;
  readonly concurrency: number;
  readonly interruptionsMax: number;
  readonly missedSlots: MissedSlotPolicy;
  readonly strictFailed: boolean;
  readonly limits: Readonly<Partial<Record<SmallLimit, number>>>;
  /** Rounds of the event loop that a store call takes at most; which, chance says. */
  readonly jitter: number;
  readonly workflows: readonly WorkflowPlan[];
  /** Steady time with faults, ms. */
  readonly horizonMs: number;
  readonly happenings: readonly Happening[];
}
