/** What a route is, and the few kinds that there are. The table itself stands in `routes.ts`. */
import type { Engine } from '../engine/engine.ts';
import { LifecycleError } from '../errors/index.ts';
import type { Author } from '../ledger/author.ts';
import type { CallbackProof } from '../model/extension.ts';
import { objectBody } from './body.ts';
import type { ComplexType, EntityType, OperationValue } from './edm.ts';
import { badRequest } from './graph-error.ts';
import type { Source } from './list.ts';
import type { Permission } from './permissions.ts';
import type { Query } from './query.ts';
import type { Row } from './represent.ts';
import { placeOf } from './schema.ts';
import type { Turn } from './work.ts';

/** The keys that paths have. */
export type KeyName =
  | 'workflow'
  | 'run'
  | 'user'
  | 'taskResult'
  | 'report'
  | 'task'
  | 'version'
  | 'definition'
  | 'template'
  | 'reprocessed'
  | 'extension'
  | 'target'
  | 'scoped';

/** One request, taken apart. */
export interface Call {
  readonly engine: Engine;
  /** The keys of the route's path; a route reads only those that its path has. */
  readonly keys: Readonly<Record<KeyName, string>>;
  /** The same, for what hangs under several parents. */
  readonly given: Readonly<Partial<Record<KeyName, string>>>;
  /** Parameters of a function, names in lower case. */
  readonly args: ReadonlyMap<string, string>;
  readonly query: Query;
  /** Parsed JSON; `undefined`: there was no body. */
  readonly body: unknown;
  readonly nowMs: number;
  /** Who sends the request, when that is known. */
  readonly author: Author;
  /** Gives `null` when `work` has not ended within `limits.awaitedMsMax`; it goes on then. */
  readonly inTime: <T>(work: Promise<T>) => Promise<T | null>;
  readonly turn: Turn;
  /** Why an answer to a call is to be believed. */
  readonly proof: CallbackProof;
}

/** What a route answers. */
export type Answer =
  | { readonly kind: 'list'; readonly type: EntityType; readonly source: Source }
  | {
      readonly kind: 'entity';
      readonly type: EntityType;
      readonly row: Row;
      /** `made`: 201, with its address. `changed`: 204, or 200 when the client wants to see it. `linked`: not contained here. */
      readonly how: 'read' | 'made' | 'changed' | 'acted' | 'linked';
    }
  | { readonly kind: 'complex'; readonly type: ComplexType; readonly value: Row | readonly Row[] }
  | { readonly kind: 'nothing'; readonly runId?: string };

/** A method of a path. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `identityGovernance/lifecycleWorkflows`: `workflows/{workflow}/runs/summary()`; empty: that itself. */
  readonly path: string;
  /** Permissions any one of which is enough. */
  readonly needs: readonly Permission[];
  readonly answer: (call: Call) => Promise<Answer>;
  /** Query options that it takes. */
  readonly options: readonly (keyof Query)[];
  /** Reads the resource of a GET; its single navigation properties get routes of their own. */
  readonly read?: (call: Call) => Promise<object>;
  /** A method of the seed that Entra does not have; `readOnlyRuns` takes it away. */
  readonly ofSeed?: true;
  /** Can be called without a permission, with the token of a callback or by an application that is named for it. */
  readonly takesCallbacks?: true;
}

const LIST_OPTIONS: readonly (keyof Query)[] = [
  'filter',
  'orderBy',
  'search',
  'select',
  'expand',
  'top',
  'skip',
  'count',
  'skipToken',
];
const ONE_OPTIONS: readonly (keyof Query)[] = ['select', 'expand'];

type Needs = readonly Permission[];

/** The entity type at a path: of a resource or of a collection. */
function typeAt(path: string, isMany: boolean): EntityType {
  const place = placeOf(path);
  if (place.kind === 'resource' && place.isMany === isMany) return place.type;
  throw new Error(`Expected ${path} to be ${isMany ? 'a collection' : 'a resource'}, got something else`);
}

/** A list. */
export function list(path: string, needs: Needs, source: (call: Call) => Source): Route {
  const type = typeAt(path, true);
  const answer = async (call: Call): Promise<Answer> => ({ kind: 'list', type, source: source(call) });
  return { method: 'GET', path, needs, options: LIST_OPTIONS, answer };
}

/** One resource. */
export function one(path: string, needs: Needs, read: (call: Call) => Promise<object>): Route {
  const type = typeAt(path, false);
  const answer = async (call: Call): Promise<Answer> => entity(type, await read(call), 'read');
  return { method: 'GET', path, needs, options: ONE_OPTIONS, answer, read };
}

/** The target of a single navigation property that is not contained; `null` answers 204. */
export function link(path: string, needs: Needs, read: (call: Call) => Promise<object | null>): Route {
  const type = typeAt(path, false);
  const answer = async (call: Call): Promise<Answer> => {
    const target = await read(call);
    return target === null ? { kind: 'nothing' } : entity(type, target, 'linked');
  };
  return { method: 'GET', path, needs, options: ['select'], answer };
}

/** Makes a resource. */
export function create(path: string, needs: Needs, make: (call: Call) => Promise<object>): Route {
  const type = typeAt(path, true);
  const answer = async (call: Call): Promise<Answer> => entity(type, await make(call), 'made');
  return { method: 'POST', path, needs, options: [], answer };
}

/** Changes a resource. `how`: whether the answer shows it when the client does not say. */
export function update(
  path: string,
  needs: Needs,
  how: 'changed' | 'acted',
  change: (call: Call) => Promise<object>,
): Route {
  const type = typeAt(path, false);
  const answer = async (call: Call): Promise<Answer> => entity(type, await change(call), how);
  return { method: 'PATCH', path, needs, options: [], answer };
}

/** Deletes a resource, or a reference to it. */
export function remove(path: string, needs: Needs, run: (call: Call) => Promise<unknown>): Route {
  typeAt(path, false);
  const answer = async (call: Call): Promise<Answer> => {
    await run(call);
    return { kind: 'nothing' };
  };
  return { method: 'DELETE', path, needs, options: [], answer };
}

/** An action or a function. One without a result may give the id of the run that it created, for `x-run-id`. */
export function operation(
  path: string,
  needs: Needs,
  run: (call: Call) => Promise<unknown>,
  options: readonly (keyof Query)[] = [],
): Route {
  const place = placeOf(path);
  if (place.kind !== 'operation') throw new Error(`Expected ${path} to be an operation, got a resource`);
  const { kind, returns } = place.operation;
  const answer = async (call: Call): Promise<Answer> => resultOf(returns, await run(call));
  return { method: kind === 'action' ? 'POST' : 'GET', path, needs, options, answer };
}

/** A function of a window of time: `summary(startDateTime=…,endDateTime=…)`. */
export function windowed(
  path: string,
  needs: Needs,
  sum: (call: Call, start: string, end: string) => Promise<unknown>,
  options: readonly (keyof Query)[] = [],
): Route {
  const run = async (call: Call): Promise<unknown> => {
    const [start, end] = ['startdatetime', 'enddatetime'].map((arg) => call.args.get(arg));
    if (start === undefined || end === undefined || call.args.size !== 2) {
      throw badRequest('Expected the parameters startDateTime and endDateTime, and no others.');
    }
    return sum(call, start, end);
  };
  return operation(path, needs, run, options);
}

function entity(type: EntityType, row: object, how: (Answer & { kind: 'entity' })['how']): Answer {
  return { kind: 'entity', type, row: row as Row, how };
}

function resultOf(returns: OperationValue | undefined, result: unknown): Answer {
  if (returns === undefined)
    return typeof result === 'string' ? { kind: 'nothing', runId: result } : { kind: 'nothing' };
  const { type } = returns;
  if (typeof type === 'string') throw new Error(`Expected an operation to give an object, got a ${type}`);
  if ('key' in type) return entity(type, result as object, 'acted');
  return { kind: 'complex', type, value: result as Row | readonly Row[] };
}

/** A field of the body. @throws GraphError 400 for a body that is no object or has other fields. */
export function soleField(body: unknown, name: string, keepTypes = false): unknown {
  const fields = objectBody(body, keepTypes);
  const stray = Object.keys(fields).find((field) => field !== name);
  if (stray !== undefined || !Object.hasOwn(fields, name)) {
    throw badRequest(`Expected the body to have the field '${name}', and no others.`);
  }
  return fields[name];
}

/** The thing, when it is there. @throws LifecycleError `NotFound`. */
export function found<Thing>(thing: Thing | undefined, what: string, id: string): Thing {
  if (thing !== undefined) return thing;
  throw new LifecycleError('NotFound', `Expected ${what} \`${id}\`, got none`, { id });
}
