/** Finds out how a CSV file is written: lines before its header, its delimiter, the names of its columns. */

import { LifecycleError } from '../errors/lifecycle-error.ts';
import { escapeHidden, shown } from '../errors/shown.ts';
import { normalizeText } from '../input/subject-id.ts';
import { type Block, checkUtf8, readBlocks } from './files/blocks.ts';
import { invalidFile, listed } from './files/file-error.ts';
import { type AttributeMapping, idRemedy, mappingRemedy } from './files/mapping.ts';
import type { SourceFile } from './files/source-file.ts';
import { parseCsv } from './parse-csv.ts';

/** The header of a CSV file. */
export interface CsvHeader {
  readonly delimiter: string;
  /** The names, normalized; empty for a column without one. */
  readonly columns: readonly string[];
  /** Where the records after the header start. */
  readonly position: number;
  readonly line: number;
  /** What was read otherwise than it stands there or is usual, a sentence each. */
  readonly notes: readonly string[];
}

/** Which columns are needed, and what is known of the delimiter. */
export interface CsvHeaderOptions {
  readonly mapping: AttributeMapping;
  /** As the caller says; `null`: as the file says, or as the header shows. */
  readonly delimiter: string | null;
  /** The one that such files usually have. */
  readonly usualDelimiter: string;
}

/** Delimiters that a header can show. */
const DELIMITERS = [',', ';', '\t', '|'];
/** The line that names the delimiter to Excel. */
const SEPARATOR_LINE = /^"?sep=(.)"?$/i;
/** The line that PowerShell's Export-Csv writes before the header. */
const TYPE_LINE = /^"?#TYPE /;

/**
 * Reads the header. A delimiter that nothing says is the one with which the header has all columns that are needed.
 *
 * @throws LifecycleError `InvalidFile` for a file without a header, with a name twice, or without a needed column.
 */
export async function readHeader(file: SourceFile, options: CsvHeaderOptions): Promise<CsvHeader> {
  const notes: string[] = [];
  let delimiter = options.delimiter;
  for await (const record of recordsOf(file)) {
    const text = record.bytes.toString('utf8');
    const separator = SEPARATOR_LINE.exec(text)?.[1];
    if (separator !== undefined && delimiter === options.delimiter) {
      notes.push(
        delimiter === null
          ? `The cells are separated by ${delimiterName(separator)}, as the line \`sep=${separator}\` says`
          : `The line \`sep=${separator}\` before the header is left out`,
      );
      delimiter ??= separator;
    } else if (TYPE_LINE.test(text)) {
      notes.push('The line `#TYPE …` before the header is left out: PowerShell writes it');
    } else {
      return headerOf(file.path, record, { ...options, delimiter }, notes);
    }
  }
  throw invalidFile(
    { path: file.path },
    'Expected a header with the names of the columns, got an empty file',
  );
}

function headerOf(
  path: string,
  record: Block,
  { mapping, delimiter: known, usualDelimiter }: CsvHeaderOptions,
  notes: string[],
): CsvHeader {
  const wanted = mapping.has('id') ? [...mapping.values()] : ['id', ...mapping.values()];
  const [line = 1] = record.lines;
  const readings = [...new Set([usualDelimiter, ...DELIMITERS])].map((one) => readingOf(path, record, one));
  const fitting = readings.find(({ names }) => wanted.every((name) => names.includes(name)));
  const widest = readings.reduce((best, one) => (one.names.length > best.names.length ? one : best));
  const delimiter = known ?? (fitting ?? widest).delimiter;
  const raw = parseCsv(path, record, delimiter)[0] ?? [];
  const columns = raw.map(normalizeText);
  checkNames(columns, { path, line });
  const missing = wanted.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw missingColumns(missing, columns, { path, line }, { mapping, fitting });
  if (known === null && delimiter !== usualDelimiter)
    notes.push(`The cells are separated by ${delimiterName(delimiter)}, as the header shows`);
  for (const [at, name] of raw.entries()) {
    const column = columns[at] ?? '';
    if (name.trim().normalize('NFC') === column) continue;
    notes.push(`Column \`${column}\` is read without invisible characters around its name: ${shown(name)}`);
  }
  return {
    delimiter,
    columns,
    position: record.position + record.bytes.length,
    line: line + countLines(record.bytes),
    notes,
  };
}

/** A header as one delimiter would have it. */
interface Reading {
  readonly delimiter: string;
  /** Empty when its quotes do not go with the delimiter. */
  readonly names: readonly string[];
}

function readingOf(path: string, record: Block, delimiter: string): Reading {
  try {
    return { delimiter, names: (parseCsv(path, record, delimiter)[0] ?? []).map(normalizeText) };
  } catch (error) {
    if (!LifecycleError.is(error)) throw error;
    return { delimiter, names: [] };
  }
}

/** Records one after another, each as a block. */
async function* recordsOf(file: SourceFile): AsyncGenerator<Block> {
  for await (const block of readBlocks(file, { position: file.textStart, line: 1, isQuoted: true })) {
    for (const [at, start] of block.starts.entries()) {
      const bytes = block.bytes.subarray(start, block.ends[at]);
      const lines = [block.lines[at] ?? 1];
      const record = { bytes, position: block.position + start, starts: [0], ends: [bytes.length], lines };
      checkUtf8(file.path, record);
      yield record;
    }
  }
}

function checkNames(columns: readonly string[], place: { path: string; line: number }): void {
  const names = columns.filter((name) => name !== '');
  if (names.length === 0)
    throw invalidFile(place, 'Expected a header with the names of the columns, got empty cells');
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  throw invalidFile(
    { ...place, column: twice },
    `Expected the columns to have different names, got ${shown(twice)} twice`,
    { remedy: 'Rename one of them' },
  );
}

function missingColumns(
  missing: readonly string[],
  columns: readonly string[],
  place: { path: string; line: number },
  { mapping, fitting }: { readonly mapping: AttributeMapping; readonly fitting: Reading | undefined },
): LifecycleError {
  const names = columns.filter((name) => name !== '');
  const isId = missing[0] === 'id' && !mapping.has('id');
  const remedy = isId ? idRemedy(names, 'column') : mappingRemedy(missing, names);
  return invalidFile(
    { ...place, ...(missing[0] === undefined ? {} : { column: missing[0] }) },
    `Expected ${missing.length === 1 ? 'a column' : 'columns'} ${missing.join(', ')}, got ${listed(names, 40)}`,
    {
      remedy: fitting ? `The cells seem to be separated by ${delimiterName(fitting.delimiter)}` : remedy,
      details: { missing, columns: names },
    },
  );
}

function delimiterName(delimiter: string): string {
  return delimiter === '\t' ? 'tabs' : `\`${escapeHidden(delimiter)}\``;
}

/** Lines that a record covers beyond its first, for the line of the record after it. */
function countLines(bytes: Buffer): number {
  return bytes.toString('latin1').split(/\r\n|\n|\r/).length - 1;
}
