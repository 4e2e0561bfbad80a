/** Percentiles of durations, ms. */
export interface DurationFigures {
  readonly count: number;
  readonly minMs: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** A bar: durations from `fromMs` (inclusive) to `toMs` (exclusive). */
export interface HistogramBar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

const STEPS = 128;
/** Percentiles are too high by at most this share of them. */
export const PERCENTILE_ROUNDING = 1 / STEPS;

/**
 * Counts durations in classes that are at most 1/128 of their value wide, so that percentiles of any number of
 * durations need little memory. Exact below 256 ms; else percentiles are at most 0.8 % too high. Count, mean,
 * minimum and maximum are exact.
 */
export class Histogram {
  /** Counts by class; grows with the largest class that occurred. */
  #counts = new Float64Array(2 * STEPS);
  #count = 0;
  #sumMs = 0;
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = 0;

  /** Adds a duration, whole ms ≥ 0. */
  add(ms: number): void {
    const index = classOf(ms);
    if (index >= this.#counts.length) this.#reach(index);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
    this.#sumMs += ms;
    this.#minMs = Math.min(this.#minMs, ms);
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  get count(): number {
    return this.#count;
  }

  /** The duration that a share of the durations, 0..1, does not exceed; 0 when there are none. */
  quantileMs(share: number): number {
    let rest = Math.max(1, Math.ceil(this.#count * share));
    if (this.#count === 0) return 0;
    for (const [index, count] of this.#counts.entries()) {
      rest -= count;
      if (rest <= 0) return Math.min(this.#maxMs, Math.max(this.#minMs, startOf(index + 1) - 1));
    }
    return this.#maxMs;
  }

  figures(): DurationFigures {
    const at = (share: number): number => this.quantileMs(share);
    return {
      count: this.#count,
      minMs: this.#count === 0 ? 0 : this.#minMs,
      meanMs: this.#count === 0 ? 0 : Math.round(this.#sumMs / this.#count),
      p50Ms: at(0.5),
      p90Ms: at(0.9),
      p95Ms: at(0.95),
      p99Ms: at(0.99),
      maxMs: this.#maxMs,
    };
  }

  /** Number of durations between these edges (ms, ascending); the last bar has all above the last edge. */
  bars(edges: readonly number[]): readonly HistogramBar[] {
    const counts = edges.map(() => 0);
    for (const [index, count] of this.#counts.entries()) {
      const ms = startOf(index);
      const bar = Math.max(
        0,
        edges.findLastIndex((edge) => edge <= ms),
      );
      counts[bar] = (counts[bar] ?? 0) + count;
    }
    return counts.map((count, bar) => ({
      fromMs: edges[bar] as number,
      toMs: edges[bar + 1] ?? Number.MAX_SAFE_INTEGER,
      count,
    }));
  }

  #reach(index: number): void {
    const counts = new Float64Array((Math.floor(index / STEPS) + 1) * STEPS);
    counts.set(this.#counts);
    this.#counts = counts;
  }
}

/** Classes 0..255 are single ms; above, 128 to each doubling. */
function classOf(ms: number): number {
  let value = ms;
  let doublings = 0;
  while (value >= 2 * STEPS) {
    value = Math.floor(value / 2);
    doublings += 1;
  }
  return doublings * STEPS + value;
}

function startOf(index: number): number {
  if (index < 2 * STEPS) return index;
  const doublings = Math.floor(index / STEPS) - 1;
  return (index - doublings * STEPS) * 2 ** doublings;
}
