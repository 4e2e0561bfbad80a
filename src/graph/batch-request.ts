/** One request of a batch, whatever format the batch has. */
import { badRequest, GraphError } from './graph-error.ts';
import type { Reply } from './service.ts';

/** A request that was read from a batch. */
export interface BatchRequest {
  /** Others name it by this. */
  readonly id: string;
  /** Ids, in lower case. */
  readonly dependsOn: readonly string[];
  readonly request: Request;
}

/** A request of a batch, and what became of it. */
export interface CarriedOut<One extends BatchRequest> {
  readonly request: One;
  readonly reply: Reply;
}

/** Where a batch was sent. */
export interface BatchPlace {
  /** `https://host/v1.0`: no request leads out of it. */
  readonly base: string;
  /** What URLs are relative to, with a slash at its end. */
  readonly folder: string;
  /** Headers of the batch: they say who sends its requests. */
  readonly outer: Headers;
}

/** What a batch says of a request. */
export interface GivenRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: Headers;
  /** `null`: none. */
  readonly body: string | null;
}

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'];

/**
 * A request of a batch. `at` names it in messages.
 *
 * @throws GraphError 400 for one that leads out of the version; 501 for one that refers to another one's answer.
 */
export function requestIn({ base, folder, outer }: BatchPlace, at: string, given: GivenRequest): Request {
  const method = given.method.toUpperCase();
  if (!METHODS.includes(method))
    throw badRequest(`Expected the method of ${at} to be one of ${METHODS.join(', ')}.`);
  const { url } = given;
  const root = new URL(`${base}/`).href;
  // Dots in a path could lead out of the version that the batch was sent to.
  if (!URL.canParse(url) || !new URL(url).href.startsWith(root))
    throw badRequest(`Expected the URL of ${at} to be below that of the batch.`);
  if (/\$batch/i.test(new URL(url).pathname)) throw badRequest(`Expected the URL of ${at} to be no batch.`);
  if ([root, folder].some((place) => isReference(new URL(url).href, place)))
    throw notImplemented(`The URL of ${at} refers to another request by \`$\`, which is not supported.`);
  const headers = new Headers(given.headers);
  for (const name of ['host', 'origin', 'authorization']) {
    headers.delete(name);
    const value = outer.get(name);
    if (value !== null) headers.set(name, value);
  }
  const hasBody = given.body !== null && method !== 'GET' && method !== 'DELETE';
  return new Request(url, { method, headers, ...(hasBody ? { body: given.body } : {}) });
}

/** `$1/tasks`: what another request has made. */
function isReference(url: string, place: string): boolean {
  return url.startsWith(`${place}$`) && !url.startsWith(`${place}$metadata`);
}

/** The error for what OData has and this has not. */
export function notImplemented(message: string): GraphError {
  return new GraphError(501, 'notSupported', message);
}
