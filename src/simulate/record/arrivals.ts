/** People who joined, moved and left in a record, as turnover; and who was there at its beginning. */

import { momentOrNull } from '../../input/moments.ts';
import type { WorkflowCategory } from '../../model/status.ts';
import type { Subject } from '../../model/subject.ts';
import { DAY_MS, type EpochMs } from '../../model/time.ts';
import { numeral, plural } from '../../text/numbers.ts';
import type { Turnover } from '../scenario/scenario.ts';
import { monthsWithin } from '../world/turnover.ts';
import { dayAfter, type LocalDay, type Zone } from '../world/zone.ts';
import type { Period } from './period.ts';
import { endOf, type RecordedPeople, startOf } from './recorded-people.ts';

/** The people at the start of a scenario, and what comes. */
export interface Arrivals {
  readonly people: readonly Subject[];
  readonly turnover: Turnover;
  readonly notes: readonly string[];
}

/** Fewer dates say nothing about their days. */
const DATES_MIN = 20;
const NOTICE_DAYS_MAX = 365;
const YEAR_DAYS = 365;
const MONTHS = 12;
/** Shares of the other workdays that are Mondays, or Fridays, and first, or last, days of a month. */
const FIFTH = 1 / 5;
const FIRST = 12 / 261;

/** Collects the people of joiner, mover and leaver workflows, where the directory does not say when they came or left. */
export class Movements {
  readonly #people: RecordedPeople;
  readonly #seen = { joiner: new Set<string>(), leaver: new Set<string>() };
  readonly #moves = new Map<string, number>();

  constructor(people: RecordedPeople) {
    this.#people = people;
  }

  add(category: WorkflowCategory, workflowId: string, subjectId: string): void {
    const person = this.#people.byId.get(subjectId);
    if (category === 'joiner' && (person === undefined || startOf(person) === null))
      this.#seen.joiner.add(subjectId);
    if (category === 'leaver' && person === undefined) this.#seen.leaver.add(subjectId);
    if (category === 'mover') this.#moves.set(workflowId, (this.#moves.get(workflowId) ?? 0) + 1);
  }

  /** Who is gone from the directory is known by the runs alone. */
  gone(category: 'joiner' | 'leaver'): number {
    let count = 0;
    for (const id of this.#seen[category]) if (!this.#people.byId.has(id)) count += 1;
    return count;
  }

  /** Whether a person, without a date in the directory, was in a run for joiners. */
  hasJoined(id: string): boolean {
    return this.#seen.joiner.has(id);
  }

  /** Of the mover workflow with the most of them. */
  get moves(): number {
    return Math.max(0, ...this.#moves.values());
  }
}

/** The people at the beginning of the period, and the turnover in it. */
export function arrivalsOf(all: RecordedPeople, movements: Movements, period: Period): Arrivals {
  const { startMs, endMs, zone } = period;
  const people: Subject[] = [];
  const [joined, left]: [EpochMs[], EpochMs[]] = [[], []];
  const notices: number[] = [];
  let undated = 0;
  for (const [id, person] of all.byId) {
    const joinMs = startOf(person);
    const leaveMs = endOf(person);
    if (joinMs === null && movements.hasJoined(id)) undated += 1;
    else if (joinMs === null || joinMs <= startMs) people.push(asAtStart(person, leaveMs, startMs));
    else if (joinMs <= endMs) {
      joined.push(joinMs);
      const enteredMs = momentOrNull(person.createdDateTime);
      // Of those who were entered before, only some had their first day before too.
      if (enteredMs !== null && enteredMs > startMs) notices.push((joinMs - enteredMs) / DAY_MS);
    }
    if (leaveMs !== null && leaveMs > startMs && leaveMs <= endMs) left.push(leaveMs);
  }
  const gone = { joiners: movements.gone('joiner'), leavers: movements.gone('leaver') };
  const joinDays = dayWeights(joined, zone, 1, isFirstWorkday);
  const leaveDays = dayWeights(left, zone, 5, isLastDay);
  const notice = noticeOf(notices);
  const seasonality = seasonsOf([...joined, ...left], period);
  const dates: Turnover = {
    ...(joinDays
      ? { joinDays: { mondays: joinDays[0], monthStarts: joinDays[1], otherWorkdays: joinDays[2] } }
      : {}),
    ...(leaveDays
      ? { leaveDays: { fridays: leaveDays[0], monthEnds: leaveDays[1], otherWorkdays: leaveDays[2] } }
      : {}),
    ...(notice ?? {}),
    ...(seasonality ? { seasonality } : {}),
  };
  const perMonth = (count: number, kind: 'join' | 'move' | 'leave'): number => {
    const months = monthsWithin(dates, kind, period);
    return months === 0 ? 0 : Math.round((count / months) * 100) / 100;
  };
  const rates = {
    joinersPerMonth: perMonth(joined.length + undated + gone.joiners, 'join'),
    moversPerMonth: perMonth(movements.moves, 'move'),
    leaversPerMonth: perMonth(left.length + gone.leavers, 'leave'),
  };
  return {
    people,
    turnover: { ...rates, ...dates },
    notes: [
      `${plural(joined.length + undated + gone.joiners, 'person', 'people')} joined and ${numeral(left.length + gone.leavers)} left in the record; others take their places in the scenario, drawn at these rates.`,
      ...(gone.joiners + gone.leavers > 0
        ? [
            `${plural(gone.joiners + gone.leavers, 'person', 'people')} of joiner and leaver runs are not in the directory any more: they count as joiners and leavers, and not among the people at the start.`,
          ]
        : []),
      ...(undated > 0
        ? [
            `${plural(undated, 'person', 'people')} of joiner runs have no date in the directory: they count as joiners, spread over the period.`,
          ]
        : []),
      ...(joinDays ? [] : ['Days on which people start: too few dates; the default.']),
      ...(leaveDays ? [] : ['Last days: too few dates in the directory; the default.']),
      ...(notice
        ? []
        : [
            'Days between the entry in the directory and the first day: too few dates (createdDateTime); the default.',
          ]),
      'People who left, and are not in the directory nor in a leaver run: not in the record; none.',
      ...(seasonality ? [] : ['Seasons: less than a year, or too few dates; none.']),
      'How long leavers stay in the directory (keptDays): not in the record; the default.',
    ],
  };
}

/** Last days that were not known yet are left out: turnover sets others. */
function asAtStart(person: Subject, leaveMs: EpochMs | null, startMs: EpochMs): Subject {
  if (leaveMs === null || leaveMs <= startMs) return person;
  const { employeeLeaveDateTime: _, ...others } = person;
  return others as Subject;
}

/** Factors of January to December; `null`: the period is shorter than a year, or there are too few dates. */
function seasonsOf(moments: readonly EpochMs[], { zone, startMs, days }: Period): readonly number[] | null {
  if (days < YEAR_DAYS || moments.length < MONTHS * DATES_MIN) return null;
  const monthOf = (day: LocalDay): number => Number(day.slice(5, 7)) - 1;
  const [counts, lengths] = [new Array<number>(MONTHS).fill(0), new Array<number>(MONTHS).fill(0)];
  for (const atMs of moments) increment(counts, monthOf(zone.dayOf(atMs)));
  const first = zone.dayOf(startMs);
  for (let day = 0; day < days; day++) increment(lengths, monthOf(dayAfter(first, day)));
  const mean = moments.length / days;
  return counts.map((count, month) => Math.round((100 * count) / ((lengths[month] ?? 1) * mean)) / 100);
}

function increment(counts: number[], at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}

function noticeOf(days: readonly number[]): Pick<Turnover, 'noticeDays' | 'lateShare'> | null {
  if (days.length < DATES_MIN) return null;
  const early = days.filter((one) => one >= 0).sort((a, b) => a - b);
  // In days of the calendar: an entry is made in the course of its day.
  const at = (share: number): number =>
    Math.min(NOTICE_DAYS_MAX, Math.ceil(early[Math.floor(share * (early.length - 1))] ?? 0));
  const lateShare = Math.round((1 - early.length / days.length) * 1e4) / 1e4;
  return early.length === 0 ? { lateShare: 1 } : { noticeDays: { min: at(0.02), max: at(0.98) }, lateShare };
}

/**
 * Weights of a weekday, of an end of the month, and of any workday; `null`: too few dates. Any workday may also be the
 * weekday or the end of the month, which is taken off those.
 */
function dayWeights(
  moments: readonly EpochMs[],
  zone: Zone,
  weekday: number,
  isEnd: (day: Date) => boolean,
): readonly [number, number, number] | null {
  if (moments.length < DATES_MIN) return null;
  let [ends, weekdays, others] = [0, 0, 0];
  for (const atMs of moments) {
    const day = new Date(`${zone.dayOf(atMs)}T00:00:00Z`);
    if (isEnd(day)) ends += 1;
    else if (day.getUTCDay() === weekday) weekdays += 1;
    else others += 1;
  }
  const freely = Math.min(moments.length, others / ((1 - FIFTH) * (1 - FIRST)));
  const rounded = (value: number): number => Math.max(0, Math.round((100 * value) / moments.length));
  const weights = [
    rounded(weekdays - freely * FIFTH),
    rounded(ends - freely * FIRST),
    rounded(freely),
  ] as const;
  return weights.every((weight) => weight === 0) ? null : weights;
}

function isFirstWorkday(day: Date): boolean {
  const [date, weekday] = [day.getUTCDate(), day.getUTCDay()];
  return weekday !== 0 && weekday !== 6 && (date === 1 || (weekday === 1 && date <= 3));
}

function isLastDay(day: Date): boolean {
  return new Date(day.getTime() + DAY_MS).getUTCDate() === 1;
}
