import { CsvError, parse } from 'csv-parse/sync';
import type { Block } from './files/blocks.ts';
import { invalidFile } from './files/file-error.ts';

const QUOTE = '"';

/** What to do about quotes and delimiters that stand where they cannot. */
export const QUOTE_REMEDY =
  'A field with a quote, delimiter or line break stands in double quotes, a quote in it twice';

/**
 * One array of cells per record of the block. csv-parse reads what is not quoted as it should be, and says what is wrong;
 * it takes several times as long for all others (decision 45).
 *
 * @throws LifecycleError `InvalidFile` for a quote where none can be.
 */
export function parseCsv(path: string, block: Block, delimiter: string): string[][] {
  const rows: string[][] = [];
  for (const [at, start] of block.starts.entries()) {
    const row = cellsOf(block.bytes.toString('utf8', start, block.ends[at]), delimiter);
    if (row === null) return parseByLibrary(path, block, delimiter);
    rows.push(row);
  }
  return rows;
}

/** The cells of a record; `null`: a quote stands where none can be. */
function cellsOf(record: string, delimiter: string): string[] | null {
  if (!record.includes(QUOTE)) return record.split(delimiter);
  const cells: string[] = [];
  for (let at = 0; ; at += delimiter.length) {
    let end: number;
    if (record[at] === QUOTE) {
      end = at + 1;
      // Up to the quote that no other follows: two of them are one of the text.
      for (;;) {
        end = record.indexOf(QUOTE, end) + 1;
        if (end === 0) return null;
        if (record[end] !== QUOTE) break;
        end += 1;
      }
      cells.push(record.slice(at + 1, end - 1).replaceAll('""', QUOTE));
    } else {
      const next = record.indexOf(delimiter, at);
      end = next < 0 ? record.length : next;
      const cell = record.slice(at, end);
      if (cell.includes(QUOTE)) return null;
      cells.push(cell);
    }
    at = end;
    if (at === record.length) return cells;
    if (!record.startsWith(delimiter, at)) return null;
  }
}

function parseByLibrary(path: string, block: Block, delimiter: string): string[][] {
  try {
    const rows = parse(block.bytes, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      relax_column_count: true,
    }) as string[][];
    if (rows.length === block.starts.length) return rows;
    throw invalidFile(
      { path, line: block.lines[0] ?? 0 },
      'Expected quotes to be in pairs, got odd ones near here',
    );
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const index = Number((cause as { records?: unknown }).records ?? 0);
    throw invalidFile({ path, line: block.lines[index] ?? 0 }, `Expected a row of CSV, got a stray quote`, {
      remedy: QUOTE_REMEDY,
      cause,
    });
  }
}
