/** Bodies: JSON of a bounded size and depth, with the annotations of OData taken off. */

import type { GraphLimits } from './bounds.ts';
import { type EntityType, type Kind, memberNamed } from './edm.ts';
import { badRequest, clientGone, GraphError } from './graph-error.ts';

/** Reads a body as it is. @throws GraphError 415 for one that is compressed; 499 when the client leaves meanwhile. */
export async function readText(request: Request): Promise<string> {
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity') {
    throw new GraphError(415, 'UnsupportedMediaType', 'Expected a body without Content-Encoding.', {
      'Accept-Encoding': 'identity',
    });
  }
  return request.text().catch(() => {
    throw clientGone();
  });
}

/** Reads a body; `undefined` when there is none. @throws GraphError 400, 415; 499 when the client leaves meanwhile. */
export async function readBody(request: Request, limits: GraphLimits): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === '') return undefined;
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new GraphError(415, 'UnsupportedMediaType', 'Expected a body of Content-Type application/json.');
  }
  const body = parsed(text);
  if (isDeeper(body, limits.bodyDepthMax)) {
    throw badRequest(`Expected a body that is nested at most ${limits.bodyDepthMax} deep.`);
  }
  return body;
}

/**
 * The body as an object, without annotations; `@odata.type` stays where `keepTypes`.
 *
 * @throws GraphError 400; also for `@odata.bind`, which is no mere annotation.
 */
export function objectBody(body: unknown, keepTypes = false): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('Expected the body to be a JSON object.');
  }
  return annotationsOff(body, keepTypes) as Readonly<Record<string, unknown>>;
}

/** Members of enumerations in the letter case that they have: Graph takes them in any. */
export function withMembers(
  type: EntityType,
  body: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      memberOf(Object.hasOwn(type.properties, name) ? type.properties[name] : undefined, value),
    ]),
  );
}

function memberOf(kind: Kind | undefined, value: unknown): unknown {
  if (typeof kind !== 'object' || !('enumeration' in kind) || typeof value !== 'string') return value;
  return memberNamed(kind.enumeration, value) ?? value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badRequest('Expected the body to be JSON.');
  }
}

/** JSON without annotations; `@odata.type` stays where `keepTypes`. @throws GraphError 400 for `@odata.bind`. */
export function annotationsOff(value: unknown, keepTypes: boolean): unknown {
  if (Array.isArray(value)) return value.map((part) => annotationsOff(part, keepTypes));
  if (typeof value !== 'object' || value === null) return value;
  const link = Object.keys(value).find((name) => name.endsWith('@odata.bind'));
  if (link !== undefined) {
    throw badRequest(`Expected objects with an id in place of the links of '${link.slice(0, 100)}'.`);
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !/@(?:odata|microsoft)\./.test(name) || (keepTypes && name === '@odata.type'))
      .map(([name, part]) => [name, annotationsOff(part, keepTypes)]),
  );
}

/** Uses no stack: what comes in may be nested as deep as its size allows. */
function isDeeper(root: unknown, max: number): boolean {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > max) return true;
    for (const part of Object.values(value)) open.push({ value: part, depth: depth + 1 });
  }
  return false;
}
