/** When calls were made and when they failed: how busy the lanes were, and outages. */
import type { DurationMs, EpochMs } from '../../model/time.ts';
import { MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import type { Period } from './period.ts';

/** A time in which a task failed for everyone. */
export interface Outage {
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
}

/** Steps of the load, and of the outages of a task, at most: they bound the memory, whatever the period. */
const LOAD_STEPS_MAX = 8_000_000;
const OUTAGE_STEPS_MAX = 50_000;
/** Fewer calls make no outage. */
const OUTAGE_CALLS_MIN = 10;
/** Share of the calls of a step that failed. */
const OUTAGE_SHARE_MIN = 0.9;
/** Largest probability that such a series of failures is chance. */
const CHANCE_MAX = 1e-6;
/** Where more of the lanes are busy, a person who waits probably waits for one. */
const CROWDED_SHARE = 0.5;

/** Of people who were ready for a task in each step. */
interface TaskSteps {
  readonly calls: Uint32Array;
  readonly failed: Uint32Array;
  /** When the last of them was done, ms after the start of the period. */
  readonly lastEnd: Float64Array;
}

/** Collects calls in any order. */
export class Timeline {
  readonly #period: Period;
  readonly #lanes: number;
  readonly #loadStepMs: DurationMs;
  /** Mean number of calls at once, by step. */
  readonly #load: Float32Array;
  readonly #outageStepMs: DurationMs;
  readonly #tasks = new Map<string, TaskSteps>();

  readonly #answered: ReadonlySet<string>;

  /**
   * @param lanes places for calls.
   * @param answered tasks that wait for callbacks, and need no lane for that.
   */
  constructor(period: Period, lanes: number, answered: ReadonlySet<string>) {
    const lengthMs = period.endMs - period.startMs;
    this.#period = period;
    this.#lanes = lanes;
    this.#answered = answered;
    this.#loadStepMs = Math.max(SECOND_MS, Math.ceil(lengthMs / LOAD_STEPS_MAX));
    this.#load = new Float32Array(Math.ceil(lengthMs / this.#loadStepMs) + 1);
    this.#outageStepMs = Math.max(5 * MINUTE_MS, Math.ceil(lengthMs / OUTAGE_STEPS_MAX));
  }

  /** @param readyMs when the person was ready for it: attempts that failed before the last one lie after that. */
  add(task: string, readyMs: EpochMs, startedMs: EpochMs, endedMs: EpochMs, hasFailed: boolean): void {
    const { startMs } = this.#period;
    const at = Math.floor((readyMs - startMs) / this.#outageStepMs);
    const { calls, failed, lastEnd } = this.#stepsOf(task);
    if (at >= 0 && at < calls.length) {
      calls[at] = (calls[at] ?? 0) + 1;
      if (hasFailed) failed[at] = (failed[at] ?? 0) + 1;
      lastEnd[at] = Math.max(lastEnd[at] ?? 0, endedMs - startMs);
    }
    if (this.#answered.has(task)) return;
    const width = this.#loadStepMs;
    const [from, until] = [startedMs - startMs, endedMs - startMs];
    for (let step = Math.max(0, Math.floor(from / width)); step * width < until; step++) {
      if (step >= this.#load.length) return;
      const insideMs = Math.min(until, (step + 1) * width) - Math.max(from, step * width);
      this.#load[step] = (this.#load[step] ?? 0) + insideMs / width;
    }
  }

  /** Whether so many calls were under way that people may have waited for a lane. */
  isCrowded(atMs: EpochMs): boolean {
    return this.#levelAt(atMs) > CROWDED_SHARE * this.#lanes;
  }

  /** Most calls at once, on average over a second or a longer step. */
  peak(): number {
    return this.#load.reduce((max, level) => Math.max(max, level), 0);
  }

  /** The outages of a task, to a few minutes. */
  outages(task: string): readonly Outage[] {
    const { calls, failed, lastEnd } = this.#stepsOf(task);
    const sum = (steps: Uint32Array): number => steps.reduce((total, count) => total + count, 0);
    const [allCalls, allFailed] = [sum(calls), sum(failed)];
    const found: Outage[] = [];
    let series: { first: number; last: number; calls: number; failed: number } | null = null;
    const end = (): void => {
      const one = series;
      series = null;
      if (one === null || one.calls < OUTAGE_CALLS_MIN) return;
      // Of the other calls: one in all of them fails at least, as far as is known.
      const rate = (allFailed - one.failed + 1) / (allCalls - one.calls + 2);
      if (one.calls * Math.log(rate) > Math.log(CHANCE_MAX)) return;
      const endMs = this.#period.startMs + (lastEnd[one.last] ?? 0) + 1;
      const untilMs = Math.max(this.#outageMs(one.last + 1), endMs);
      found.push({ fromMs: this.#outageMs(one.first), untilMs });
    };
    for (const [at, count] of calls.entries()) {
      if (count === 0) continue;
      if ((failed[at] ?? 0) < OUTAGE_SHARE_MIN * count) {
        end();
        continue;
      }
      series ??= { first: at, last: at, calls: 0, failed: 0 };
      series = {
        ...series,
        last: at,
        calls: series.calls + count,
        failed: series.failed + (failed[at] ?? 0),
      };
    }
    end();
    return found;
  }

  #levelAt(atMs: EpochMs): number {
    return this.#load[Math.floor((atMs - this.#period.startMs) / this.#loadStepMs)] ?? 0;
  }

  #outageMs(step: number): EpochMs {
    return this.#period.startMs + step * this.#outageStepMs;
  }

  #stepsOf(task: string): TaskSteps {
    const known = this.#tasks.get(task);
    if (known) return known;
    const length = Math.ceil((this.#period.endMs - this.#period.startMs) / this.#outageStepMs);
    const steps = {
      calls: new Uint32Array(length),
      failed: new Uint32Array(length),
      lastEnd: new Float64Array(length),
    };
    this.#tasks.set(task, steps);
    return steps;
  }
}
