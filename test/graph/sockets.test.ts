/** What only a socket shows: requests that no fetch can send, and clients that go away. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Served, serveApi } from './server.ts';

const PATH = '/v1.0/identityGovernance/lifecycleWorkflows';
let site: Served;
/** Statuses of all answers, also of those that no client read. */
const statuses: number[] = [];

beforeAll(async () => {
  site = await serveApi({}, (answer) => statuses.push(answer.status));
});
beforeEach(() => {
  statuses.length = 0;
});
afterAll(() => site.close());

function openSocket() {
  const { hostname, port } = new URL(site.url);
  return connect(Number(port), hostname);
}

async function send(request: string): Promise<string> {
  const socket = openSocket();
  socket.write(request);
  return text(socket);
}

it.each([
  ['http://evil.example', 421],
  ['http://127.0.0.1', 200],
])('a request whose target names %s answers %i, whatever its Host says', async (origin, status) => {
  const { host } = new URL(site.url);
  const head = `GET ${origin}${PATH}/taskDefinitions?$top=1 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  expect(await send(head)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

it.each([
  ['with a length', 'Content-Length: 1000\r\n\r\n{"displayName":'],
  ['in chunks', 'Transfer-Encoding: chunked\r\n\r\nf\r\n{"displayName":\r\n'],
])('a client that leaves in the middle of its body, sent %s, is no fault of the server', async (_, rest) => {
  const { host } = new URL(site.url);
  const socket = openSocket();
  await once(socket, 'connect');
  socket.write(
    `POST ${PATH}/workflows HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${rest}`,
  );
  await site.received();
  socket.destroy();
  while (statuses.length === 0) await nextTurn();
  expect(statuses).toEqual([499]);
  expect(site.faults).toEqual([]);
});
