/** A setting that was simulated with every seed: how it does by the goals, and what delays people. */
import { type Bottleneck, bottleneckOf } from '../metrics/bottleneck.ts';
import type { Delay } from '../metrics/delay.ts';
import type { SimulationFigures } from '../result.ts';
import { type Estimate, meanInterval, pairedDifference } from '../statistics/intervals.ts';
import { type Goal, measured } from './goal.ts';
import type { SettingValues } from './setting.ts';

/** Whether a goal is met: its interval is at or below the limit, above it, or on both sides. */
export type GoalState = 'met' | 'missed' | 'undecided';

/** How a setting does by a goal: the mean over the seeds, with its interval. */
export interface GoalEstimate extends Estimate {
  readonly state: GoalState;
}

/** A setting and what came of it. */
export interface SizedSetting {
  /** By term. */
  readonly values: SettingValues;
  /** Its cost, compared from the left. */
  readonly cost: readonly number[];
  /** `met` if every goal is, `missed` if one is missed. */
  readonly state: GoalState;
  /** By goal. */
  readonly goals: readonly GoalEstimate[];
  /** Mean of the worst goal's figure by its limit: 1 is the limit, less is better. */
  readonly score: number;
  /** What delays people most, over all seeds. */
  readonly bottleneck: Bottleneck | null;
}

/** A setting with the scores of its seeds, in their order. */
export interface Sized {
  readonly setting: SizedSetting;
  readonly scores: readonly number[];
}

/** Sums a setting up from the figures of its seeds. */
export function sizedOf(
  goals: readonly Goal[],
  { values, cost }: Pick<SizedSetting, 'values' | 'cost'>,
  figures: readonly SimulationFigures[],
): Sized {
  const bySeed = figures.map((one) => goals.map((goal) => measured(goal, one)));
  const estimates = goals.map((goal, at) =>
    estimateOf(
      goal,
      bySeed.map((some) => some[at] ?? 0),
    ),
  );
  const scores = bySeed.map((some) =>
    Math.max(...some.map((value, at) => scoreOf(value, goals[at]?.limit ?? 0))),
  );
  const setting = {
    values,
    cost,
    state: stateOf(estimates),
    goals: estimates,
    score: meanInterval(scores).value,
    bottleneck: bottleneckOfAll(figures),
  };
  return { setting, scores };
}

/** Whether `more` is really worse than `less`, with the same seeds, and not by chance. */
export function isReallyWorse(less: Sized, more: Sized): boolean {
  return pairedDifference(less.scores, more.scores).low > 0;
}

function estimateOf({ limit }: Goal, values: readonly number[]): GoalEstimate {
  const estimate = meanInterval(values);
  const { low, high } = estimate;
  return { ...estimate, state: high <= limit ? 'met' : low > limit ? 'missed' : 'undecided' };
}

function stateOf(goals: readonly GoalEstimate[]): GoalState {
  if (goals.every(({ state }) => state === 'met')) return 'met';
  return goals.some(({ state }) => state === 'missed') ? 'missed' : 'undecided';
}

/** A figure by its limit; a limit of 0 has no ratio, so what is above it begins at 1. */
function scoreOf(value: number, limit: number): number {
  if (limit > 0) return value / limit;
  return value === 0 ? 0 : 1 + value;
}

/** The bottleneck of an average seed. */
function bottleneckOfAll(figures: readonly SimulationFigures[]): Bottleneck | null {
  const [first] = figures;
  if (!first) return null;
  const people = figures.reduce((sum, { totals }) => sum + totals.usersCount, 0) / figures.length;
  return bottleneckOf(meanDelays(figures), people, first.scenario.intervalHours * 3_600_000);
}

function meanDelays(figures: readonly SimulationFigures[]): readonly Delay[] {
  const all = figures.flatMap(({ delays }) => delays);
  const groups = Map.groupBy(all, ({ cause, definition }) => `${cause} ${definition}`).values();
  const delays = Array.from(groups, (some): Delay => {
    const sum = (of: (delay: Delay) => number): number => some.reduce((total, one) => total + of(one), 0);
    const [one] = some as [Delay];
    return {
      ...one,
      totalMs: sum(({ totalMs }) => totalMs) / figures.length,
      peopleMax: Math.max(...some.map(({ peopleMax }) => peopleMax)),
      atLimitMs: one.atLimitMs === null ? null : sum(({ atLimitMs }) => atLimitMs ?? 0) / figures.length,
    };
  });
  return delays.sort((a, b) => b.totalMs - a.totalMs);
}
