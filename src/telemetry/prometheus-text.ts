import type { EngineMetrics, HistogramSeries, Metric, MetricLabels } from '../metrics/engine-metrics.ts';

/** Media type of the format. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const SCOPES = {
  process: 'Of this process.',
  store: 'Of all processes on the store: the same in each, to be taken once (max).',
} as const;

/**
 * Metrics in the text format of Prometheus: `tenure.run.duration` in seconds is `tenure_run_duration_seconds`, a counter
 * ends in `_total`.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function prometheusText({ metrics }: EngineMetrics): string {
  return metrics.map((metric) => `${linesOf(metric).join('\n')}\n`).join('');
}

/** The name that a metric has in Prometheus. */
export function prometheusName({ name, unit, kind }: Pick<Metric, 'name' | 'unit' | 'kind'>): string {
  const base = `${name.replaceAll('.', '_')}${unit === 's' ? '_seconds' : ''}`;
  return kind === 'counter' ? `${base}_total` : base;
}

function linesOf(metric: Metric): readonly string[] {
  const name = prometheusName(metric);
  const help = `${metric.help} ${SCOPES[metric.scope]}`;
  const head = [`# HELP ${name} ${help.replace(/[\\\n]/g, escaped)}`, `# TYPE ${name} ${metric.kind}`];
  if (metric.kind !== 'histogram')
    return [...head, ...metric.series.map(({ labels, value }) => `${name}${braced(labels)} ${value}`)];
  return [...head, ...metric.series.flatMap((series) => bucketsOf(name, metric.bounds, series))];
}

/** Buckets of Prometheus count what is in the smaller ones, too. */
function bucketsOf(
  name: string,
  bounds: readonly number[],
  { labels, counts, count, sum }: HistogramSeries,
): readonly string[] {
  let upTo = 0;
  const buckets = bounds.map((bound, index) => {
    upTo += counts[index] ?? 0;
    return `${name}_bucket${braced({ ...labels, le: String(bound) })} ${upTo}`;
  });
  return [
    ...buckets,
    `${name}_bucket${braced({ ...labels, le: '+Inf' })} ${count}`,
    `${name}_sum${braced(labels)} ${sum}`,
    `${name}_count${braced(labels)} ${count}`,
  ];
}

function braced(labels: MetricLabels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\\n"]/g, escaped)}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}
