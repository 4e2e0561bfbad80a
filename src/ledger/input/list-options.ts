/** Options of lists, and their page tokens. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { checkTree } from '../../filter/check-tree.ts';
import { checkFilter, parseListFilter } from '../../filter/list-filter.ts';
import { readFlag, readString, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf } from '../../input/options.ts';
import { invalid, type Place, unknownWord } from '../../input/refuse.ts';
import type { Filter } from '../../model/filter.ts';
import { LIMITS } from '../../model/limits.ts';
import type { PropertyTable } from '../../model/resources/properties.ts';
import type { Cursor, Order } from '../../ports/store.ts';

/** Options of a list. */
export interface ListOptions {
  /**
   * OData's text, `processingStatus eq 'failed' and scheduledDateTime ge 2026-01-01T00:00:00Z`, or what the functions of
   * `filter` build. At most 8,192 characters as text, nested at most 64 deep.
   */
  readonly filter?: string | Filter;
  /** A date property or `processingStatus`, then `asc` (default) or `desc`. */
  readonly orderBy?: string;
  /** Rows of a page, 1..999. Default 100. */
  readonly top?: number;
  /** `nextToken` of the page before. It carries filter and order; naming others is refused. */
  readonly after?: string;
  /** Also count all matches. */
  readonly count?: boolean;
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

/**
 * Reads the options of a list. @throws LifecycleError `InvalidArgument`.
 *
 * @param of the method, for messages.
 */
export function readListOptions(options: ListOptions | undefined, of: string): ListOptions {
  return readOptions(options, of, LIST_OPTIONS);
}

/** A list request. */
export interface ListRequest<Key extends string | number> {
  readonly where: Filter | null;
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
  options: ListOptions,
  kind: ListKind<Row>,
): ListRequest<Key> {
  const { scope, table, defaultOrder } = kind;
  const token = options.after === undefined ? null : readToken(options.after, kind);
  const given = givenFilter(options.filter);
  const text = fromToken(given?.text, token?.filter, 'filter') ?? null;
  const orderBy = fromToken(options.orderBy, token?.orderBy, 'orderBy') ?? defaultOrder;
  const whereOf = (): Filter | null => {
    if (given?.filter) return checkFilter(given.filter, table);
    return text === null ? null : parseListFilter(text, table);
  };
  return {
    where: given === null && token !== null ? ofToken(whereOf) : whereOf(),
    order: readOrder(orderBy, table),
    after: token === null ? null : (token.cursor as Cursor<Key>),
    limit: options.top ?? LIMITS.pageSizeDefault,
    tokenAfter: (cursor) => writeToken(scope, { filter: text, orderBy, cursor }),
  };
}

/** What a filter is given as: a text that is still to be parsed, or a tree with its text. */
interface GivenFilter {
  readonly text: string;
  readonly filter?: Filter;
}

function givenFilter(filter: ListOptions['filter']): GivenFilter | null {
  if (filter === undefined) return null;
  return typeof filter === 'string' ? { text: filter } : checkTree(filter);
}

/** A tree is checked against the list, where what is wrong with it can be said. */
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
  readonly orderBy: string;
  readonly cursor: Cursor<string | number>;
}

function writeToken(scope: string, { filter, orderBy, cursor }: Token): string {
  return Buffer.from(JSON.stringify([scope, filter, orderBy, cursor.value, cursor.key])).toString(
    'base64url',
  );
}

function readToken<Row>(text: string, { scope, table, keyType }: ListKind<Row>): Token {
  return ofToken(() => {
    const parts = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const [ofScope, filter, orderBy, value, key] = parts;
    const isOfList = ofScope === scope && isTextOrNull(filter) && typeof orderBy === 'string';
    if (!isOfList || typeof key !== keyType) throw badToken();
    const valueType = VALUE_TYPES[table[readOrder(orderBy, table).property]?.type ?? 'none'];
    if (value !== null && typeof value !== valueType) throw badToken();
    return {
      filter,
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

function badToken(): LifecycleError {
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
