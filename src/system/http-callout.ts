import { randomBytes } from 'node:crypto';
import { lookup as resolve } from 'node:dns';
import { type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Callout, CalloutRequest } from '../ports/callout.ts';
import { isPrivateAddress } from './private-addresses.ts';

/** Options of {@link httpCallout}. */
export interface HttpCalloutOptions {
  /** Also hosts of one's own network, and this one. Default `false`. */
  readonly allowPrivateAddresses?: boolean;
  /** More headers for a call: an `authorization`, say. */
  readonly headers?: (
    url: string,
  ) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
}

/**
 * Calls over HTTP and HTTPS. Redirects are not followed. Addresses are judged after their names were
 * resolved, and the connection goes to the address that was judged, so that a name which resolves to another
 * one the next time (DNS rebinding) gains nothing. Of an answer only the status is read.
 */
export function httpCallout({ allowPrivateAddresses = false, headers }: HttpCalloutOptions = {}): Callout {
  return {
    async post(call) {
      const url = new URL(call.url);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      // A host that is an address is not looked up.
      if (!allowPrivateAddresses && isIP(host) !== 0 && isPrivateAddress(host)) throw notPublic(url.hostname);
      const more = (await headers?.(call.url)) ?? {};
      return send(url, call, more, allowPrivateAddresses ? undefined : publicLookup);
    },
    secret: () => randomBytes(32).toString('base64url'),
  };
}

function send(
  url: URL,
  { body, headers, timeoutMs, signal }: CalloutRequest,
  more: Readonly<Record<string, string>>,
  lookup: LookupFunction | undefined,
): Promise<number> {
  const options: RequestOptions = {
    method: 'POST',
    headers: {
      ...headers,
      ...more,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
    agent: false,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    ...(lookup === undefined ? {} : { lookup }),
  };
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((done, failed) => {
    const sent = request(url, options, (response) => {
      done(response.statusCode ?? 0);
      response.on('error', () => {}); // cut off on purpose
      response.destroy();
    });
    sent.on('error', failed);
    sent.end(body);
  });
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
    `Expected ${host} to be a public host, got a private address; allowPrivateAddresses lets it`,
  );
}
