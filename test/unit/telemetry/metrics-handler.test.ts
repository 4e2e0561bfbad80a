import { describe, expect, it } from 'vitest';
import { numberMetric } from '../../../src/metrics/engine-metrics.ts';
import { createMetrics } from '../../../src/telemetry/metrics-handler.ts';

const metrics = async () => ({
  takenDateTime: '2026-03-01T12:00:00.000Z',
  storeDateTime: null,
  metrics: [numberMetric('tenure.lane.used', [{ labels: {}, value: 3 }])],
});
const scrape = (method = 'GET') => createMetrics({ metrics })(new Request('http://x/metrics', { method }));

describe('a scrape', () => {
  it('is answered with the metrics as text', async () => {
    const response = await scrape();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(await response.text()).toContain('\ntenure_lane_used 3\n');
  });

  it('is answered without a body for HEAD, and refused for other methods', async () => {
    expect(await (await scrape('HEAD')).text()).toBe('');
    const refused = await scrape('POST');
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('wants an engine', () => {
    for (const engine of [null, {}, { metrics: 7 }])
      expect(() => createMetrics(engine as never)).toThrow(/metrics/);
  });
});
