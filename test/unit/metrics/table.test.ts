import { expect, it } from 'vitest';
import { METRICS, type MetricDefinition } from '../../../src/metrics/table.ts';

it.each(Object.entries<MetricDefinition>(METRICS))('%s can be exported as it is', (name, metric) => {
  expect(name).toMatch(/^tenure(\.[a-z]+)+$/);
  for (const label of metric.labels) expect(label).toMatch(/^[a-z][a-z_]*$/);
  expect(metric.help).toMatch(/^\S.*\.$/);
  expect(metric.bounds !== undefined).toBe(metric.kind === 'histogram');
  const bounds = metric.bounds ?? [];
  expect(bounds).toEqual([...new Set(bounds)].toSorted((left, right) => left - right));
  if (metric.kind === 'counter') expect(metric.scope).toBe('process');
});
