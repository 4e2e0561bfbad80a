import { ConnectorError } from '../kernel/connector-error.ts';
import { kindOfStatus, retryAfterOf } from '../kernel/http-answer.ts';
import type { HttpClient } from '../kernel/http-client.ts';

/** Objects of a page, at most, as Graph has it for directory objects. */
export const PAGE = 999;
/** Requests of a batch, at most. */
const BATCH = 20;
/** Pages of one list, at most: a service that gives pages for ever is stopped. */
const PAGES_MAX = 100_000;

/** Objects that are kept together, at most: those that one person has. */
const FOUND_MAX = 100_000;

/** An object of Graph, as the service has sent it: untrusted. */
export interface GraphObject {
  readonly id: string;
  readonly [property: string]: unknown;
}

/** The requests to Microsoft Graph that connectors need. Paths begin with `/` and come after the version. */
export class GraphClient {
  readonly http: HttpClient;
  /** With the version, without a slash at the end: references to objects begin with it. */
  readonly baseUrl: string;

  constructor(http: HttpClient, baseUrl: string) {
    this.http = http;
    this.baseUrl = baseUrl;
  }

  /** The object; `null` when there is none. */
  async get(path: string, signal?: AbortSignal): Promise<GraphObject | null> {
    try {
      return readObject(await this.#send('GET', path, undefined, signal));
    } catch (error) {
      if (error instanceof ConnectorError && error.kind === 'missing') return null;
      throw error;
    }
  }

  /** The objects of a list, page by page. */
  async *list(path: string, signal?: AbortSignal): AsyncGenerator<GraphObject, void, void> {
    for await (const page of this.pages(path, signal)) yield* page.objects;
  }

  /** The objects of a list, which are kept together: not for people of a tenant. */
  async all(path: string, signal?: AbortSignal): Promise<readonly GraphObject[]> {
    const found: GraphObject[] = [];
    for await (const object of this.list(path, signal)) {
      if (found.length === FOUND_MAX) throw unreadable(`a list of at most ${FOUND_MAX} objects`);
      found.push(object);
    }
    return found;
  }

  /** As `all`; `null` when what the list belongs to does not exist. */
  async find(path: string, signal?: AbortSignal): Promise<readonly GraphObject[] | null> {
    try {
      return await this.all(path, signal);
    } catch (error) {
      if (error instanceof ConnectorError && error.kind === 'missing') return null;
      throw error;
    }
  }

  /** The pages of a list; the last one has the link of a delta, if the list is one. */
  async *pages(path: string, signal?: AbortSignal): AsyncGenerator<GraphPage, void, void> {
    let next: string | null = path;
    // An earlier link, a later one each time that the number of pages has doubled: so every circle of links is met.
    let earlier = path;
    for (let pages = 1; next !== null; pages += 1) {
      const page = readPage(await this.#send('GET', next, undefined, signal));
      yield page;
      next = page.nextLink;
      if (next === earlier || pages === PAGES_MAX) throw unreadable('a list that ends');
      if (next !== null && Number.isInteger(Math.log2(pages))) earlier = next;
    }
  }

  /** @returns the answer's body; `null` for none. */
  post(path: string, body: object, signal?: AbortSignal): Promise<unknown> {
    return this.#send('POST', path, body, signal);
  }

  async patch(path: string, body: object, signal?: AbortSignal): Promise<void> {
    await this.#send('PATCH', path, body, signal);
  }

  async delete(path: string, signal?: AbortSignal): Promise<void> {
    await this.#send('DELETE', path, undefined, signal);
  }

  /** The lists at several paths, with few requests. */
  async lists(paths: readonly string[], signal?: AbortSignal): Promise<readonly GraphObject[]> {
    const found: GraphObject[] = [];
    for (let from = 0; from < paths.length; from += BATCH) {
      const some = paths.slice(from, from + BATCH);
      for (const { objects, nextLink } of await this.#firstPages(some, signal)) {
        found.push(...objects);
        if (nextLink !== null) for await (const one of this.list(nextLink, signal)) found.push(one);
      }
    }
    return found;
  }

  async #firstPages(paths: readonly string[], signal?: AbortSignal): Promise<readonly GraphPage[]> {
    const [only] = paths;
    if (only !== undefined && paths.length === 1)
      return [readPage(await this.#send('GET', only, undefined, signal))];
    const requests = paths.map((url, index) => ({ id: String(index), method: 'GET', url }));
    const { responses } = ((await this.#send('POST', '/$batch', { requests }, signal)) ?? {}) as {
      readonly responses?: unknown;
    };
    if (!Array.isArray(responses) || responses.length !== paths.length)
      throw unreadable(`${paths.length} answers of a batch`);
    return responses.map((response) => readPage(this.#partOf(response)));
  }

  /** A batch succeeds as a whole, and each of its requests by itself. */
  #partOf(response: unknown): unknown {
    const { status, headers, body } = (response ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof status !== 'number') throw unreadable('an answer of a batch');
    if (status >= 200 && status < 300) return body;
    const { error } = (body ?? {}) as {
      readonly error?: { readonly code?: unknown; readonly message?: unknown };
    };
    const wait = Object.entries((headers ?? {}) as Readonly<Record<string, unknown>>).find(
      ([name]) => name.toLowerCase() === 'retry-after',
    );
    // In seconds: only such a wait needs no clock.
    const retryAfterMs = retryAfterOf(wait ? String(wait[1]) : null, Number.NaN);
    const reason = `A request of a batch was answered ${status} ${this.http.said(error?.code)}: ${this.http.said(error?.message)}`;
    throw this.http.gate.failed(
      new ConnectorError(kindOfStatus(status), reason, { code: `Http${status}`, retryAfterMs }),
    );
  }

  async #send(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: object | undefined,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const answer = await this.http.request({
      method,
      path,
      ...(body && { body }),
      ...(signal && { signal }),
    });
    return answer.body;
  }
}

/** A page of a list. */
export interface GraphPage {
  readonly objects: readonly GraphObject[];
  readonly nextLink: string | null;
  /** Where a delta goes on next time. */
  readonly deltaLink: string | null;
}

/** A text in a `$filter`, in its quotes. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A query: `?$select=id&$top=1`. Names are those of OData, values are escaped. */
export function query(options: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return `?${given.map(([name, value]) => `$${name}=${encodeURIComponent(String(value).toWellFormed())}`).join('&')}`;
}

function readObject(body: unknown): GraphObject {
  const { id } = (body ?? {}) as { readonly id?: unknown };
  if (typeof id !== 'string' || id === '') throw unreadable('an object with an id');
  return body as GraphObject;
}

function readPage(body: unknown): GraphPage {
  const {
    value,
    '@odata.nextLink': nextLink,
    '@odata.deltaLink': deltaLink,
  } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(value)) throw unreadable('a list');
  return {
    objects: value.map(readObject),
    nextLink: typeof nextLink === 'string' ? nextLink : null,
    deltaLink: typeof deltaLink === 'string' ? deltaLink : null,
  };
}

function unreadable(expected: string): ConnectorError {
  return new ConnectorError('refused', `Expected ${expected} of Microsoft Graph, got another answer`, {
    code: 'AnswerUnreadable',
  });
}
