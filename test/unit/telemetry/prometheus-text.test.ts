import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type EngineMetrics,
  histogramMetric,
  type Metric,
  type MetricLabels,
  numberMetric,
} from '../../../src/metrics/engine-metrics.ts';
import { METRICS, type MetricName } from '../../../src/metrics/table.ts';
import { prometheusName, prometheusText } from '../../../src/telemetry/prometheus-text.ts';

const NOW = '2026-03-01T12:00:00.000Z';
const textOf = (...metrics: readonly Metric[]) =>
  prometheusText({ takenDateTime: NOW, storeDateTime: NOW, metrics });

interface Sample {
  readonly name: string;
  readonly labels: MetricLabels;
  readonly value: number;
}

/** Reads the format, as its definition has it: one sample a line, after HELP and TYPE of its metric. */
function parse(text: string): { readonly types: Map<string, string>; readonly samples: readonly Sample[] } {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line);
    if (type) types.set(type[1] as string, type[2] as string);
    if (line.startsWith('#')) continue;
    const sample = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/s.exec(line);
    if (!sample) throw new Error(`Expected a sample, got ${line}`);
    const labels: Record<string, string> = {};
    for (const [, label, value] of (sample[2] ?? '').matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)",?/gs))
      labels[label as string] = (value as string).replace(/\\(.)/g, (_, one) => (one === 'n' ? '\n' : one));
    samples.push({ name: sample[1] as string, labels, value: Number(sample[3]) });
  }
  return { types, samples };
}

describe('the text of Prometheus', () => {
  it('has a name with the unit, a help line that says whose figure it is, and a type', () => {
    const text = textOf(
      numberMetric('tenure.run.finished', [
        { labels: { workflow: 'Onboard', status: 'completed', execution_type: 'onDemand' }, value: 3 },
      ]),
      numberMetric('tenure.lane.used', [{ labels: {}, value: 7 }]),
    );
    expect(text.split('\n')).toEqual([
      expect.stringMatching(/^# HELP tenure_run_finished_total .* Of this process\.$/),
      '# TYPE tenure_run_finished_total counter',
      'tenure_run_finished_total{workflow="Onboard",status="completed",execution_type="onDemand"} 3',
      expect.stringMatching(/^# HELP tenure_lane_used /),
      '# TYPE tenure_lane_used gauge',
      'tenure_lane_used 7',
      '',
    ]);
  });

  it('counts the smaller buckets of a histogram in the larger ones, and ends with the sum and the count', () => {
    const bounds = METRICS['tenure.commit.duration'].bounds;
    const counts = [2, 0, 1, ...Array.from({ length: bounds.length - 2 }, () => 0)];
    const text = textOf(
      histogramMetric('tenure.commit.duration', [{ labels: {}, counts, count: 3, sum: 0.006 }]),
    );
    const values = parse(text).samples.map(({ value }) => value);
    expect(values).toEqual([2, 2, ...bounds.slice(2).map(() => 3), 3, 0.006, 3]);
  });

  it('says of figures of the store that every process gives the same', () => {
    const text = textOf(numberMetric('tenure.workflow.quarantined', []));
    expect(text).toContain('Of all processes on the store: the same in each, to be taken once (max).');
  });

  it('has names of lower case letters and `_`, no two alike', () => {
    const names = Object.entries(METRICS).map(([name, { unit, kind }]) =>
      prometheusName({ name: name as MetricName, unit, kind }),
    );
    for (const name of names) expect(name).toMatch(/^tenure(?:_[a-z]+)+$/);
    expect(new Set(names).size).toBe(names.length);
  });

  it('can be read back, whatever names workflows have', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.nat()), { maxLength: 5 }), (given) => {
        const series = given.map(([workflow, value]) => ({ labels: { workflow }, value }));
        const { types, samples } = parse(textOf(numberMetric('tenure.schedule.skipped', series)));
        expect([...types]).toEqual([['tenure_schedule_skipped_total', 'counter']]);
        expect(samples).toEqual(
          series.map(({ labels, value }) => ({ name: 'tenure_schedule_skipped_total', labels, value })),
        );
      }),
    ));

  it('is empty for an engine without metrics', () => {
    const none: EngineMetrics = { takenDateTime: NOW, storeDateTime: null, metrics: [] };
    expect(prometheusText(none)).toBe('');
  });
});
