import type { Engine } from '../../engine/engine.ts';
import type { Authorize } from '../../graph/access/authorize.ts';
import { checkSender } from '../../graph/access/guard.ts';
import { GraphError } from '../../graph/graph-error.ts';
import type { GraphHandler } from '../../graph.ts';
import { createHealth } from '../../telemetry/health-handler.ts';
import { createMetrics } from '../../telemetry/metrics-handler.ts';

/**
 * The handler, with `/livez` and `/readyz` for supervisors, without a token, since they have none; and with `/metrics`
 * for Prometheus, which has names of workflows and so wants the token, if there is one.
 */
export function withMonitoring(
  handler: GraphHandler,
  engine: Pick<Engine, 'health' | 'metrics'>,
  authorize: Authorize | null,
): GraphHandler {
  const health = createHealth(engine);
  const metrics = createMetrics(engine);
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/livez' || pathname === '/readyz') return health(request);
    if (pathname !== '/metrics') return handler(request);
    try {
      checkSender(request, { allowedHosts: [], allowedOrigins: [] });
    } catch (error) {
      if (error instanceof GraphError) return new Response(null, { status: error.status });
      throw error;
    }
    if (authorize !== null && !(await authorize(request)))
      return new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
    return metrics(request);
  };
}
