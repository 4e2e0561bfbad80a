/** What if: two versions of a workflow on an engine's own directory, in virtual time. */
import type { Engine } from '../../engine/engine.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { readFunction, readSignal, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place, root } from '../../input/refuse.ts';
import { readBy } from '../../input/schema.ts';
import type { EngineMetrics } from '../../metrics/engine-metrics.ts';
import type { DurationMs } from '../../model/time.ts';
import { systemClock } from '../../system/real/clock.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { SimulationThread } from '../pool/simulation-thread.ts';
import { SCHEDULE, type ScenarioSchedule } from '../scenario/scenario.ts';
import { type TaskFigure, taskFigures } from './task-figures.ts';
import { assumptionsOf, versionScenario } from './version-scenario.ts';

/** Options of {@link compareVersions}. */
export interface CompareVersionsOptions {
  /** Number of the version before. */
  readonly before: number;
  /** Number of the version after. */
  readonly after: number;
  /** Length of the simulated time from now on, days, 1..366. Default 30. */
  readonly days?: number;
  /** Settings of the schedule that differ from the engine's interval and from the defaults. */
  readonly schedule?: ScenarioSchedule;
  /** Most people of the directory, 1..1,000,000. Default 100,000. */
  readonly peopleMax?: number;
  /** After how long it is given up, ms, 1..3,600,000. Default 120,000. */
  readonly timeoutMs?: DurationMs;
  /** Ends it. Default: nothing does but `timeoutMs`. */
  readonly signal?: AbortSignal;
  /** Called with the share that is done, 0..1. Default: nothing is called. */
  readonly onProgress?: (share: number) => void;
}

/** Two versions compared. */
export interface VersionsCompared {
  readonly comparison: Comparison;
  /** The page of it (`comparisonReport`): one HTML file without scripts. */
  readonly report: string;
  /** What was taken for granted, a sentence each; the report begins with them. */
  readonly assumptions: readonly string[];
  /** How long each task was taken to last, and where that is from. */
  readonly tasks: readonly TaskFigure[];
  readonly peopleCount: number;
}

const PEOPLE_MAX = 1_000_000;
const VERSION_MAX = 999_999_999;
const CONCURRENCY_DEFAULT = 256;
/** So that a comparison cannot take the memory that the host needs: 100,000 people take a third of it. */
const HEAP_MB_MAX = 1_024;

const OPTIONS = {
  before: (place: Place) => readWhole(place, 1, VERSION_MAX),
  after: (place: Place) => readWhole(place, 1, VERSION_MAX),
  days: withDefault((place: Place) => readWhole(place, 1, 366), 30),
  schedule: withDefault((place: Place): ScenarioSchedule => readBy(SCHEDULE, place), {}),
  peopleMax: withDefault((place: Place) => readWhole(place, 1, PEOPLE_MAX), 100_000),
  timeoutMs: withDefault((place: Place) => readWhole(place, 1, 3_600_000), 120_000),
  signal: optional(readSignal),
  onProgress: optional(readFunction<NonNullable<CompareVersionsOptions['onProgress']>>),
} satisfies ShapeOf<CompareVersionsOptions>;

/**
 * Runs two versions of a workflow in virtual time, from now on, for all people of the engine's directory, and compares
 * them as `compare` does. It happens in a thread of its own; the engine, its store and its handlers are only read or not
 * touched at all. Tasks take as long, and fail as often, as this process has measured since its start; a task of which
 * it has measured too little is assumed to take half a second.
 *
 * @throws LifecycleError `NotFound`, `InvalidArgument`; `LimitExceeded` for too many people or too little time or
 *   memory; of the directory; the reason of `signal`.
 */
export async function compareVersions(
  engine: Engine,
  workflowId: string,
  options: CompareVersionsOptions,
): Promise<VersionsCompared> {
  if (typeof engine?.workflows?.getVersion !== 'function')
    throw invalid(root(engine, 'engine'), 'an engine: await createEngine()');
  const read = readOptions(options, 'compareVersions', OPTIONS);
  const { days, signal, onProgress, peopleMax, timeoutMs } = read;
  signal?.throwIfAborted();
  const before = await engine.workflows.getVersion(workflowId, read.before);
  const after = await engine.workflows.getVersion(workflowId, read.after);
  const measured = await engine.metrics();
  const { workflowScheduleIntervalInHours: intervalHours } = await engine.settings.get();
  const tasks = taskFigures([before, after], measured);
  const world = {
    key: after.displayName,
    startMs: systemClock.now(),
    days,
    tasks,
    schedule: { intervalHours, ...read.schedule },
    concurrency: lanesOf(measured),
  };
  const thread = new SimulationThread(HEAP_MB_MAX);
  const stopped = stopper(signal, timeoutMs);
  try {
    return await Promise.race([stopped.promise, work()]);
  } finally {
    stopped.release();
    await thread.end();
  }

  async function work(): Promise<VersionsCompared> {
    let peopleCount = 0;
    for await (const people of engine.directory.all()) {
      peopleCount += people.length;
      if (peopleCount > peopleMax) throw tooMany(peopleMax);
      thread.add({ kind: 'people', people });
      if (stopped.hasStopped()) return stopped.promise;
    }
    const assumptions = assumptionsOf([before, after], world, peopleCount);
    const scenarios = [versionScenario(before, world), versionScenario(after, world)] as const;
    const { comparison, report } = await thread.run<'compare'>(
      { kind: 'compare', scenarios, assumptions },
      onProgress ?? (() => {}),
    );
    return { comparison, report, assumptions, tasks, peopleCount };
  }
}

/** Handlers that an engine runs at once. */
function lanesOf({ metrics }: EngineMetrics): number {
  const limit = metrics.find(({ name }) => name === 'tenure.lane.limit');
  const [series] = limit?.series ?? [];
  return series !== undefined && 'value' in series ? series.value : CONCURRENCY_DEFAULT;
}

interface Stopper {
  /** Rejects when the time is over or the caller wants no more. */
  readonly promise: Promise<never>;
  hasStopped(): boolean;
  release(): void;
}

function stopper(signal: AbortSignal | undefined, timeoutMs: DurationMs): Stopper {
  const { promise, reject } = Promise.withResolvers<never>();
  let hasStopped = false;
  const stop = (reason: unknown): void => {
    hasStopped = true;
    reject(reason);
  };
  promise.catch(() => {}); // it may be released first
  const abort = (): void => stop(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const timer = systemClock.setTimer(timeoutMs, () =>
    stop(
      new LifecycleError(
        'LimitExceeded',
        `Expected a comparison that takes at most ${timeoutMs} ms; choose fewer days`,
        { limit: 'timeoutMs', max: timeoutMs },
      ),
    ),
  );
  return {
    promise,
    hasStopped: () => hasStopped,
    release: () => {
      timer.cancel();
      signal?.removeEventListener('abort', abort);
    },
  };
}

function tooMany(max: number): LifecycleError {
  return new LifecycleError(
    'LimitExceeded',
    `Expected a directory of at most ${max} people to compare versions on, got more`,
    { limit: 'peopleMax', max },
  );
}
