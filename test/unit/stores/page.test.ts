import { describe, expect, it } from 'vitest';
import { parseListFilter } from '../../../src/filter/index.ts';
import type { PropertyTable } from '../../../src/model/properties.ts';
import type { PageQuery } from '../../../src/ports/store.ts';
import { pageOf } from '../../../src/stores/page.ts';

interface Row {
  readonly id: string;
  readonly city: string;
  readonly at: number | null;
}

const TABLE: PropertyTable<Row> = {
  city: { type: 'string', field: 'city', orderable: true },
  at: { type: 'dateTime', field: 'at', orderable: true },
};
const ROWS: readonly Row[] = [
  { id: 'a', city: 'Rome', at: 2 },
  { id: 'b', city: 'Oslo', at: null },
  { id: 'c', city: 'Rome', at: 1 },
  { id: 'd', city: 'Oslo', at: 2 },
];
const FIRST: PageQuery<string> = {
  where: null,
  order: { property: 'id', descending: false },
  after: null,
  limit: 10,
};

function idsOf(query: Partial<PageQuery<string>>): string {
  return pageOf(ROWS, { ...FIRST, ...query }, TABLE, ({ id }) => id)
    .map(({ id }) => id)
    .join('');
}

describe('a page of rows', () => {
  it('is in the order of the query, nulls lowest, equal values by key in the same direction', () => {
    expect(idsOf({ order: { property: 'at', descending: false } })).toBe('bcad');
    expect(idsOf({ order: { property: 'at', descending: true } })).toBe('dacb');
    expect(idsOf({ order: { property: 'id', descending: true } })).toBe('dcba');
  });

  it('has those that match, at most so many', () => {
    const where = parseListFilter("city eq 'Rome'", TABLE);
    expect(idsOf({ where })).toBe('ac');
    expect(idsOf({ where, limit: 1 })).toBe('a');
    expect(idsOf({ limit: 0 })).toBe('');
  });

  it('begins after the row that the cursor names, in whatever order', () => {
    const order = { property: 'at', descending: false };
    expect(idsOf({ order, after: { value: 1, key: 'c' } })).toBe('ad');
    expect(idsOf({ order, after: { value: 2, key: 'a' } })).toBe('d');
    expect(idsOf({ order: { ...order, descending: true }, after: { value: 2, key: 'a' } })).toBe('cb');
    expect(idsOf({ after: { value: null, key: 'b' } })).toBe('cd');
  });
});
