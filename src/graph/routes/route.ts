/** What a route is, and the few kinds that there are. The table itself stands in `routes.ts`. */
import type { Engine } from '../../engine/engine.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Author } from '../../ledger/input/author.ts';
import type { CallbackProof } from '../../model/workflow/extension.ts';
import type { Permission } from '../access/permissions.ts';
import { badRequest } from '../graph-error.ts';
import type { Source } from '../lists/list.ts';
import { objectBody } from '../protocol/body.ts';
import type { EntityType, Kind } from '../protocol/entity-types.ts';
import type { Query } from '../protocol/query.ts';
import type { Row } from '../protocol/represent.ts';
import type { Turn } from '../protocol/work.ts';

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
      /** `made`: 201, with its address. `changed`: 204, or 200 when the client wants to see it. */
      readonly how: 'read' | 'made' | 'changed' | 'acted';
    }
  | {
      readonly kind: 'complex';
      readonly name: string;
      readonly value: Row | readonly Row[];
      readonly kinds: Readonly<Record<string, Kind>>;
    }
  | { readonly kind: 'nothing'; readonly runId?: string };

/** A method of a path. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `identityGovernance/lifecycleWorkflows`: `workflows/{workflow}/runs/summary()`. */
  readonly path: string;
  /** Permissions any one of which is enough. */
  readonly needs: readonly Permission[];
  readonly answer: (call: Call) => Promise<Answer>;
  /** Query options that it takes. */
  readonly options: readonly (keyof Query)[];
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

/** A list. */
export function list(path: string, needs: Needs, type: EntityType, source: (call: Call) => Source): Route {
  const answer = async (call: Call): Promise<Answer> => ({ kind: 'list', type, source: source(call) });
  return { method: 'GET', path, needs, options: LIST_OPTIONS, answer };
}

/** One resource. */
export function one(
  path: string,
  needs: Needs,
  type: EntityType,
  read: (call: Call) => Promise<object>,
): Route {
  const answer = async (call: Call): Promise<Answer> => ({
    kind: 'entity',
    type,
    row: (await read(call)) as Row,
    how: 'read',
  });
  return { method: 'GET', path, needs, options: ONE_OPTIONS, answer };
}

/** A function of a window of time: `summary(startDateTime=…,endDateTime=…)`. */
export function summary(
  path: string,
  needs: Needs,
  name: string,
  sum: (call: Call, start: string, end: string) => Promise<object>,
  kinds: Readonly<Record<string, Kind>> = {},
  options: readonly (keyof Query)[] = [],
): Route {
  const answer = async (call: Call): Promise<Answer> => {
    const [start, end] = ['startdatetime', 'enddatetime'].map((arg) => call.args.get(arg));
    if (start === undefined || end === undefined || call.args.size !== 2) {
      throw badRequest('Expected the parameters startDateTime and endDateTime, and no others.');
    }
    return { kind: 'complex', name, value: (await sum(call, start, end)) as Row, kinds };
  };
  return { method: 'GET', path, needs, options, answer };
}

/** Makes a resource. */
export function create(
  path: string,
  needs: Needs,
  type: EntityType,
  make: (call: Call) => Promise<object>,
): Route {
  const answer = async (call: Call): Promise<Answer> => ({
    kind: 'entity',
    type,
    row: (await make(call)) as Row,
    how: 'made',
  });
  return { method: 'POST', path, needs, options: [], answer };
}

/** Changes a resource. `how`: whether the answer shows it when the client does not say. */
export function update(
  path: string,
  needs: Needs,
  type: EntityType,
  how: 'changed' | 'acted',
  change: (call: Call) => Promise<object>,
): Route {
  const answer = async (call: Call): Promise<Answer> => ({
    kind: 'entity',
    type,
    row: (await change(call)) as Row,
    how,
  });
  return { method: 'PATCH', path, needs, options: [], answer };
}

/** An action that answers with a resource. */
export function act(
  path: string,
  needs: Needs,
  type: EntityType,
  run: (call: Call) => Promise<object>,
): Route {
  return { ...update(path, needs, type, 'acted', run), method: 'POST' };
}

/** An action that answers with complex values. */
export function collect(
  path: string,
  needs: Needs,
  name: string,
  run: (call: Call) => Promise<readonly object[]>,
): Route {
  const answer = async (call: Call): Promise<Answer> => {
    return { kind: 'complex', name, value: (await run(call)) as readonly Row[], kinds: {} };
  };
  return { method: 'POST', path, needs, options: [], answer };
}

/** An action that answers with a complex value. */
export function compute(
  path: string,
  needs: Needs,
  name: string,
  kinds: Readonly<Record<string, Kind>>,
  run: (call: Call) => Promise<Row>,
): Route {
  const answer = async (call: Call): Promise<Answer> => ({
    kind: 'complex',
    name,
    value: await run(call),
    kinds,
  });
  return { method: 'POST', path, needs, options: [], answer };
}

/** An action or deletion that answers nothing, or the id of the run that it made. */
export function done(
  method: 'POST' | 'DELETE',
  path: string,
  needs: Needs,
  run: (call: Call) => Promise<unknown>,
): Route {
  const answer = async (call: Call): Promise<Answer> => {
    const runId = await run(call);
    return typeof runId === 'string' ? { kind: 'nothing', runId } : { kind: 'nothing' };
  };
  return { method, path, needs, options: [], answer };
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
