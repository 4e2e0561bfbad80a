import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../../src/filter/parsing/parse-filter.ts';
import { writeFilter } from '../../../../src/filter/write-filter.ts';
import { splitFilter } from '../../../../src/graph/lists/pushdown.ts';

/** What a source is left that answers `eq` and `in`, and what is looked at row by row. */
function split(text: string, accepts = (part: string) => !/contains/.test(part)) {
  const { filter, left } = splitFilter(parseFilter(text), (one) => accepts(writeFilter(one)));
  return { filter: filter && writeFilter(filter), left: left && writeFilter(left) };
}

const many = (count: number, operator: string): string =>
  Array.from({ length: count }, (_, index) => `a eq ${index}`).join(` ${operator} `);

describe('a filter is left to its source', () => {
  it('as a whole, up to 16 conditions', () => {
    expect(split(many(16, 'or'))).toEqual({ filter: many(16, 'or'), left: null });
    expect(split(many(17, 'or'))).toEqual({ filter: null, left: many(17, 'or') });
    expect(split(`not (${many(17, 'or')})`)).toEqual({ filter: null, left: `not (${many(17, 'or')})` });
  });

  it('whatever the length of a list, which is one condition', () => {
    const list = `a in (${Array.from({ length: 100 }, (_, index) => index).join(', ')})`;
    expect(split(`${list} or b eq 1`)).toEqual({ filter: `${list} or b eq 1`, left: null });
  });

  it('in the parts between ands that it takes, up to 16 conditions of them', () => {
    expect(split("contains(a, 'x') and a eq 1 and b eq 2")).toEqual({
      filter: 'a eq 1 and b eq 2',
      left: "contains(a, 'x')",
    });
    expect(split(`${many(17, 'and')} and b eq 1`)).toEqual({
      filter: many(16, 'and'),
      left: 'a eq 16 and b eq 1',
    });
    expect(split(`(${many(17, 'or')}) and b eq 1`)).toEqual({ filter: 'b eq 1', left: many(17, 'or') });
  });

  it('never in parts of an or, or of a negation', () => {
    for (const text of ["contains(a, 'x') or a eq 1", "not (a eq 1 and contains(a, 'x'))"])
      expect(split(text)).toEqual({ filter: null, left: text });
  });

  it('only together with what the source takes with it', () => {
    expect(split('a eq 1 and b eq 2 and c eq 3', (part) => !/a.*b/.test(part))).toEqual({
      filter: 'a eq 1 and c eq 3',
      left: 'b eq 2',
    });
  });
});
