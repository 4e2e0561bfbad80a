import { ConnectorError } from '../kernel/connector-error.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions, path } from '../kernel/http-client.ts';

const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
/** Resources of a page; servers may give fewer. RFC 7644 §3.4.2.4. */
const PAGE = 200;
/** Pages of one list, at most: a server that gives pages for ever is stopped. */
const PAGES_MAX = 100_000;

/** A resource of SCIM, as the server has sent it: untrusted. */
export interface ScimResource {
  readonly id: string;
  readonly [attribute: string]: unknown;
}

/** An operation of a PATCH. RFC 7644 §3.5.2. */
export interface ScimOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path?: string;
  readonly value?: unknown;
}

/** The requests of SCIM 2.0 that connectors need. */
export class ScimClient {
  readonly http: HttpClient;

  constructor(options: HttpClientOptions) {
    this.http = createHttpClient({
      ...options,
      headers: {
        accept: 'application/scim+json, application/json',
        'content-type': 'application/scim+json',
        ...options.headers,
      },
    });
  }

  /** The resource; `null` when there is none. */
  async get(type: 'Users' | 'Groups', id: string, signal: AbortSignal): Promise<ScimResource | null> {
    try {
      const { body } = await this.http.request({ method: 'GET', path: `/${type}${path`/${id}`}`, signal });
      return readResource(body);
    } catch (error) {
      if (error instanceof ConnectorError && error.kind === 'missing') return null;
      throw error;
    }
  }

  /** The resources that a filter selects, or all, page by page. */
  async *list(
    type: 'Users' | 'Groups',
    filter: string | null,
    signal?: AbortSignal,
    attributes?: string,
  ): AsyncGenerator<ScimResource, void, void> {
    let startIndex = 1;
    let firstId: string | null = null;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const query = new URLSearchParams({ startIndex: String(startIndex), count: String(PAGE) });
      if (filter !== null) query.set('filter', filter);
      if (attributes !== undefined) query.set('attributes', attributes);
      const { body } = await this.http.request({
        method: 'GET',
        path: `/${type}?${query}`,
        ...(signal && { signal }),
      });
      const { resources, total, startIndex: from } = readList(body);
      if (from !== undefined && from !== startIndex)
        throw unreadable(`the page from ${startIndex} on of a ListResponse`);
      const [first] = resources;
      // A server that does not page, and does not say so: the people of the other pages would be missing.
      if (first && first.id === firstId)
        throw unreadable(`another page from ${startIndex} on of a ListResponse`);
      firstId = first?.id ?? null;
      yield* resources;
      startIndex += resources.length;
      if (resources.length === 0 || startIndex > total) return;
    }
    throw unreadable(`at most ${PAGES_MAX} pages of a ListResponse`);
  }

  /** How many resources there are, by a page of one. */
  async count(type: 'Users' | 'Groups', filter: string | null, signal: AbortSignal): Promise<number> {
    const query = new URLSearchParams({ startIndex: '1', count: '1' });
    if (filter !== null) query.set('filter', filter);
    const { body } = await this.http.request({ method: 'GET', path: `/${type}?${query}`, signal });
    return readList(body).total;
  }

  async create(type: 'Users', resource: object, signal: AbortSignal): Promise<ScimResource> {
    const { body } = await this.http.request({ method: 'POST', path: `/${type}`, body: resource, signal });
    return readResource(body);
  }

  async patch(
    type: 'Users' | 'Groups',
    id: string,
    operations: readonly ScimOperation[],
    signal: AbortSignal,
  ): Promise<void> {
    const body = { schemas: [PATCH_SCHEMA], Operations: operations };
    await this.http.request({ method: 'PATCH', path: `/${type}${path`/${id}`}`, body, signal });
  }

  async delete(type: 'Users', id: string, signal: AbortSignal): Promise<void> {
    await this.http.request({ method: 'DELETE', path: `/${type}${path`/${id}`}`, signal });
  }
}

/** A value in a filter. RFC 7644 §3.4.2.2: as in JSON. */
export function filterValue(value: string): string {
  return JSON.stringify(value);
}

function readResource(body: unknown): ScimResource {
  const { id } = (body ?? {}) as { readonly id?: unknown };
  if (typeof id !== 'string' || id === '') throw unreadable('a resource with an id');
  return body as ScimResource;
}

function readList(body: unknown): {
  readonly resources: readonly ScimResource[];
  readonly total: number;
  readonly startIndex: unknown;
} {
  const {
    Resources: resources = [],
    totalResults: total,
    startIndex,
  } = (body ?? {}) as {
    readonly Resources?: unknown;
    readonly totalResults?: unknown;
    readonly startIndex?: unknown;
  };
  if (!Array.isArray(resources) || !Number.isSafeInteger(total)) throw unreadable('a ListResponse');
  return { resources: resources.map(readResource), total: total as number, startIndex };
}

function unreadable(expected: string): ConnectorError {
  return new ConnectorError('refused', `Expected ${expected} of SCIM 2.0, got another answer`, {
    code: 'AnswerUnreadable',
  });
}
