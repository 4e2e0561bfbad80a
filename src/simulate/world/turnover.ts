/** Plans of when people join, move and leave; the people are picked later. */
import { eachDayOfInterval } from 'date-fns/eachDayOfInterval';
import { eachMonthOfInterval } from 'date-fns/eachMonthOfInterval';
import { isFriday } from 'date-fns/isFriday';
import { isMonday } from 'date-fns/isMonday';
import { isWeekend } from 'date-fns/isWeekend';
import { lastDayOfMonth } from 'date-fns/lastDayOfMonth';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS } from '../../model/time.ts';
import type { Random } from '../../ports/random.ts';
import { normalQuantile } from '../../system/virtual/exact-math.ts';
import { below, weighted } from '../../system/virtual/random.ts';
import type { ReadScenario } from '../scenario/read-scenario.ts';
import type { Turnover } from '../scenario/scenario.ts';
import { dayAfter, isoDay, utc, type Zone } from './zone.ts';

/** A planned change of one person. */
export interface Plan {
  /** Moment at which it is entered in the directory. */
  readonly atMs: EpochMs;
  readonly kind: 'join' | 'move' | 'leave';
  /** First day, day of the move, end of the last day. */
  readonly dateMs: EpochMs;
  readonly department?: string | undefined;
  readonly to?: string | undefined;
}

/** Most plans of turnover, and of mass changes, in a scenario. */
const PLANS_MAX = 2_000_000;

const NOTICE_DEFAULT = { min: 10, max: 40 } as const;
const JOIN_DAYS_DEFAULT = { mondays: 55, monthStarts: 30, otherWorkdays: 15 } as const;
const LEAVE_DAYS_DEFAULT = { fridays: 20, monthEnds: 60, otherWorkdays: 20 } as const;
const LATE_SHARE_DEFAULT = 0.02;
const MONTHS = 12;
const LATE_DAYS_MAX = 6;
/** End of work on the last day of leavers. */
const END_OF_DAY_MS: DurationMs = 18 * HOUR_MS;

/** Plans of ordinary turnover between the start and the end, including changes entered before the end for later dates. */
export function turnoverPlans(read: ReadScenario, headcount: number, random: Random): Plan[] {
  const { scenario, zone, startMs, endMs } = read;
  const turnover = scenario.turnover ?? {};
  const noticeMs = (turnover.noticeDays ?? NOTICE_DEFAULT).max * DAY_MS;
  const rates = ratesOf(turnover, headcount);
  const months = eachMonthOfInterval(
    { start: zone.dayOf(startMs), end: zone.dayOf(endMs + noticeMs) },
    { in: utc },
  );
  const seasonOf = (month: Date): number => turnover.seasonality?.[month.getMonth()] ?? 1;
  const seasons = months.reduce((sum, month) => sum + seasonOf(month), 0);
  checkCount(seasons * (rates.join + rates.move + rates.leave), 'turnover');
  const plans: Plan[] = [];
  for (const month of months) {
    const season = seasonOf(month);
    for (const kind of ['join', 'move', 'leave'] as const) {
      for (let left = countFor(rates[kind] * season, random); left > 0; left--) {
        const plan = planIn(month, kind, turnover, zone, random);
        if (plan.dateMs > startMs && plan.atMs <= endMs)
          plans.push({ ...plan, atMs: Math.max(plan.atMs, startMs) });
      }
    }
  }
  return plans;
}

/**
 * How many months' worth of dates lie after a moment and up to another, as they are drawn: a fortnight with the first of a
 * month has more than half of them.
 */
export function monthsWithin(
  turnover: Turnover,
  kind: Plan['kind'],
  { zone, startMs, endMs }: { readonly zone: Zone; readonly startMs: EpochMs; readonly endMs: EpochMs },
): number {
  const months = eachMonthOfInterval({ start: zone.dayOf(startMs), end: zone.dayOf(endMs) }, { in: utc });
  let sum = 0;
  for (const month of months) {
    for (const [day, share] of sharesOf(month, kind, turnover)) {
      const atMs = momentOf(day, kind, zone);
      if (atMs > startMs && atMs <= endMs) sum += share;
    }
  }
  return sum;
}

/** The days of a month, with the share of its changes that each can expect; a day may come more than once. */
function sharesOf(
  month: Date,
  kind: Plan['kind'],
  turnover: Turnover,
): readonly (readonly [day: Date, share: number])[] {
  const days = workdaysOf(month);
  const { joinDays = JOIN_DAYS_DEFAULT, leaveDays = LEAVE_DAYS_DEFAULT } = turnover;
  const isLeave = kind === 'leave';
  const weekdays = days.filter((day) => (isLeave ? isFriday(day) : isMonday(day)));
  const end = isLeave ? lastDayOfMonth(month) : (days[0] as Date);
  const [onWeekday, atEnd] = isLeave
    ? [leaveDays.fridays, leaveDays.monthEnds]
    : [joinDays.mondays, joinDays.monthStarts];
  const others = isLeave ? leaveDays.otherWorkdays : joinDays.otherWorkdays;
  const total = onWeekday + atEnd + others;
  return [
    ...weekdays.map((day) => [day, onWeekday / total / weekdays.length] as const),
    [end, atEnd / total] as const,
    ...days.map((day) => [day, others / total / days.length] as const),
  ];
}

/** The first moment of a day, or the end of work on a last day. */
function momentOf(day: Date, kind: Plan['kind'], zone: Zone): EpochMs {
  return zone.startOf(isoDay(day.getTime())) + (kind === 'leave' ? END_OF_DAY_MS : 0);
}

/** Plans of mass changes. `sizeOf`: number of people of a department, or of all, at the start. */
export function massPlans(read: ReadScenario, sizeOf: (department: string | undefined) => number): Plan[] {
  const { scenario, zone, startMs, endMs, momentOf } = read;
  let total = 0;
  return (scenario.changes ?? []).flatMap((change) => {
    const atMs = Math.max(momentOf(change.at), startMs);
    const { kind, department, to, share = 0 } = change;
    const count = change.count ?? Math.round(sizeOf(department) * share);
    const days = change.noticeDays ?? (kind === 'move' ? 0 : 30);
    const day = zone.startOf(dayAfter(zone.dayOf(atMs), days));
    const dateMs = days === 0 && kind === 'move' ? atMs : kind === 'leave' ? day + END_OF_DAY_MS : day;
    if (atMs > endMs) return [];
    total += count;
    checkCount(total, 'changes');
    return Array.from({ length: count }, (): Plan => ({ atMs, kind, dateMs, department, to }));
  });
}

/** Checks the number of plans before they are made, since too many would not fit into memory. @throws LifecycleError `LimitExceeded`. */
function checkCount(count: number, field: 'turnover' | 'changes'): void {
  if (count <= PLANS_MAX) return;
  throw new LifecycleError(
    'LimitExceeded',
    `Expected ${field} of at most ${PLANS_MAX} people within the horizon, got about ${Math.round(count)}`,
    { field, limit: 'plans', max: PLANS_MAX },
  );
}

function ratesOf(turnover: Turnover, headcount: number): Readonly<Record<Plan['kind'], number>> {
  const leave = turnover.leaversPerMonth ?? 0;
  const grown = ((turnover.growthPerYear ?? 0) * headcount) / MONTHS;
  const forGrowth = turnover.growthPerYear === undefined ? 0 : leave + grown;
  return { join: turnover.joinersPerMonth ?? forGrowth, move: turnover.moversPerMonth ?? 0, leave };
}

/** A random count around its mean, distributed as independent events are. */
function countFor(mean: number, random: Random): number {
  if (mean === 0) return 0;
  const spread = normalQuantile(Math.min(1 - 2 ** -33, Math.max(2 ** -33, random.next())));
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * spread));
}

function planIn(month: Date, kind: Plan['kind'], turnover: Turnover, zone: Zone, random: Random): Plan {
  const date = kind === 'leave' ? leaveDay(month, turnover, random) : joinDay(month, turnover, random);
  const day = isoDay(date.getTime());
  const dateMs = momentOf(date, kind, zone);
  if (kind === 'move') return { kind, dateMs, atMs: dateMs };
  const notice = turnover.noticeDays ?? NOTICE_DEFAULT;
  const days = notice.min + below(random, notice.max - notice.min + 1);
  const isLate = random.next() < (turnover.lateShare ?? LATE_SHARE_DEFAULT);
  const lateDays = 1 + below(random, LATE_DAYS_MAX);
  // Entries are made in working hours.
  const hourMs = (8 + below(random, 10)) * HOUR_MS;
  return { kind, dateMs, atMs: zone.startOf(dayAfter(day, isLate ? lateDays : -days)) + hourMs };
}

function joinDay(month: Date, turnover: Turnover, random: Random): Date {
  const { mondays, monthStarts, otherWorkdays } = turnover.joinDays ?? JOIN_DAYS_DEFAULT;
  const days = workdaysOf(month);
  switch (weighted([mondays, monthStarts, otherWorkdays], random.next())) {
    case 0:
      return oneOf(
        days.filter((day) => isMonday(day)),
        random,
      );
    case 1:
      return days[0] as Date;
    default:
      return oneOf(days, random);
  }
}

function leaveDay(month: Date, turnover: Turnover, random: Random): Date {
  const { fridays, monthEnds, otherWorkdays } = turnover.leaveDays ?? LEAVE_DAYS_DEFAULT;
  const days = workdaysOf(month);
  switch (weighted([fridays, monthEnds, otherWorkdays], random.next())) {
    case 0:
      return oneOf(
        days.filter((day) => isFriday(day)),
        random,
      );
    case 1:
      return lastDayOfMonth(month);
    default:
      return oneOf(days, random);
  }
}

function oneOf(days: readonly Date[], random: Random): Date {
  return days[below(random, days.length)] as Date;
}

/** By the first moment of their month. */
const workdays = new Map<EpochMs, readonly Date[]>();
const MONTHS_KEPT_MAX = 1_200;

function workdaysOf(month: Date): readonly Date[] {
  const known = workdays.get(month.getTime());
  if (known) return known;
  const days = eachDayOfInterval({ start: month, end: lastDayOfMonth(month) });
  const working = days.filter((day) => !isWeekend(day));
  if (workdays.size >= MONTHS_KEPT_MAX) workdays.clear();
  workdays.set(month.getTime(), working);
  return working;
}
