import { expect, it } from 'vitest';
import { type Phase, withHealth } from '../../../../src/cli/serve/health.ts';

const settings = { get: async () => ({}) } as never;
const handler = async () => new Response('the API');

async function answer(path: string, phase: Phase, store = settings): Promise<unknown[]> {
  const response = await withHealth(
    handler,
    { settings: store },
    () => phase,
  )(new Request(`http://x${path}`));
  return [response.status, (await response.text()).trim()];
}

it.each<[Phase, number, string]>([
  ['starting', 503, 'starting'],
  ['ready', 200, 'ok'],
  ['stopping', 503, 'stopping'],
])('a server that is %s answers /readyz with %i, and /livez with 200', async (phase, status, word) => {
  expect(await answer('/readyz', phase)).toEqual([status, word]);
  expect(await answer('/livez', phase)).toEqual([200, 'ok']);
});

it('a server whose database does not answer is alive and not ready', async () => {
  const broken = { get: () => Promise.reject(new Error('the path of a file')) } as never;
  expect(await answer('/readyz', 'ready', broken)).toEqual([503, 'the database does not answer']);
  expect(await answer('/livez', 'ready', broken)).toEqual([200, 'ok']);
});

it.each(['/', '/v1.0/livez', '/livez/', '/LIVEZ', '/readyz2'])('%s is left to the API', async (path) => {
  expect(await answer(path, 'ready')).toEqual([200, 'the API']);
});
