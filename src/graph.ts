/** `tenure/graph`: lifecycle workflows over HTTP, as Microsoft Graph has them. */
import type { Engine } from './engine/engine.ts';
import { assembleGraphHandler, type GraphHandler } from './graph/handler.ts';
import type { GraphOptions } from './graph/options.ts';
import { invalid } from './input/refuse.ts';
import { systemClock } from './system/real/clock.ts';
import { systemIds } from './system/real/random.ts';

export { type Authorize, type BearerToken, bearerTokens, type Principal } from './graph/access/authorize.ts';
export type { RateLimit } from './graph/access/guard.ts';
export { PERMISSIONS, type Permission } from './graph/access/permissions.ts';
export type { GraphLimits } from './graph/protocol/bounds.ts';
export type { GraphHandler, GraphOptions };

/**
 * A function from a `Request` to its `Response`, for `Bun.serve`, Deno, Hono or any server that speaks fetch.
 * It answers below `/v1.0` and `/beta`, whatever stands before them. The host says who may call:
 * `authorize`, `allowedHosts`.
 *
 * @throws LifecycleError `InvalidArgument` for an engine or option that is not what it must be.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { bearerTokens, createGraphHandler } from 'tenure/graph';
 *
 * const engine = await createEngine();
 * const handler = createGraphHandler(engine, { authorize: bearerTokens(['a-token-of-16-characters']) });
 * const url = 'http://localhost/v1.0/identityGovernance/lifecycleWorkflows/workflows';
 * const headers = { authorization: 'Bearer a-token-of-16-characters' };
 * console.log((await handler(new Request(url))).status); // → 401
 * console.log((await handler(new Request(url, { headers }))).status); // → 200
 * await engine.close();
 * ```
 */
export function createGraphHandler(engine: Engine, options?: GraphOptions): GraphHandler {
  if (typeof engine?.runs?.activate !== 'function')
    throw invalid({ path: 'engine', value: engine }, 'an engine: await createEngine()');
  return assembleGraphHandler(engine, { clock: systemClock, ids: systemIds }, options);
}
