/** A sizing in words, for terminals and reports. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { duration, numeral, percent, plural } from '../../text/numbers.ts';
import type { Goal } from './goal.ts';
import { type SettingValues, settingText, valueText } from './setting.ts';
import type { GoalEstimate, SizedSetting } from './sized.ts';
import type { Sizing } from './sizing.ts';
import type { Term } from './vary.ts';

/** `p95(latency)`: what a goal limits. */
export function measureText({ text }: Goal): string {
  return text.slice(0, text.lastIndexOf(' <= '));
}

/** `1 h 40 min` or `0.8 %`: a figure of a goal. */
export function figureText({ measure }: Goal, value: number): string {
  return measure === 'latency' ? duration(value) : percent(value, 1);
}

/** `1 h 40 min (1 h 35 min … 1 h 45 min)`: a figure with its interval. */
export function estimateText(goal: Goal, { value, low, high }: GoalEstimate): string {
  const [from, to] = [figureText(goal, Math.max(0, low)), figureText(goal, high)];
  const figure = figureText(goal, value);
  return from === to ? figure : `${figure} (${from} … ${to})`;
}

/** Whether both are the same setting, also when they come from JSON. */
export function isSameSetting(a: SizedSetting, b: SizedSetting | null): boolean {
  return b !== null && isDeepStrictEqual(a.values, b.values);
}

/** What each goal's figure is at a setting. */
export function estimatesText(goals: readonly Goal[], setting: SizedSetting): string {
  const texts = goals.map((goal, at) => {
    const estimate = setting.goals[at] as GoalEstimate;
    const text = estimateText(goal, estimate);
    return goals.length === 1 ? text : `${measureText(goal)} ${text}`;
  });
  return texts.join(', ');
}

/** `p95(latency) <= 2h and failed <= 1%`. */
export function goalsText(goals: readonly Goal[]): string {
  return goals.map(({ text }) => text).join(' and ');
}

/** `10 calls at once, a slot every hour and 2 processes`: a setting as a part of a sentence. */
export function settingWords(terms: readonly Term[], values: SettingValues): string {
  const words = terms.map((term) => termWords(term, values[term.name] ?? 0, values.processes !== undefined));
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

function termWords({ kind, task }: Term, value: number, areProcessesVaried: boolean): string {
  const of = task === null ? '' : ` of ${task}`;
  const each = areProcessesVaried ? ' in each process' : '';
  switch (kind) {
    case 'concurrency':
      return `${plural(value, 'call')}${of} at once${each}`;
    case 'rate':
      return `${Number(value.toPrecision(4))} calls${of} a second`;
    case 'processes':
      return plural(value, 'process', 'processes');
    case 'interval':
      return value === 1 ? 'a slot every hour' : `a slot every ${value} hours`;
  }
}

/** The answer: which setting it is, or that there is none, and what comes nearest. */
export function answerText({ answer, nearest, goals, vary, binding, search }: Sizing): string {
  const goal = goalsText(goals);
  if (answer) {
    const of =
      search.settingsOfAll === 1
        ? 'The setting that meets'
        : `The cheapest of ${plural(search.settingsOfAll, 'setting')} that meets`;
    return `${of} ${goal} has ${settingWords(vary, answer.values)}: ${estimatesText(goals, answer)}.`;
  }
  const setting = nearest as SizedSetting;
  const open = setting.state === 'undecided' ? ', undecided: more seeds may decide it' : '';
  const binds = binding === null ? '' : `; what binds is ${binding.name}`;
  return `No setting meets ${goal}: nearest come ${settingWords(vary, setting.values)}, with ${estimatesText(goals, setting)}${open}${binds}.`;
}

/** How sure the figures are. */
export function sureText({ seeds, scenario }: Sizing): string {
  const { first, count } = seeds;
  return `Means over ${count} simulations of ${scenario.horizon} (seeds ${first} to ${first + count - 1}, the same for every setting), in brackets their 95 % interval (Student’s t). A goal is met when the upper end of the interval is.`;
}

/** What is without one value of capacity less, a line each. */
export function oneLessTexts({ oneLess, goals, vary }: Sizing): readonly (readonly [string, string])[] {
  return oneLess.map(({ term, setting }) => {
    const of = vary.find(({ name }) => name === term);
    const value = of ? valueText(of, setting.values[term] ?? 0) : '';
    return [`${term} ${value}`, `${estimatesText(goals, setting)}, ${setting.state}`];
  });
}

/** How the settings were searched, a sentence each. */
export function searchTexts({ search, vary }: Sizing): readonly string[] {
  const { method, violation, settings, settingsOfAll, simulations, simulationsOfAll } = search;
  const bisected = vary.filter(({ triedAllBecause }) => triedAllBecause === null).map(({ name }) => name);
  const ran = `${numeral(settings)} of ${plural(settingsOfAll, 'setting')}, ${numeral(simulations)} of ${plural(simulationsOfAll, 'simulation')}`;
  const how = method === 'bisection' ? `Bisection along ${bisected.join(', ')}` : 'All settings';
  const confirmed =
    method === 'bisection' && violation === null
      ? ' More of these does not hurt, as the neighbours of the answer confirm.'
      : '';
  const tried = vary.flatMap(({ name, triedAllBecause }) =>
    triedAllBecause === null ? [] : [`Every value of ${name} was tried: ${triedAllBecause}.`],
  );
  return [`${how}: ${ran}.${confirmed}`, ...violationTexts({ search, vary }), ...tried];
}

/** Where more capacity was worse. */
function violationTexts({ search, vary }: Pick<Sizing, 'search' | 'vary'>): readonly string[] {
  const { method, violation } = search;
  if (violation === null) return [];
  const [less, more] = [violation.less, violation.more].map(({ values }) => settingText(vary, values));
  const then =
    method === 'all'
      ? 'so bisection could not be relied on, and all settings were tried'
      : 'so the cheapest setting may be another one; all of them would have been too many: vary less, to have them tried';
  return [`More capacity was worse, at ${more} than at ${less}: ${then}.`];
}
