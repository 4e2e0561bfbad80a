import { describe, expect, it } from 'vitest';
import type { EngineHealth } from '../../../src/engine/metrics/health.ts';
import { createHealth } from '../../../src/telemetry/health-handler.ts';

const READY: EngineHealth = { isReady: true, checks: [{ name: 'store', isOk: true, message: 'ok' }] };
const BROKEN: EngineHealth = {
  isReady: false,
  checks: [
    { name: 'engine', isOk: true, message: 'ok' },
    { name: 'store', isOk: false, message: 'The store cannot be written: /secret/path is full' },
  ],
};

async function answer(path: string, state = READY, method = 'GET') {
  const response = await createHealth({ health: async () => state })(
    new Request(`http://x${path}`, { method }),
  );
  return [response.status, (await response.text()).trim()];
}

describe('the probes of a supervisor', () => {
  it('/livez answers while the process does, whatever the engine’s state', async () => {
    expect(await answer('/livez', BROKEN)).toEqual([200, '{"status":"ok"}']);
  });

  it('/readyz answers 200 for an engine that can work', async () => {
    expect(await answer('/readyz')).toEqual([200, '{"status":"ok","checks":{"store":"ok"}}']);
  });

  it('/readyz answers 503 and names the check that fails, without its reason', async () => {
    expect(await answer('/readyz', BROKEN)).toEqual([
      503,
      '{"status":"failing","checks":{"engine":"ok","store":"failing"}}',
    ]);
  });

  it('are found below any path, and nothing else is', async () => {
    expect((await answer('/internal/readyz'))[0]).toBe(200);
    for (const path of ['/', '/readyz/', '/READYZ', '/readyz2', '/xlivez'])
      expect((await answer(path))[0]).toBe(404);
  });

  it('answer HEAD without a body, and no other method', async () => {
    expect(await answer('/readyz', READY, 'HEAD')).toEqual([200, '']);
    expect(await answer('/livez', READY, 'POST')).toEqual([405, '']);
  });

  it('want an engine', () => {
    for (const engine of [null, {}, { health: 7 }])
      expect(() => createHealth(engine as never)).toThrow(/health/);
  });
});
