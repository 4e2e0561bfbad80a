/** One life of an engine in virtual time, over a store that it may die with. */
import { arrayDirectory } from '../../directory/index.ts';
import { assembleEngine, type Engine } from '../../engine/engine.ts';
import { type EngineSettingsInput, readSettings } from '../../engine/options.ts';
import type { Subject } from '../../model/subject.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Store } from '../../ports/store.ts';
import type {
  TaskContext,
  TaskHandler,
  TaskHandlerOptions,
  TaskHandlerResult,
} from '../../ports/task-handler.ts';
import { seededIds, seededRandom } from '../../simulate/chance.ts';
import type { ClockSession, VirtualClock } from '../../simulate/virtual-clock.ts';

/** What a life is made of. */
export interface LifeOptions {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly population: readonly Subject[];
  readonly tasks: Readonly<Record<string, TaskHandler>>;
  readonly settings: Omit<EngineSettingsInput, 'tasks'>;
  readonly seed: number;
  /** Told of every call of a handler, before it. */
  readonly called?: (context: TaskContext) => void;
  /** What the engine gets in place of the handlers: these with faults around them. */
  readonly disturb?: (tasks: Readonly<Record<string, TaskHandler>>) => Readonly<Record<string, TaskHandler>>;
}

/** An engine, and the clock that only it lives by. */
export interface Life {
  readonly engine: Engine;
  readonly session: ClockSession;
  /** Handlers that have not settled. */
  readonly running: Set<Promise<unknown>>;
  /** What the engine said that nobody waited for. */
  readonly errors: unknown[];
}

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Begins a life; the engine is not started. */
export function beginLife(options: LifeOptions): Life {
  const { clock, store, population, tasks, settings, seed, called, disturb = (same) => same } = options;
  const session = clock.session();
  const running = new Set<Promise<unknown>>();
  const errors: unknown[] = [];
  const watched = Object.entries(tasks).map(([name, task]) => [name, watch(task, running, called)] as const);
  const engine = assembleEngine(
    {
      store,
      clock: session,
      directory: arrayDirectory(population),
      random: seededRandom(seed),
      ids: seededIds(seed),
      logger: SILENT,
    },
    readSettings({ ...settings, tasks: disturb(Object.fromEntries(watched)) }, 'the engine'),
  );
  engine.on('engine.error', ({ error }) => void errors.push(error));
  return { engine, session, running, errors };
}

/** Real ms that a handler may take before virtual time goes on without it. */
const PATIENCE_MS = 2_000;

/**
 * What `promise` comes to. Virtual time moves when nothing is left to do; handlers that do real work (a timer,
 * a file, a socket) are waited for, up to a bound, so that a time-out of theirs comes true all the same.
 *
 * @throws Error when nothing can happen any more and the promise is still pending.
 */
export async function liveUntil<T>(clock: VirtualClock, life: Life, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const mark = () => {
    isSettled = true;
  };
  promise.then(mark, mark);
  let waited = new Set<Promise<unknown>>();
  for (;;) {
    await clock.settle();
    if (isSettled) return promise;
    const fresh = [...life.running].filter((one) => !waited.has(one));
    if (fresh.length > 0) {
      const isOver = await letOneSettle([...fresh, promise]);
      if (!isOver) waited = new Set(life.running);
    } else if (!(await clock.step()) && !isSettled)
      throw new Error(
        'Expected the run to end, got a standstill: a handler never settles and has no time-out',
      );
  }
}

/** Lets everything happen that needs no time to pass; handlers that do real work are waited for, up to a bound. */
export async function comeToRest(clock: VirtualClock, life: Life): Promise<void> {
  for (let isOver = true; isOver; ) {
    await clock.settle();
    const { running } = life;
    isOver = running.size > 0 && (await letOneSettle([...running]));
  }
}

/** Lets handlers that run settle, within the bound: a process that is gone takes its handlers with it. */
export async function letSettle({ running }: Life): Promise<void> {
  if (running.size > 0) await anyOf([Promise.allSettled(running)], PATIENCE_MS);
}

/** Lets one of these handlers settle, within the bound. `false`: none has. */
export function letOneSettle(handlers: readonly Promise<unknown>[]): Promise<boolean> {
  return anyOf(handlers, PATIENCE_MS);
}

/** `false`: none has settled in `withinMs` of real time. */
async function anyOf(promises: readonly Promise<unknown>[], withinMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), withinMs);
  });
  const settled = promises.map((one) =>
    one.then(
      () => true,
      () => true,
    ),
  );
  const isOver = await Promise.race([...settled, late]);
  clearTimeout(timer);
  return isOver;
}

/** The handler, watched: which calls are under way, and who is told of each. */
function watch(
  task: TaskHandler,
  running: Set<Promise<unknown>>,
  called: ((context: TaskContext) => void) | undefined,
): TaskHandler {
  const options: TaskHandlerOptions = typeof task === 'function' ? { run: task } : task;
  const run = (context: TaskContext): TaskHandlerResult | Promise<TaskHandlerResult> => {
    called?.(context);
    const result = options.run(context);
    if (!(result instanceof Promise)) return result;
    const settled = result.catch(() => {}).finally(() => running.delete(settled));
    running.add(settled);
    return result;
  };
  return { ...options, run };
}
