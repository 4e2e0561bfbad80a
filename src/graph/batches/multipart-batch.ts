/** Batches as multipart/mixed, as OData 4.0 has them (§11.7). */

import { badRequest } from '../graph-error.ts';
import { bodyText } from '../lists/list-body.ts';
import type { GraphLimits } from '../protocol/bounds.ts';
import {
  type BatchPlace,
  type BatchRequest,
  type CarriedOut,
  notImplemented,
  requestIn,
} from './batch-request.ts';
import { boundaryOf, type Message, mediaTypeOf, messageOf, partsOf } from './multipart.ts';

/** A request of such a batch. */
export interface PartRequest extends BatchRequest {
  /** Repeated with the answer; `null`: none. */
  readonly contentId: string | null;
  /** It stands in a change set, and so does its answer. */
  readonly isChange: boolean;
}

const REQUEST_LINE = /^([A-Za-z]+) (\S+) HTTP\/1\.[01]$/;

/** Reads a batch. @throws GraphError 400, 501 for one that cannot be carried out. */
export function readMultipartBatch(
  text: string,
  boundary: string,
  place: BatchPlace,
  limits: GraphLimits,
): readonly PartRequest[] {
  const parts = partsOf(text, boundary, 'the batch', limits.batchRequestsMax);
  if (parts.length === 0) throw badRequest('Expected the batch to have parts.');
  return parts.map((part, index) => {
    const at = `part ${index + 1} of the batch`;
    const contentType = part.headers.get('content-type') ?? '';
    const isChange = mediaTypeOf(contentType) === 'multipart/mixed';
    const message = isChange ? changeOf(part, contentType, at, limits) : part;
    const request = requestOf(message, place, at);
    if (isChange && request.method === 'GET')
      throw badRequest(`Expected the change set in ${at} to change something, got a GET.`);
    return { id: String(index), dependsOn: [], request, contentId: contentIdOf(message, at), isChange };
  });
}

/** The answer, and its Content-Type. `guid` makes boundaries, which no answer can have in it. */
export function multipartBatchText(
  done: readonly CarriedOut<PartRequest>[],
  guid: () => string,
): { readonly text: string; readonly contentType: string } {
  const boundary = `batchresponse_${guid()}`;
  const parts = done.map(({ request: { contentId, isChange }, reply }) => {
    const answer = answerPart(contentId, reply);
    // The answer of a change set that failed stands by itself.
    if (!isChange || reply.status >= 400) return answer;
    const inner = `changesetresponse_${guid()}`;
    return `Content-Type: multipart/mixed; boundary=${inner}\r\n\r\n${joined([answer], inner)}`;
  });
  return { text: joined(parts, boundary), contentType: `multipart/mixed; boundary=${boundary}` };
}

function joined(parts: readonly string[], boundary: string): string {
  return `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;
}

function answerPart(
  contentId: string | null,
  { status, headers, body }: CarriedOut<PartRequest>['reply'],
): string {
  const lines = [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === null ? [] : [`Content-ID: ${contentId}`]),
    '',
    `HTTP/1.1 ${status} ${status < 400 ? 'OK' : 'Error'}`,
    'OData-Version: 4.0',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    bodyText(body) ?? '',
  ];
  return lines.join('\r\n');
}

/** A change set is done as a whole or not at all, which nothing here can promise for more than one request. */
function changeOf(part: Message, contentType: string, at: string, limits: GraphLimits): Message {
  const place = `the change set in ${at}`;
  const [message, ...others] = partsOf(part.content, boundaryOf(contentType), place, limits.batchRequestsMax);
  if (message && others.length === 0) return message;
  throw notImplemented(
    `The change set in ${at} has ${others.length + (message ? 1 : 0)} requests. Only one is supported, since several could not be taken back together; send them as parts of the batch, or in change sets of their own.`,
  );
}

function requestOf({ headers, content }: Message, place: BatchPlace, at: string): Request {
  if (mediaTypeOf(headers.get('content-type') ?? '') !== 'application/http')
    throw badRequest(`Expected ${at} to be application/http, or a change set of such.`);
  const [, line = '', rest = ''] = /^(?:\r?\n)*([^\r\n]*)(?:\r?\n)?(.*)$/s.exec(content) ?? [];
  const [, method = '', url = ''] = REQUEST_LINE.exec(line) ?? [];
  if (method === '' || !URL.canParse(url, place.folder))
    throw badRequest(`Expected ${at} to begin with a request line like \`GET workflows HTTP/1.1\`.`);
  const message = messageOf(rest, at);
  const body = message.content.trim() === '' ? null : message.content;
  return requestIn(place, at, {
    method,
    url: new URL(url, place.folder).href,
    headers: message.headers,
    body,
  });
}

function contentIdOf({ headers }: Message, at: string): string | null {
  const id = headers.get('content-id');
  if (id === null || /^[\x21-\x7e]{1,128}$/.test(id)) return id;
  throw badRequest(`Expected the Content-ID of ${at} to be 1..128 characters without blanks.`);
}
