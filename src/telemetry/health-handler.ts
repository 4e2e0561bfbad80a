import type { Engine } from '../engine/engine.ts';
import { readFunction } from '../input/fields.ts';
import { readShape } from '../input/options.ts';
import { root } from '../input/refuse.ts';

/**
 * Handler of the probes of a supervisor, such as Kubernetes: `…/livez` answers 200 while the process does, `…/readyz` 200
 * when the engine can do its work and 503 when not, with the checks in JSON. Any other path is 404. It asks for no
 * credentials, so it says which check fails but not why: `engine.health()` has the reasons.
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { createHealth } from 'tenure/metrics';
 *
 * const engine = await createEngine();
 * const health = createHealth(engine);
 * console.log((await health(new Request('http://localhost/readyz'))).status); // → 503
 * await engine.start();
 * console.log((await health(new Request('http://localhost/readyz'))).status); // → 200
 * await engine.close();
 * ```
 */
export function createHealth(engine: Pick<Engine, 'health'>): (request: Request) => Promise<Response> {
  readShape(root({ health: engine?.health }, 'the engine'), { health: readFunction<Engine['health']> });
  return async (request) => {
    const probe = /\/(livez|readyz)$/.exec(new URL(request.url).pathname)?.[1];
    if (probe === undefined) return new Response(null, { status: 404 });
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } });
    if (probe === 'livez') return answer(request, true, {});
    const { isReady, checks } = await engine.health();
    const words = checks.map(({ name, isOk }) => [name, wordOf(isOk)] as const);
    return answer(request, isReady, { checks: Object.fromEntries(words) });
  };
}

function wordOf(isOk: boolean): 'ok' | 'failing' {
  return isOk ? 'ok' : 'failing';
}

function answer({ method }: Request, isOk: boolean, more: object): Response {
  const body = method === 'HEAD' ? null : `${JSON.stringify({ status: wordOf(isOk), ...more })}\n`;
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return new Response(body, { status: isOk ? 200 : 503, headers });
}
