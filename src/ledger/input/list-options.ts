/** Options of lists, and their page tokens. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { checkTree } from '../../filter/check-tree.ts';
import { checkFilter, parseListFilter } from '../../filter/list-filter.ts';
import { readFlag, readString, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf } from '../../input/options.ts';
import { invalid, type Place, unknownWord } from '../../input/refuse.ts';
import type { Filter } from '../../model/filter.ts';
import { LIMITS } from '../../model/limits.ts';
import { type PropertyTable, RUN_PROPERTIES } from '../../model/resources/properties.ts';
import type { Cursor, Order } from '../../ports/store.ts';

/** Options of a list. */
export interface ListOptions {
  /**
   * OData's text, `processingStatus eq 'failed' and scheduledDateTime ge 2026-01-01T00:00:00Z`, or what the
   * functions of `filter` build. At most 8,192 characters as text, nested at most 64 deep. Default: all rows.
   */
  readonly filter?: string | Filter;
  /** A date property or `processingStatus`, then `asc` (default) or `desc`. */
  readonly orderBy?: string;
  /** Rows of a page, 1..999. Default 100. */
  readonly top?: number;
  /**
   * `nextToken` of the page before. It carries filter and order; naming others is refused. Default: the first
   * page.
   */
  readonly after?: string;
  /** Also count all matches. Default `false`. */
  readonly count?: boolean;
}

/** Options of a list of the users of a workflow: newest schedule first, each run's users by ordinal. */
export interface WorkflowUserListOptions extends Omit<ListOptions, 'orderBy'> {
  /**
   * Users of which runs: a filter as of `runs.list`, as text or built. Default: of all but previews, as of any filter that
   * does not name `workflowExecutionType`.
   */
  readonly runFilter?: string | Filter;
}

/** The requested page. */
export const PAGE_OPTIONS = {
  top: optional((place: Place) => readWhole(place, 1, LIMITS.pageSizeMax)),
  after: optional(readString),
};
const LIST_OPTIONS = {
  ...PAGE_OPTIONS,
  filter: optional(readFilter),
  orderBy: optional(readString),
  count: optional(readFlag),
} satisfies ShapeOf<ListOptions>;
const { orderBy: _, ...UNORDERED } = LIST_OPTIONS;
const WORKFLOW_USER_OPTIONS = {
  ...UNORDERED,
  runFilter: optional(readFilter),
} satisfies ShapeOf<WorkflowUserListOptions>;

/**
 * Reads the options of a list. @throws LifecycleError `InvalidArgument`.
 *
 * @param of the method, for messages.
 */
export function readListOptions(options: ListOptions | undefined, of: string): ListOptions {
  return readOptions(options, of, LIST_OPTIONS);
}

/** As {@link readListOptions}, of a list of the users of a workflow. */
export function readWorkflowUserOptions(
  options: WorkflowUserListOptions | undefined,
  of: string,
): WorkflowUserListOptions {
  return readOptions(options, of, WORKFLOW_USER_OPTIONS);
}

/** A list request. */
export interface ListRequest<Key extends string | number> {
  readonly where: Filter | null;
  /** What `runFilter` says; `null` in lists that have none. */
  readonly whereRun: Filter | null;
  readonly order: Order;
  readonly after: Cursor<Key> | null;
  readonly limit: number;
  /** Token of the page after the one that ends at `cursor`. */
  tokenAfter(cursor: Cursor<Key>): string;
}

/** Definition of a list. */
export interface ListKind<Row> {
  /** Names the list; a page token of another one is refused. */
  readonly scope: string;
  readonly table: PropertyTable<Row>;
  readonly keyType: 'string' | 'number';
  /** Default order. */
  readonly defaultOrder: string;
}

/**
 * Builds the request of a list from its options.
 *
 * @throws LifecycleError `InvalidFilter`, `InvalidPageToken`, `InvalidArgument`.
 */
export function listRequest<Row, Key extends string | number>(
  options: ListOptions & WorkflowUserListOptions,
  kind: ListKind<Row>,
): ListRequest<Key> {
  const { scope, table, defaultOrder } = kind;
  const token = options.after === undefined ? null : readToken(options.after, kind);
  const filter = filterOf('filter', options.filter, token?.filter, table);
  const runFilter = filterOf('runFilter', options.runFilter, token?.runFilter, RUN_PROPERTIES);
  const orderBy = fromToken(options.orderBy, token?.orderBy, 'orderBy') ?? defaultOrder;
  return {
    where: filter.where,
    whereRun: runFilter.where,
    order: readOrder(orderBy, table),
    after: token === null ? null : (token.cursor as Cursor<Key>),
    limit: options.top ?? LIMITS.pageSizeDefault,
    tokenAfter: (cursor) =>
      writeToken(scope, { filter: filter.text, runFilter: runFilter.text, orderBy, cursor }),
  };
}

/** A filter as it is given, or else as the token has it, as a text; and as a tree: the text is parsed once, a tree never. */
function filterOf<Row>(
  field: string,
  given: string | Filter | undefined,
  carried: string | null | undefined,
  table: PropertyTable<Row>,
): { readonly text: string | null; readonly where: Filter | null } {
  if (typeof given === 'object') {
    const { filter, text } = checkTree(given);
    fromToken(text, carried, field);
    return { text, where: checkFilter(filter, table) };
  }
  const text = fromToken(given, carried, field) ?? null;
  if (text === null) return { text, where: null };
  const parse = (): Filter => parseListFilter(text, table);
  return { text, where: given === undefined ? ofToken(parse) : parse() };
}

/** A text or an object; a tree is checked later, where the properties of the list are known. */
function readFilter(place: Place): string | Filter {
  if (typeof place.value === 'string' || (typeof place.value === 'object' && place.value !== null))
    return place.value as string | Filter;
  throw invalid(place, 'a text or a filter');
}

/**
 * Makes a page of rows that were read with a limit of `request.limit + 1`, with the token of the
 * next page.
 */
export function cutPage<Row, Key extends string | number>(
  rows: readonly Row[],
  request: ListRequest<Key>,
  table: PropertyTable<Row>,
  keyOf: (row: Row) => Key,
): { readonly shown: readonly Row[]; readonly nextToken: string | null } {
  const shown = rows.slice(0, request.limit);
  const last = rows.length > request.limit ? shown.at(-1) : undefined;
  if (!last) return { shown, nextToken: null };
  // In order of `id` the key alone is the cursor.
  const field = request.order.property === 'id' ? undefined : table[request.order.property]?.field;
  const value = field === undefined ? null : (last[field] as string | number | null);
  return { shown, nextToken: request.tokenAfter({ value, key: keyOf(last) }) };
}

function readOrder<Row>(text: string, table: PropertyTable<Row>): Order {
  const [property = '', direction = 'asc', ...rest] = text.trim().split(/\s+/);
  const known = ['id', ...Object.keys(table).filter((name) => table[name]?.orderable)];
  if (!known.includes(property)) throw unknownWord({ path: 'orderBy', value: property }, known);
  if (rest.length > 0 || (direction !== 'asc' && direction !== 'desc'))
    throw invalid({ path: 'orderBy', value: text }, `\`${property} asc\` or \`${property} desc\``);
  return { property, descending: direction === 'desc' };
}

interface Token {
  readonly filter: string | null;
  readonly runFilter: string | null;
  readonly orderBy: string;
  readonly cursor: Cursor<string | number>;
}

function writeToken(scope: string, { filter, runFilter, orderBy, cursor }: Token): string {
  const parts = [scope, filter, runFilter, orderBy, cursor.value, cursor.key];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function readToken<Row>(text: string, { scope, table, keyType }: ListKind<Row>): Token {
  return ofToken(() => {
    const parts = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const [ofScope, filter, runFilter, orderBy, value, key] = parts;
    if (ofScope !== scope || !isTextOrNull(filter) || !isTextOrNull(runFilter)) throw badToken();
    if (typeof orderBy !== 'string' || typeof key !== keyType) throw badToken();
    const valueType = VALUE_TYPES[table[readOrder(orderBy, table).property]?.type ?? 'none'];
    if (value !== null && typeof value !== valueType) throw badToken();
    return {
      filter,
      runFilter,
      orderBy,
      cursor: { value: value as string | number | null, key: key as string | number },
    };
  });
}

/** What is read from a token: all its faults give the same error. */
function ofToken<T>(read: () => T): T {
  try {
    return read();
  } catch {
    throw badToken();
  }
}

function badToken(): LifecycleError<'InvalidPageToken'> {
  return new LifecycleError(
    'InvalidPageToken',
    'Expected after to be the nextToken of a page of this list, got something else',
    { field: 'after' },
  );
}

/** Type of a cursor's value, by the type of the property that the list is ordered by. */
const VALUE_TYPES = { string: 'string', number: 'number', dateTime: 'number', none: 'nothing' } as const;

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function fromToken(
  given: string | undefined,
  carried: string | null | undefined,
  field: string,
): string | null | undefined {
  if (carried === undefined) return given;
  if (given !== undefined && given !== carried) {
    throw new LifecycleError(
      'InvalidPageToken',
      `Expected ${field} to be the one that the page token carries, got \`${given}\``,
      { field },
    );
  }
  return carried;
}
