/** What if: two versions of a workflow in virtual time, and the pages of the newest comparisons. */

import { NEEDED } from '../../graph/access/permissions.ts';
import { errorResponseOf, GraphError } from '../../graph/graph-error.ts';
import { SECOND_MS } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/random.ts';
import type { CompareVersions } from '../options.ts';
import { SECURITY_HEADERS } from '../shell.ts';
import type { ComparisonFigures, ComparisonLine } from '../wire.ts';
import type { DataDeps, DataRoute } from './route.ts';

const VERSION_MAX = 999_999_999;
/** Reports that are kept, in memory: some 100 kB each. */
const REPORTS_MAX = 8;
const END_MS = 2 * SECOND_MS;

const STREAM_HEADERS = {
  'Content-Type': 'application/x-ndjson; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  // nginx would keep lines back.
  'X-Accel-Buffering': 'no',
};

/** A report has its styles in it, and nothing that runs; so it may have those, and no more than them. */
const REPORT_HEADERS = {
  ...SECURITY_HEADERS,
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
};

type Compared = Awaited<ReturnType<CompareVersions>>;

/**
 * POST compares, and answers with lines of JSON (`ComparisonLine`) while it goes on; it ends when its client does. One at a
 * time for all browsers. GET has the report of one.
 */
export function comparisonRoutes({ settings, clock }: DataDeps, ids: Ids): readonly DataRoute[] {
  const { compareVersions: compare } = settings;
  if (compare === null) return [];
  const reports = new Map<string, string>();
  let running: Promise<void> | null = null;
  const keep = (report: string): string => {
    const id = ids.guid();
    reports.set(id, report);
    const oldest = reports.keys().next().value;
    if (reports.size > REPORTS_MAX && oldest !== undefined) reports.delete(oldest);
    return id;
  };
  return [
    {
      path: 'workflows/{id}/comparisons',
      method: 'POST',
      needs: NEEDED.reports,
      params: ['before', 'after', 'days'],
      answer: async ({ engine, params, signal, keys: { id = '' } }) => {
        const before = params.whole('before', 1, VERSION_MAX, 1);
        const after = params.whole('after', 1, VERSION_MAX, 2);
        const days = params.whole('days', 1, 366, 30);
        // One that was just canceled needs a moment to end.
        if (running !== null) await endOf(running, clock);
        if (running !== null) {
          const message = 'Expected no other comparison to be running: wait until it ends, or cancel it.';
          throw new GraphError(409, 'Conflict', message);
        }
        const ended = Promise.withResolvers<void>();
        running = ended.promise;
        const work = (stop: AbortSignal, onProgress: (share: number) => void) =>
          compare(engine, id, { before, after, days, signal: stop, onProgress }).finally(() => {
            running = null;
            ended.resolve();
          });
        const result = (compared: Compared): ComparisonLine => ({
          result: {
            reportId: keep(compared.report),
            assumptions: compared.assumptions,
            peopleCount: compared.peopleCount,
            before: figuresOf(compared.comparison.a),
            after: figuresOf(compared.comparison.b),
          },
        });
        return new Response(new ReadableStream(new Lines(work, result, signal)), { headers: STREAM_HEADERS });
      },
    },
    {
      path: 'comparisons/{id}',
      needs: NEEDED.reports,
      params: [],
      answer: async ({ keys: { id = '' } }) => {
        const report = reports.get(id);
        if (report !== undefined) return new Response(report, { headers: REPORT_HEADERS });
        const message = `Expected one of the last ${REPORTS_MAX} comparisons of this process: compare once more.`;
        throw new GraphError(404, 'Request_ResourceNotFound', message);
      },
    },
  ];
}

/** Resolves when a comparison has ended, or after two seconds. */
async function endOf(running: Promise<void>, clock: Clock): Promise<void> {
  const waited = Promise.withResolvers<void>();
  const timer = clock.setTimer(END_MS, waited.resolve);
  await Promise.race([running, waited.promise]);
  timer.cancel();
}

function figuresOf({ totals, latency }: Compared['comparison']['a']): ComparisonFigures {
  const { usersCount, users, tasksCompleted, tasksFailed } = totals;
  return {
    usersCount,
    failedUsersCount: (users.failed ?? 0) + (users.completedWithErrors ?? 0),
    unfinishedUsersCount: users.unfinished ?? 0,
    tasksCompleted,
    tasksFailed,
    medianWaitMs: latency.p50Ms,
    p95WaitMs: latency.p95Ms,
  };
}

type Work = (stop: AbortSignal, onProgress: (share: number) => void) => Promise<Compared>;

/** Lines of what goes on. When no one reads them any more, it ends. */
class Lines {
  readonly #work: Work;
  readonly #result: (compared: Compared) => ComparisonLine;
  readonly #client: AbortSignal;
  readonly #stop = new AbortController();

  constructor(work: Work, result: (compared: Compared) => ComparisonLine, client: AbortSignal) {
    this.#work = work;
    this.#result = result;
    this.#client = client;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const encoder = new TextEncoder();
    const send = (line: ComparisonLine): void =>
      controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
    const gone = (): void => this.#stop.abort(this.#client.reason);
    if (this.#client.aborted) gone();
    else this.#client.addEventListener('abort', gone, { once: true });
    const { signal } = this.#stop;
    // A client that reads slowly gets the share of then, and none before it.
    const progressed = (share: number): void => {
      if (!signal.aborted && (controller.desiredSize ?? 0) > 0) send({ share });
    };
    void this.#work(signal, progressed)
      .then(this.#result, (error: unknown): ComparisonLine => ({ error: errorResponseOf(error).message }))
      .then((line) => {
        this.#client.removeEventListener('abort', gone);
        if (signal.aborted) return;
        send(line);
        controller.close();
      });
  }

  /** The client has gone. */
  cancel(reason: unknown): void {
    this.#stop.abort(reason);
  }
}
