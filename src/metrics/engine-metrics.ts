/** What `engine.metrics()` gives: plain data. */
import { METRICS, type MetricDefinition, type MetricName } from './table.ts';

/** Labels of one series, by name. Values are at most 100 characters. */
export type MetricLabels = Readonly<Record<string, string>>;

/** One number of a counter or a gauge. */
export interface NumberSeries {
  readonly labels: MetricLabels;
  readonly value: number;
}

/** The durations of a histogram, in seconds. */
export interface HistogramSeries {
  readonly labels: MetricLabels;
  /** Per bucket, not cumulative: one more than there are `bounds`. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
}

interface MetricHead {
  readonly name: MetricName;
  readonly unit: string;
  /** `process`: of this engine since it was made. `store`: of all processes on the store. */
  readonly scope: 'process' | 'store';
  readonly help: string;
}

/** One metric, with at most 1,001 series: beyond 1,000, whatever has no series is counted in one whose labels are `other`. */
export type Metric = MetricHead &
  (
    | { readonly kind: 'counter' | 'gauge'; readonly series: readonly NumberSeries[] }
    | {
        readonly kind: 'histogram';
        /** Upper bounds of the buckets, seconds, inclusive, ascending; a last bucket has all above. */
        readonly bounds: readonly number[];
        readonly series: readonly HistogramSeries[];
      }
  );

/** Metrics of an engine at one moment. */
export interface EngineMetrics {
  readonly takenDateTime: string;
  /** When the figures of scope `store` were read, up to 5 s before; `null`: the store could not be read, and they are absent. */
  readonly storeDateTime: string | null;
  readonly metrics: readonly Metric[];
}

/** A counter or gauge of the table with its series. */
export function numberMetric(name: MetricName, series: readonly NumberSeries[]): Metric {
  const { kind, ...head } = headOf(name);
  return { name, ...head, kind: kind === 'counter' ? kind : 'gauge', series };
}

/** A histogram of the table with its series. */
export function histogramMetric(name: MetricName, series: readonly HistogramSeries[]): Metric {
  const { unit, scope, help } = headOf(name);
  return { name, unit, scope, help, kind: 'histogram', bounds: boundsOf(name), series };
}

/** The bounds of a histogram; of other metrics none. */
export function boundsOf(name: MetricName): readonly number[] {
  return (METRICS[name] as MetricDefinition).bounds ?? [];
}

function headOf(name: MetricName): Pick<MetricDefinition, 'kind' | 'unit' | 'scope' | 'help'> {
  const { kind, unit, scope, help } = METRICS[name];
  return { kind, unit, scope, help };
}
