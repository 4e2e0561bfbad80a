import type { BatchObservableResult, Histogram, Meter, Observable } from '@opentelemetry/api';
import type { EngineMetrics, MetricLabels } from '../../metrics/engine-metrics.ts';
import { METRICS, type MetricDefinition, type MetricName } from '../../metrics/table.ts';

/** The metrics of the table as instruments of OpenTelemetry, under the same names. */
export class Instruments {
  readonly #meter: Meter;
  readonly #histograms = new Map<MetricName, Histogram>();
  readonly #observables = new Map<MetricName, Observable>();

  constructor(meter: Meter) {
    this.#meter = meter;
    for (const [name, definition] of Object.entries(METRICS) as [MetricName, MetricDefinition][]) {
      const { kind, unit, help: description, bounds = [] } = definition;
      if (kind === 'histogram') {
        const advice = { explicitBucketBoundaries: [...bounds] };
        this.#histograms.set(name, meter.createHistogram(name, { unit, description, advice }));
      } else if (kind === 'counter')
        this.#observables.set(name, meter.createObservableCounter(name, { unit, description }));
      else this.#observables.set(name, meter.createObservableGauge(name, { unit, description }));
    }
  }

  /** Records a duration. */
  record(name: MetricName, seconds: number, labels: MetricLabels): void {
    this.#histograms.get(name)?.record(seconds, labels);
  }

  /** Has counters and gauges read from `metrics` at each collection. Returns how to end that. */
  observe(metrics: () => Promise<EngineMetrics>): () => void {
    const observables = [...this.#observables.values()];
    const read = async (result: BatchObservableResult): Promise<void> => {
      for (const metric of (await metrics()).metrics) {
        const observable = this.#observables.get(metric.name);
        if (metric.kind === 'histogram' || !observable) continue;
        for (const { labels, value } of metric.series) result.observe(observable, value, labels);
      }
    };
    this.#meter.addBatchObservableCallback(read, observables);
    return () => this.#meter.removeBatchObservableCallback(read, observables);
  }
}
