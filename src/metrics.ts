/** `tenure/metrics`: metrics in the text format of Prometheus, and the probes of a supervisor. */

export type { EngineHealth, HealthCheck } from './engine/metrics/health.ts';
export type {
  EngineMetrics,
  HistogramSeries,
  Metric,
  MetricLabels,
  NumberSeries,
} from './metrics/engine-metrics.ts';
export { createHealth } from './telemetry/health-handler.ts';
export { createMetrics } from './telemetry/metrics-handler.ts';
export { prometheusText } from './telemetry/prometheus-text.ts';
