/**
 * One page of a list: filtered, ordered, counted. What the store answers by itself is left to it; the rest is
 * looked at here, over a bounded number of rows, and the host has turns in between.
 *
 * | filter | order | how |
 * |---|---|---|
 * | the store's | the store's, or none | the store's own page |
 * | any, of which the store takes what it can that has to be true anyhow | the store's, or none | the store's rows in turn, until the page is full or the bound is reached; a page may then be short, or empty, and still have a next one |
 * | as above | any | all rows that the store gives, put in order here; more than the bound is refused |
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LifecycleError } from '../errors/index.ts';
import { writeFilter } from '../filter/index.ts';
import type { Filter } from '../model/filter.ts';
import { LIMITS } from '../model/limits.ts';
import type { EntityType } from './entity-types.ts';
import { parseEntityFilter } from './filter-check.ts';
import { badRequest } from './graph-error.ts';
import type { Query } from './query.ts';
import type { Row } from './represent.ts';
import {
  compareSortValues,
  type OrderKey,
  readOrder,
  rowTest,
  type SortValue,
  searchTest,
  sortValues,
} from './rows.ts';

/** Where a page ended; a list's own matter. */
export type Cursor = unknown;

/** What a list is asked for. */
export interface SourceRequest {
  /** Only one that the list has accepted. */
  readonly filter: string | null;
  /** Only one that the list has accepted; `null`: the list's own. */
  readonly order: OrderKey | null;
  readonly limit: number;
  /** `null`: from the beginning. */
  readonly after: Cursor;
}

/** Where a list's rows come from. */
export interface Source {
  page(request: SourceRequest): Promise<{ readonly rows: readonly Row[]; readonly next: Cursor }>;
  /** Whether it answers such a filter, or order, by itself. Default: none. */
  acceptsFilter?(text: string, tree: Filter): boolean;
  acceptsOrder?(order: OrderKey): boolean;
  /** How many rows fit; absent: they have to be read. */
  count?(filter: string | null): Promise<number>;
  /** Rows that belong to the list at all. Default: every one. */
  belongs?(row: Row): boolean;
}

/** A page. */
export interface ListPage {
  readonly rows: readonly Row[];
  /** Opaque; `null` on the last page. */
  readonly nextToken: string | null;
  readonly count: number | null;
}

/** What a list works with beside its source. */
export interface ListDeps {
  readonly nowMs: () => number;
  readonly scannedRowsMax: number;
}

/** What is asked of a source, with what is left to do here. */
interface Plan {
  readonly source: Source;
  readonly type: EntityType;
  readonly filter: string | null;
  readonly order: readonly OrderKey[];
  readonly test: ((row: Row) => boolean) | null;
  readonly limit: number;
  readonly skip: number;
  readonly after: Cursor;
  readonly max: number;
}

/** Reads a page. @throws GraphError 400; LifecycleError `InvalidFilter`, `InvalidPageToken`, `LimitExceeded`. */
export async function readPage(
  source: Source,
  type: EntityType,
  query: Query,
  pageSize: number | null,
  deps: ListDeps,
): Promise<ListPage> {
  const token = query.skipToken === null ? null : readToken(query.skipToken, query);
  const plan = planOf(source, type, query, deps);
  const limit =
    query.top === null
      ? (pageSize ?? LIMITS.pageSizeDefault)
      : Math.min(query.top, pageSize ?? LIMITS.pageSizeMax);
  const isFirst = token === null;
  const counted = query.count && isFirst ? await countRows(plan) : null;
  if (limit === 0) return { rows: [], nextToken: null, count: counted };
  const request = { ...plan, limit, skip: isFirst ? query.skip : 0, after: token?.cursor ?? null };
  const { rows, next } = await (isOrderLeft(plan) ? orderedPage(request) : turnedPage(request));
  return { rows, nextToken: next === null ? null : writeToken(query, next), count: counted };
}

/** How many rows a filter and search leave. @throws as {@link readPage}. */
export function countOf(source: Source, type: EntityType, query: Query, deps: ListDeps): Promise<number> {
  return countRows(planOf(source, type, query, deps));
}

function planOf(source: Source, type: EntityType, query: Query, { nowMs, scannedRowsMax }: ListDeps): Plan {
  const { filter, left } = shared(query.filter, source, type);
  const tests = [
    ...(left === null ? [] : [rowTest(left, type, nowMs)]),
    ...(query.search === null ? [] : [searchTest(query.search, type)]),
    ...(source.belongs ? [source.belongs] : []),
  ];
  return {
    source,
    type,
    filter,
    order: query.orderBy === null ? [] : readOrder(query.orderBy, type),
    test: tests.length === 0 ? null : (row) => tests.every((test) => test(row)),
    limit: LIMITS.pageSizeMax,
    skip: 0,
    after: null,
    max: scannedRowsMax,
  };
}

/** A filter as what the source takes of it, and what is left. @throws LifecycleError `InvalidFilter`. */
function shared(
  text: string | null,
  source: Source,
  type: EntityType,
): { readonly filter: string | null; readonly left: Filter | null } {
  if (text === null) return { filter: null, left: null };
  const tree = parseEntityFilter(text, type);
  const takes = (one: Filter, written: string): boolean => source.acceptsFilter?.(written, one) ?? false;
  const whole = writeFilter(tree);
  if (takes(tree, whole)) return { filter: whole, left: null };
  const parts = conditionsOf(tree);
  const alone = parts.filter((part) => takes(part, writeFilter(part)));
  const [first] = alone;
  if (first === undefined) return { filter: null, left: tree };
  // What a source takes one by one, it need not take together.
  const together = takes(all(alone), writeFilter(all(alone))) ? alone : [first];
  return {
    filter: writeFilter(all(together)),
    left: all(parts.filter((part) => !together.includes(part))),
  };
}

/** What has to be true all at once. */
function conditionsOf(tree: Filter): readonly Filter[] {
  return tree.kind === 'and' ? tree.operands.flatMap(conditionsOf) : [tree];
}

function all(parts: readonly Filter[]): Filter {
  const [first, ...more] = parts;
  return first !== undefined && more.length === 0 ? first : { kind: 'and', operands: parts, at: 0 };
}

function isOrderLeft({ order, source }: Plan): boolean {
  const [first, ...more] = order;
  return first !== undefined && (more.length > 0 || !source.acceptsOrder?.(first));
}

async function countRows(plan: Plan): Promise<number> {
  if (plan.test === null && plan.source.count) return plan.source.count(plan.filter);
  return (await everyRow(plan, '$count')).length;
}

/** Rows in the source's order, a batch at a time. */
async function turnedPage(plan: Plan): Promise<{ readonly rows: readonly Row[]; readonly next: Cursor }> {
  const { source, filter, test, limit, max } = plan;
  const order = plan.order[0] ?? null;
  const rows: Row[] = [];
  let { after, skip } = plan;
  for (let scanned = 0; scanned < max; ) {
    const wanted = limit - rows.length + skip;
    const atOnce = test === null ? wanted : Math.max(wanted, LIMITS.pageSizeDefault);
    const batch = Math.min(atOnce, LIMITS.pageSizeMax, max - scanned);
    let page = await source.page({ filter, order, limit: batch, after });
    const fitting = page.rows.flatMap((row, index) => (test === null || test(row) ? [index] : []));
    const last = fitting[wanted - 1];
    // More than fits on the page: it is read again up to the last row that does, to learn where that stands.
    if (last !== undefined && last < page.rows.length - 1)
      page = await source.page({ filter, order, limit: last + 1, after });
    scanned += Math.max(1, page.rows.length);
    for (const row of page.rows) {
      if (test !== null && !test(row)) continue;
      if (skip > 0) skip -= 1;
      else rows.push(row);
    }
    after = page.next;
    if (after === null || rows.length === limit) return { rows, next: after };
    await nextTurn();
  }
  if (skip > 0) throw tooMany('$skip', max);
  return { rows, next: after };
}

/** All rows, ordered here; the cursor is what the last row of a page was ordered by. */
async function orderedPage(plan: Plan): Promise<{ readonly rows: readonly Row[]; readonly next: Cursor }> {
  const { order, type, limit, skip, after } = plan;
  const keyed = (await everyRow(plan, '$orderby')).map((row) => ({
    row,
    values: sortValues(row, order, type),
  }));
  keyed.sort((left, right) => compareSortValues(left.values, right.values, order));
  const since =
    after === null
      ? 0
      : keyed.findIndex(({ values }) => compareSortValues(values, readSortValues(after, order), order) > 0);
  const rest = since < 0 ? [] : keyed.slice(since + skip);
  const shown = rest.slice(0, limit);
  return {
    rows: shown.map(({ row }) => row),
    next: rest.length > limit ? (shown.at(-1)?.values ?? null) : null,
  };
}

async function everyRow({ source, filter, test, max }: Plan, option: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let scanned = 0;
  let after: Cursor = null;
  do {
    const page = await source.page({ filter, order: null, limit: LIMITS.pageSizeMax, after });
    scanned += Math.max(1, page.rows.length);
    if (scanned > max) throw tooMany(option, max);
    for (const row of page.rows) if (test === null || test(row)) rows.push(row);
    after = page.next;
    if (after !== null) await nextTurn();
  } while (after !== null);
  return rows;
}

function tooMany(option: string, max: number): LifecycleError {
  return new LifecycleError(
    'LimitExceeded',
    `Expected ${option} with this filter or order to look at no more than ${max} rows; narrow $filter to properties that are indexed`,
    { limit: 'scannedRowsMax', max, field: option },
  );
}

function readSortValues(cursor: Cursor, order: readonly OrderKey[]): readonly SortValue[] {
  const isValues =
    Array.isArray(cursor) &&
    cursor.length === order.length + 1 &&
    cursor.every((value) => value === null || ['string', 'number', 'boolean'].includes(typeof value));
  if (isValues) return cursor as readonly SortValue[];
  throw badToken();
}

/** A token carries the options that it continues; others with it are refused. */
function writeToken({ filter, orderBy, search }: Query, cursor: Cursor): string {
  return Buffer.from(JSON.stringify([filter, orderBy, search, cursor])).toString('base64url');
}

function readToken(text: string, { filter, orderBy, search }: Query): { readonly cursor: Cursor } {
  try {
    const parts = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
    if (
      Array.isArray(parts) &&
      parts.length === 4 &&
      parts[0] === filter &&
      parts[1] === orderBy &&
      parts[2] === search
    )
      return { cursor: parts[3] as Cursor };
  } catch {
    // Whatever is wrong with a token, the client learns the same.
  }
  throw badToken();
}

/** The error for a token that a list did not make. */
export function badToken(): Error {
  return badRequest('Expected $skiptoken to be that of the @odata.nextLink of this list, unchanged.');
}
