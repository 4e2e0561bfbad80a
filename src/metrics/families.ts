/** The series of one metric, made as their labels occur, and bounded in number. */
import {
  boundsOf,
  type HistogramSeries,
  histogramMetric,
  type Metric,
  numberMetric,
} from './engine-metrics.ts';
import { METRICS, type MetricName } from './table.ts';

/** Series of one metric; what comes after them shares one with the labels `other`. */
export const SERIES_MAX = 1_000;
const LABEL_LENGTH_MAX = 100;
/** The label of what has no series of its own. */
export const OTHER = 'other';

/** Labels by name, of a metric of the table. */
function labelsOf(name: MetricName, values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(METRICS[name].labels.map((label, index) => [label, values[index] ?? '']));
}

/** Series by the values of their labels. */
class Family<Series> {
  readonly name: MetricName;
  readonly #make: () => Series;
  readonly #series = new Map<string, { readonly values: readonly string[]; readonly series: Series }>();

  constructor(name: MetricName, make: () => Series) {
    this.name = name;
    this.#make = make;
  }

  /** The series of these values, in the order of the table's labels. */
  of(...values: readonly string[]): Series {
    const known = this.#series.get(keyOf(values));
    if (known) return known.series;
    const isFull = this.#series.size >= SERIES_MAX;
    const kept = values.map((value) => (isFull ? OTHER : value.slice(0, LABEL_LENGTH_MAX).toWellFormed()));
    const key = keyOf(kept);
    const made = this.#series.get(key) ?? { values: kept, series: this.#make() };
    this.#series.set(key, made);
    return made.series;
  }

  protected *entries(): Generator<readonly [Readonly<Record<string, string>>, Series]> {
    for (const { values, series } of this.#series.values()) yield [labelsOf(this.name, values), series];
  }
}

function keyOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] as string) : values.join('\0');
}

/** A number that is counted or set. */
export interface Tally {
  value: number;
}

/** A counter, or a gauge that is set. */
export class NumberFamily extends Family<Tally> {
  constructor(name: MetricName) {
    super(name, () => ({ value: 0 }));
  }

  metric(): Metric {
    return numberMetric(
      this.name,
      [...this.entries()].map(([labels, { value }]) => ({ labels, value })),
    );
  }
}

/** Counts durations by bucket. */
export class Histogram {
  /** Inclusive, ms: what is measured is in ms. */
  readonly #boundsMs: readonly number[];
  readonly #counts: Float64Array;
  #sumMs = 0;

  constructor(bounds: readonly number[]) {
    this.#boundsMs = bounds.map((bound) => bound * 1_000);
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Adds a duration; one below 0, of a clock that was set back, counts as 0. */
  add(ms: number): void {
    let bucket = 0;
    while (bucket < this.#boundsMs.length && ms > (this.#boundsMs[bucket] as number)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    if (ms > 0) this.#sumMs += ms;
  }

  series(labels: Readonly<Record<string, string>>): HistogramSeries {
    const counts = [...this.#counts];
    return { labels, counts, count: counts.reduce((sum, one) => sum + one, 0), sum: this.#sumMs / 1_000 };
  }
}

/** A histogram. */
export class HistogramFamily extends Family<Histogram> {
  constructor(name: MetricName) {
    const bounds = boundsOf(name);
    super(name, () => new Histogram(bounds));
  }

  metric(): Metric {
    return histogramMetric(
      this.name,
      [...this.entries()].map(([labels, histogram]) => histogram.series(labels)),
    );
  }
}
