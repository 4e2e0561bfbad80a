import type { DurationMs, EpochMs } from '../../model/time.ts';

/** A level over one bucket of time. */
export interface Level {
  /** Average over the bucket, weighted by time. */
  readonly mean: number;
  readonly max: number;
}

/** Equal spans of time that cover a horizon. */
export interface Buckets {
  readonly startMs: EpochMs;
  readonly widthMs: DurationMs;
  readonly count: number;
}

const WIDTHS_MIN = [1, 5, 15, 60, 180, 360, 720, 1_440, 2 * 1_440, 7 * 1_440, 28 * 1_440] as const;
const BUCKETS_MAX = 400;

/** Buckets of a round width, at most 400 of them unless the horizon is above 30 years. */
export function bucketsOf(startMs: EpochMs, endMs: EpochMs): Buckets {
  const widths = WIDTHS_MIN.map((minutes) => minutes * 60_000);
  const fits = widths.find((width) => (endMs - startMs) / width <= BUCKETS_MAX);
  const widthMs = fits ?? (widths.at(-1) as number);
  return { startMs, widthMs, count: Math.max(1, Math.ceil((endMs - startMs) / widthMs)) };
}

/** A level that changes over time, such as the number of queued users. Kept as averages and peaks of buckets. */
export class Gauge {
  readonly #buckets: Buckets;
  readonly #areas: Float64Array;
  readonly #peaks: Float64Array;
  #level = 0;
  #sinceMs: EpochMs;

  constructor(buckets: Buckets) {
    this.#buckets = buckets;
    this.#areas = new Float64Array(buckets.count);
    this.#peaks = new Float64Array(buckets.count);
    this.#sinceMs = buckets.startMs;
  }

  get level(): number {
    return this.#level;
  }

  /** Changes the level by `delta` at `nowMs`, which must not lie before the previous change. */
  add(delta: number, nowMs: EpochMs): void {
    this.#fill(nowMs);
    this.#level += delta;
    const bucket = this.#bucketAt(nowMs);
    this.#peaks[bucket] = Math.max(this.#peaks[bucket] ?? 0, this.#level);
  }

  /** Levels of all buckets; the time after `endMs` does not count. */
  levels(endMs: EpochMs): readonly Level[] {
    this.#fill(endMs);
    const { startMs, widthMs, count } = this.#buckets;
    return Array.from({ length: count }, (_, bucket) => {
      const spanMs = Math.min(widthMs, endMs - (startMs + bucket * widthMs));
      return { mean: spanMs > 0 ? (this.#areas[bucket] ?? 0) / spanMs : 0, max: this.#peaks[bucket] ?? 0 };
    });
  }

  #bucketAt(atMs: EpochMs): number {
    const { startMs, widthMs, count } = this.#buckets;
    return Math.min(count - 1, Math.max(0, Math.floor((atMs - startMs) / widthMs)));
  }

  #fill(untilMs: EpochMs): void {
    if (this.#level === 0) {
      this.#sinceMs = Math.max(this.#sinceMs, untilMs);
      return;
    }
    const { startMs, widthMs, count } = this.#buckets;
    while (this.#sinceMs < untilMs) {
      const bucket = this.#bucketAt(this.#sinceMs);
      const isLast = bucket === count - 1;
      const end = isLast ? untilMs : Math.min(untilMs, startMs + (bucket + 1) * widthMs);
      this.#areas[bucket] = (this.#areas[bucket] ?? 0) + this.#level * (end - this.#sinceMs);
      this.#peaks[bucket] = Math.max(this.#peaks[bucket] ?? 0, this.#level);
      this.#sinceMs = end;
    }
  }
}
