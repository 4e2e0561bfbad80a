/** A comparison as a page: what the change did, and for which people. */
import { duration, numeral, percent, plural } from '../../text/numbers.ts';
import type { Comparison, PersonDifference, WorkflowComparison } from '../comparison/comparison.ts';
import { MEASURES, type Measure } from '../comparison/measures.ts';
import type { MeasureDifference } from '../comparison/over-seeds.ts';
import {
  figureWords,
  findingWords,
  intervalWords,
  ONE_SEED,
  sameSentence,
  seedsSentences,
  signedFigure,
} from '../comparison/seeds-words.ts';
import { lyingBars, stackedRows } from './charts.ts';
import { type Cell, cell, figure, note, page, section, table, tile } from './page.ts';
import { chartOverDays, STATUS_SERIES } from './simulation-report.ts';
import { escaped, STATUS_ORDER, STATUS_WORDS } from './text.ts';

const PEOPLE_SHOWN_MAX = 60;
const MOVES_SHOWN_MAX = 20;

/**
 * The report of a comparison: one HTML file without scripts. A is the state before, B the one after the change.
 *
 * @param assumptions what was taken for granted, a sentence each; shown where there are any.
 */
export function comparisonReport(comparison: Comparison, assumptions: readonly string[] = []): string {
  const { a, b } = comparison;
  const body = [
    heading(comparison),
    bottleneckNotes(comparison),
    tiles(comparison),
    assumptionsSection(assumptions),
    seedsSection(comparison),
    totalsSection(comparison),
    outcomesSection(comparison),
    movesSection(comparison),
    workflowsSection(comparison),
    peopleSection(comparison),
    chartOverDays(a.calendar, 'users', 'A: people', 'processed'),
    chartOverDays(b.calendar, 'users', 'B: people', 'processed'),
    footer(comparison),
  ];
  return page(`${a.scenario.name} / ${b.scenario.name}`, body.join(''));
}

function sum(workflows: readonly WorkflowComparison[], of: (one: WorkflowComparison) => number): number {
  return workflows.reduce((total, one) => total + of(one), 0);
}

function heading({ a, b, workflows, moves, hasSamePeople, differingParts, seed }: Comparison): string {
  const both = sum(workflows, (one) => one.sameOutcome + one.otherOutcome);
  const other = sum(workflows, (one) => one.otherOutcome);
  const most = moves.find(({ from, to }) => from !== 'notProcessed' && to !== 'notProcessed');
  const example = most
    ? `, most often from “${STATUS_WORDS[most.from]}” to “${STATUS_WORDS[most.to]}” (${numeral(most.count)})`
    : '';
  const added = sum(workflows, (one) => one.onlyB);
  const removed = sum(workflows, (one) => one.onlyA);
  const tasks = b.totals.tasksCompleted - a.totals.tasksCompleted;
  const work =
    tasks === 0 ? 'as many tasks' : `${numeral(Math.abs(tasks))} ${tasks > 0 ? 'more' : 'fewer'} tasks`;
  const lead = `${plural(both, 'result')} can be compared; ${numeral(other)} end differently${example}. The change adds ${plural(added, 'result')} and removes ${numeral(removed)}; ${work} are completed.`;
  const caution = hasSamePeople
    ? `Both have the same people, days and random draws (seed ${seed}); they differ in: ${differingParts.join(', ') || 'nothing'}.`
    : `Their people or time differ too (${differingParts.join(', ')}), so not every difference is the change's doing.`;
  const names = `<table><tbody><tr><th>A</th><td>${escaped(a.scenario.name)}</td></tr><tr><th>B</th><td>${escaped(b.scenario.name)}</td></tr></tbody></table>`;
  const words = [a, b].map(({ scenario }, at) =>
    scenario.description === null
      ? ''
      : `<p><b>${at === 0 ? 'A' : 'B'}:</b> ${escaped(scenario.description)}</p>`,
  );
  return `<h1>What if?</h1>${names}<br>${words.join('')}<p class="soft">${escaped(caution)}</p><p class="lead">${escaped(lead)}</p>`;
}

function bottleneckNotes({ a, b }: Comparison): string {
  const notes = [a, b].map(({ bottleneck }, at) =>
    bottleneck === null
      ? ''
      : note(`Bottleneck of ${at === 0 ? 'A' : 'B'}: ${bottleneck.summary}`, bottleneck.advice),
  );
  return notes.join('');
}

function tiles({ workflows }: Comparison): string {
  const savedMs = sum(workflows, (one) => one.savedMs);
  const all = [
    tile(numeral(sum(workflows, (one) => one.otherOutcome)), 'results that end differently'),
    tile(
      `+${numeral(sum(workflows, (one) => one.onlyB))} / −${numeral(sum(workflows, (one) => one.onlyA))}`,
      'results added and removed',
    ),
    tile(
      `−${numeral(sum(workflows, (one) => one.failuresLost))} / +${numeral(sum(workflows, (one) => one.failuresGained))}`,
      'failures avoided and added',
    ),
    tile(duration(Math.abs(savedMs)), savedMs >= 0 ? 'less waiting, in sum' : 'more waiting, in sum'),
  ];
  return `<div class="tiles">${all.join('')}</div>`;
}

function assumptionsSection(assumptions: readonly string[]): string {
  if (assumptions.length === 0) return '';
  const items = assumptions.map((one) => `<li>${escaped(one)}</li>`).join('');
  return section('Assumptions', 'What was taken for granted, in both.', `<ul>${items}</ul>`);
}

function totalsSection({ a, b }: Comparison): string {
  const rows = MEASURES.map(({ name, of, unit, moreIsBetter }) => {
    const [before, after] = [of(a), of(b)];
    const known = [before, after].map((value) => figure(value === null ? '–' : figureWords(value, unit)));
    return [
      cell(name),
      ...known,
      before === null || after === null ? figure('–') : differenceCell(after - before, unit, moreIsBetter),
    ];
  });
  const head = [cell('Figure'), figure('A'), figure('B'), figure('B − A')];
  const text = `With seed ${a.seed}. Green is better, red is worse.`;
  return section('Figures side by side', text, table(head, rows));
}

function differenceCell(
  difference: number,
  unit: Measure<never>['unit'],
  moreIsBetter: boolean | null,
): Cell {
  if (difference === 0) return figure('=');
  const text = signedFigure(difference, unit);
  if (moreIsBetter === null) return figure(text);
  return figure(text, difference > 0 === moreIsBetter ? 'better' : 'worse');
}

function seedsSection({ overSeeds }: Comparison): string {
  if (overSeeds === null) return `<p class="soft">${escaped(ONE_SEED)}</p>`;
  const differing = overSeeds.measures.filter(({ finding }) => finding !== 'same');
  const rows = differing.map((one) => [
    cell(one.workflow === null ? one.name : `${one.workflow}: ${one.name}`),
    figure(figureWords(one.a, one.unit)),
    figure(figureWords(one.b, one.unit)),
    figure(signedFigure(one.difference.value, one.unit)),
    figure(intervalWords(one)),
    cell(findingWords(one), findingClass(one)),
  ]);
  const head = [
    cell('Figure'),
    figure('A'),
    figure('B'),
    figure('B − A'),
    figure('95 % interval'),
    cell('Finding'),
  ];
  const heading = `Over ${overSeeds.seeds.length} seeds`;
  const sentences = [...seedsSentences(overSeeds), sameSentence(overSeeds)].filter((one) => one !== null);
  return section(heading, sentences.join(' '), rows.length === 0 ? '' : table(head, rows));
}

function findingClass({ finding, moreIsBetter }: MeasureDifference): string {
  if (finding === 'notShown') return 'soft';
  if (moreIsBetter === null) return '';
  return (finding === 'more') === moreIsBetter ? 'better' : 'worse';
}

function outcomesSection({ a, b }: Comparison): string {
  const keys = [...new Set([...a.workflows, ...b.workflows].map(({ key }) => key))];
  const rows = keys.map((key) => ({
    label: key,
    sides: [a, b].map(({ workflows }, at) => {
      const users = workflows.find((one) => one.key === key)?.users ?? {};
      return { name: at === 0 ? 'A' : 'B', values: STATUS_ORDER.map((status) => users[status] ?? 0) };
    }),
  }));
  const text = 'People of each workflow, by how they ended, before (A) and after (B).';
  return section('Outcomes', text, stackedRows(rows, STATUS_SERIES));
}

function movesSection({ moves }: Comparison): string {
  const shown = moves.slice(0, MOVES_SHOWN_MAX);
  const rows = shown.map(({ workflow, from, to, count }) => ({
    label: `${STATUS_WORDS[from]} → ${STATUS_WORDS[to]} (${workflow})`,
    value: count,
    className: (STATUS_ORDER as readonly string[]).includes(to) ? to : 'canceled',
  }));
  const text =
    moves.length === 0 ? 'No outcomes differ.' : 'Outcome in A → outcome in B; the colour is that of B.';
  return section('Outcomes that differ', text, lyingBars(rows));
}

function workflowsSection({ workflows }: Comparison): string {
  const head = [
    cell('Workflow'),
    figure('Same'),
    figure('Other outcome'),
    figure('Only in A'),
    figure('Only in B'),
    figure('Failures avoided'),
    figure('Failures added'),
    figure('Faster'),
    figure('Slower'),
    figure('Waiting saved'),
  ];
  const rows = workflows.map((one) => [
    cell(one.a === null ? `${one.key} (new in B)` : one.b === null ? `${one.key} (gone in B)` : one.key),
    figure(numeral(one.sameOutcome)),
    figure(`${numeral(one.otherOutcome)} (${percent(one.otherOutcome, one.sameOutcome + one.otherOutcome)})`),
    figure(numeral(one.onlyA)),
    figure(numeral(one.onlyB)),
    figure(numeral(one.failuresLost), one.failuresLost > 0 ? 'better' : ''),
    figure(numeral(one.failuresGained), one.failuresGained > 0 ? 'worse' : ''),
    figure(numeral(one.faster)),
    figure(numeral(one.slower)),
    figure(duration(one.savedMs)),
  ]);
  return section(
    'Workflows',
    'Paired by their key. Waiting counts those who end in both.',
    table(head, rows),
  );
}

function peopleSection({ people, peopleDropped }: Comparison): string {
  if (people.length === 0) return '';
  const shown = people.slice(0, PEOPLE_SHOWN_MAX);
  const outcome = (one: PersonDifference['a']): string =>
    one === null
      ? 'not processed'
      : `${STATUS_WORDS[one.status] ?? one.status}${one.failureReason === null ? '' : `: ${one.failureReason}`}`;
  const rows = shown.map(({ workflow, subjectId, a, b }) => [
    cell(subjectId),
    cell(workflow),
    cell(outcome(a)),
    cell(outcome(b)),
  ]);
  const all = people.length + peopleDropped;
  const text =
    all > shown.length
      ? `The first ${numeral(shown.length)} of ${numeral(all)}; the JSON of the comparison has more.`
      : 'Those whose outcome differs.';
  return section('People', text, table([cell('Person'), cell('Workflow'), cell('A'), cell('B')], rows));
}

function footer({ a, b }: Comparison): string {
  return `<footer><p>Simulated by tenure: the production engine in virtual time. Draws belong to person, event, task and attempt, so both scenarios have the same random draws. Traces, SHA-256: A <code>${a.trace.sha256}</code>, B <code>${b.trace.sha256}</code></p></footer>`;
}
