import { createServer, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectorFault } from './connector-kit.ts';

/** A fault of HTTP. */
export interface HttpFault extends ConnectorFault {
  /** Whether the server has done what the request asks for. */
  readonly isDone: boolean;
  /** The status that is answered; `null`: the connection is cut. */
  readonly status: number | null;
  readonly headers?: Readonly<Record<string, string>>;
}

const answered = (status: number, isTransient: boolean, headers: Readonly<Record<string, string>> = {}) => ({
  name: `answers ${status}${'retry-after' in headers ? ' with Retry-After' : ''} and does nothing`,
  isTransient,
  isDone: false,
  status,
  headers,
});

/** Every kind of answer that a request can get from a server, or from what stands before one. */
export const HTTP_FAULTS: readonly HttpFault[] = [
  answered(400, false),
  answered(401, true),
  answered(403, false),
  answered(408, true),
  answered(409, true),
  answered(412, true),
  answered(429, true),
  answered(429, true, { 'retry-after': '30' }),
  answered(500, true),
  answered(502, true),
  answered(503, true),
  answered(503, true, { 'retry-after': '30' }),
  answered(504, true),
  { name: 'cuts the connection before the request', isTransient: true, isDone: false, status: null },
  { name: 'cuts the connection after the request', isTransient: true, isDone: true, status: null },
  { name: 'does it and answers 500', isTransient: true, isDone: true, status: 500 },
  { name: 'does it and answers 504', isTransient: true, isDone: true, status: 504 },
];

/** A server that passes requests on to another one, except where a fault says otherwise. */
export interface HttpProxy {
  /** `http://127.0.0.1:…`, without a path. */
  readonly url: string;
  /** Requests so far. */
  readonly requests: number;
  /** Has the request after `requests` further ones meet the fault, once. */
  inject(fault: HttpFault, requests: number): void;
  close(): Promise<void>;
}

/** Opens a proxy on a free port of this host. @param target the server's URL, without a path. */
export async function openHttpProxy(target: string): Promise<HttpProxy> {
  let requests = 0;
  const faults = new Map<number, HttpFault>();
  const server = createServer(async (request, response) => {
    const fault = faults.get(requests);
    faults.delete(requests);
    requests += 1;
    try {
      await handle(request, response, target, fault);
    } catch {
      // The client is gone, or the server: both see a connection that is cut.
      request.socket.destroy();
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    inject: (fault, after) => {
      faults.set(requests + after, fault);
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  fault: HttpFault | undefined,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const answer = !fault || fault.isDone ? await passOn(request, Buffer.concat(chunks), target) : null;
  if (fault?.status === null) {
    request.socket.destroy();
    return;
  }
  if (fault) {
    response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers }).end('{}');
    return;
  }
  response.writeHead(answer?.status ?? 502, answer?.headers).end(answer?.body);
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function passOn({ method, url, headers }: IncomingMessage, body: Buffer, target: string): Promise<Answer> {
  return new Promise((done, failed) => {
    const options = { method, headers: { ...headers, host: new URL(target).host } };
    const sent = requestHttp(new URL(url ?? '/', target), options, async (response) => {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
        done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      } catch (error) {
        failed(error);
      }
    });
    sent.on('error', failed);
    sent.end(body);
  });
}
