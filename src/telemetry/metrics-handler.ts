import type { Engine } from '../engine/engine.ts';
import { readFunction } from '../input/fields.ts';
import { readShape } from '../input/options.ts';
import { root } from '../input/refuse.ts';
import { PROMETHEUS_TYPE, prometheusText } from './prometheus-text.ts';

/**
 * Handler of a scrape by Prometheus, for any path of your server. It asks for no credentials: metrics have names of
 * workflows and tasks, and nothing about people. Put it where only your monitoring reaches it.
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { createMetrics } from 'tenure/metrics';
 *
 * const engine = await createEngine();
 * const metrics = createMetrics(engine);
 * const answer = await metrics(new Request('http://localhost/metrics'));
 * console.log(answer.status, (await answer.text()).includes('tenure_lane_limit 256')); // → 200 true
 * await engine.close();
 * ```
 */
export function createMetrics(engine: Pick<Engine, 'metrics'>): (request: Request) => Promise<Response> {
  readShape(root({ metrics: engine?.metrics }, 'the engine'), { metrics: readFunction<Engine['metrics']> });
  return async ({ method }) => {
    if (method !== 'GET' && method !== 'HEAD')
      return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } });
    const headers = { 'Content-Type': PROMETHEUS_TYPE, 'Cache-Control': 'no-store' };
    return new Response(method === 'HEAD' ? null : prometheusText(await engine.metrics()), { headers });
  };
}
