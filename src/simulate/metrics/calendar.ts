import { LIMITS } from '../../model/limits.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import { nextSlot } from '../../rules/schedule/slots.ts';
import { dayAfter, hoursOf, type LocalDay, type Zone } from '../world/zone.ts';
import type { StatusCounts } from './status-counts.ts';

/** A local day of the scenario: what the schedule planned, and what happened. */
export interface CalendarDay {
  readonly day: LocalDay;
  /** 24; 23 or 25 when clocks change. Slots are a grid in UTC, so such a day has one fewer or more of them. */
  readonly hours: number;
  /** Slots of the grid that lie in the day. 0 when no workflow is scheduled. */
  readonly planned: number;
  /** Evaluated within a minute of their moment. */
  readonly onTime: number;
  /** Evaluated later than that. */
  readonly late: number;
  /** Given up by the missed-slot policy. */
  readonly skipped: number;
  /** Neither evaluated nor given up: a later slot's catch-up window covers them, or the horizon came first. */
  readonly missed: number;
  /** Runs scheduled for this day, by how they ended. */
  readonly runs: StatusCounts;
  /** People in them. */
  readonly users: StatusCounts;
  /** States of the process at some moment of the day, other than running. */
  readonly process: readonly ('off' | 'asleep' | 'clockJump')[];
}

type Counts = Partial<Record<string, number>>;

/** Collects a {@link CalendarDay} for each day. */
export class Calendar {
  readonly #zone: Zone;
  readonly #slots = new Map<EpochMs, 'onTime' | 'late' | 'skipped'>();
  readonly #days = new Map<LocalDay, { readonly runs: Counts; readonly users: Counts }>();
  readonly #process = new Map<LocalDay, Set<CalendarDay['process'][number]>>();

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  /** Records the evaluation of a slot. Of several workflows, the latest evaluation counts. */
  evaluated(slotMs: EpochMs, nowMs: EpochMs): void {
    const how = nowMs - slotMs <= LIMITS.slotGraceMs ? 'onTime' : 'late';
    if (this.#slots.get(slotMs) !== 'late') this.#slots.set(slotMs, how);
  }

  skipped(slotMs: EpochMs): void {
    if (!this.#slots.has(slotMs)) this.#slots.set(slotMs, 'skipped');
  }

  ended(of: 'runs' | 'users', scheduledMs: EpochMs, status: string): void {
    const counts = this.#countsAt(scheduledMs);
    counts[of][status] = (counts[of][status] ?? 0) + 1;
  }

  /** Counts of the last moment asked for: all users of a run share one. */
  #lastMs: EpochMs = Number.NaN;
  #last: { readonly runs: Counts; readonly users: Counts } = { runs: {}, users: {} };

  #countsAt(atMs: EpochMs): { readonly runs: Counts; readonly users: Counts } {
    if (atMs === this.#lastMs) return this.#last;
    const day = this.#zone.dayOf(atMs);
    const counts = this.#days.get(day) ?? { runs: {}, users: {} };
    this.#days.set(day, counts);
    this.#lastMs = atMs;
    this.#last = counts;
    return counts;
  }

  process(what: CalendarDay['process'][number], fromMs: EpochMs, untilMs: EpochMs): void {
    const last = this.#zone.dayOf(untilMs);
    for (let day = this.#zone.dayOf(fromMs); day <= last; day = dayAfter(day))
      this.#process.set(day, (this.#process.get(day) ?? new Set()).add(what));
  }

  /** All days that the time from `startMs` to `endMs` touches. `isScheduled`: whether slots are planned at all. */
  days(
    startMs: EpochMs,
    endMs: EpochMs,
    intervalMs: DurationMs,
    isScheduled: boolean,
  ): readonly CalendarDay[] {
    const planned = new Map<LocalDay, EpochMs[]>();
    if (isScheduled) {
      for (let slot = nextSlot(startMs, intervalMs); slot <= endMs; slot += intervalMs) {
        const day = this.#zone.dayOf(slot);
        const slots = planned.get(day) ?? [];
        planned.set(day, slots);
        slots.push(slot);
      }
    }
    const days: CalendarDay[] = [];
    const last = this.#zone.dayOf(endMs - 1);
    for (let day = this.#zone.dayOf(startMs); day <= last; day = dayAfter(day)) {
      const slots = planned.get(day) ?? [];
      const count = (how: string | undefined): number =>
        slots.filter((slot) => this.#slots.get(slot) === how).length;
      days.push({
        day,
        hours: hoursOf(this.#zone, day),
        planned: slots.length,
        onTime: count('onTime'),
        late: count('late'),
        skipped: count('skipped'),
        missed: count(undefined),
        runs: this.#days.get(day)?.runs ?? {},
        users: this.#days.get(day)?.users ?? {},
        process: [...(this.#process.get(day) ?? [])],
      });
    }
    return days;
  }
}
