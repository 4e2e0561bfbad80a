import { describe, expect, it } from 'vitest';
import { withMonitoring } from '../../../../src/cli/serve/monitoring.ts';
import { bearerTokens } from '../../../../src/graph/access/authorize.ts';

const TOKEN = 'a-token-of-16-characters';
const engine = {
  health: async () => ({ isReady: false, checks: [] }),
  metrics: async () => ({ takenDateTime: '', storeDateTime: null, metrics: [] }),
};

async function answer(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  token: string | null = null,
) {
  const authorize = token === null ? null : bearerTokens([token]);
  const handler = withMonitoring(async () => new Response('the API'), engine, authorize);
  const response = await handler(new Request(`http://localhost${path}`, { headers }));
  return [response.status, (await response.text()).trim()];
}

describe('beside the API', () => {
  it('the probes of supervisors are answered, without a token', async () => {
    expect(await answer('/livez', {}, TOKEN)).toEqual([200, '{"status":"ok"}']);
    expect(await answer('/readyz', {}, TOKEN)).toEqual([503, '{"status":"failing","checks":{}}']);
  });

  it('metrics are given, with the token if there is one', async () => {
    expect(await answer('/metrics')).toEqual([200, '']);
    expect(await answer('/metrics', {}, TOKEN)).toEqual([401, '']);
    expect(await answer('/metrics', { authorization: `Bearer ${TOKEN}` }, TOKEN)).toEqual([200, '']);
  });

  it('metrics are not given to a page whose name was rebound to this machine, or of another origin', async () => {
    expect(await answer('/metrics', { host: 'evil.example' })).toEqual([421, '']);
    expect(await answer('/metrics', { origin: 'https://evil.example' })).toEqual([403, '']);
  });

  it.each(['/', '/v1.0/livez', '/livez/', '/LIVEZ', '/readyz2', '/metrics/'])(
    '%s is left to it',
    async (path) => {
      expect(await answer(path)).toEqual([200, 'the API']);
    },
  );
});
