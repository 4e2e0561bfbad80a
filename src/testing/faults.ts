/** Faults as data, and the store and handlers that have them. */
import { type ErrorCode, LifecycleError } from '../errors/index.ts';
import type { Store, StoreTransaction } from '../ports/store.ts';
import type { TaskContext, TaskHandler, TaskHandlerOptions } from '../ports/task-handler.ts';
import { type CrashingStore, type CrashPoint, crashingStore } from './audit/crashing-store.ts';

/** What a handler does in place of its work, or after it. */
export type TaskFault = 'throwsError' | 'throwsNothing' | 'failsAfterItsEffect';

/** What goes wrong, and when. */
export interface FaultPlan {
  readonly crash: CrashPoint | null;
  /** The n-th transaction (from 1, failed ones counted) fails with this code, and nothing of it is kept. */
  readonly storeErrors: readonly { readonly transaction: number; readonly code: ErrorCode }[];
  /** By index of the subject in the population, position of the task (from 0) and attempt (from 1). */
  readonly taskFaults: readonly {
    readonly subject: number;
    readonly task: number;
    readonly attempt: number;
    readonly does: TaskFault;
  }[];
}

/** The store `inner` with the plan's faults, as one process sees it. */
export function faultyStore(inner: Store, plan: FaultPlan): CrashingStore {
  let transactions = 0;
  const transaction = <T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> => {
    transactions += 1;
    const fault = plan.storeErrors.find((one) => one.transaction === transactions);
    return inner.transaction(async (tx) => {
      const result = await work(tx);
      if (fault) throw new LifecycleError(fault.code, 'Expected the commit to be kept, got a planned fault');
      return result;
    });
  };
  const failing = new Proxy(inner, {
    get(target, name) {
      if (name === 'transaction') return transaction;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return crashingStore(failing, plan.crash);
}

/** The handlers with the plan's faults; `subjectIds` says which subject has which index. */
export function faultyTasks(
  tasks: Readonly<Record<string, TaskHandler>>,
  plan: FaultPlan,
  subjectIds: readonly string[],
): Record<string, TaskHandlerOptions> {
  const faultOf = (context: TaskContext): TaskFault | undefined =>
    plan.taskFaults.find(
      (fault) =>
        subjectIds[fault.subject] === context.subject.id &&
        fault.task === context.task.executionSequence - 1 &&
        fault.attempt === context.attempt,
    )?.does;
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => {
      const options: TaskHandlerOptions = typeof task === 'function' ? { run: task } : task;
      const run: TaskHandlerOptions['run'] = async (context) => {
        const fault = faultOf(context);
        if (fault === 'throwsError') throw new Error('A planned fault');
        if (fault === 'throwsNothing') throw undefined;
        const result = await options.run(context);
        if (fault === 'failsAfterItsEffect') throw new Error('A planned fault after the effect');
        return result;
      };
      return [name, { ...options, run }];
    }),
  );
}
