import { type ReadShape, readOptions, type ShapeOf } from '../input/options.ts';
import { HOUR_MS } from '../model/time.ts';
import { bottleneckOf } from './metrics/bottleneck.ts';
import type { StatusCounts } from './metrics/status-counts.ts';
import type { LoadBucket, SimulatedRun, SimulationResult } from './result.ts';
import { headingOf } from './scenario/heading.ts';
import {
  concurrencyOf,
  FILE_OPTIONS,
  intervalMsOf,
  processesOf,
  type ReadScenario,
  readScenario,
  readScenarioFile,
  SCENARIO_OPTIONS,
} from './scenario/read-scenario.ts';
import type { Scenario } from './scenario/scenario.ts';
import { Simulation } from './simulation.ts';
import { SIMULATION_OPTIONS, type SimulationOptions } from './simulation-options.ts';

/** Options of {@link simulate}. */
export interface SimulateOptions extends SimulationOptions {
  /** Replaces the scenario's own horizon: an ISO 8601 duration. Default: the scenario's. */
  readonly horizon?: string;
  /** Base folder of relative paths in the scenario. Default: the working folder. */
  readonly folder?: string;
}

const OPTIONS = { ...SIMULATION_OPTIONS, ...SCENARIO_OPTIONS } satisfies ShapeOf<SimulateOptions>;

/**
 * Runs a scenario on the production engine in virtual time. The same scenario, seed and version of tenure give the
 * same trace, byte for byte, on every machine.
 *
 * @throws LifecycleError `InvalidArgument`, `InvalidFilter`, `InvalidFile`, `NotFound`, `LimitExceeded`, with path
 *   and reason, before anything runs.
 *
 * @example
 * ```ts
 * import { SCENARIOS, simulate } from 'tenure/simulate';
 *
 * const { totals } = await simulate(SCENARIOS['onboarding-year'], { seed: 7, horizon: 'P1M' });
 * console.log(totals.usersCount, totals.tasksCompleted); // → 88 200
 * ```
 */
export async function simulate(scenario: Scenario, options?: SimulateOptions): Promise<SimulationResult> {
  const { horizon, folder, ...others } = readOptions(options, 'simulate', OPTIONS);
  return run(
    readScenario(scenario, {
      ...(horizon === undefined ? {} : { horizon }),
      folder,
    }),
    others,
  );
}

/** As {@link simulate}, of a scenario file. */
export async function simulateFile(
  path: string,
  options?: Omit<SimulateOptions, 'folder'>,
): Promise<SimulationResult> {
  const { horizon, ...others } = readOptions(options, 'simulateFile', {
    ...SIMULATION_OPTIONS,
    ...FILE_OPTIONS,
  });
  return run(await readScenarioFile(path, horizon === undefined ? {} : { horizon }), others);
}

/** As {@link simulate}, of a scenario that has been read. */
export async function simulateRead(
  read: ReadScenario,
  options?: SimulationOptions,
): Promise<SimulationResult> {
  return run(read, readOptions(options, 'simulateRead', SIMULATION_OPTIONS));
}

async function run(
  read: ReadScenario,
  options: ReadShape<typeof SIMULATION_OPTIONS>,
): Promise<SimulationResult> {
  const { seed, runsKeptMax } = options;
  const runs: SimulatedRun[] = [];
  let runsCount = 0;
  const simulation = new Simulation(read, {
    ...options,
    onRun: (run) => {
      runsCount += 1;
      if (runs.length < runsKeptMax) runs.push(run);
      options.onRun?.(run);
    },
  });
  await simulation.run();
  return resultOf(read, seed, simulation, runs, runsCount - runs.length, options.check);
}

function resultOf(
  read: ReadScenario,
  seed: number,
  simulation: Simulation,
  runs: readonly SimulatedRun[],
  runsDropped: number,
  isChecked: boolean,
): SimulationResult {
  const { scenario, startMs, endMs } = read;
  const { metrics, calendar } = simulation;
  const concurrency = concurrencyOf(scenario);
  const totals = totalsOf(simulation);
  const delays = simulation.delays.delays();
  const latency = metrics.latency();
  return {
    scenario: {
      ...headingOf(read),
      intervalHours: intervalMsOf(scenario) / HOUR_MS,
      processes: processesOf(scenario),
      concurrency,
    },
    seed,
    totals,
    workflows: metrics.workflows.map((one) => one.figures()),
    tasks: metrics.workflows.flatMap((one) => one.taskFigures()),
    failures: metrics.workflows.flatMap((one) => one.failureFigures()).sort((a, b) => b.count - a.count),
    leftOut: metrics.workflows.flatMap((one) => one.leftOut.figures()),
    latency: latency.figures,
    latencySoFar: latency.soFar,
    latencyBars: latency.bars,
    delays,
    bottleneck: bottleneckOf(delays, totals.usersCount, intervalMsOf(scenario)),
    processes: simulation.processes.map(({ no, calls, callsMs, busyMax }) => ({
      no,
      calls,
      callsMs,
      busyMax,
      utilisation: rounded(callsMs / (concurrency * (endMs - startMs))),
    })),
    load: loadOf(simulation, endMs, concurrency * processesOf(scenario)),
    calendar: calendar.days(
      startMs,
      endMs,
      intervalMsOf(scenario),
      read.workflows.some(({ draft }) => draft.isSchedulingEnabled),
    ),
    runs,
    runsDropped,
    errors: simulation.errors,
    violations: isChecked ? simulation.violations : null,
    trace: { sha256: simulation.trace.hash(), lines: simulation.trace.linesCount },
  };
}

function totalsOf(simulation: Simulation): SimulationResult['totals'] {
  const { metrics, changes, calls, callsMs, peopleAtStart, startingLater, people } = simulation;
  const workflows = metrics.workflows.map((one) => one.figures());
  const tasks = metrics.workflows.flatMap((one) => one.taskFigures());
  const runs = sumOf(workflows.map((one) => one.runs));
  const users = sumOf(workflows.map((one) => one.users));
  const total = (counts: StatusCounts): number =>
    Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    peopleAtStart,
    startingLater,
    peopleAtEnd: people,
    ...changes,
    runs,
    runsCount: total(runs),
    users,
    usersCount: total(users),
    tasksCompleted: tasks.reduce((sum, task) => sum + task.completed, 0),
    tasksFailed: tasks.reduce((sum, task) => sum + task.failed, 0),
    tasksNotRun: tasks.reduce((sum, task) => sum + task.notRun, 0),
    calls,
    retries: metrics.retries,
    callsMs,
  };
}

function sumOf(all: readonly StatusCounts[]): StatusCounts {
  const sum: Record<string, number> = {};
  for (const counts of all)
    for (const [status, count] of Object.entries(counts)) sum[status] = (sum[status] ?? 0) + count;
  return sum;
}

function loadOf(simulation: Simulation, endMs: number, concurrency: number): SimulationResult['load'] {
  const { metrics, buckets } = simulation;
  const busy = metrics.busy.levels(endMs);
  const buckets_ = metrics.queued.levels(endMs).map((queued, at): LoadBucket => {
    const calls = busy[at] ?? { mean: 0, max: 0 };
    return {
      fromDateTime: new Date(buckets.startMs + at * buckets.widthMs).toISOString(),
      utilisation: rounded(calls.mean / concurrency),
      busyMax: calls.max,
      queuedMean: rounded(queued.mean),
      queuedMax: queued.max,
    };
  });
  return { bucketMs: buckets.widthMs, buckets: buckets_ };
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
