/** The metrics of an engine as data of OpenTelemetry's SDK, for its readers to collect. */
import type { Attributes, HrTime } from '@opentelemetry/api';
import type { EngineMetrics, HistogramSeries, Metric, NumberSeries } from '../../metrics/engine-metrics.ts';
import type { EpochMs } from '../../model/time.ts';

/** Values of the SDK's enumerations `DataPointType`, `AggregationTemporality` and `ValueType`. */
const HISTOGRAM = 0;
const GAUGE = 2;
const SUM = 3;
const CUMULATIVE = 1;
const DOUBLE = 1;

/** Name of tenure in OpenTelemetry: of its tracer and of its metrics. */
export const SCOPE = 'tenure';

interface DataPoint<Value> {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Attributes;
  readonly value: Value;
}

interface HistogramValue {
  readonly buckets: { boundaries: number[]; counts: number[] };
  readonly sum: number;
  readonly count: number;
}

interface MetricHead {
  readonly descriptor: {
    readonly name: string;
    readonly description: string;
    readonly unit: string;
    readonly valueType: typeof DOUBLE;
  };
  readonly aggregationTemporality: typeof CUMULATIVE;
}

/** One metric, as the SDK has it. */
type ProducedMetric = MetricHead &
  (
    | { readonly dataPointType: typeof HISTOGRAM; readonly dataPoints: DataPoint<HistogramValue>[] }
    | { readonly dataPointType: typeof GAUGE; readonly dataPoints: DataPoint<number>[] }
    | {
        readonly dataPointType: typeof SUM;
        readonly isMonotonic: true;
        readonly dataPoints: DataPoint<number>[];
      }
  );

/** What a reader asks of a producer, of which it takes the metrics only. */
interface Resource {
  readonly attributes: Attributes;
  merge(other: Resource | null): Resource;
  getRawAttributes(): [string, undefined][];
}

/** The metrics of one scope. */
interface ScopeMetrics {
  scope: { readonly name: string };
  metrics: ProducedMetric[];
}

/** What a metric reader of the SDK takes as one of its `metricProducers`. */
export interface EngineMetricProducer {
  collect(): Promise<{
    resourceMetrics: { resource: Resource; scopeMetrics: ScopeMetrics[] };
    errors: unknown[];
  }>;
}

const NO_RESOURCE: Resource = {
  attributes: {},
  merge: (other) => other ?? NO_RESOURCE,
  getRawAttributes: () => [],
};

/** Metrics as data of the SDK: cumulative, since `startMs`. `attributes` are of every point. Pure. */
export function producedMetrics(
  { takenDateTime, metrics }: EngineMetrics,
  startMs: EpochMs,
  attributes: Attributes = {},
): ProducedMetric[] {
  const startTime = hrTimeOf(startMs);
  const endTime = hrTimeOf(Date.parse(takenDateTime));
  const pointsOf = <Series extends NumberSeries | HistogramSeries, Value>(
    series: readonly Series[],
    take: (one: Series) => Value,
  ): DataPoint<Value>[] =>
    series.map((one) => ({
      startTime,
      endTime,
      attributes: { ...one.labels, ...attributes },
      value: take(one),
    }));
  return metrics.map((metric) => {
    if (metric.kind === 'histogram') {
      const dataPoints = pointsOf(metric.series, ({ counts, sum, count }) => ({
        buckets: { boundaries: [...metric.bounds], counts: [...counts] },
        sum,
        count,
      }));
      return { ...headOf(metric), dataPointType: HISTOGRAM, dataPoints };
    }
    const dataPoints = pointsOf(metric.series, ({ value }) => value);
    if (metric.kind === 'gauge') return { ...headOf(metric), dataPointType: GAUGE, dataPoints };
    return { ...headOf(metric), dataPointType: SUM, isMonotonic: true, dataPoints };
  });
}

/** An engine whose metrics are produced. */
export interface ObservedEngine {
  readonly metrics: () => Promise<EngineMetrics>;
  readonly startMs: EpochMs;
  /** `null`: it is the only one. */
  readonly name: string | null;
}

/** A producer of the metrics of several engines. */
export function producerOf(engines: Iterable<ObservedEngine>): EngineMetricProducer {
  return {
    async collect() {
      const produced = new Map<string, ProducedMetric>();
      for (const { metrics, startMs, name } of engines) {
        const attributes = name === null ? {} : { 'tenure.engine': name };
        for (const metric of producedMetrics(await metrics(), startMs, attributes)) {
          const known = produced.get(metric.descriptor.name);
          // One metric of all engines, whose points differ in the engine.
          if (known === undefined) produced.set(metric.descriptor.name, metric);
          else known.dataPoints.push(...(metric.dataPoints as never[]));
        }
      }
      const scopeMetrics =
        produced.size === 0 ? [] : [{ scope: { name: SCOPE }, metrics: [...produced.values()] }];
      return { resourceMetrics: { resource: NO_RESOURCE, scopeMetrics }, errors: [] };
    },
  };
}

function headOf({ name, help, unit }: Metric): MetricHead {
  return {
    descriptor: { name, description: help, unit, valueType: DOUBLE },
    aggregationTemporality: CUMULATIVE,
  };
}

function hrTimeOf(ms: EpochMs): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}
