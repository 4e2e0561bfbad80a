/** What emulators of services over JSON share. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request. */
export interface JsonRequest {
  readonly method: string;
  /** Of the path, decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An answer; without a body for `undefined`. */
export interface JsonAnswer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts a server on a free port of this host. */
export async function startJsonServer(answer: (request: JsonRequest) => JsonAnswer) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const content = await text(request);
    const { status, body, headers } = answer({
      method: request.method ?? '',
      segments: url.pathname.split('/').slice(1).map(decodeURIComponent),
      query: url.searchParams,
      authorization: request.headers.authorization,
      body: content === '' ? {} : JSON.parse(content),
    });
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
