/** What lists take, and their page tokens. */
import { LifecycleError } from '../errors/index.ts';
import { parseListFilter } from '../filter/index.ts';
import type { Filter } from '../model/filter.ts';
import { LIMITS } from '../model/limits.ts';
import type { PropertyTable } from '../model/properties.ts';
import type { Cursor, Order } from '../ports/store.ts';

/** Options of a list. */
export interface ListOptions {
  /** OData: `processingStatus eq 'failed' and scheduledDateTime ge 2026-01-01T00:00:00Z`. */
  readonly filter?: string;
  /** A date property or `processingStatus`, then `asc` (default) or `desc`. */
  readonly orderBy?: string;
  /** Rows of a page, 1..999. Default 100. */
  readonly top?: number;
  /** `nextToken` of the page before. It carries filter and order; naming others is refused. */
  readonly after?: string;
  /** Also count all matches. */
  readonly count?: boolean;
}

/** A list's options, read and checked. */
export interface ListRequest<Key extends string | number> {
  readonly where: Filter | null;
  readonly order: Order;
  readonly after: Cursor<Key> | null;
  readonly limit: number;
  /** The token of the page that follows one which ends at `cursor`. */
  tokenAfter(cursor: Cursor<Key>): string;
}

/**
 * Reads the options of a list.
 *
 * @param defaultOrder when the caller names none.
 * @throws LifecycleError `InvalidFilter`, `InvalidPageToken`, `InvalidArgument`.
 */
export function readListOptions<Row, Key extends string | number>(
  options: ListOptions,
  table: PropertyTable<Row>,
  keyType: 'string' | 'number',
  defaultOrder: string,
): ListRequest<Key> {
  const token = options.after === undefined ? null : readToken(options.after, keyType);
  const filter = fromToken(options.filter, token?.filter, 'filter') ?? null;
  const orderBy = fromToken(options.orderBy, token?.orderBy, 'orderBy') ?? defaultOrder;
  return {
    where: filter === null ? null : parseListFilter(filter, table),
    order: readOrder(orderBy, table),
    after: token === null ? null : (token.cursor as Cursor<Key>),
    limit: readTop(options.top),
    tokenAfter: (cursor) => writeToken({ filter, orderBy, cursor }),
  };
}

function readTop(top: number | undefined): number {
  if (top === undefined) return LIMITS.pageSizeDefault;
  if (Number.isInteger(top) && top >= 1 && top <= LIMITS.pageSizeMax) return top;
  throw new LifecycleError(
    'InvalidArgument',
    `Expected top to be a whole number in 1..${LIMITS.pageSizeMax}, got \`${top}\``,
    { field: 'top' },
  );
}

function readOrder<Row>(text: string, table: PropertyTable<Row>): Order {
  const [property = '', direction = 'asc', ...rest] = text.trim().split(/\s+/);
  const known = Object.keys(table).filter((name) => table[name]?.orderable);
  if (
    rest.length === 0 &&
    (direction === 'asc' || direction === 'desc') &&
    (property === 'id' || known.includes(property))
  ) {
    return { property, descending: direction === 'desc' };
  }
  throw new LifecycleError(
    'InvalidArgument',
    `Expected orderBy to be one of id, ${known.join(', ')}, with \`asc\` or \`desc\`, got \`${text}\``,
    { field: 'orderBy' },
  );
}

interface Token {
  readonly filter: string | null;
  readonly orderBy: string;
  readonly cursor: Cursor<string | number>;
}

function writeToken({ filter, orderBy, cursor }: Token): string {
  return Buffer.from(JSON.stringify([filter, orderBy, cursor.value, cursor.key])).toString('base64url');
}

function readToken(text: string, keyType: 'string' | 'number'): Token {
  try {
    const [filter, orderBy, value, key] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const isValue = value === null || typeof value === 'string' || Number.isFinite(value);
    if (
      (filter === null || typeof filter === 'string') &&
      typeof orderBy === 'string' &&
      isValue &&
      typeof key === keyType
    ) {
      return {
        filter,
        orderBy,
        cursor: { value: value as Cursor<string>['value'], key: key as string | number },
      };
    }
  } catch {
    // Whatever is wrong with a token, the caller learns the same.
  }
  throw new LifecycleError(
    'InvalidPageToken',
    'Expected after to be the nextToken of a page, got something else',
    { field: 'after' },
  );
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
