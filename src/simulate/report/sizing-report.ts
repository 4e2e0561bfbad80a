/** A sizing as a page: which setting, how sure, what binds it, and what other settings would give. */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import { numeral, plural } from '../../text/numbers.ts';
import type { Goal } from '../sizing/goal.ts';
import { settingText, valueText } from '../sizing/setting.ts';
import type { GoalEstimate, GoalState, SizedSetting } from '../sizing/sized.ts';
import type { Sizing } from '../sizing/sizing.ts';
import {
  answerText,
  estimatesText,
  estimateText,
  figureText,
  goalsText,
  isSameSetting,
  measureText,
  oneLessTexts,
  searchTexts,
  settingWords,
  sureText,
} from '../sizing/words.ts';
import { zoneOf } from '../world/zone.ts';
import { columns, legend } from './charts.ts';
import { type Cell, cell, figure, note, page, section, table, tile } from './page.ts';
import { escaped, longDay } from './text.ts';

const SETTINGS_SHOWN_MAX = 200;
/** The chart ends at so many times the limit of the goal, or above the answer. */
const CHART_BY_LIMIT = 3;

const STATE_CLASSES: Readonly<Record<GoalState, string>> = {
  met: 'slot-good',
  undecided: 'slot-late',
  missed: 'slot-missed',
};

/** The report of a sizing: one HTML file without scripts. */
export function sizingReport(sizing: Sizing): string {
  const body = [
    heading(sizing),
    bindingNote(sizing),
    tiles(sizing),
    ...sizing.goals.map((goal, at) => frontierChart(sizing, goal, at)),
    frontierSection(sizing),
    oneLessSection(sizing),
    searchSection(sizing),
    settingsSection(sizing),
    footer(sizing),
  ];
  return page(`${sizing.scenario.name}: sizing`, body.join(''));
}

function heading(sizing: Sizing): string {
  const { scenario, seeds, goals } = sizing;
  const zone = zoneOf(scenario.timeZone);
  const from = zone.dayOf(Date.parse(scenario.startDateTime));
  const until = zone.dayOf(Date.parse(scenario.endDateTime) - 1);
  const place = `${goalsText(goals)} · ${longDay(from)} to ${longDay(until)} · ${scenario.timeZone} · ${plural(seeds.count, 'seed')}`;
  const lead = answerText(sizing);
  return `<h1>${escaped(scenario.name)}: how much is enough?</h1><p class="soft">${escaped(place)}</p><p class="lead">${escaped(lead)}</p>`;
}

function bindingNote({ binding, answer }: Sizing): string {
  if (binding === null) return '';
  return note(`What binds ${answer ? 'it' : 'the nearest setting'}: ${binding.name}`, binding.text);
}

function tiles({ answer, nearest, vary, goals, asItIs }: Sizing): string {
  const shown = answer ?? (nearest as SizedSetting);
  const all = [
    ...vary.map((term) => tile(valueText(term, shown.values[term.name] ?? 0), term.name)),
    ...goals.map((goal, at) => tile(figureText(goal, shown.goals[at]?.value ?? 0), goal.text)),
    ...goals.map((goal, at) =>
      tile(figureText(goal, asItIs.goals[at]?.value ?? 0), 'with the scenario as it is'),
    ),
  ];
  return `<div class="tiles">${all.join('')}</div>`;
}

/** Unit of a chart's axis. */
function unitOf({ measure }: Goal, max: number): readonly [name: string, size: number] {
  if (measure !== 'latency') return ['per cent', 0.01];
  const units = [
    ['hours', HOUR_MS],
    ['minutes', MINUTE_MS],
    ['seconds', SECOND_MS],
  ] as const;
  return units.find(([, size]) => max >= 2 * size) ?? ['milliseconds', 1];
}

function frontierChart({ frontier, vary, answer, nearest, goals }: Sizing, goal: Goal, at: number): string {
  const marked = answer ?? nearest;
  const estimateAt = (setting: SizedSetting): GoalEstimate => setting.goals[at] as GoalEstimate;
  const highest = Math.max(goal.limit, ...frontier.map((one) => estimateAt(one).high));
  const shown = marked ? estimateAt(marked).high : 0;
  const top = Math.min(highest, Math.max(CHART_BY_LIMIT * goal.limit, 1.2 * shown));
  const [unit, size] = unitOf(goal, top);
  const bars = frontier.map((setting) => {
    const { value, low, high, state } = estimateAt(setting);
    return {
      title: `${settingText(vary, setting.values)}: ${estimateText(goal, estimateAt(setting))}, ${state}`,
      value: value / size,
      low: low / size,
      high: high / size,
      className: STATE_CLASSES[state],
      isMarked: isSameSetting(setting, marked),
    };
  });
  const labels = frontier.map(({ values }, index) => ({
    at: index,
    text: vary.map((term) => valueText(term, values[term.name] ?? 0)).join(' · '),
  }));
  const series = (['met', 'undecided', 'missed'] as const)
    .filter((state) => frontier.some((one) => estimateAt(one).state === state))
    .map((state) => ({ className: STATE_CLASSES[state], name: state }));
  const rest = [
    { className: 'limit', name: `the goal, ${figureText(goal, goal.limit)}` },
    { className: 'ring', name: answer ? 'the answer' : 'the nearest' },
  ];
  const cut = top < highest ? ' Higher columns are cut off.' : '';
  const text = `${measureText(goal)} in ${unit}, of settings that are worth their cost: the cheapest is on the left, and each one to its right costs more and does better. The line on a column is its 95 % interval.${cut} Below them: ${vary.map(({ name }) => name).join(' · ')}.`;
  return section(
    `What more capacity gives${goals.length === 1 ? '' : `: ${measureText(goal)}`}`,
    text,
    legend([...series, ...rest]) +
      columns(bars, goal.limit / size, top / size, labels, `${goal.text} by setting`),
  );
}

function settingsTable({ vary, goals, answer, nearest }: Sizing, settings: readonly SizedSetting[]): string {
  const head = [
    cell('Setting'),
    ...goals.map((goal) => figure(measureText(goal))),
    cell('Goal'),
    cell('What binds'),
  ];
  const rows = settings.map((setting) => [
    cell(settingText(vary, setting.values)),
    ...goals.map((goal, at) => figure(estimateText(goal, setting.goals[at] as GoalEstimate))),
    stateCell(
      setting,
      isSameSetting(setting, answer)
        ? ' (the answer)'
        : isSameSetting(setting, nearest)
          ? ' (the nearest)'
          : '',
    ),
    cell(bindsText(setting)),
  ]);
  return table(head, rows);
}

/** What binds a setting, in a word or two. */
function bindsText({ bottleneck }: SizedSetting): string {
  const { cause, task } = bottleneck ?? { cause: null, task: null };
  switch (cause) {
    case null:
      return '–';
    case 'concurrency':
      return 'lanes';
    case 'taskConcurrency':
      return `limit of “${task}”`;
    case 'rate':
      return task === null ? 'rate' : `rate of “${task}”`;
    case 'tasks':
      return `“${task}” itself`;
    default:
      return cause;
  }
}

function stateCell({ state }: SizedSetting, more = ''): Cell {
  return cell(`${state}${more}`, state === 'met' ? 'better' : state === 'missed' ? 'worse' : undefined);
}

function frontierSection(sizing: Sizing): string {
  const text = `Of the ${plural(sizing.search.settings, 'setting')} that were simulated, those of which none is both cheaper and better, by more than chance. The cheapest first.`;
  return section('The frontier', text, settingsTable(sizing, sizing.frontier));
}

function oneLessSection(sizing: Sizing): string {
  const { oneLess, goals, vary, answer } = sizing;
  if (!answer || oneLess.length === 0) return '';
  const rows = oneLessTexts(sizing).map(([setting], at) => {
    const less = oneLess[at]?.setting as SizedSetting;
    return [cell(setting), figure(estimatesText(goals, less)), stateCell(less)];
  });
  const head = [cell('Instead'), figure('Gives'), cell('Goal')];
  const text = `The answer, ${settingWords(vary, answer.values)}, with one of its values a step lower. Where the goal is no longer met, that value is needed.`;
  return section('One step less', text, table(head, rows));
}

function searchSection(sizing: Sizing): string {
  const sentences = [sureText(sizing), ...searchTexts(sizing)].map((one) => `<li>${escaped(one)}</li>`);
  return section(
    'How sure this is',
    'What was simulated, and what was concluded from it.',
    `<ul>${sentences.join('')}</ul>`,
  );
}

function settingsSection(sizing: Sizing): string {
  const { settings } = sizing;
  const shown = settings.slice(0, SETTINGS_SHOWN_MAX);
  const text =
    shown.length < settings.length
      ? `The ${numeral(shown.length)} cheapest of ${numeral(settings.length)}; the JSON beside this page has all.`
      : 'The cheapest first.';
  return section('All settings that were simulated', text, settingsTable(sizing, shown));
}

function footer({ seeds }: Sizing): string {
  return `<footer><p>Simulated by tenure, seeds ${seeds.first} to ${seeds.first + seeds.count - 1}: the production engine in virtual time.</p></footer>`;
}
