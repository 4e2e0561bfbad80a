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
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Filter } from '../../model/filter.ts';
import { LIMITS } from '../../model/limits.ts';
import { badRequest } from '../graph-error.ts';
import type { Query, QueryFilter } from '../protocol/query.ts';
import type { Row } from '../protocol/represent.ts';
import type { Turn, Work, WorkPart } from '../protocol/work.ts';
import type { EntityType } from '../schema/edm.ts';
import { checkEntityFilter } from './filter-check.ts';
import { splitFilter } from './pushdown.ts';
import {
  compareSortValues,
  keyedRows,
  type OrderKey,
  readOrder,
  rowTest,
  type SortValue,
  sorted,
} from './rows.ts';
import { searchTest } from './search.ts';

/** Where a page ended; a list's own matter. */
export type Cursor = unknown;

/** What a list is asked for. */
export interface SourceRequest {
  /** Only one that the list has accepted. */
  readonly filter: Filter | null;
  /** Only one that the list has accepted; `null`: the list's own. */
  readonly order: OrderKey | null;
  readonly limit: number;
  /** `null`: from the beginning. */
  readonly after: Cursor;
  /** For lists that read from many places. */
  readonly turn: Turn;
}

/** Where a list's rows come from. */
export interface Source {
  page(request: SourceRequest): Promise<{ readonly rows: readonly Row[]; readonly next: Cursor }>;
  /** Whether it answers such a filter, or order, by itself. Default: none. */
  acceptsFilter?(filter: Filter): boolean;
  acceptsOrder?(order: OrderKey): boolean;
  /** How many rows fit; absent: they have to be read. */
  count?(filter: Filter | null, turn: Turn): Promise<number>;
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
  /** What the request may still cost. */
  readonly work: Work;
}

/** What is asked of a source, with what is left to do here. */
interface Plan {
  readonly source: Source;
  readonly type: EntityType;
  readonly filter: Filter | null;
  readonly order: readonly OrderKey[];
  readonly test: ((row: Row) => boolean) | null;
  /** What the test is for, when it turns out to be too much. */
  readonly tested: WorkPart;
  readonly work: Work;
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

function planOf(
  source: Source,
  type: EntityType,
  query: Query,
  { nowMs, scannedRowsMax, work }: ListDeps,
): Plan {
  const tree = query.filter === null ? null : checkEntityFilter(query.filter, type);
  const accepts = source.acceptsFilter?.bind(source) ?? (() => false);
  const { filter, left } = tree === null ? { filter: null, left: null } : splitFilter(tree, accepts);
  const tests = [
    ...(left === null ? [] : [rowTest(left, type, nowMs(), work.spend)]),
    ...(query.search === null ? [] : [searchTest(query.search, type, work.spend)]),
    ...(source.belongs ? [source.belongs] : []),
  ];
  return {
    source,
    type,
    filter,
    order: query.orderBy === null ? [] : readOrder(query.orderBy, type),
    test: tests.length === 0 ? null : (row) => tests.every((test) => test(row)),
    tested: left === null && query.search !== null ? '$search' : '$filter',
    work,
    limit: LIMITS.pageSizeMax,
    skip: 0,
    after: null,
    max: scannedRowsMax,
  };
}

function isOrderLeft({ order, source }: Plan): boolean {
  const [first, ...more] = order;
  return first !== undefined && (more.length > 0 || !source.acceptsOrder?.(first));
}

async function countRows(plan: Plan): Promise<number> {
  if (plan.test === null && plan.source.count) return plan.source.count(plan.filter, plan.work.turn);
  return (await everyRow(plan, '$count')).length;
}

/** Rows in the source's order, a batch at a time. */
async function turnedPage(plan: Plan): Promise<{ readonly rows: readonly Row[]; readonly next: Cursor }> {
  const { source, filter, test, work, limit, max } = plan;
  const order = plan.order[0] ?? null;
  const rows: Row[] = [];
  let { after, skip } = plan;
  let atOnce: number = LIMITS.pageSizeDefault;
  for (let scanned = 0; scanned < max; ) {
    const wanted = limit - rows.length + skip;
    const batch = Math.min(
      test === null ? wanted : Math.max(wanted, atOnce),
      LIMITS.pageSizeMax,
      max - scanned,
    );
    let page = await source.page({ filter, order, limit: batch, after, turn: work.turn });
    let fitting = await fittingRows(plan, page.rows, wanted);
    // More than fits on the page: it is read again up to the last row that does, to learn where that stands. Rows may
    // have changed meanwhile, so the new ones count.
    while (fitting.seen < page.rows.length) {
      page = await source.page({ filter, order, limit: fitting.seen, after, turn: work.turn });
      fitting = await fittingRows(plan, page.rows, wanted);
    }
    scanned += Math.max(1, page.rows.length);
    const skipped = Math.min(skip, fitting.rows.length);
    skip -= skipped;
    rows.push(...fitting.rows.slice(skipped));
    after = page.next;
    if (after === null || rows.length === limit) return { rows, next: after };
    // Few rows fit: more of them are read together, since each page has a cost of its own.
    atOnce *= 2;
    await work.turn();
  }
  if (skip > 0) throw tooMany('$skip', max);
  return { rows, next: after };
}

/** All rows, ordered here; the cursor is what the last row of a page was ordered by. */
async function orderedPage(plan: Plan): Promise<{ readonly rows: readonly Row[]; readonly next: Cursor }> {
  const { order, type, work, limit, skip, after } = plan;
  const compare = (left: readonly SortValue[], right: readonly SortValue[]): number =>
    compareSortValues(left, right, order, work.spend);
  const start = after === null ? null : readSortValues(after, order);
  const rows = keyedRows(await everyRow(plan, '$orderby'), order, type);
  const rest = await work.run(
    '$orderby',
    (function* () {
      const left: (typeof rows)[number][] = [];
      for (const row of rows) {
        if (start === null || compare(row.values, start) > 0) left.push(row);
        yield;
      }
      return (yield* sorted(left, (one, other) => compare(one.values, other.values))).slice(skip);
    })(),
  );
  const shown = rest.slice(0, limit);
  return {
    rows: shown.map(({ row }) => row),
    next: rest.length > limit ? (shown.at(-1)?.values ?? null) : null,
  };
}

async function everyRow(plan: Plan, option: string): Promise<readonly Row[]> {
  const { source, filter, work, max } = plan;
  const rows: Row[] = [];
  let scanned = 0;
  let after: Cursor = null;
  do {
    const page = await source.page({
      filter,
      order: null,
      limit: LIMITS.pageSizeMax,
      after,
      turn: work.turn,
    });
    scanned += Math.max(1, page.rows.length);
    if (scanned > max) throw tooMany(option, max);
    rows.push(...(await fittingRows(plan, page.rows, Infinity)).rows);
    after = page.next;
    if (after !== null) await work.turn();
  } while (after !== null);
  return rows;
}

/** The rows that pass the test, at most `wanted`; and how many were looked at to find them. */
async function fittingRows(
  { test, tested, work }: Plan,
  rows: readonly Row[],
  wanted: number,
): Promise<{ readonly rows: readonly Row[]; readonly seen: number }> {
  if (test === null) return { rows, seen: rows.length };
  return work.run(
    tested,
    (function* () {
      const fitting: Row[] = [];
      for (const [index, row] of rows.entries()) {
        if (test(row)) fitting.push(row);
        if (fitting.length === wanted) return { rows: fitting, seen: index + 1 };
        yield;
      }
      return { rows: fitting, seen: rows.length };
    })(),
  );
}

function tooMany(option: string, max: number): LifecycleError<'LimitExceeded'> {
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
  return Buffer.from(JSON.stringify([textOf(filter), orderBy, search, cursor])).toString('base64url');
}

function readToken(text: string, { filter, orderBy, search }: Query): { readonly cursor: Cursor } {
  try {
    const parts = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
    if (
      Array.isArray(parts) &&
      parts.length === 4 &&
      parts[0] === textOf(filter) &&
      parts[1] === orderBy &&
      parts[2] === search
    )
      return { cursor: parts[3] as Cursor };
  } catch {
    // Whatever is wrong with a token, the client learns the same.
  }
  throw badToken();
}

function textOf(filter: QueryFilter | null): string | null {
  return filter?.text ?? null;
}

/** The error for a token that a list did not make. */
export function badToken(): Error {
  return badRequest('Expected $skiptoken to be that of the @odata.nextLink of this list, unchanged.');
}
