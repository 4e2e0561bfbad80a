import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, csvResponse } from '../../../../src/dashboard/csv/csv.ts';

async function* pages(...all: readonly (readonly string[])[]): AsyncGenerator<readonly string[]> {
  yield* all;
}

describe('a cell', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('is no formula when it is %j', (text) => {
    expect(csvCell(text).replace(/^"/, '').startsWith("'")).toBe(true);
  });

  it('is a number as it is, and empty for what is not there', () => {
    expect([csvCell(-5), csvCell(0), csvCell(null), csvCell('')]).toEqual(['-5', '0', '', '']);
  });

  it('is read back as it was written, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 5 }), (texts) => {
        const [read] = parse(`${texts.map(csvCell).join(',')}\r\n`, { relax_column_count: true }) as [
          string[],
        ];
        expect(read).toEqual(texts.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)));
      }),
    );
  });
});

describe('the answer', () => {
  const columns = [
    { head: 'id', cell: (row: string) => row },
    { head: 'length', cell: (row: string) => row.length },
  ];

  it('is a file with a heading and all rows of all pages', async () => {
    const answer = csvResponse('people', columns, pages(['a', 'b'], [], ['c,d']));
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="people.csv"');
    const bytes = Buffer.from(await answer.arrayBuffer()).toString();
    expect(bytes).toBe('\u{feff}id,length\r\na,1\r\nb,1\r\n"c,d",3\r\n');
  });

  it('reads no further page than its client takes', async () => {
    let read = 0;
    let isReturned = false;
    const endless: AsyncIterator<readonly string[]> = {
      next: async () => {
        read += 1;
        return { done: false, value: ['row'] };
      },
      return: async () => {
        isReturned = true;
        return { done: true, value: undefined };
      },
    };
    const reader = (csvResponse('x', columns, endless).body as ReadableStream<Uint8Array>).getReader();
    for (let at = 0; at < 3; at++) await reader.read();
    expect(read).toBeLessThan(5);
    await reader.cancel();
    expect(isReturned).toBe(true);
  });

  it('breaks off when a page cannot be read, and is not taken for whole', async () => {
    async function* broken(): AsyncGenerator<readonly string[]> {
      yield ['a'];
      throw new Error('locked');
    }
    await expect(csvResponse('x', columns, broken()).text()).rejects.toThrow('locked');
  });
});
