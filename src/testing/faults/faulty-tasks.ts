import { readArray, readFunction, readString } from '../../input/fields.ts';
import { readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { readTimers } from '../../input/ports.ts';
import type { Place } from '../../input/refuse.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskContext, TaskHandler, TaskHandlerOptions } from '../../ports/task-handler.ts';
import { systemClock } from '../../system/index.ts';
import { misbehave } from './misbehave.ts';
import type { FaultPlan, TaskFault } from './plan.ts';
import { readPlan } from './read-plan.ts';

const SUBJECTS_MAX = 1_000_000;

/** Options of {@link faultyTasks}. */
export interface FaultyTaskOptions {
  /** Which subject has which index. */
  readonly subjectIds: readonly string[];
  /** Whose time handlers take. Default: the machine's. */
  readonly clock?: Pick<Clock, 'setTimer'>;
  /** Resolves when the faults are over, so that what hangs goes on. Default: never. */
  readonly released?: () => Promise<void>;
}

const OPTIONS = {
  subjectIds: (place: Place) => readArray(place, SUBJECTS_MAX).map(readString),
  clock: withDefault(readTimers, systemClock),
  released: withDefault(
    readFunction<NonNullable<FaultyTaskOptions['released']>>,
    () => new Promise<void>(() => {}),
  ),
} satisfies ShapeOf<FaultyTaskOptions>;

/** The handlers with the plan's faults. One that may hang needs a `timeoutMs`. */
export function faultyTasks(
  tasks: Readonly<Record<string, TaskHandler>>,
  plan: Pick<FaultPlan, 'taskFaults'>,
  options: FaultyTaskOptions,
): Record<string, TaskHandlerOptions> {
  const { subjectIds, clock, released } = readOptions(options, 'faultyTasks', OPTIONS);
  const { taskFaults } = readPlan({ path: 'plan', value: plan }, ['taskFaults']);
  const faultOf = (context: TaskContext): TaskFault | undefined =>
    taskFaults.find(
      ({ subject, task, attempt }) =>
        subjectIds[subject] === context.subject.id &&
        task === context.task.executionSequence - 1 &&
        attempt === context.attempt,
    )?.fault;
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(ms, resolve));
  let calls = 0;
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => {
      const handler: TaskHandlerOptions = typeof task === 'function' ? { run: task } : task;
      const run: TaskHandlerOptions['run'] = (context) => {
        const fault = faultOf(context);
        const work = () => handler.run(context);
        calls += 1;
        return fault ? misbehave(fault, calls, { signal: context.signal, sleep, released }, work) : work();
      };
      return [name, { ...handler, run }];
    }),
  );
}
