import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../../src/filter/parsing/parse-filter.ts';
import { writeFilter } from '../../../../src/filter/write-filter.ts';
import { readPage, type Source } from '../../../../src/graph/lists/list.ts';
import { rowTest } from '../../../../src/graph/lists/rows.ts';
import type { Query, QueryFilter } from '../../../../src/graph/protocol/query.ts';
import type { Row } from '../../../../src/graph/protocol/represent.ts';
import { RUN } from '../../../../src/graph/schema/entity-types.ts';
import type { Filter } from '../../../../src/model/filter.ts';
import { workOf } from '../../../graph/work.ts';

const QUERY: Query = {
  filter: null,
  orderBy: null,
  search: null,
  select: null,
  expand: [],
  top: null,
  skip: 0,
  count: false,
  skipToken: null,
};
const given = (text: string): QueryFilter => ({ text, tree: parseFilter(text) });
const DEPS = { nowMs: () => 0, scannedRowsMax: 1_000, work: workOf() };
const spend = (): void => {};
const ROWS: readonly Row[] = Array.from({ length: 57 }, (_, index) => ({
  id: `r${index}`,
  totalUsersCount: (index * 7) % 10,
}));

/** Rows by number, with a count of what was read. */
function numbered(rows = ROWS): Source & { read: number } {
  const source = {
    read: 0,
    async page({ limit, after }: { limit: number; after: unknown }) {
      const start = after === null ? 0 : Number(after);
      source.read += Math.min(limit, rows.length - start);
      return {
        rows: rows.slice(start, start + limit),
        next: start + limit < rows.length ? start + limit : null,
      };
    },
  };
  return source;
}

async function everyPage(
  query: Query,
  source: Source = numbered(),
  deps = DEPS,
): Promise<readonly string[][]> {
  const pages: string[][] = [];
  let skipToken: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof readPage>> = await readPage(
      source,
      RUN,
      { ...query, skipToken },
      null,
      deps,
    );
    pages.push(page.rows.map(({ id }) => String(id)));
    skipToken = page.nextToken;
  } while (skipToken !== null);
  return pages;
}

describe('readPage', () => {
  it('finds the same rows at every page size, filtered, skipped and ordered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.option(fc.integer({ min: 0, max: 10 })),
        fc.boolean(),
        async (top, skip, least, isOrdered) => {
          const filter = least === null ? null : given(`totalUsersCount ge ${least}`);
          const orderBy = isOrdered ? 'totalUsersCount desc' : null;
          const found = (await everyPage({ ...QUERY, top, skip, filter, orderBy })).flat();
          const fitting = ROWS.filter((row) => least === null || Number(row.totalUsersCount) >= least);
          const byId = (a: Row, b: Row) => (String(a.id) < String(b.id) ? -1 : 1);
          const ordered = isOrdered
            ? fitting.toSorted((a, b) => Number(b.totalUsersCount) - Number(a.totalUsersCount) || byId(a, b))
            : fitting;
          expect(found).toEqual(ordered.slice(skip).map(({ id }) => id));
        },
      ),
      { numRuns: 300, seed: 20_261_124 },
    );
  });

  it('reads no more than its bound, and goes on from there', async () => {
    const source = numbered();
    const deps = { ...DEPS, scannedRowsMax: 20 };
    const query = { ...QUERY, top: 5, filter: given("id eq 'r56'") };
    const first = await readPage(source, RUN, query, null, deps);
    expect(first.rows).toEqual([]);
    expect(first.nextToken).not.toBeNull();
    expect(source.read).toBe(20);
    expect((await everyPage(query, source, deps)).flat()).toEqual(['r56']);
  });

  it('refuses an order or a count over more rows than its bound', async () => {
    const deps = { ...DEPS, scannedRowsMax: 20 };
    const order = readPage(numbered(), RUN, { ...QUERY, orderBy: 'totalUsersCount' }, null, deps);
    await expect(order).rejects.toMatchObject({
      code: 'LimitExceeded',
      details: { field: '$orderby', max: 20 },
    });
    const count = readPage(numbered(), RUN, { ...QUERY, count: true }, null, deps);
    await expect(count).rejects.toMatchObject({ code: 'LimitExceeded', details: { field: '$count' } });
  });

  it('asks the source for exactly what it shows when nothing is left to look at', async () => {
    const source = numbered();
    const page = await readPage(source, RUN, { ...QUERY, top: 5 }, null, DEPS);
    expect(page.rows).toHaveLength(5);
    expect(source.read).toBe(5);
  });

  it('a page size that is preferred bounds $top', async () => {
    expect((await readPage(numbered(), RUN, { ...QUERY, top: 50 }, 4, DEPS)).rows).toHaveLength(4);
    expect((await readPage(numbered(), RUN, { ...QUERY, top: 3 }, 4, DEPS)).rows).toHaveLength(3);
  });
});

describe('of a filter', () => {
  /** A source that takes comparisons with `eq`, together at most `most`, and answers them. */
  function choosy(most = 9): Source & { readonly asked: (string | null)[] } {
    const asked: (string | null)[] = [];
    const takes = (tree: Filter): boolean =>
      tree.kind === 'and'
        ? tree.operands.length <= most && tree.operands.every(takes)
        : tree.kind === 'compare' && tree.operator === 'eq';
    return {
      asked,
      acceptsFilter: takes,
      async page(request) {
        const { filter, after } = request;
        if (after === null) asked.push(filter && writeFilter(filter));
        const fits = filter === null ? () => true : rowTest(filter, RUN, 0, spend);
        return numbered(ROWS.filter(fits)).page(request);
      },
    };
  }

  it.each([
    ['totalUsersCount eq 7', ['totalUsersCount eq 7']],
    ["totalUsersCount eq 7 and startsWith(id, 'r1')", ['totalUsersCount eq 7']],
    [
      "(length(id) gt 2 and (totalUsersCount eq 7 and endsWith(id, '1'))) and id ne 'r1'",
      ['totalUsersCount eq 7'],
    ],
    ["length(id) gt 2 and totalUsersCount eq 7 and id eq 'r21'", ["totalUsersCount eq 7 and id eq 'r21'"]],
    ["totalUsersCount eq 7 or startsWith(id, 'r1')", [null]],
    ["not (totalUsersCount eq 7) and startsWith(id, 'r1')", [null]],
  ])('%s, the source is asked for %j, and the rest is looked at here', async (filter, asked) => {
    const source = choosy();
    const fits = rowTest(parseFilter(filter), RUN, 0, spend);
    const found = (await everyPage({ ...QUERY, top: 999, filter: given(filter) }, source)).flat();
    expect(found).toEqual(ROWS.filter(fits).map(({ id }) => id));
    expect(source.asked).toEqual(asked);
  });

  it('the source is asked for one part when it does not take all that it takes one by one', async () => {
    const source = choosy(1);
    const filter = given("totalUsersCount eq 7 and id eq 'r21' and length(id) eq 3");
    expect((await everyPage({ ...QUERY, filter }, source)).flat()).toEqual(['r21']);
    expect(source.asked).toEqual(['totalUsersCount eq 7']);
  });

  it('a count looks only at what the source gives', async () => {
    const deps = { ...DEPS, scannedRowsMax: 10 };
    const filter = given("totalUsersCount eq 7 and startsWith(id, 'r')");
    const { count } = await readPage(choosy(), RUN, { ...QUERY, count: true, filter }, null, deps);
    expect(count).toBe(ROWS.filter(({ totalUsersCount }) => totalUsersCount === 7).length);
  });
});
