/** Goals of a sizing: `p95(latency) <= 2h`, `failed <= 1%`. */
import { dayTimeMs } from '../../input/durations.ts';
import { invalid, type Place, unknownWord } from '../../input/refuse.ts';
import { DAY_MS, type DurationMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import type { SimulationFigures } from '../result.ts';

/** A goal: a figure of a simulation is to be at most so much. */
export interface Goal {
  /** As it was given, spaces put right. */
  readonly text: string;
  /** `failed`: the share of people with a failed task. `unfinished`: of those who have not ended. */
  readonly measure: 'latency' | 'failed' | 'unfinished';
  /** Of latencies; `null` for a share. */
  readonly statistic: 'p50' | 'p90' | 'p95' | 'p99' | 'max' | 'mean' | null;
  /** Key of the workflow whose people count; `null`: of all. */
  readonly workflow: string | null;
  /** Milliseconds, or a share, 0..1. */
  readonly limit: number;
}

const STATISTICS = ['p50', 'p90', 'p95', 'p99', 'max', 'mean'] as const;
const SHARES = ['failed', 'unfinished'] as const;
const NAME = 'the goal';
const EXAMPLE = 'a measure, <= and a limit, such as `p95(latency) <= 2h` or `failed <= 1%`';
const LENGTH_MAX = 512;

const UNITS: Readonly<Record<string, DurationMs>> = {
  ms: 1,
  s: SECOND_MS,
  m: MINUTE_MS,
  min: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
};

/** Reads a goal. @throws LifecycleError `InvalidArgument` that says what would be right. */
export function readGoal({ path, value }: Place, workflows: readonly string[]): Goal {
  const place = { path, value, name: NAME };
  const parts = typeof value === 'string' && value.length <= LENGTH_MAX ? value.split(/<=|≤/) : [];
  const [measure = '', limit = ''] = parts.map((part) => part.trim());
  if (parts.length !== 2 || measure === '' || limit === '') throw invalid(place, EXAMPLE);
  const share = SHARES.find((one) => one === measure);
  if (share !== undefined) {
    const text = `${share} <= ${limit}`;
    return { text, measure: share, statistic: null, workflow: null, limit: shareOf(place, limit) };
  }
  const [, name = '', inner = ''] = /^([^(]*)\((.*)\)$/.exec(measure) ?? [];
  if (name === '') throw unknownWord(part(path, 'the measure of the goal', measure), MEASURES);
  const statistic = STATISTICS.find((one) => one === name.trim());
  if (statistic === undefined)
    throw unknownWord(part(path, `the figure before (${inner}) in the goal`, name.trim()), STATISTICS);
  const workflow = workflowOf(path, inner.trim(), workflows);
  const of = workflow === null ? '' : ` of ${workflow}`;
  return {
    text: `${statistic}(latency${of}) <= ${limit}`,
    measure: 'latency',
    statistic,
    workflow,
    limit: durationOf(place, limit),
  };
}

const MEASURES = [...STATISTICS.map((one) => `${one}(latency)`), ...SHARES];

/** A part of a goal, under the path of the whole. */
function part(path: string, name: string, value: string): Place {
  return { path, name, value };
}

function workflowOf(path: string, inner: string, workflows: readonly string[]): string | null {
  if (inner === 'latency') return null;
  const [, key = ''] = /^latency of (.*)$/s.exec(inner) ?? [];
  if (key === '')
    throw invalid(part(path, 'what stands in ( ) of the goal', inner), 'latency, or latency of a workflow');
  if (workflows.includes(key)) return key;
  throw unknownWord(part(path, 'the workflow of the goal', key), workflows);
}

function shareOf({ path }: Place, text: string): number {
  const [, digits = ''] = /^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(text) ?? [];
  const value = Number(digits) / 100;
  if (digits !== '' && value <= 1) return value;
  throw invalid(part(path, 'the limit of the goal', text), 'a percentage such as 1% or 0.5%');
}

function durationOf({ path }: Place, text: string): DurationMs {
  const units = [...text.matchAll(/(\d{1,9}(?:\.\d{1,3})?) ?(ms|min|s|m|h|d)(?![a-z]) ?/g)];
  const isWhole = units.length > 0 && units.map(([all]) => all).join('') === text;
  const sum = units.reduce((ms, [, digits, unit]) => ms + Number(digits) * (UNITS[unit ?? ''] ?? 0), 0);
  const ms = isWhole ? Math.round(sum) : dayTimeMs(text);
  if (ms !== null && ms > 0) return ms;
  throw invalid(
    part(path, 'the limit of the goal', text),
    'a duration such as 90s, 30min, 1h 30min, 2h or 3d',
  );
}

/** The figure of a goal in a simulation: milliseconds, or a share. */
export function measured({ measure, statistic, workflow }: Goal, figures: SimulationFigures): number {
  if (measure === 'latency') {
    const latency = latencyOf(workflow, figures);
    return statistic === null || latency === undefined ? 0 : latency[`${statistic}Ms`];
  }
  const { users, usersCount } = figures.totals;
  const { failed = 0, completedWithErrors = 0, unfinished = 0 } = users;
  const count = measure === 'failed' ? failed + completedWithErrors : unfinished;
  return usersCount === 0 ? 0 : count / usersCount;
}

/** The number of people that a goal is about. */
export function peopleOf({ measure, workflow }: Goal, figures: SimulationFigures): number {
  return measure === 'latency' ? (latencyOf(workflow, figures)?.count ?? 0) : figures.totals.usersCount;
}

function latencyOf(workflow: string | null, { latencySoFar, workflows }: SimulationFigures) {
  if (workflow === null) return latencySoFar;
  return workflows.find(({ key }) => key === workflow)?.latencySoFar;
}
