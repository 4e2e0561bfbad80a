/** A scenario from a record, checked against what the record says. */
import { readFunction, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import type { Place } from '../../input/refuse.ts';
import { DAY_MS } from '../../model/time.ts';
import { type ReadScenario, readScenario } from '../scenario/read-scenario.ts';
import { simulateRead } from '../simulate.ts';
import type { SimulationProgress } from '../simulation-options.ts';
import { DEVIATIONS_95, FiguresTally, type PeriodFigures } from './figures.ts';
import type { ScenarioFromRecord } from './scenario-from.ts';

/** Options of {@link validateScenario}. */
export interface ValidateOptions {
  /** Seed of all random draws: a safe integer. Default 1. */
  readonly seed?: number;
  /** Called about 400 times in all. Default: nothing is called. */
  readonly onProgress?: (progress: SimulationProgress) => void;
}

/** One figure on both sides. */
export interface ValidationMeasure {
  readonly name: string;
  readonly unit: 'runs' | 'people' | 'ms' | 'share';
  readonly recorded: number;
  readonly simulated: number;
  /** `simulated / recorded − 1`; for a share their difference. `null`: the recorded one is 0. */
  readonly error: number | null;
  /**
   * Whether chance alone, of two samples of one thing, makes such a difference in 19 of 20 cases. `null`: it is not
   * judged.
   */
  readonly isWithinChance: boolean | null;
}

/** What happened, and what the scenario makes of it. */
export interface Validation {
  readonly seed: number;
  readonly scenario: {
    readonly name: string;
    readonly start: string;
    readonly horizon: string;
    readonly timeZone: string;
  };
  readonly measures: readonly ValidationMeasure[];
  readonly recorded: PeriodFigures;
  readonly simulated: PeriodFigures;
}

const OPTIONS = {
  seed: withDefault((place: Place) => readWhole(place, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), 1),
  onProgress: optional(readFunction<NonNullable<ValidateOptions['onProgress']>>),
} satisfies ShapeOf<ValidateOptions>;

const STATUSES = ['completed', 'completedWithErrors', 'failed', 'canceled', 'unfinished'] as const;

/** Simulates the recorded time by the scenario that was made of it, and lays both side by side. */
export async function validateScenario(
  { scenario, recorded }: ScenarioFromRecord,
  options?: ValidateOptions,
): Promise<Validation> {
  const { seed, onProgress } = readOptions(options, 'validateScenario', OPTIONS);
  const read = readScenario(scenario);
  const tally = new FiguresTally(periodOfScenario(read));
  await simulateRead(read, {
    seed,
    runsKeptMax: 0,
    ...(onProgress === undefined ? {} : { onProgress }),
    onRun: ({ run }) => tally.addRun(run.processingStatus),
    onUser: ({ status, scheduledDateTime, completedDateTime }) =>
      tally.addUser(
        status,
        Date.parse(scheduledDateTime),
        completedDateTime === null ? null : Date.parse(completedDateTime),
      ),
  });
  const simulated = tally.figures();
  const { name, start, horizon, timeZone = 'UTC' } = scenario;
  const about = { name, start, horizon, timeZone };
  return { seed, scenario: about, measures: measuresOf(recorded, simulated), recorded, simulated };
}

function periodOfScenario({ zone, startMs, endMs }: ReadScenario) {
  return { zone, startMs, endMs, days: Math.round((endMs - startMs) / DAY_MS) };
}

function measuresOf(recorded: PeriodFigures, simulated: PeriodFigures): readonly ValidationMeasure[] {
  const statuses = STATUSES.filter(
    (status) => (recorded.users[status] ?? 0) + (simulated.users[status] ?? 0) > 0,
  );
  return [
    countMeasure('Runs', 'runs', recorded.runsCount, simulated.runsCount),
    countMeasure('People in runs', 'people', recorded.usersCount, simulated.usersCount),
    ...statuses.map((status) =>
      countMeasure(`People: ${status}`, 'people', recorded.users[status] ?? 0, simulated.users[status] ?? 0),
    ),
    ...recorded.latencyPercentiles.map((one, at): ValidationMeasure => {
      const other = simulated.latencyPercentiles[at] ?? one;
      return {
        name: `Latency: ${100 * one.share} of 100 within`,
        unit: 'ms',
        recorded: one.ms,
        simulated: other.ms,
        error: errorOf(one.ms, other.ms),
        isWithinChance: one.lowMs <= other.highMs && other.lowMs <= one.highMs,
      };
    }),
    loadMeasure(recorded, simulated),
  ];
}

function countMeasure(
  name: string,
  unit: 'runs' | 'people',
  recorded: number,
  simulated: number,
): ValidationMeasure {
  const spread = DEVIATIONS_95 * Math.sqrt(recorded + simulated);
  return {
    name,
    unit,
    recorded,
    simulated,
    error: errorOf(recorded, simulated),
    isWithinChance: Math.abs(recorded - simulated) <= spread,
  };
}

/** The share of people who end in another hour of the day. Those of one run end together, so chance is not judged. */
function loadMeasure({ byHour, usersCount }: PeriodFigures, simulated: PeriodFigures): ValidationMeasure {
  const share = (count: number, of: number): number => (of === 0 ? 0 : count / of);
  const moved = byHour.reduce(
    (sum, count, hour) =>
      sum + Math.abs(share(count, usersCount) - share(simulated.byHour[hour] ?? 0, simulated.usersCount)) / 2,
    0,
  );
  return {
    name: 'Load by hour: people in another hour',
    unit: 'share',
    recorded: 0,
    simulated: moved,
    error: moved,
    isWithinChance: null,
  };
}

function errorOf(recorded: number, simulated: number): number | null {
  return recorded === 0 ? null : simulated / recorded - 1;
}
