/** A validation as a page: what happened, and what the scenario made of it. */
import { duration, numeral, percent, plural } from '../../text/numbers.ts';
import type { PeriodFigures } from '../record/figures.ts';
import type { Validation, ValidationMeasure } from '../record/validate.ts';
import { dayAfter } from '../world/zone.ts';
import { lines, type Series } from './charts.ts';
import { cell, figure, page, section, table } from './page.ts';
import { escaped, longDay, shortDay } from './text.ts';

const SERIES: readonly Series[] = [
  { className: 'recorded', name: 'recorded' },
  { className: 'simulated', name: 'simulated' },
];
/** Points of a curve over days, at most. */
const POINTS_MAX = 130;

/** The report of a validation: one HTML file without scripts. */
export function validationReport(validation: Validation): string {
  const body = [
    heading(validation),
    measuresSection(validation),
    latencySection(validation),
    hoursSection(validation),
    daysSection(validation),
    footer(validation),
  ];
  return page(`${validation.scenario.name}: recorded and simulated`, body.join(''));
}

/** The texts of a measure: recorded, simulated, error. */
export function measureTexts({
  unit,
  recorded,
  simulated,
  error,
}: ValidationMeasure): readonly [string, string, string] {
  if (unit === 'share') return ['–', percent(simulated, 1), percent(simulated, 1)];
  const text = unit === 'ms' ? duration : numeral;
  return [text(recorded), text(simulated), error === null ? '–' : signedPercent(error)];
}

function signedPercent(error: number): string {
  const text = `${numeral(Math.abs(100 * error))} %`;
  return text === '0 %' ? text : `${error < 0 ? '−' : '+'}${text}`;
}

/** What the judgement of a measure is called. */
export function chanceText({ isWithinChance }: ValidationMeasure): string {
  if (isWithinChance === null) return 'not judged';
  return isWithinChance ? 'as chance has it' : 'more than chance';
}

function heading({ scenario, recorded, measures, seed }: Validation): string {
  const judged = measures.filter(({ isWithinChance }) => isWithinChance !== null);
  const within = judged.filter(({ isWithinChance }) => isWithinChance).length;
  const lead = `${plural(recorded.usersCount, 'person was', 'people were')} recorded in ${plural(recorded.runsCount, 'run')}. Simulated again, ${numeral(within)} of ${plural(judged.length, 'figure')} differ no more than chance alone would have it.`;
  const place = `${scenario.horizon} from ${longDay(scenario.start)} · ${scenario.timeZone} · seed ${seed}`;
  return `<h1>${escaped(scenario.name)}</h1><p class="soft">${escaped(place)}</p><p class="lead">${escaped(lead)}</p>`;
}

function measuresSection({ measures }: Validation): string {
  const rows = measures.map((measure) => {
    const [recorded, simulated, error] = measureTexts(measure);
    return [
      cell(measure.name),
      figure(recorded),
      figure(simulated),
      figure(error),
      cell(chanceText(measure), measure.isWithinChance === false ? 'worse' : undefined),
    ];
  });
  const head = [
    cell('Figure'),
    figure('Recorded'),
    figure('Simulated'),
    figure('Error'),
    cell('The difference is'),
  ];
  const text =
    'Chance: what two samples of the same thing differ by in 19 of 20 cases, when people are independent of each other. People of one run are not quite, so a figure slightly beyond it says little.';
  return section('Recorded and simulated', text, table(head, rows));
}

function latencySection({ recorded, simulated }: Validation): string {
  const shares = ({ latencyBars, latency }: PeriodFigures): readonly number[] =>
    latencyBars.map((_, at) => {
      const count = latencyBars.slice(0, at + 1).reduce((sum, bar) => sum + bar.count, 0);
      return latency.count === 0 ? 0 : (100 * count) / latency.count;
    });
  const values = [shares(recorded), shares(simulated)];
  const last = Math.max(...values.map((some) => some.findIndex((share) => share >= 100)));
  const bars = recorded.latencyBars.slice(0, last + 1);
  const limits = bars.map(({ toMs }) => duration(toMs));
  const titles = limits.map((limit, at) => `within ${limit}: ${both(values, at, ' %')}`);
  const text = 'Share of people, in per cent, who were done so long after their run was scheduled.';
  const labels = limits.map((limit, at) => ({ at, text: limit }));
  const shown = values.map((some) => some.slice(0, last + 1));
  return section('Latency', text, lines(shown, SERIES, titles, labels, 'Latency, recorded and simulated'));
}

function hoursSection({ recorded, simulated, scenario }: Validation): string {
  const values = [recorded.byHour, simulated.byHour];
  const titles = recorded.byHour.map((_, hour) => `${hour}:00 to ${hour + 1}:00: ${both(values, hour)}`);
  const labels = titles.map((_, at) => ({ at, text: `${at}:00` }));
  const text = `People whose last task ended in this hour of the day (${scenario.timeZone}), in sum.`;
  return section(
    'Load by hour',
    text,
    lines(values, SERIES, titles, labels, 'Load by hour, recorded and simulated'),
  );
}

function daysSection({ recorded, simulated, scenario }: Validation): string {
  const days = Math.max(recorded.byDay.length, simulated.byDay.length);
  const width = Math.ceil(days / POINTS_MAX);
  const steps = Array.from({ length: Math.ceil(days / width) }, (_, at) => at * width);
  const sums = ({ byDay }: PeriodFigures): readonly number[] =>
    steps.map((from) => byDay.slice(from, from + width).reduce((sum, count) => sum + count, 0));
  const values = [sums(recorded), sums(simulated)];
  const dayOf = (at: number): string => shortDay(dayAfter(scenario.start, steps[at]));
  const titles = steps.map((_, at) => `${dayOf(at)}: ${both(values, at)}`);
  const labels = steps.map((_, at) => ({ at, text: dayOf(at) }));
  const text = `People whose last task ended ${width === 1 ? 'on this day' : `in these ${width} days`}. Who joins, moves and leaves is drawn at the recorded rates, so single days differ.`;
  return section(
    'Load over time',
    text,
    lines(values, SERIES, titles, labels, 'Load over time, recorded and simulated'),
  );
}

function both([recorded, simulated]: readonly (readonly number[])[], at: number, unit = ''): string {
  return `${numeral(recorded?.[at] ?? 0)}${unit} recorded, ${numeral(simulated?.[at] ?? 0)}${unit} simulated`;
}

function footer({ seed }: Validation): string {
  return `<footer><p>Simulated by tenure, seed ${seed}: the production engine in virtual time, by a scenario made from the record.</p></footer>`;
}
