import type { Dashboard, DashboardOptions } from '../../dashboard.ts';
import type { Engine } from '../../engine/engine.ts';
import type { GraphHandler } from '../../graph.ts';

/** The dashboard of a server, with sessions where there is a token. Loaded here, since few commands need it. */
export async function dashboardFor(
  engine: Engine,
  token: string | null,
  options: DashboardOptions,
): Promise<Dashboard> {
  const { createDashboard } = await import('../../dashboard.ts');
  const { bearerTokens } = await import('../../graph.ts');
  const guarded = token === null ? {} : { authorize: bearerTokens([token]), sessions: true };
  return createDashboard(engine, {
    ...guarded,
    compareVersions: async (...given) => (await import('../../simulate.ts')).compareVersions(...given),
    ...options,
  });
}

/** The dashboard at the root, and the API everywhere else. */
export function withDashboard(api: GraphHandler, dashboard: Dashboard): GraphHandler {
  return async (request) => {
    const { pathname } = new URL(request.url);
    return pathname === '/' || pathname.startsWith('/-/') ? dashboard(request) : api(request);
  };
}

/** Where a browser finds it; with a code that opens one session, where there is a token. */
export function dashboardUrl(dashboard: Dashboard, url: string, token: string | null): string {
  return token === null ? `${url}/` : `${url}/#code=${dashboard.signInCode()}`;
}
