/** `$batch`: several requests in one. Source: domain §5 ($batch). */
import type { GraphLimits } from './bounds.ts';
import { badRequest, GraphError } from './graph-error.ts';
import type { Reply } from './service.ts';

/** One request of a batch, read. */
export interface BatchRequest {
  /** Under this the answer is found. */
  readonly id: string;
  readonly dependsOn: readonly string[];
  /** The request that it stands for, at the version of the batch. */
  readonly request: Request;
}

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'];
const ID_LENGTH_MAX = 128;

/** Reads a batch. `base`: `https://host/v1.0`. @throws GraphError 400 for a batch that cannot be carried out. */
export function readBatch(
  body: unknown,
  base: string,
  outer: Headers,
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
    const { id, method, url, headers, body: inner, dependsOn = [] } = objectAt(one, at);
    if (typeof id !== 'string' || id === '' || id.length > ID_LENGTH_MAX || seen.has(id.toLowerCase())) {
      throw badRequest(`Expected ${at}.id to be a text that no other request has.`);
    }
    if (
      !Array.isArray(dependsOn) ||
      dependsOn.some((other) => typeof other !== 'string' || !seen.has(other.toLowerCase()))
    ) {
      throw badRequest(`Expected ${at}.dependsOn to name requests that come before it.`);
    }
    seen.add(id.toLowerCase());
    const request = requestOf(at, base, method, url, headersOf(at, headers, outer, inner), inner);
    return { id, dependsOn: (dependsOn as readonly string[]).map((other) => other.toLowerCase()), request };
  });
}

/** Carries out a batch, one request after another; one that depends on a failed one is not. */
export async function answerBatch(
  requests: readonly BatchRequest[],
  answer: (request: Request) => Promise<Reply>,
  refuse: (error: GraphError) => Reply,
): Promise<Reply> {
  const failed = new Set<string>();
  const responses: unknown[] = [];
  for (const { id, dependsOn, request } of requests) {
    const isLost = dependsOn.some((other) => failed.has(other));
    const lost = new GraphError(424, 'FailedDependency', 'A request that this one depends on has failed.');
    const reply = isLost ? refuse(lost) : await answer(request);
    if (reply.status >= 400) failed.add(id.toLowerCase());
    responses.push({
      id,
      status: reply.status,
      headers: reply.headers,
      ...(reply.body === undefined ? {} : { body: reply.body }),
    });
  }
  return { status: 200, headers: {}, body: { responses } };
}

function requestOf(
  at: string,
  base: string,
  method: unknown,
  url: unknown,
  headers: Headers,
  body: unknown,
): Request {
  const verb = typeof method === 'string' ? method.toUpperCase() : '';
  if (!METHODS.includes(verb)) throw badRequest(`Expected ${at}.method to be one of ${METHODS.join(', ')}.`);
  if (
    typeof url !== 'string' ||
    url === '' ||
    /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(url) ||
    /\$batch/i.test(url)
  ) {
    throw badRequest(`Expected ${at}.url to be relative to the version, and no batch.`);
  }
  const whole = `${base}/${url.replace(/^\/+/, '')}`;
  // Dots in a path could lead out of the version that the batch was sent to.
  if (!URL.canParse(whole) || !new URL(whole).href.startsWith(`${base}/`))
    throw badRequest(`Expected ${at}.url to be a URL.`);
  const hasBody = body !== undefined && verb !== 'GET' && verb !== 'DELETE';
  return new Request(whole, { method: verb, headers, ...(hasBody ? { body: JSON.stringify(body) } : {}) });
}

/** The request's own headers; who sends it is known from the batch. */
function headersOf(at: string, given: unknown, outer: Headers, body: unknown): Headers {
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
  for (const name of ['host', 'origin', 'authorization']) {
    headers.delete(name);
    const value = outer.get(name);
    if (value !== null) headers.set(name, value);
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
