/** When people join, move and leave: dates only, not yet whom. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS } from '../../model/time.ts';
import type { Random } from '../../ports/random.ts';
import { normalQuantile } from '../../system/virtual/exact-math.ts';
import { below, weighted } from '../../system/virtual/random.ts';
import type { ReadScenario } from '../scenario/read-scenario.ts';
import type { Turnover } from '../scenario/scenario.ts';
import { dayAfter, type LocalDay, weekdayOf, type Zone } from './zone.ts';

/** Something that is to happen to somebody. */
export interface Plan {
  /** When the directory hears of it. */
  readonly atMs: EpochMs;
  readonly kind: 'join' | 'move' | 'leave';
  /** First day, day of the move, end of the last day. */
  readonly dateMs: EpochMs;
  readonly department?: string | undefined;
  readonly to?: string | undefined;
}

/** Plans of turnover, and of mass changes, that a scenario may have, at most. */
const PLANS_MAX = 2_000_000;

const NOTICE_DEFAULT = { min: 10, max: 40 } as const;
const JOIN_DAYS_DEFAULT = { mondays: 55, monthStarts: 30, otherWorkdays: 15 } as const;
const LEAVE_DAYS_DEFAULT = { fridays: 20, monthEnds: 60, otherWorkdays: 20 } as const;
const LATE_SHARE_DEFAULT = 0.02;
const MONTHS = 12;
const LATE_DAYS_MAX = 6;
/** Leavers work until then on their last day. */
const END_OF_DAY_MS: DurationMs = 18 * HOUR_MS;

/** The plans of ordinary turnover from the start to the end, and of those that are announced before it. */
export function turnoverPlans(read: ReadScenario, headcount: number, random: Random): Plan[] {
  const { scenario, zone, startMs, endMs } = read;
  const turnover = scenario.turnover ?? {};
  const noticeMs = (turnover.noticeDays ?? NOTICE_DEFAULT).max * DAY_MS;
  const rates = ratesOf(turnover, headcount);
  const months = monthsOf(zone, startMs, endMs + noticeMs);
  const seasonOf = (month: string): number => turnover.seasonality?.[Number(month.slice(5)) - 1] ?? 1;
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

/** The plans of mass changes. `sizeOf` says how many people a department, or all, had at the start. */
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

/** Asked before plans are made: so many would not fit into memory. @throws LifecycleError `LimitExceeded`. */
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

/** A count around its mean, spread as independent events are. */
function countFor(mean: number, random: Random): number {
  if (mean === 0) return 0;
  const spread = normalQuantile(Math.min(1 - 2 ** -33, Math.max(2 ** -33, random.next())));
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * spread));
}

/** `2026-03`, from the month of one moment to that of another. */
function monthsOf(zone: Zone, fromMs: EpochMs, untilMs: EpochMs): string[] {
  const months: string[] = [];
  const last = zone.dayOf(untilMs).slice(0, 7);
  for (let month = zone.dayOf(fromMs).slice(0, 7); month <= last; ) {
    months.push(month);
    month = dayAfter(`${month}-28`, 4).slice(0, 7);
  }
  return months;
}

function planIn(month: string, kind: Plan['kind'], turnover: Turnover, zone: Zone, random: Random): Plan {
  const day = kind === 'leave' ? leaveDay(month, turnover, random) : joinDay(month, turnover, random);
  const dateMs = zone.startOf(day) + (kind === 'leave' ? END_OF_DAY_MS : 0);
  if (kind === 'move') return { kind, dateMs, atMs: dateMs };
  const notice = turnover.noticeDays ?? NOTICE_DEFAULT;
  const days = notice.min + below(random, notice.max - notice.min + 1);
  const isLate = random.next() < (turnover.lateShare ?? LATE_SHARE_DEFAULT);
  const lateDays = 1 + below(random, LATE_DAYS_MAX);
  // People offices work in the daytime.
  const hourMs = (8 + below(random, 10)) * HOUR_MS;
  return { kind, dateMs, atMs: zone.startOf(dayAfter(day, isLate ? lateDays : -days)) + hourMs };
}

function joinDay(month: string, turnover: Turnover, random: Random): LocalDay {
  const { mondays, monthStarts, otherWorkdays } = turnover.joinDays ?? JOIN_DAYS_DEFAULT;
  const days = workdaysOf(month);
  switch (weighted([mondays, monthStarts, otherWorkdays], random.next())) {
    case 0:
      return oneOf(
        days.filter((day) => weekdayOf(day) === 1),
        random,
      );
    case 1:
      return days[0] as LocalDay;
    default:
      return oneOf(days, random);
  }
}

function leaveDay(month: string, turnover: Turnover, random: Random): LocalDay {
  const { fridays, monthEnds, otherWorkdays } = turnover.leaveDays ?? LEAVE_DAYS_DEFAULT;
  const days = workdaysOf(month);
  switch (weighted([fridays, monthEnds, otherWorkdays], random.next())) {
    case 0:
      return oneOf(
        days.filter((day) => weekdayOf(day) === 5),
        random,
      );
    case 1:
      return dayAfter(dayAfter(`${month}-28`, 4).slice(0, 8).concat('01'), -1);
    default:
      return oneOf(days, random);
  }
}

function oneOf(days: readonly LocalDay[], random: Random): LocalDay {
  return days[below(random, days.length)] as LocalDay;
}

const workdays = new Map<string, readonly LocalDay[]>();
const MONTHS_KEPT_MAX = 1_200;

function workdaysOf(month: string): readonly LocalDay[] {
  const known = workdays.get(month);
  if (known) return known;
  const days: LocalDay[] = [];
  for (let day = `${month}-01`; day.startsWith(month); day = dayAfter(day)) {
    if (weekdayOf(day) >= 1 && weekdayOf(day) <= 5) days.push(day);
  }
  if (workdays.size >= MONTHS_KEPT_MAX) workdays.clear();
  workdays.set(month, days);
  return days;
}
