/** What is asked of a service, in which order, and what a service may do. */
import { describe, expect, it } from 'vitest';
import { addressOf, readGraph } from '../../../../../src/cli/commands/verify/read-graph.ts';
import type { Clock } from '../../../../../src/ports/clock.ts';
import type { ExportDocument } from '../../../../../src/testing.ts';

const LW = 'https://graph.example/v1.0/identityGovernance/lifecycleWorkflows';
const RUN = {
  id: 'r1',
  processingStatus: 'completed',
  workflowExecutionType: 'onDemand',
  scheduledDateTime: '2026-03-02T08:00:00Z',
  startedDateTime: '2026-03-02T08:00:01.65Z',
  completedDateTime: '2026-03-02T08:00:02Z',
  lastUpdatedDateTime: '2026-03-02T08:00:02Z',
  totalUsersCount: 1,
  successfulUsersCount: 1,
  failedUsersCount: 0,
  totalTasksCount: 1,
  failedTasksCount: 0,
  totalUnprocessedTasksCount: 0,
};

type Answer = object | { readonly status: number; readonly headers?: Record<string, string> };
const isStatus = (
  answer: Answer,
): answer is { readonly status: number; readonly headers?: Record<string, string> } => 'status' in answer;

/** A service that answers from a table, and a clock on which waiting takes no time. */
function service(answers: (path: string, times: number) => Answer) {
  const asked: string[] = [];
  const waits: number[] = [];
  const headers: Headers[] = [];
  let nowMs = 0;
  const clock: Clock = {
    now: () => nowMs,
    elapsed: () => nowMs,
    yield: async () => {},
    setTimer: (delayMs, callback) => {
      waits.push(delayMs);
      nowMs += delayMs;
      queueMicrotask(callback);
      return { cancel: () => {} };
    },
  };
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const path = decodeURIComponent(String(url)).replace(LW, '');
    headers.push(new Headers(init?.headers));
    expect(init?.method).toBe('GET');
    asked.push(path);
    const answer = answers(path, asked.filter((one) => one === path).length);
    if (!isStatus(answer)) return Response.json(answer);
    return Response.json({ error: { code: 'x', message: 'y' } }, answer as ResponseInit);
  };
  const read = async (url = `${LW}/workflows/w1`, signal = new AbortController().signal) => {
    const documents: ExportDocument[] = [];
    for await (const one of readGraph({ url, token: 'secret', clock, signal, fetch })) documents.push(one);
    return documents;
  };
  return { asked, waits, headers, read };
}

const NOT_THERE = { status: 404 };
const EMPTY = { value: [] };

describe('readGraph', () => {
  it('reads runs, results, reports and summaries of each workflow, page by page', async () => {
    const { asked, headers, read } = service((path) => {
      if (path === '/workflows?$select=id') return { value: [{ id: 'w1' }] };
      if (path === '/workflows/w1/runs')
        return { value: [RUN], '@odata.nextLink': `${LW}/workflows/w1/runs?$skiptoken=2` };
      return path.includes('summary') ? NOT_THERE : EMPTY;
    });
    const documents = await read('https://graph.example');
    expect(asked).toEqual([
      '/workflows?$select=id',
      '/workflows/w1/runs',
      '/workflows/w1/runs?$skiptoken=2',
      '/workflows/w1/runs/r1/userProcessingResults',
      '/workflows/w1/runs/r1/taskProcessingResults',
      '/workflows/w1/taskReports?$expand=task',
      '/workflows/w1/runs/summary(startDateTime=2026-03-02T08:00:01.650Z,endDateTime=2026-03-02T08:00:01.651Z)',
      '/workflows/w1/taskReports/summary(startDateTime=2026-03-02T08:00:01.650Z,endDateTime=2026-03-02T08:00:01.651Z)',
      '/workflows/w1/userProcessingResults/summary(startDateTime=2026-03-02T08:00:01.650Z,endDateTime=2026-03-02T08:00:01.651Z)',
    ]);
    expect(new Set(headers.map((one) => `${one.get('authorization')} ${one.get('prefer')}`))).toEqual(
      new Set(['Bearer secret include-unknown-enum-members']),
    );
    expect(documents.map(({ name }) => name)).toEqual([
      '/workflows/w1/runs',
      '/workflows/w1/runs',
      '/workflows/w1/runs/r1/userProcessingResults',
      '/workflows/w1/runs/r1/taskProcessingResults',
      '/workflows/w1/taskReports',
    ]);
  });

  it('waits as long as it is asked to when it is throttled, and gives up after some attempts', async () => {
    const { asked, waits, read } = service((path, times) =>
      path === '/workflows/w1/runs' && times < 3 ? { status: 429, headers: { 'retry-after': '7' } } : EMPTY,
    );
    await read();
    expect(waits).toEqual([7_000, 7_000]);
    expect(asked).toHaveLength(4);
    const busy = service(() => ({ status: 503 }));
    await expect(busy.read()).rejects.toThrow('graph.example answered 503');
    expect(busy.asked).toHaveLength(12);
  });

  it('says which permission a token needs, and not the token', async () => {
    const { read } = service(() => ({ status: 403 }));
    await expect(read()).rejects.toMatchObject({
      message: 'graph.example answered 403 x: y',
      remedy: expect.stringContaining('LifecycleWorkflows-Reports.Read.All'),
    });
  });

  it('reads a run in progress until nothing changes between, or leaves its results out', async () => {
    const open = { ...RUN, processingStatus: 'inProgress', completedDateTime: null };
    const paths = (changesUntil: number) => {
      const { asked, read } = service((path, times) => {
        if (path === '/workflows/w1/runs') return { value: [open] };
        if (path === '/workflows/w1/runs/r1')
          return { ...open, lastUpdatedDateTime: `2026-03-02T09:00:0${Math.min(times, changesUntil)}Z` };
        return EMPTY;
      });
      return read().then((documents) => ({
        asked,
        names: documents.map(({ name }) => name.replace('/workflows/w1', '')),
      }));
    };
    const calm = await paths(1);
    expect(calm.names).toEqual([
      '/runs',
      '/runs/r1',
      '/runs/r1/userProcessingResults',
      '/runs/r1/taskProcessingResults',
      '/taskReports',
    ]);
    const busy = await paths(9);
    expect(busy.names).toEqual(['/runs', '/runs/r1', '/taskReports']);
    expect(calm.asked.some((path) => path.includes('summary'))).toBe(false);
  });

  it('leaves a service whose pages have no end, whose links lead elsewhere, or whose lists are none', async () => {
    const loop = service(() => ({ value: [], '@odata.nextLink': `${LW}/workflows/w1/runs` }));
    await expect(loop.read()).rejects.toThrow('got a link to a page that was read');
    const away = service(() => ({ value: [], '@odata.nextLink': 'https://evil.example/x' }));
    await expect(away.read()).rejects.toThrow('Expected a URL of graph.example, got one of evil.example');
    await expect(service(() => ({ value: [null] })).read()).rejects.toThrow(
      'Expected /workflows/w1/runs to be a list',
    );
    for (const id of [7, '', '..', { toString: 1 }]) {
      const strange = service((path) =>
        path === '/workflows/w1/runs' ? { value: [{ ...RUN, id }] } : EMPTY,
      );
      await expect(strange.read()).rejects.toThrow('Expected the service to give an id, got');
    }
  });

  it('stops waiting when it is interrupted', async () => {
    const stopped = new AbortController();
    const { read } = service(() => {
      stopped.abort(new Error('SIGINT'));
      return { status: 429 };
    });
    await expect(read(undefined, stopped.signal)).rejects.toThrow('SIGINT');
  });
});

describe('addressOf', () => {
  it.each([
    ['https://graph.example', LW, null],
    ['https://graph.example/beta/', LW.replace('v1.0', 'beta'), null],
    [`${LW}/`, LW, null],
    [`${LW}/workflows/w%201/runs`, LW, 'w 1'],
    [`${LW}/workflows('w1')`, LW, 'w1'],
    [
      'http://127.0.0.1:8080/base/v1.0',
      'http://127.0.0.1:8080/base/v1.0/identityGovernance/lifecycleWorkflows',
      null,
    ],
  ])('takes %s', (url, base, workflow) => {
    expect(addressOf(url)).toEqual({ base, workflow });
  });

  it.each(['graph.example', 'ftp://graph.example', 'https://me:secret@graph.example'])(
    'refuses %s',
    (url) => {
      expect(() => addressOf(url)).toThrow(
        /^Expected --url to be an absolute URL without credentials, got (?!.*secret)/,
      );
    },
  );
});
