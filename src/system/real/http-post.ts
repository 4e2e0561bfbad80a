/**
 * Connection of {@link httpCallout}. A separate module, loaded with the first call: Node's `http` and `https` take as
 * much of a program's start as a third of this package.
 */
import { lookup as resolve } from 'node:dns';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { CalloutAnswer, CalloutRequest } from '../../ports/callout.ts';
import { isPrivateAddress } from './private-addresses.ts';

/**
 * Posts `body` and returns the answer.
 *
 * @throws Error for a private address, unless they are allowed; what the connection throws.
 */
export async function post(
  { body, headers, timeoutMs, signal, answerBytesMax, ...call }: CalloutRequest,
  more: (() => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>) | undefined,
  allowPrivateAddresses: boolean,
): Promise<CalloutAnswer> {
  const url = new URL(call.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A host that is an address is not looked up.
  if (!allowPrivateAddresses && isIP(host) !== 0 && isPrivateAddress(host)) throw notPublic(url.hostname);
  const options: RequestOptions = {
    method: 'POST',
    headers: {
      ...headers,
      ...(await more?.()),
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
    agent: false,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    ...(allowPrivateAddresses ? {} : { lookup: publicLookup }),
  };
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((done, failed) => {
    const sent = request(url, options, (response) => {
      const status = response.statusCode ?? 0;
      if (answerBytesMax > 0) {
        bodyOf(response, answerBytesMax).then((text) => done({ status, body: text }), failed);
        return;
      }
      done({ status, body: '' });
      response.on('error', () => {}); // expected, since the response is destroyed
      response.destroy();
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

async function bodyOf(response: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`Expected an answer of at most ${bytesMax} bytes, got more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    const [first] = addresses;
    if (!first || addresses.some(({ address }) => isPrivateAddress(address)))
      return callback(notPublic(hostname), '');
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function notPublic(host: string): Error {
  return new Error(
    `Expected ${host} to be a public host, got a private address; set allowPrivateAddresses to allow it`,
  );
}
