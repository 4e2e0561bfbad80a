/** Settings: a value of each dimension, by its index; what a scenario is with it, and what it costs. */
import { numeral } from '../../text/numbers.ts';
import { concurrencyOf, processesOf, type ScenarioParts } from '../scenario/read-scenario.ts';
import type { Scenario, TaskBehaviour } from '../scenario/scenario.ts';
import type { Dimension, Term } from './vary.ts';

/** The index of a value in each dimension: more is more capacity. */
export type Setting = readonly number[];

/** The values of a setting by term. */
export type SettingValues = Readonly<Record<string, number>>;

/** The values of a setting. */
export function valuesOf(dimensions: readonly Dimension[], setting: Setting): SettingValues {
  return Object.fromEntries(dimensions.map(({ name, values }, at) => [name, values[setting[at] ?? 0] ?? 0]));
}

/** The parts of a scenario that a setting changes. */
export function partsOf(
  scenario: Scenario,
  dimensions: readonly Dimension[],
  setting: Setting,
): ScenarioParts {
  let parts: ScenarioParts = {};
  for (const [at, { kind, task, values }] of dimensions.entries()) {
    const value = values[setting[at] ?? 0] ?? 0;
    parts = { ...parts, ...changed({ ...scenario, ...parts }, kind, task, value) };
  }
  return parts;
}

function changed(
  { tasks = {}, capacity, schedule }: Scenario,
  kind: Term['kind'],
  task: string | null,
  value: number,
): ScenarioParts {
  if (kind === 'processes') return { processes: value };
  if (kind === 'interval') return { schedule: { ...schedule, intervalHours: value } };
  if (task === null)
    return {
      capacity: { ...capacity, ...(kind === 'rate' ? { callsPerSecond: value } : { concurrency: value }) },
    };
  const behaviour = tasks[task] ?? tasks['*'] ?? {};
  const limit: TaskBehaviour =
    kind === 'rate' ? { rate: { ...behaviour.rate, perSecond: value } } : { concurrency: value };
  return { tasks: { ...tasks, [task]: { ...behaviour, ...limit } } };
}

/** `64`, `3 h`, `5/s`: a value of a term. */
export function valueText({ kind }: Pick<Term, 'kind'>, value: number): string {
  if (kind === 'interval') return `${value} h`;
  return kind === 'rate' ? `${Number(value.toPrecision(4))}/s` : numeral(value);
}

/** `concurrency 64, interval 3 h`. */
export function settingText(terms: readonly Term[], values: SettingValues): string {
  return terms.map((term) => `${term.name} ${valueText(term, values[term.name] ?? 0)}`).join(', ');
}

/** Lanes of a setting: calls at once of all processes. */
function lanesOf(scenario: Scenario, values: SettingValues): number {
  return (values.concurrency ?? concurrencyOf(scenario)) * (values.processes ?? processesOf(scenario));
}

/** A price of each unit of a term: a lane, a process, a call a second, a slot a day. */
export type Prices = ReadonlyMap<string, number>;

/**
 * What a setting costs, compared from the left: the sum of the prices, if there are any; then lanes, processes, limits of tasks,
 * rates, and slots a day, in this order. More of a capacity always costs more.
 */
export function costOf(
  scenario: Scenario,
  terms: readonly Term[],
  values: SettingValues,
  prices: Prices,
): readonly number[] {
  const processes = values.processes ?? processesOf(scenario);
  const lanes = lanesOf(scenario, values);
  const amountOf = ({ name, kind, task }: Term): number => {
    const value = values[name] ?? 0;
    if (kind === 'interval') return 24 / value;
    if (kind === 'concurrency') return task === null ? lanes : value * processes;
    return value;
  };
  const ordered = [...terms].sort((a, b) => rankOf(a) - rankOf(b));
  const sum = ordered.reduce((total, term) => total + (prices.get(term.name) ?? 0) * amountOf(term), 0);
  const rest = ordered.filter(({ kind, task }) => kind !== 'concurrency' || task !== null);
  return [...(prices.size > 0 ? [sum] : []), lanes, ...rest.map(amountOf)];
}

/** Processes, then limits of tasks, rates, the interval. */
function rankOf({ kind, task }: Term): number {
  if (kind === 'processes') return 0;
  if (kind === 'concurrency') return task === null ? 1 : 2;
  return kind === 'rate' ? 3 : 4;
}

/** Below 0: `a` is cheaper than `b`. */
export function compareCosts(a: readonly number[], b: readonly number[]): number {
  for (const [at, one] of a.entries()) {
    const difference = one - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Why more of a term's capacity can make things worse; `null` where it cannot, so that the search may skip settings
 * between.
 */
export function whyItCanHurt({ kind, task }: Term, { tasks = {} }: Scenario): string | null {
  if (kind === 'interval')
    return 'a shorter interval can put its slots at worse moments: every 4 hours has no slot at 6:00, every 6 has';
  const [name] =
    Object.entries(tasks).find(([, { rate }]) => rate?.whenExceeded === 'fail') ??
    Object.entries(tasks).find(([, { rate, timeoutMs }]) => rate && timeoutMs !== undefined) ??
    [];
  if (name === undefined || (kind === 'rate' && task === name)) return null;
  return tasks[name]?.rate?.whenExceeded === 'fail'
    ? `“${name}” refuses calls beyond its rate, so more calls at once can fail more often`
    : `“${name}” has a rate and a timeout, so more calls at once can wait too long for it`;
}
