/** `tenure/dashboard`: pages for operators, beside the Graph API that they are made of. */
import { assembleDashboard, type Dashboard } from './dashboard/handler.ts';
import type { CompareVersions, DashboardOptions } from './dashboard/options.ts';
import type { Engine } from './engine/engine.ts';
import { invalid } from './input/refuse.ts';
import { systemClock } from './system/real/clock.ts';
import { systemIds, systemSecret } from './system/real/random.ts';

export type { CompareVersions, Dashboard, DashboardOptions };

/**
 * A function from a `Request` to its `Response`, for `Bun.serve`, Deno, Hono or any server that speaks fetch. It answers
 * with the dashboard's pages below whatever path it is mounted under. The host says who may call: `authorize`; without
 * it only host names of loopback are answered, until `allowedHosts` (or `baseUrl`) names others.
 *
 * @throws LifecycleError `InvalidArgument` for an engine or option that is not what it must be.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { createDashboard } from 'tenure/dashboard';
 *
 * const engine = await createEngine();
 * const dashboard = createDashboard(engine, { environment: 'staging' });
 * const answer = await dashboard(new Request('http://localhost/'));
 * console.log(answer.status, answer.headers.get('content-type')); // → 200 text/html; charset=utf-8
 * dashboard.close();
 * await engine.close();
 * ```
 */
export function createDashboard(engine: Engine, options?: DashboardOptions): Dashboard {
  if (typeof engine?.runs?.activate !== 'function')
    throw invalid({ path: 'engine', value: engine }, 'an engine: await createEngine()');
  return assembleDashboard(engine, { clock: systemClock, ids: systemIds, secret: systemSecret }, options);
}
