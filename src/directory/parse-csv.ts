import { CsvError, parse } from 'csv-parse/sync';
import type { Block } from './blocks.ts';
import { invalidFile } from './file-error.ts';

/** What to do about quotes and delimiters that stand where they cannot. */
export const QUOTE_REMEDY =
  'A field with a quote, delimiter or line break stands in double quotes, a quote in it twice';

/**
 * One array of cells per record of the block.
 *
 * @throws LifecycleError `InvalidFile` for a quote where none can be.
 */
export function parseCsv(path: string, block: Block, delimiter: string): string[][] {
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
