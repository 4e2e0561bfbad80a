import type { Engine } from '../../engine/engine.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { TaskContext, TaskHandler, TaskHandlerOptions } from '../../ports/task-handler.ts';
import { memoryStore } from '../../stores/memory/memory-store.ts';
import { virtualClock } from '../../system/virtual/virtual-clock.ts';
import { checkDatabase } from '../oracles/check-database.ts';
import type { OracleViolation } from '../oracles/violation.ts';
import type { AuditOptions } from './audit-options.ts';
import { type CrashPoint, crashingStore } from './crashing-store.ts';
import {
  comeToRest,
  type EngineProcess,
  type EngineProcessOptions,
  letSettle,
  runUntil,
  startEngineProcess,
} from './process.ts';

/** The process dies as a handler is called, before it has done anything. */
export interface CallPoint extends HandlerCall {
  readonly when: 'call';
}

/** Where a process dies in an audit. */
export type AuditCrash = CrashPoint | CallPoint;

/** One call of a handler. */
export interface HandlerCall {
  readonly task: string;
  readonly subjectId: string;
  readonly idempotencyKey: string;
  readonly attempt: number;
}

/** One execution of a workflow for a population, crashed or not. */
export interface Execution<Effects> {
  readonly effects: Effects;
  /** The run's final status. */
  readonly status: string;
  /** Commits of the first process, up to the run's end. */
  readonly commits: number;
  /** Calls of the handlers, in order. */
  readonly calls: readonly HandlerCall[];
  /** Task → idempotency keys that were called repeatedly in the same attempt. */
  readonly repeated: ReadonlyMap<string, readonly string[]>;
  /** Tasks that were called as interrupted ones and had never begun: the process died in between. */
  readonly neverBegun: ReadonlySet<string>;
  readonly violations: readonly OracleViolation[];
}

const START_MS = Date.UTC(2026, 0, 5);

/** Runs the workflow for all people; a process that dies at `crash` is followed by another. */
export async function execute<Effects>(
  options: AuditOptions<Effects>,
  crash: AuditCrash | null,
): Promise<Execution<Effects>> {
  const clock = virtualClock(START_MS);
  const inner = memoryStore();
  const effects = options.effects();
  const calls = new Calls();
  const common: Omit<EngineProcessOptions, 'store' | 'seed'> = {
    clock,
    population: options.population,
    tasks: options.tasks(effects),
    settings: options.settings ?? {},
    called: (context) => calls.note(context),
  };
  const begin = (
    store: EngineProcessOptions['store'],
    seed: number,
    more: Pick<EngineProcessOptions, 'disturb'> = {},
  ) => startEngineProcess({ ...common, ...more, store, seed });
  const planner = begin(inner, 1);
  const run = await runUntil(clock, planner, plan(planner.engine, options));

  const call = crash?.when === 'call' ? crash : null;
  const store = crashingStore(inner, crash?.when === 'call' ? null : crash);
  const stuck = Promise.withResolvers<null>();
  const first = begin(store, 2, {
    disturb: (tasks) => (call ? stuckAt(tasks, call, () => stuck.resolve(null)) : tasks),
  });
  const ended = runToEnd(first, run.id);
  const died = store.crashed.then(() => null);
  let status = await runUntil(clock, first, Promise.race([ended, died, stuck.promise]));
  if (call && status === null) {
    // What else is under way is recorded first, so that this call is the only one that is made again.
    await comeToRest(clock, first);
    store.crash();
  }
  const { commits } = store;
  if (status === null) {
    first.session.end();
    await letSettle(first);
    const second = begin(inner, 3);
    status = await runUntil(clock, second, runToEnd(second, run.id));
    await runUntil(clock, second, second.engine.stop());
  } else await runUntil(clock, first, first.engine.stop());
  const { violations } = await checkDatabase(inner, {
    strictFailed: options.settings?.strictFailed ?? false,
  });
  return {
    effects,
    status,
    commits,
    calls: calls.all,
    repeated: calls.repeated,
    neverBegun: calls.neverBegun,
    violations,
  };
}

/** The handlers, of which one hangs at one call, before it does anything. */
function stuckAt(
  tasks: Readonly<Record<string, TaskHandler>>,
  { idempotencyKey, attempt }: HandlerCall,
  notify: () => void,
): Record<string, TaskHandler> {
  const entries = Object.entries(tasks).map(([name, task]) => {
    const options: TaskHandlerOptions = typeof task === 'function' ? { run: task } : task;
    const run: TaskHandlerOptions['run'] = (context) => {
      if (context.idempotencyKey !== idempotencyKey || context.attempt !== attempt)
        return options.run(context);
      notify();
      return new Promise(() => {});
    };
    return [name, { ...options, run }] as const;
  });
  return Object.fromEntries(entries);
}

/** Planned before any crash, so that the run, and with it every idempotency key, is the same each time. */
async function plan(
  engine: Engine,
  { workflow, population }: Pick<AuditOptions<unknown>, 'workflow' | 'population'>,
): Promise<Run> {
  const { id } = await engine.workflows.create(workflow);
  return engine.runs.activate(id, { subjects: population.map((one) => one.id) });
}

/** Starts the engine; resolves with the run's final status. */
async function runToEnd({ engine }: EngineProcess, runId: string): Promise<string> {
  await engine.start();
  return (await engine.runs.waitFor(runId)).processingStatus;
}

/** Who was called with which key. */
class Calls {
  readonly #seen = new Set<string>();
  readonly repeated = new Map<string, string[]>();
  readonly neverBegun = new Set<string>();
  readonly all: HandlerCall[] = [];

  note({ idempotencyKey, attempt, interruptions, task, subject }: TaskContext): void {
    this.all.push({ task: task.taskDefinitionId, subjectId: subject.id, idempotencyKey, attempt });
    const call = `${idempotencyKey} ${attempt}`;
    if (interruptions > 0 && !this.#seen.has(call)) this.neverBegun.add(task.taskDefinitionId);
    if (this.#seen.has(call)) {
      const keys = this.repeated.get(task.taskDefinitionId) ?? [];
      this.repeated.set(task.taskDefinitionId, [...keys, idempotencyKey]);
    }
    this.#seen.add(call);
  }
}
