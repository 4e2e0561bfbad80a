import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../src/directory/parse-csv.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';

/** Records one after another, with line feeds between, as a block. */
function blockOf(records: readonly string[]) {
  const bytes = Buffer.from(records.map((record) => `${record}\n`).join(''));
  const [starts, ends]: [number[], number[]] = [[], []];
  let at = 0;
  for (const record of records) {
    starts.push(at);
    at += Buffer.byteLength(record);
    ends.push(at);
    at += 1;
  }
  return { bytes, position: 0, starts, ends, lines: records.map((_, index) => index + 2) };
}

/** What csv-parse makes of a record alone; `null`: it refuses it. */
function byLibrary(record: string, delimiter: string): readonly string[] | null {
  try {
    const rows = parse(record, { delimiter, skip_empty_lines: true, relax_column_count: true }) as string[][];
    return rows.length === 1 ? (rows[0] ?? null) : null;
  } catch {
    return null;
  }
}

function parsed(records: readonly string[], delimiter: string): readonly (readonly string[])[] | null {
  try {
    return parseCsv('all.csv', blockOf(records), delimiter);
  } catch (error) {
    if (LifecycleError.is(error)) return null;
    throw error;
  }
}

describe('a record', () => {
  it.each([
    ['a,b', ['a', 'b']],
    [',', ['', '']],
    ['""', ['']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a""b","""",', ['a"b', '"', '']],
    ['"two\nlines",ë', ['two\nlines', 'ë']],
  ])('%j has the cells %j', (record, cells) => {
    expect(parsed([record], ',')).toEqual([cells]);
  });

  it.each(['a"b', '"a"b,c', 'a,"b', ' "a"'])('%j is refused', (record) => {
    expect(parsed(['fine', record], ',')).toBeNull();
  });

  it('of any text is read, or refused, as csv-parse does', () => {
    const piece = fc.constantFrom('a', 'ë', '"', '""', ',', ';;', ' ', '\t', '😀');
    const record = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(',', ';;', '\t'),
        (records, delimiter) => {
          const expected = records.map((one) => byLibrary(one, delimiter));
          expect(parsed(records, delimiter)).toEqual(expected.includes(null) ? null : expected);
        },
      ),
      { numRuns: 500 },
    );
  });
});
