/** Batches as JSON, as Graph has them. */

import { badRequest } from '../graph-error.ts';
import { bodyText, JsonText } from '../lists/list-body.ts';
import type { GraphLimits } from '../protocol/bounds.ts';
import {
  type BatchPlace,
  type BatchRequest,
  type CarriedOut,
  notImplemented,
  requestIn,
} from './batch-request.ts';

const ID_LENGTH_MAX = 128;

/** Reads a batch. @throws GraphError 400, 501 for one that cannot be carried out. */
export function readJsonBatch(
  body: unknown,
  place: BatchPlace,
  limits: GraphLimits,
): readonly BatchRequest[] {
  const requests: unknown =
    typeof body === 'object' && body !== null && 'requests' in body ? body.requests : undefined;
  if (!Array.isArray(requests) || requests.length === 0 || requests.length > limits.batchRequestsMax) {
    throw badRequest(`Expected requests to be an array of 1..${limits.batchRequestsMax}.`);
  }
  const seen = new Set<string>();
  return requests.map((one: unknown, index) => {
    const at = `requests[${index}]`;
    const { id, method, url, headers, body: inner, dependsOn = [], atomicityGroup } = objectAt(one, at);
    if (typeof id !== 'string' || id === '' || id.length > ID_LENGTH_MAX || seen.has(id.toLowerCase())) {
      throw badRequest(`Expected ${at}.id to be a text that no other request has.`);
    }
    if (
      !Array.isArray(dependsOn) ||
      dependsOn.some((other) => typeof other !== 'string' || !seen.has(other.toLowerCase()))
    ) {
      throw badRequest(`Expected ${at}.dependsOn to name requests that come before it.`);
    }
    if (atomicityGroup !== undefined && atomicityGroup !== null)
      throw notImplemented(`${at}.atomicityGroup is not supported: requests are carried out one by one.`);
    seen.add(id.toLowerCase());
    const request = requestIn(place, at, {
      method: typeof method === 'string' ? method : '',
      url: absolute(url, place, at),
      headers: headersOf(at, headers, inner),
      body: inner === undefined ? null : JSON.stringify(inner),
    });
    return { id, dependsOn: (dependsOn as readonly string[]).map((other) => other.toLowerCase()), request };
  });
}

/** The answer. Bodies are put in as they are written: they are large, and JSON already. */
export function jsonBatchBody(done: readonly CarriedOut<BatchRequest>[]): JsonText {
  const responses = done.map(({ request: { id }, reply: { status, headers, body } }) => {
    const head = JSON.stringify({ id, status, headers });
    if (body === undefined) return head;
    return `${head.slice(0, -1)},"body":${typeof body === 'string' ? JSON.stringify(body) : bodyText(body)}}`;
  });
  return new JsonText(`{"responses":[${responses.join(',')}]}`);
}

/** A slash at the beginning is the version, as Graph has it; without one a URL is relative to the batch. */
function absolute(url: unknown, { base, folder }: BatchPlace, at: string): string {
  if (typeof url !== 'string' || url === '' || /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(url))
    throw badRequest(`Expected ${at}.url to be relative to the version.`);
  return url.startsWith('/') ? base + url : folder + url;
}

function headersOf(at: string, given: unknown, body: unknown): Headers {
  const headers = new Headers();
  const entries =
    given === undefined || given === null ? [] : Object.entries(objectAt(given, `${at}.headers`));
  for (const [name, value] of entries) {
    try {
      if (typeof value !== 'string') throw new TypeError('not a text');
      headers.set(name, value);
    } catch {
      throw badRequest(`Expected ${at}.headers to be HTTP headers.`);
    }
  }
  if (body !== undefined && !headers.has('content-type')) {
    throw badRequest(`Expected ${at}.headers to have Content-Type, since there is a body.`);
  }
  return headers;
}

function objectAt(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw badRequest(`Expected ${at} to be an object.`);
}
