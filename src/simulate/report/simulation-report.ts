/** A simulation as a page for people who do not read JSON. */
import { leftOutSentences } from '../../engine/selection.ts';
import { HOUR_MS } from '../../model/time.ts';
import { duration, numeral, percent, plural } from '../../text/numbers.ts';
import { nameOf } from '../metrics/bottleneck.ts';
import type { CalendarDay } from '../metrics/calendar.ts';
import type { StatusCounts } from '../metrics/status-counts.ts';
import type { SimulationResult } from '../result.ts';
import { zoneOf } from '../world/zone.ts';
import type { AxisLabel } from './axis.ts';
import { calendarChart } from './calendar-chart.ts';
import { area, lyingBars, type Series, type StackedBar, stackedBars } from './charts.ts';
import { cell, figure, note, page, section, table, tile } from './page.ts';
import { escaped, longDay, monthOf, STATUS_ORDER, STATUS_WORDS, shortDay } from './text.ts';

/** Bars of a chart over time, at most; longer times show weeks. */
const BARS_MAX = 130;
const FAILURES_SHOWN_MAX = 12;
const DELAYS_SHOWN_MAX = 8;
/** Less of people's time than this is not worth a bar. */
const DELAY_SHARE_MIN = 0.001;

/** Colours and names of statuses. */
export const STATUS_SERIES: readonly Series[] = STATUS_ORDER.map((status) => ({
  className: status,
  name: STATUS_WORDS[status] ?? status,
}));

/** The report: one HTML file without scripts, light or dark as the reader's system is. */
export function simulationReport(result: SimulationResult): string {
  const { scenario } = result;
  const body = [
    heading(result),
    bottleneckNote(result),
    tiles(result),
    delaysSection(result),
    chartOverDays(result.calendar, 'users', 'People', 'processed'),
    chartOverDays(result.calendar, 'runs', 'Runs', 'scheduled'),
    latencySection(result),
    loadSection(result),
    processesSection(result),
    calendarSection(result),
    failuresSection(result),
    leftOutSection(result),
    workflowsSection(result),
    footer(result),
  ];
  return page(scenario.name, body.join(''));
}

/** A count of some statuses. */
function countOf(counts: StatusCounts, ...statuses: readonly (keyof StatusCounts)[]): number {
  return statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

function heading({ scenario, totals, latency, seed }: SimulationResult): string {
  const zone = zoneOf(scenario.timeZone);
  const from = zone.dayOf(Date.parse(scenario.startDateTime));
  const until = zone.dayOf(Date.parse(scenario.endDateTime) - 1);
  const done = countOf(totals.users, 'completed');
  const lead =
    totals.usersCount === 0
      ? 'No one was due: no run was made.'
      : `${plural(totals.usersCount, 'person was', 'people were')} processed in ${plural(totals.runsCount, 'run')}; ${percent(done, totals.usersCount)} without a failure. Half were done ${duration(latency.p50Ms)} after they were due, 95 of 100 within ${duration(latency.p95Ms)}.`;
  const place = `${longDay(from)} to ${longDay(until)} · ${scenario.timeZone} · a slot every ${plural(scenario.intervalHours, 'hour')} · seed ${seed}`;
  const description = scenario.description === null ? '' : `<p>${escaped(scenario.description)}</p>`;
  return `<h1>${escaped(scenario.name)}</h1><p class="soft">${escaped(place)}</p>${description}<p class="lead">${escaped(lead)}</p>`;
}

function bottleneckNote({ bottleneck }: SimulationResult): string {
  if (bottleneck === null) return '';
  return note(`Bottleneck: ${bottleneck.summary}`, bottleneck.advice);
}

function delaysSection({ delays, totals }: SimulationResult): string {
  const totalMs = delays.reduce((sum, delay) => sum + delay.totalMs, 0);
  if (totalMs === 0) return '';
  const shown = delays.filter((delay) => delay.totalMs / totalMs >= DELAY_SHARE_MIN);
  const rows = shown.slice(0, DELAYS_SHOWN_MAX).map((delay) => ({
    label: nameOf(delay),
    value: delay.totalMs,
    text: `${duration(delay.totalMs / totals.usersCount)} (${percent(delay.totalMs, totalMs)})`,
    className: 'plain',
  }));
  const unfinished =
    countOf(totals.users, 'unfinished') === 0
      ? ''
      : ' People who are unfinished count up to the end of the simulated time.';
  const text = `Where people’s time goes from the moment that they are due to the end of their last task, ${duration(totalMs / totals.usersCount)} on average.${unfinished}`;
  return section('What people wait for', text, lyingBars(rows));
}

function tiles({ totals, latency, load, calendar }: SimulationResult): string {
  const failed = countOf(totals.users, 'failed', 'completedWithErrors');
  const missed = calendar.reduce((sum, day) => sum + day.missed + day.skipped, 0);
  const planned = calendar.reduce((sum, day) => sum + day.planned, 0);
  const queue = Math.max(0, ...load.buckets.map((bucket) => bucket.queuedMax));
  const all = [
    tile(
      `${numeral(totals.peopleAtStart)} → ${numeral(totals.peopleAtEnd)}`,
      `people in the directory${totals.startingLater === 0 ? '' : `; ${numeral(totals.startingLater)} of the first are new hires yet to start`}`,
    ),
    tile(numeral(totals.usersCount), 'people processed'),
    tile(`${numeral(failed)} (${percent(failed, totals.usersCount)})`, 'with a failed task'),
    tile(duration(latency.p95Ms), '95 of 100 done within'),
    tile(numeral(queue), 'waiting at worst'),
    tile(`${numeral(missed)} of ${numeral(planned)}`, 'slots missed'),
    tile(numeral(totals.retries), 'repeated attempts'),
    tile(numeral(countOf(totals.users, 'unfinished')), 'unfinished at the end'),
  ];
  return `<div class="tiles">${all.join('')}</div>`;
}

/** A chart of people or runs by the day, or week, that they were scheduled for. */
export function chartOverDays(
  days: readonly CalendarDay[],
  what: 'users' | 'runs',
  noun: string,
  verb: string,
): string {
  const perBar = days.length > BARS_MAX ? 7 : 1;
  const bars: StackedBar[] = [];
  for (let at = 0; at < days.length; at += perBar) {
    const group = days.slice(at, at + perBar);
    const values = STATUS_ORDER.map((status) =>
      group.reduce((sum, day) => sum + (day[what][status] ?? 0), 0),
    );
    const parts = STATUS_ORDER.map((status, index) => `${values[index]} ${STATUS_WORDS[status]}`);
    const period = `${longDay(group[0]?.day ?? '')}${perBar === 1 ? '' : ' and six days after'}`;
    bars.push({ title: `${period}: ${parts.filter((part) => !part.startsWith('0 ')).join(', ')}`, values });
  }
  const per = perBar === 1 ? 'day' : 'week';
  const text = `${noun} ${verb} each ${per}, by how they ended.`;
  return section(`${noun} per ${per}`, text, stackedBars(bars, STATUS_SERIES, dayLabels(days, perBar), text));
}

/** Labels for an axis of days: months, or days when there are few. */
function dayLabels(days: readonly CalendarDay[], perBar: number): readonly AxisLabel[] {
  if (days.length > 62) {
    return days.flatMap(({ day }, at) =>
      day.endsWith('-01') || at === 0 ? [{ at: Math.floor(at / perBar), text: monthOf(day) }] : [],
    );
  }
  const every = Math.max(1, Math.ceil(days.length / 12));
  return days.flatMap(({ day }, at) => (at % every === 0 ? [{ at: at / perBar, text: shortDay(day) }] : []));
}

function latencySection({ latencyBars, latency }: SimulationResult): string {
  const first = latencyBars.findIndex(({ count }) => count > 0);
  const last = latencyBars.findLastIndex(({ count }) => count > 0);
  if (first < 0) return '';
  const shown = latencyBars.slice(Math.max(0, first - 1), last + 2);
  const bars = shown.map(({ fromMs, toMs, count }) => ({
    title: `${duration(fromMs)} to ${toMs === Number.MAX_SAFE_INTEGER ? 'more' : duration(toMs)}: ${plural(count, 'person', 'people')}`,
    values: [count],
  }));
  const axisLabels = shown.map(({ fromMs }, at) => ({
    at,
    text: `≥ ${fromMs === 0 ? '0' : duration(fromMs)}`,
  }));
  const text = `From the moment that people are due to the end of their last task; the wait for the next slot is part of it. Median ${duration(latency.p50Ms)}, 90 of 100 within ${duration(latency.p90Ms)}, 99 within ${duration(latency.p99Ms)}, the longest ${duration(latency.maxMs)}.`;
  const series = [{ className: 'plain', name: 'people' }];
  return section('How long people wait', text, stackedBars(bars, series, axisLabels, text, 170));
}

function loadSection({ load, delays, scenario }: SimulationResult): string {
  const { buckets, bucketMs } = load;
  const lanes = scenario.concurrency * scenario.processes;
  const perLabel = Math.max(1, Math.ceil(buckets.length / 12));
  const zone = zoneOf(scenario.timeZone);
  const local = buckets.map(({ fromDateTime }) => {
    const atMs = Date.parse(fromDateTime);
    return new Date(atMs + zone.offsetAt(atMs)).toISOString();
  });
  const axisLabels = local.flatMap((dateTime, at) => {
    const day = shortDay(dateTime.slice(0, 10));
    const text = bucketMs < HOUR_MS ? `${day} ${dateTime.slice(11, 16)}` : day;
    return at % perLabel === 0 ? [{ at, text }] : [];
  });
  const when = (at: number): string => (local[at] ?? '').slice(0, 16).replace('T', ' ');
  const peak = Math.max(0, ...buckets.map(({ busyMax }) => busyMax));
  const waiting = Math.max(0, ...buckets.map(({ queuedMax }) => queuedMax));
  const use = area(
    buckets.map(({ busyMax }) => busyMax),
    buckets.map(
      (bucket, at) =>
        `${when(at)}: at most ${bucket.busyMax} calls at once, ${numeral(bucket.utilisation * lanes)} on average`,
    ),
    axisLabels,
    'Calls at once',
  );
  const queue = area(
    buckets.map(({ queuedMax }) => queuedMax),
    buckets.map(
      (bucket, at) =>
        `${when(at)}: at most ${bucket.queuedMax} waiting, ${numeral(bucket.queuedMean)} on average`,
    ),
    axisLabels,
    'People waiting',
  );
  const fullMs = delays.find(({ cause }) => cause === 'concurrency')?.atLimitMs ?? 0;
  const full =
    fullMs === 0
      ? 'the engine’s concurrency was never reached'
      : `the engine’s concurrency was reached for ${duration(fullMs)} in all`;
  const text = `The most in each step of ${duration(bucketMs)}. At worst ${numeral(peak)} of ${numeral(lanes)} calls were under way at once; ${full}.`;
  const waitingText = `People in runs who had not started yet, the most in each step: ${numeral(waiting)} at worst.`;
  return section('Calls at once', text, use) + section('People waiting', waitingText, queue);
}

/** What each of several processes did. */
function processesSection({ processes, scenario, totals }: SimulationResult): string {
  if (processes.length === 1) return '';
  const head = [
    cell('Process'),
    figure('Calls'),
    figure('Share'),
    figure('Most at once'),
    figure('Busy on average'),
  ];
  const rows = processes.map(({ no, calls, busyMax, utilisation }) => [
    cell(String(no)),
    figure(numeral(calls)),
    figure(percent(calls, totals.calls)),
    figure(numeral(busyMax)),
    figure(percent(utilisation, 1)),
  ]);
  const text = `Each makes up to ${plural(scenario.concurrency, 'call')} at once. A run is cut into slices of 50 people or more, and a process works on whole slices: a small run is made by one process.`;
  return section('Processes', text, table(head, rows));
}

function calendarSection({ calendar, scenario }: SimulationResult): string {
  const sum = (of: 'planned' | 'onTime' | 'late' | 'skipped' | 'missed'): number =>
    calendar.reduce((total, day) => total + day[of], 0);
  const changes = calendar
    .filter(({ hours }) => hours !== 24)
    .map(({ day, hours }) => `${longDay(day)} (${hours} h)`);
  const clocks =
    changes.length === 0
      ? ''
      : ` Clocks change on ${changes.join(' and ')}; slots follow UTC, so none is lost or doubled.`;
  const text = `Of ${plural(sum('planned'), 'slot')} planned, ${numeral(sum('onTime'))} were evaluated on time, ${numeral(sum('late'))} late, ${numeral(sum('skipped'))} skipped and ${numeral(sum('missed'))} not at all (people who were due then are picked up by a later slot within the catch-up window). Days of ${scenario.timeZone}.${clocks}`;
  return section('Planned and actual slots', text, calendarChart(calendar));
}

function failuresSection({ failures, errors, totals }: SimulationResult): string {
  const rows = failures.slice(0, FAILURES_SHOWN_MAX).map(({ workflow, task, reason, code, count }) => ({
    label: `${task}: ${reason}${code === '' ? '' : `, ${code}`} (${workflow})`,
    value: count,
  }));
  const more = failures.length - rows.length;
  const text =
    failures.length === 0
      ? 'No task failed for good.'
      : `${plural(totals.tasksFailed, 'task')} failed for good, after all attempts.${more > 0 ? ` The ${rows.length} most frequent of ${failures.length} causes.` : ''}`;
  const rest =
    errors.length === 0
      ? ''
      : table(
          [cell('What else went wrong'), cell('Code'), figure('Times')],
          errors.map(({ during, code, count }) => [cell(during), cell(code), figure(numeral(count))]),
        );
  return section('Failures by cause', text, lyingBars(rows) + rest);
}

function leftOutSection({ leftOut }: SimulationResult): string {
  if (leftOut.length === 0) return '';
  const head = [cell('Workflow'), figure('Slots and activations'), cell('People and reasons')];
  const rows = leftOut.map((one) => [
    cell(one.workflow),
    figure(numeral(one.selectionsCount)),
    cell(leftOutSentences(one).join('. ')),
  ]);
  const text =
    'People who were in no run because of their attributes: a value cannot be read, or no one has the attribute. Numbers are of the selection with the most of them.';
  return section('Left out', text, table(head, rows));
}

function workflowsSection({ workflows, tasks }: SimulationResult): string {
  const head = [
    cell('Workflow'),
    figure('Runs'),
    figure('People'),
    figure('Completed'),
    figure('With errors'),
    figure('Failed'),
    figure('Canceled'),
    figure('Median wait'),
  ];
  const rows = workflows.map(({ key, runs, users, latency }) => [
    cell(key),
    figure(numeral(totalOf(runs))),
    figure(numeral(totalOf(users))),
    figure(percent(users.completed ?? 0, totalOf(users))),
    figure(numeral(users.completedWithErrors ?? 0)),
    figure(numeral(users.failed ?? 0)),
    figure(numeral(users.canceled ?? 0)),
    figure(duration(latency.p50Ms)),
  ]);
  const taskHead = [
    cell('Task'),
    cell('Workflow'),
    figure('Completed'),
    figure('Failed'),
    figure('Not run'),
    figure('Median'),
    figure('95 of 100'),
  ];
  const taskRows = tasks.map((task) => [
    cell(`${task.position}. ${task.displayName}`),
    cell(task.workflow),
    figure(numeral(task.completed)),
    figure(numeral(task.failed)),
    figure(numeral(task.notRun)),
    figure(duration(task.duration.p50Ms)),
    figure(duration(task.duration.p95Ms)),
  ]);
  return (
    section('Workflows', 'What became of the people in each workflow.', table(head, rows)) +
    section('Tasks', 'Time of a task: its last attempt.', table(taskHead, taskRows))
  );
}

function totalOf(counts: StatusCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function footer({ trace, seed, totals }: SimulationResult): string {
  return `<footer><p>Simulated by tenure: the production engine in virtual time, ${escaped(numeral(totals.calls))} task calls. The same scenario, seed (${seed}) and version give this report again, bit for bit. Trace of ${escaped(numeral(trace.lines))} events, SHA-256 <code>${trace.sha256}</code></p></footer>`;
}
