import type { Clock } from '../../ports/clock.ts';
import type { TaskContext, TaskHandler, TaskHandlerOptions } from '../../ports/task-handler.ts';
import { systemClock } from '../../system/real/clock.ts';
import { misbehave } from './misbehave.ts';
import type { FaultPlan, TaskFault } from './plan.ts';

/** Options of {@link faultyTasks}. */
export interface FaultyTaskOptions {
  /** Which subject has which index. */
  readonly subjectIds: readonly string[];
  /** Whose time handlers take. Default: the machine's. */
  readonly clock?: Pick<Clock, 'setTimer'>;
  /** Resolves when the faults are over, so that what hangs goes on. Default: never. */
  readonly released?: () => Promise<void>;
}

/** The handlers with the plan's faults. One that may hang needs a `timeoutMs`. */
export function faultyTasks(
  tasks: Readonly<Record<string, TaskHandler>>,
  plan: Pick<FaultPlan, 'taskFaults'>,
  { subjectIds, clock = systemClock, released = () => new Promise(() => {}) }: FaultyTaskOptions,
): Record<string, TaskHandlerOptions> {
  const faultOf = (context: TaskContext): TaskFault | undefined =>
    plan.taskFaults.find(
      ({ subject, task, attempt }) =>
        subjectIds[subject] === context.subject.id &&
        task === context.task.executionSequence - 1 &&
        attempt === context.attempt,
    )?.fault;
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(ms, resolve));
  let calls = 0;
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => {
      const options: TaskHandlerOptions = typeof task === 'function' ? { run: task } : task;
      const run: TaskHandlerOptions['run'] = (context) => {
        const fault = faultOf(context);
        const work = () => options.run(context);
        calls += 1;
        return fault ? misbehave(fault, calls, { signal: context.signal, sleep, released }, work) : work();
      };
      return [name, { ...options, run }];
    }),
  );
}
