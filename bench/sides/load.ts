/** The load, run by an engine of tenure. */
import { createEngine, type Directory, type Engine, type Store, type TaskHandler } from '../../src/index.ts';
import type { Telemetry } from '../../src/telemetry.ts';
import type { Load, Sample } from '../measure.ts';

/** Users of the warm-up run: enough for V8 to have compiled the hot code. */
const WARM_USERS = 5_000;

/** An engine, and the id of its workflow. */
interface Made {
  readonly engine: Engine;
  readonly workflowId: string;
  /** Ends what telemetry sees of it. */
  readonly unobserve: () => void;
}

/** Starts an engine with a workflow of `tasks` tasks. */
export async function startEngine(
  store: Store,
  directory: Directory,
  tasks: number,
  handler: TaskHandler,
  concurrency?: number,
  telemetry?: Telemetry,
): Promise<Made> {
  const made = await makeEngine(store, directory, tasks, handler, concurrency, telemetry);
  await made.engine.start();
  return made;
}

/** The same, not started: it publishes runs and drives none. */
export async function makeEngine(
  store: Store,
  directory: Directory,
  tasks: number,
  handler: TaskHandler,
  concurrency?: number,
  telemetry?: Telemetry,
): Promise<Made> {
  const engine = await createEngine({
    ...telemetry?.ports,
    store,
    directory,
    tasks: { '*': handler },
    ...(concurrency === undefined ? {} : { concurrency }),
  });
  const unobserve = telemetry?.observe(engine) ?? (() => {});
  const workflow = await engine.workflows.create({
    category: 'joiner',
    displayName: 'Bench',
    executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    tasks: Array.from({ length: tasks }, (_, index) => ({ taskDefinitionId: `task-${index + 1}` })),
  });
  return { engine, workflowId: workflow.id, unobserve };
}

/** A rule that selects all subjects of {@link numbered}. */
export const EVERYBODY = "not (department eq 'nobody')";

/** A directory of subjects with only an id, at the least possible cost. */
export function numbered(users: number): Directory {
  return {
    get: async (ids) => ids.map((id) => ({ id })),
    async *query() {
      for (let ordinal = 0; ordinal < users; ordinal++) yield { id: `user-${ordinal}` };
    },
  };
}

/** The task handler of a load. */
export function handlerOf({ waitMs }: Load): TaskHandler {
  if (waitMs === 0) return () => {};
  return () => new Promise((resolve) => void setTimeout(resolve, waitMs));
}

/**
 * Runs the load on a store of its own, from the call of `activate` until the run is finished. A small load
 * on another store warms the code up first.
 */
export async function runLoad(
  load: Load,
  open: (name: string) => Promise<Store>,
  { beforeRun, telemetry }: { readonly beforeRun?: () => void; readonly telemetry?: Telemetry } = {},
): Promise<Sample> {
  await runOnce({ ...load, users: WARM_USERS, waitMs: 0 }, await open('warm'), telemetry);
  const store = await open('bench');
  beforeRun?.();
  return runOnce(load, store, telemetry);
}

async function runOnce(load: Load, store: Store, telemetry?: Telemetry): Promise<Sample> {
  const { users, tasks, concurrency } = load;
  const handler = handlerOf(load);
  const { engine, workflowId, unobserve } = await startEngine(
    store,
    numbered(users),
    tasks,
    handler,
    concurrency,
    telemetry,
  );
  let residentMax = process.memoryUsage.rss();
  engine.on('run.progress', () => {
    residentMax = Math.max(residentMax, process.memoryUsage.rss());
  });
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const run = await engine.runs.activate(workflowId, { rule: EVERYBODY });
  const done = await engine.runs.waitFor(run.id);
  const seconds = (performance.now() - startMs) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  if (done.successfulUsersCount !== users)
    throw new Error(`Expected ${users} users to complete, got ${done.successfulUsersCount}`);
  await engine.close();
  unobserve();
  const perCpuSecond = (users * tasks) / ((user + system) / 1e6);
  return { perSecond: (users * tasks) / seconds, figures: { residentMB: residentMax / 1e6, perCpuSecond } };
}
