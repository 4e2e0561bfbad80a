import { describe, expect, it } from 'vitest';
import {
  type EngineMetrics,
  histogramMetric,
  type Metric,
  numberMetric,
} from '../../../../src/metrics/engine-metrics.ts';
import { METRICS } from '../../../../src/metrics/table.ts';
import {
  type ObservedEngine,
  producedMetrics,
  producerOf,
} from '../../../../src/telemetry/otel/metric-producer.ts';

const START_MS = Date.parse('2026-03-01T11:00:00.250Z');
const takenAs = (...metrics: readonly Metric[]): EngineMetrics => ({
  takenDateTime: '2026-03-01T12:00:00.000Z',
  storeDateTime: null,
  metrics,
});
const TIMES = {
  startTime: [Date.parse('2026-03-01T11:00:00Z') / 1_000, 250_000_000],
  endTime: [Date.parse('2026-03-01T12:00:00Z') / 1_000, 0],
};

describe('metrics as data of OpenTelemetry', () => {
  it('have a counter as a sum that only grows, since the beginning', () => {
    const counter = numberMetric('tenure.task.retries', [{ labels: { task: 'a' }, value: 3 }]);
    expect(producedMetrics(takenAs(counter), START_MS)).toEqual([
      {
        descriptor: {
          name: 'tenure.task.retries',
          description: METRICS['tenure.task.retries'].help,
          unit: '{attempt}',
          valueType: 1,
        },
        aggregationTemporality: 1,
        dataPointType: 3,
        isMonotonic: true,
        dataPoints: [{ ...TIMES, attributes: { task: 'a' }, value: 3 }],
      },
    ]);
  });

  it('have a gauge as its last value', () => {
    const gauge = numberMetric('tenure.lane.used', [{ labels: {}, value: 7 }]);
    expect(producedMetrics(takenAs(gauge), START_MS)).toMatchObject([
      { dataPointType: 2, dataPoints: [{ attributes: {}, value: 7 }] },
    ]);
  });

  it('have a histogram with the buckets of the table, one count more than boundaries', () => {
    const boundaries = METRICS['tenure.commit.duration'].bounds;
    const counts = [2, ...boundaries.map(() => 1)];
    const series = [{ labels: {}, counts, count: boundaries.length + 2, sum: 4.5 }];
    const [produced] = producedMetrics(takenAs(histogramMetric('tenure.commit.duration', series)), START_MS);
    expect(produced).toMatchObject({ dataPointType: 0 });
    expect(produced?.dataPoints[0]?.value).toEqual({
      buckets: { boundaries: [...boundaries], counts },
      sum: 4.5,
      count: boundaries.length + 2,
    });
  });
});

describe('the producer', () => {
  it('has the metrics of all engines in one scope, and none before an engine is observed', async () => {
    const gauge = (value: number) => takenAs(numberMetric('tenure.lane.used', [{ labels: {}, value }]));
    const engines = new Set<ObservedEngine>();
    const producer = producerOf(engines);
    expect((await producer.collect()).resourceMetrics.scopeMetrics).toEqual([]);
    for (const value of [1, 2])
      engines.add({ metrics: async () => gauge(value), startMs: START_MS, name: `engine ${value}` });
    const { resourceMetrics, errors } = await producer.collect();
    const [scope] = resourceMetrics.scopeMetrics;
    expect([resourceMetrics.scopeMetrics.length, scope?.scope, errors]).toEqual([1, { name: 'tenure' }, []]);
    // One metric of a name, whose points differ in the engine.
    expect(scope?.metrics).toHaveLength(1);
    expect(scope?.metrics[0]?.dataPoints.map(({ value, attributes }) => [value, attributes])).toEqual([
      [1, { 'tenure.engine': 'engine 1' }],
      [2, { 'tenure.engine': 'engine 2' }],
    ]);
  });
});
