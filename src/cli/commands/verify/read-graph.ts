/** Reads the history of lifecycle workflows from a service that speaks Microsoft Graph. Asks only, and waits when it is to. */
import { ConnectorError } from '../../../connectors/kernel/connector-error.ts';
import { createHttpClient, type HttpClient, isLoopback } from '../../../connectors/kernel/http-client.ts';
import { shown } from '../../../errors/shown.ts';
import type { ProcessingStatus } from '../../../model/status.ts';
import type { Clock } from '../../../ports/clock.ts';
import { isTerminal } from '../../../rules/status/transitions.ts';
import type { ExportDocument } from '../../../testing.ts';
import { CliError } from '../../terminal/cli-error.ts';

/** Where to read, and how. */
export interface GraphSource {
  /** As the user gave it: a host, a version, `…/lifecycleWorkflows`, or one workflow. */
  readonly url: string;
  /** `null`: the service asks for none. */
  readonly token: string | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
}

const ROOT = 'identityGovernance/lifecycleWorkflows';
/** Requests of one kind of answer, at most: a service that throttles for ever, or gives pages for ever, is left. */
const ATTEMPTS_MAX = 12;
const PAGES_MAX = 100_000;
/** Longest wait that a service is granted at once, ms. */
const WAIT_MS_MAX = 600_000;
/** Times that a run in progress is read, to meet a moment at which nothing changes. */
const READS_MAX = 3;
const BODY_BYTES_MAX = 64 * 2 ** 20;

/** The documents of a service: every run with its results, task reports, and a summary, workflow by workflow. */
export async function* readGraph(source: GraphSource): AsyncGenerator<ExportDocument, void, void> {
  const { base, workflow } = addressOf(source.url);
  if (base.startsWith('http:') && !isLoopback(new URL(base)))
    throw new CliError(
      `Expected --url to have https:, got http://${new URL(base).host}`,
      'http: is for this machine only: the token would be read on its way',
    );
  const reader = new Reader(source, base);
  if (workflow !== null) yield* reader.workflow(workflow);
  else for (const { id } of await reader.rows('/workflows?$select=id')) yield* reader.workflow(id);
}

/** The URL that ends in `lifecycleWorkflows`, and the workflow, if it names one. @throws CliError. */
export function addressOf(text: string): { readonly base: string; readonly workflow: string | null } {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new CliError(
      `Expected --url to be an absolute URL without credentials, got ${url ? url.host : text}`,
      'Example: --url https://graph.microsoft.com/v1.0',
    );
  const [, before = '', after = ''] =
    /^(.*?)\/identityGovernance\/lifecycleWorkflows\/?(.*)$/i.exec(url.pathname) ?? [];
  const path = (before || url.pathname).replace(/\/+$/, '');
  const version = /\/(?:v1\.0|beta)$/i.test(path) ? path : `${path}/v1.0`;
  const named = /^workflows(?:\/([^/]+)|\('([^']+)'\))/i.exec(after);
  return {
    base: `${url.origin}${version}/${ROOT}`,
    workflow: named ? decodeURIComponent(named[1] ?? named[2] ?? '') : null,
  };
}

type Row = Readonly<Record<string, unknown>>;

class Reader {
  readonly #source: GraphSource;
  readonly #base: string;
  readonly #http: HttpClient;

  constructor(source: GraphSource, base: string) {
    this.#source = source;
    this.#base = base;
    const { token, clock } = source;
    this.#http = createHttpClient({
      baseUrl: base,
      clock,
      bodyBytesMax: BODY_BYTES_MAX,
      // The names of all statuses: without it, some come as `unknownFutureValue`.
      headers: { prefer: 'include-unknown-enum-members' },
      ...(token === null ? {} : { authorization: () => `Bearer ${token}` }),
      ...(source.fetch ? { fetch: source.fetch } : {}),
    });
  }

  async *workflow(id: unknown): AsyncGenerator<ExportDocument, void, void> {
    const own = `/workflows/${segmentOf(id)}`;
    const pages = await this.#pages(`${own}/runs`);
    const runs = pages.flatMap(rowsOf);
    const open = runs.filter(
      ({ processingStatus }) =>
        typeof processingStatus !== 'string' || !isTerminal(processingStatus as ProcessingStatus),
    );
    const isOver = (run: Row): boolean => !open.includes(run);
    for (const page of pages)
      yield { ...page, body: { ...(page.body as Row), value: rowsOf(page).filter(isOver) } };
    for (const run of runs.filter(isOver)) yield* await this.#results(own, run.id);
    for (const run of open) yield* await this.#openRun(own, run.id);
    const over = new Set(runs.filter(isOver).map((run) => run.id));
    for (const page of await this.#pages(`${own}/taskReports?$expand=task`)) {
      const value = rowsOf(page).filter(({ runId }) => over.has(runId));
      yield { ...page, body: { ...(page.body as Row), value } };
    }
    const window = windowOf(runs);
    if (open.length > 0 || window === null) return;
    const [start, end] = window;
    for (const name of ['runs', 'taskReports', 'userProcessingResults'])
      yield* await this.#one(`${own}/${name}/summary(startDateTime=${start},endDateTime=${end})`);
  }

  /** The rows of a list. */
  async rows(path: string): Promise<readonly Row[]> {
    return (await this.#pages(path)).flatMap(rowsOf);
  }

  /** A run in progress: read once more after its results, until nothing has changed between; else alone. */
  async #openRun(own: string, id: unknown): Promise<readonly ExportDocument[]> {
    const path = `${own}/runs/${segmentOf(id)}`;
    let before = await this.#one(path);
    for (let reads = 1; ; reads += 1) {
      const results = await this.#results(own, id);
      const after = await this.#one(path);
      const isSame = JSON.stringify(before) === JSON.stringify(after);
      if (isSame || reads === READS_MAX) return isSame ? [...after, ...results] : after;
      before = after;
    }
  }

  async #results(own: string, id: unknown): Promise<readonly ExportDocument[]> {
    const run = `${own}/runs/${segmentOf(id)}`;
    return [
      ...(await this.#pages(`${run}/userProcessingResults`)),
      ...(await this.#pages(`${run}/taskProcessingResults`)),
    ];
  }

  async #one(path: string): Promise<readonly ExportDocument[]> {
    const body = await this.#get(path);
    return body === null ? [] : [this.#document(path, body)];
  }

  /** The pages of a list; none when the service does not have it. */
  async #pages(path: string): Promise<readonly ExportDocument[]> {
    const pages: ExportDocument[] = [];
    const seen = new Set<string>();
    for (let next: string | null = path; next !== null; ) {
      if (seen.has(next) || seen.size >= PAGES_MAX)
        throw new CliError(
          `Expected ${path} to end, got a link to a page that was read, or more than ${PAGES_MAX} pages`,
        );
      seen.add(next);
      const body = (await this.#get(next)) as Row | null;
      if (body === null) return pages;
      const isList = Array.isArray(body.value) && body.value.every((row) => typeof row === 'object' && row);
      if (!isList) throw new CliError(`Expected ${path} to be a list, got an answer without \`value\``);
      pages.push(this.#document(path, body));
      next = typeof body['@odata.nextLink'] === 'string' ? body['@odata.nextLink'] : null;
    }
    return pages;
  }

  #document(path: string, body: unknown): ExportDocument {
    return { name: path.replace(/\?.*/, ''), url: `${this.#base}${path.replace(/\?.*/, '')}`, body };
  }

  /** `null`: 404. */
  async #get(path: string): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1)
      try {
        const { signal } = this.#source;
        return (await this.#http.request({ method: 'GET', path, signal })).body;
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        if (error.kind === 'missing' && path !== '/workflows?$select=id') return null;
        const isPassing = error.kind === 'throttled' || error.kind === 'unknown';
        if (!isPassing || attempt === ATTEMPTS_MAX) throw failed(error);
        await this.#wait(Math.min(error.retryAfterMs ?? 1_000 * attempt, WAIT_MS_MAX));
      }
  }

  async #wait(waitMs: number): Promise<void> {
    const { clock, signal } = this.#source;
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const timer = clock.setTimer(waitMs, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      const abort = (): void => {
        timer.cancel();
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}

/** An id in a path. @throws CliError for one that would name something else. */
function segmentOf(id: unknown): string {
  if (typeof id === 'string' && !/^\.{0,2}$/.test(id)) return encodeURIComponent(id);
  throw new CliError(`Expected the service to give an id, got ${shown(id)}`);
}

function rowsOf({ body }: ExportDocument): readonly Row[] {
  return (body as { readonly value: readonly Row[] }).value;
}

/** From the first start to the last one; moments can be finer than a millisecond. `null`: there is none. */
function windowOf(runs: readonly Row[]): readonly [start: string, end: string] | null {
  const moments = runs
    .map(({ startedDateTime: started, scheduledDateTime: scheduled }) => started ?? scheduled)
    .map((moment) => (typeof moment === 'string' ? Date.parse(moment) : Number.NaN))
    .sort((a, b) => a - b);
  const [first, last] = [moments[0], moments.at(-1)];
  if (first === undefined || last === undefined || moments.some(Number.isNaN)) return null;
  return [new Date(first).toISOString(), new Date(last + 1).toISOString()];
}

function failed(error: ConnectorError): CliError {
  const needed =
    'The token of --token-env needs LifecycleWorkflows-Reports.Read.All or LifecycleWorkflows.Read.All';
  const isForbidden = error.kind === 'unauthorized' || error.code === 'Http403';
  return new CliError(error.message, isForbidden ? needed : null, { cause: error });
}
