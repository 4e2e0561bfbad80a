import type { Engine } from '../../engine/engine.ts';
import type { GraphHandler } from '../../graph.ts';

/** State of a server. */
export type Phase = 'starting' | 'ready' | 'stopping';

const OK = 'ok';

/**
 * The handler, with `/livez` and `/readyz` for supervisors: without a token, since they have none, and answered by
 * one word. Alive: it answers. Ready: the engine has started and does not stop, and the store answers.
 */
export function withHealth(
  handler: GraphHandler,
  engine: Pick<Engine, 'settings'>,
  phase: () => Phase,
): GraphHandler {
  const readiness = async (): Promise<string> => {
    if (phase() !== 'ready') return phase();
    return engine.settings.get().then(
      () => OK,
      () => 'the database does not answer',
    );
  };
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/livez') return answer(request, OK);
    if (pathname === '/readyz') return answer(request, await readiness());
    return handler(request);
  };
}

function answer({ method }: Request, word: string): Response {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
  if (method !== 'GET' && method !== 'HEAD')
    return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } });
  const body = method === 'HEAD' ? null : `${word}\n`;
  return new Response(body, { status: word === OK ? 200 : 503, headers });
}
