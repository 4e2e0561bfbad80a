import { describe, expect, it } from 'vitest';
import { assembleDashboard } from '../../../../src/dashboard/handler.ts';
import type { CompareVersions, DashboardOptions } from '../../../../src/dashboard/options.ts';
import type { ComparisonLine, Me } from '../../../../src/dashboard/wire.ts';
import { PERMISSIONS } from '../../../../src/graph/access/permissions.ts';
import { seededIds } from '../../../../src/system/virtual/random.ts';
import { makeWorld } from '../../../helpers/world.ts';

const PATH = '-/data/workflows/w1/comparisons?before=1&after=2&days=7';
const side = {
  totals: {
    usersCount: 9,
    users: { completed: 5, failed: 3, completedWithErrors: 1 },
    tasksCompleted: 12,
    tasksFailed: 4,
  },
  latency: { p50Ms: 10, p95Ms: 20 },
};
const COMPARED = {
  comparison: { a: side, b: side },
  report: '<!doctype html><title>A report</title>',
  assumptions: ['Nothing else runs.'],
  peopleCount: 9,
} as unknown as Awaited<ReturnType<CompareVersions>>;

function make(compareVersions?: CompareVersions, options: DashboardOptions = {}) {
  const { engine, clock } = makeWorld();
  const handler = assembleDashboard(
    engine,
    { clock, ids: seededIds(1), secret: () => 'secret' },
    { ...(compareVersions === undefined ? {} : { compareVersions }), ...options },
  );
  const ask = (path: string, init: RequestInit = {}) =>
    handler(new Request(`http://localhost/${path}`, init));
  return Object.assign(ask, { clock });
}

async function linesOf(answer: Response): Promise<readonly ComparisonLine[]> {
  return (await answer.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ComparisonLine);
}

const POST = { method: 'POST' };

describe('a comparison of versions', () => {
  it('is answered line by line: how far it is, and last what came of it', async () => {
    const asked: unknown[] = [];
    const ask = make(async (_, id, { onProgress, signal: _signal, ...given }) => {
      asked.push({ id, ...given });
      onProgress?.(0.5);
      return COMPARED;
    });
    const answer = await ask(PATH, POST);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'application/x-ndjson; charset=utf-8',
    ]);
    const [half, last] = await linesOf(answer);
    expect(asked).toEqual([{ id: 'w1', before: 1, after: 2, days: 7 }]);
    expect(half).toEqual({ share: 0.5 });
    expect(last?.result).toMatchObject({
      peopleCount: 9,
      assumptions: ['Nothing else runs.'],
      after: { usersCount: 9, failedUsersCount: 4, unfinishedUsersCount: 0, medianWaitMs: 10 },
    });
    const report = await ask(`-/data/comparisons/${last?.result?.reportId}`);
    expect(await report.text()).toContain('A report');
    const policy = report.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(policy).toContain('sandbox');
    expect(report.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is one at a time, and the next may begin when it has ended, however it ends', async () => {
    const ends: PromiseWithResolvers<typeof COMPARED>[] = [];
    const ask = make(() => {
      const end = Promise.withResolvers<typeof COMPARED>();
      ends.push(end);
      return end.promise;
    });
    const first = await ask(PATH, POST);
    const refused = ask(PATH, POST);
    await ask.clock.settle();
    await ask.clock.advance(2_000);
    expect((await refused).status).toBe(409);
    ends[0]?.reject(new Error('postgres://user:secret@db'));
    const [failed] = await linesOf(first);
    expect(failed?.error).toBeTruthy();
    expect(failed?.error).not.toContain('secret');
    const second = await ask(PATH, POST);
    ends[1]?.resolve(COMPARED);
    expect((await linesOf(second))[0]?.result?.peopleCount).toBe(9);
  });

  it('ends when its client goes', async () => {
    const stops: AbortSignal[] = [];
    const ask = make((_, __, { signal }) => {
      stops.push(signal as AbortSignal);
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    });
    const answer = await ask(PATH, POST);
    await answer.body?.cancel();
    expect(stops[0]?.aborted).toBe(true);
    const client = new AbortController();
    await ask(PATH, { ...POST, signal: client.signal });
    client.abort();
    await expect.poll(() => stops[1]?.aborted).toBe(true);
    expect((await ask(PATH, POST)).status).toBe(200);
  });

  it('keeps the newest eight reports', async () => {
    const ask = make(async () => COMPARED);
    const ids: string[] = [];
    for (let no = 0; no < 9; no++)
      ids.push((await linesOf(await ask(PATH, POST))).at(-1)?.result?.reportId ?? '');
    const statuses = await Promise.all(ids.map(async (id) => (await ask(`-/data/comparisons/${id}`)).status));
    expect(statuses).toEqual([404, 200, 200, 200, 200, 200, 200, 200, 200]);
  });

  it('is offered where the host gave the simulator, to those who may see reports, and by POST of its own pages', async () => {
    const can = async (ask: ReturnType<typeof make>) =>
      ((await (await ask('-/data/me')).json()) as Me).can.compare;
    const compare = async () => COMPARED;
    expect(await can(make())).toBe(false);
    expect((await make()(PATH, POST)).status).toBe(405);
    expect(await can(make(compare))).toBe(true);
    expect(await can(make(compare, { readOnly: true }))).toBe(true);
    const other = { authorize: () => ({ id: 'a', permissions: [PERMISSIONS.readWorkflows] }) };
    expect(await can(make(compare, other))).toBe(false);
    expect((await make(compare, other)(PATH, POST)).status).toBe(403);
    expect((await make(compare)(PATH)).status).toBe(405);
    const foreign = { ...POST, headers: { Origin: 'https://evil.example' } };
    expect((await make(compare)(PATH, foreign)).status).toBe(403);
    expect((await make(compare)(PATH.replace('after=2', 'after=x'), POST)).status).toBe(400);
  });
});
