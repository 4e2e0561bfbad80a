/** `$batch`: several requests in one, as JSON or as multipart/mixed. Source: domain §5 ($batch). */
import type { BatchRequest, CarriedOut } from '../batches/batch-request.ts';
import { jsonBatchBody, readJsonBatch } from '../batches/json-batch.ts';
import { boundaryOf, mediaTypeOf } from '../batches/multipart.ts';
import { multipartBatchText, readMultipartBatch } from '../batches/multipart-batch.ts';
import { GraphError } from '../graph-error.ts';
import { readBody, readText } from './body.ts';
import type { GraphLimits } from './bounds.ts';
import type { Step } from './path.ts';
import { readPreferences } from './prefer.ts';
import type { Reply, Target } from './reply.ts';

/** What a batch is carried out with. */
export interface BatchPorts {
  readonly limits: GraphLimits;
  /** Answers one of its requests. */
  readonly answer: (request: Request) => Promise<Reply>;
  /** An error as the answer of one of its requests. */
  readonly refuse: (error: GraphError) => Reply;
  readonly guid: () => string;
}

/** Below which a client may have its service, in lower case. */
const SERVICE_ROOTS = ['', 'identitygovernance', 'identitygovernance/lifecycleworkflows'];

/** Whether a path is that of the batches of the API, or of a service that begins further down. */
export function isBatchPath(steps: readonly Step[]): boolean {
  const names = steps.map(({ text }) => text.toLowerCase());
  return names.at(-1) === '$batch' && SERVICE_ROOTS.includes(names.slice(0, -1).join('/'));
}

/**
 * Carries out a batch, in the format that it comes in.
 *
 * @throws GraphError 400, 501 for a batch that cannot be carried out; nothing of it is done then.
 */
export async function answerBatch(request: Request, target: Target, ports: BatchPorts): Promise<Reply> {
  if (request.method !== 'POST') {
    throw new GraphError(
      405,
      'Request_BadRequest',
      'Specified HTTP method is not allowed for the request target.',
      { Allow: 'POST' },
    );
  }
  const { limits, guid } = ports;
  // A client may have its service further down than at the version: its URLs are relative to where its batches go.
  const place = { base: target.base, folder: target.url.replace(/[^/]+\/*$/, ''), outer: request.headers };
  const contentType = request.headers.get('content-type') ?? '';
  if (mediaTypeOf(contentType) !== 'multipart/mixed') {
    const requests = readJsonBatch(await readBody(request, limits), place, limits);
    return { status: 200, headers: {}, body: jsonBatchBody(await carryOut(requests, ports, true)) };
  }
  const boundary = boundaryOf(contentType);
  const requests = readMultipartBatch(await readText(request), boundary, place, limits);
  const { continueOnError } = readPreferences(request.headers.get('prefer'));
  const { text, contentType: type } = multipartBatchText(
    await carryOut(requests, ports, continueOnError),
    guid,
  );
  const applied = continueOnError ? { 'Preference-Applied': 'continue-on-error' } : {};
  return { status: 200, headers: { 'Content-Type': type, ...applied }, body: text };
}

/** One request after another; one that depends on a failed one is not carried out. */
async function carryOut<One extends BatchRequest>(
  requests: readonly One[],
  { answer, refuse }: BatchPorts,
  goesOn: boolean,
): Promise<readonly CarriedOut<One>[]> {
  const failed = new Set<string>();
  const done: CarriedOut<One>[] = [];
  for (const request of requests) {
    const isLost = request.dependsOn.some((other) => failed.has(other));
    const lost = new GraphError(424, 'FailedDependency', 'A request that this one depends on has failed.');
    const reply = isLost ? refuse(lost) : await answer(request.request);
    done.push({ request, reply });
    if (reply.status < 400) continue;
    failed.add(request.id.toLowerCase());
    if (!goesOn) break;
  }
  return done;
}
