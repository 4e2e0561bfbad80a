/**
 * A tenant of Entra over HTTP: the paths of Microsoft Graph that the connector uses, with the answers that Graph
 * documents, and the token endpoint. State is in memory, and can be looked at.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ACCESS_ROUTES } from './entra/access-routes.ts';
import { DIRECTORY_ROUTES } from './entra/directory-routes.ts';
import { EntraData } from './entra/entra-data.ts';
import { GraphFailure } from './entra/odata.ts';
import { Router } from './entra/routing.ts';
import { TokenEndpoint } from './entra/token-endpoint.ts';

const VERSION = '/v1.0';
const ROUTER = new Router([...DIRECTORY_ROUTES, ...ACCESS_ROUTES]);
const BATCH_MAX = 20;
/** Seconds that a client has to wait when it is throttled. */
export const RETRY_AFTER_S = 7;

/** A running tenant. */
export interface EntraEmulator {
  /** Without a path: of Graph, and of the token endpoint. */
  readonly url: string;
  /** Has links to further pages begin with the URL of a proxy that stands before it. */
  linkTo(root: string): void;
  readonly data: EntraData;
  readonly tokens: TokenEndpoint;
  /** Has another tenant take the place of this one, with nothing in it. */
  reset(): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Starts a tenant on a free port of this host. @param nowMs its clock. */
export async function startEntraEmulator(nowMs: () => number = Date.now): Promise<EntraEmulator> {
  let data = new EntraData();
  const tokens = new TokenEndpoint();
  const links = { url: '' };
  const server = createServer(async (request, response) => {
    const text = await textOf(request);
    const target = request.url ?? '/';
    const { status, headers, body }: Answer = target.startsWith(VERSION)
      ? graphAnswer(request, target.slice(VERSION.length), text)
      : tokens.answer(target, new URLSearchParams(text), `${links.url}${target}`, data.roles);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === null ? undefined : JSON.stringify(body));
  });

  function graphAnswer({ method = '', headers }: IncomingMessage, target: string, text: string): Answer {
    if (!tokens.accepts(headers.authorization))
      return failureAnswer(new GraphFailure(401, 'InvalidAuthenticationToken', 'Access token is not valid.'));
    const body: unknown = text === '' ? null : JSON.parse(text);
    return target === '/$batch' ? batch(body) : one(method, target, body);
  }

  function one(method: string, target: string, body: unknown): Answer {
    const [path = '', search = ''] = target.split('?');
    const query = Object.fromEntries(new URLSearchParams(search));
    data.log.push({ method, path: decodeURIComponent(`${VERSION}${path}`), query, body });
    try {
      if (data.throttled > 0) {
        data.throttled -= 1;
        const wait = { 'Retry-After': String(RETRY_AFTER_S) };
        throw new GraphFailure(429, 'TooManyRequests', 'Too many requests.', wait);
      }
      const { route, params } = ROUTER.find(method, path);
      const base = `${links.url}${VERSION}`;
      const answer = route[2]({ data, params, query, body, base, path: target, nowMs });
      return answer === null
        ? { status: 204, body: null }
        : { status: method === 'POST' ? 201 : 200, body: answer };
    } catch (error) {
      if (error instanceof GraphFailure) return failureAnswer(error);
      throw error;
    }
  }

  function batch(body: unknown): Answer {
    const { requests } = body as {
      readonly requests: readonly {
        readonly id: string;
        readonly method: string;
        readonly url: string;
        readonly body?: unknown;
      }[];
    };
    if (requests.length > BATCH_MAX)
      return failureAnswer(
        new GraphFailure(400, 'BadRequest', 'Number of batch requests exceeds the maximum.'),
      );
    // In any order, as documented.
    const responses = requests.toReversed().map(({ id, method, url, body: inner }) => ({
      id,
      ...one(method, url, inner),
    }));
    return { status: 200, body: { responses } };
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  links.url = url;
  return {
    url,
    get data() {
      return data;
    },
    tokens,
    linkTo: (root) => {
      links.url = root;
    },
    reset: () => {
      data = new EntraData();
    },
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function failureAnswer({ status, code, message, headers }: GraphFailure): Answer {
  return { status, headers, body: { error: { code, message, innerError: { date: '2026-01-05T08:00:00' } } } };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
