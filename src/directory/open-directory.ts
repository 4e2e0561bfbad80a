import { extname } from 'node:path';
import { shown } from '../errors/index.ts';
import { readWord } from '../input/fields.ts';
import type { Subject } from '../model/subject.ts';
import { arrayDirectory } from './array-directory.ts';
import { type DateOptions, openDates } from './dates.ts';
import { duplicateError, UniqueColumns } from './duplicates.ts';
import { openFileDirectory } from './file-directory.ts';
import { invalidFile } from './file-error.ts';
import { cellsOf, JsonObjects, jsonlCodec } from './json-rows.ts';
import type { AttributeMapping } from './mapping.ts';
import type { OnDuplicate, ShortRows, SizedDirectory } from './sized-directory.ts';
import { EXPORT_REMEDY, SourceFile } from './source-file.ts';

/** How a file of people is read. */
export interface FileDirectoryOptions extends DateOptions {
  /** Which column (CSV) or property (JSON) becomes which attribute; see `parseMapping`. Default: none. */
  readonly map?: AttributeMapping;
  /** What to do with ids that occur more than once. Default `refuse`: one error that names them all. */
  readonly onDuplicate?: OnDuplicate;
}

/** How a CSV file is read. */
export interface CsvDirectoryOptions extends FileDirectoryOptions {
  /**
   * Between the cells, 1 to 8 characters. Default: as the line `sep=…` before the header says; else `,` (in a `.tsv`
   * file a tab), or the one of `,`, `;`, tab and `|` with which the header has the columns that are needed.
   */
  readonly delimiter?: string;
  /**
   * What to do with rows that have fewer cells than the header: `refuse` (default) the file, or `fill` them up with
   * empty cells.
   */
  readonly shortRows?: ShortRows;
}

const NO_MAPPING: AttributeMapping = new Map();
const ON_DUPLICATE = ['refuse', 'first', 'last'] as const satisfies readonly OnDuplicate[];
const SHORT_ROWS = ['refuse', 'fill'] as const satisfies readonly ShortRows[];

/**
 * A directory over a CSV file (UTF-8, with a header). One pass at the opening builds an index; `get` then reads
 * single rows, `query` streams the file. Empty cells are absent attributes, all others texts.
 *
 * @throws LifecycleError `InvalidFile` with file, line and column; `InvalidArgument` for a wrong option.
 */
export async function csvDirectory(path: string, options: CsvDirectoryOptions = {}): Promise<SizedDirectory> {
  const { map: mapping = NO_MAPPING, delimiter = null } = options;
  const onDuplicate = readOnDuplicate(options);
  const shortRows = readWord({ path: 'shortRows', value: options.shortRows ?? 'refuse' }, SHORT_ROWS);
  const rewriteDates = await openDates(options);
  const usualDelimiter = extname(path).toLowerCase() === '.tsv' ? '\t' : ',';
  const file = await SourceFile.open(path);
  const codec = async () => {
    // Its parser is loaded by those who read CSV.
    const { csvCodec } = await import('./csv-rows.ts');
    return csvCodec(file, { mapping, delimiter, usualDelimiter, shortRows, rewriteDates });
  };
  return openFileDirectory(file, codec, onDuplicate);
}

/**
 * A directory over a file with one JSON object per line (UTF-8). Index and reading as in {@link csvDirectory}.
 *
 * @throws LifecycleError `InvalidFile` with file and line; `InvalidArgument` for a wrong option.
 */
export async function jsonlDirectory(
  path: string,
  options: FileDirectoryOptions = {},
): Promise<SizedDirectory> {
  const { map = NO_MAPPING } = options;
  const onDuplicate = readOnDuplicate(options);
  const rewriteDates = await openDates(options);
  const file = await SourceFile.open(path);
  return openFileDirectory(file, () => jsonlCodec(path, file.textStart, map, rewriteDates), onDuplicate);
}

/**
 * A directory over a JSON file with an array of objects, or with one under `value` as Graph answers. It is held
 * in memory as a whole; for many people use JSONL.
 *
 * @throws LifecycleError `InvalidFile` with file and item; `InvalidArgument` for a wrong option.
 */
export async function jsonDirectory(
  path: string,
  options: FileDirectoryOptions = {},
): Promise<SizedDirectory> {
  const { map = NO_MAPPING } = options;
  const onDuplicate = readOnDuplicate(options);
  const rewriteDates = await openDates(options);
  const values = await readArray(path);
  const objects = new JsonObjects(path, map, rewriteDates);
  const subjects = new Map<string, Subject>();
  const places = new Map<string, number[]>();
  for (const [at, value] of values.entries()) {
    const subject = objects.toSubject(value, { path, item: at + 1 });
    places.set(subject.id, [...(places.get(subject.id) ?? []), at + 1]);
    if (onDuplicate === 'last' || !subjects.has(subject.id)) subjects.set(subject.id, subject);
  }
  objects.checkComplete();
  if (onDuplicate === 'refuse' && subjects.size < values.length) {
    const unique = new UniqueColumns();
    for (const value of values) unique.add(cellsOf(value));
    throw duplicateError({
      path,
      idColumn: objects.idColumn,
      places: new Map([...places].filter(([, items]) => items.length > 1)),
      placeNoun: 'item',
      distinct: subjects.size,
      rows: values.length,
      uniqueColumns: unique.names(),
    });
  }
  return {
    ...arrayDirectory(subjects.values()),
    attributes: async () => objects.attributes(),
    subjectsCount: subjects.size,
    skippedRowsCount: values.length - subjects.size,
    emptyRowsCount: 0,
    notes: [],
    close: async () => {},
  };
}

/**
 * A directory over a file, by its extension: `.csv`, `.tsv`, `.jsonl` or `.ndjson`, `.json`.
 *
 * @throws LifecycleError `InvalidFile`, also for another extension; `InvalidArgument` for a wrong option.
 */
export async function openDirectory(
  path: string,
  options: CsvDirectoryOptions = {},
): Promise<SizedDirectory> {
  const extension = extname(path).toLowerCase();
  switch (extension) {
    case '.csv':
    case '.tsv':
      return csvDirectory(path, options);
    case '.jsonl':
    case '.ndjson':
      return jsonlDirectory(path, options);
    case '.json':
      return jsonDirectory(path, options);
    default:
      throw otherKind(path, extension);
  }
}

const SPREADSHEETS = new Set(['.xlsx', '.xls', '.xlsm', '.xlsb', '.ods', '.numbers']);

function otherKind(path: string, extension: string): Error {
  const isSpreadsheet = SPREADSHEETS.has(extension);
  const got = isSpreadsheet ? 'a spreadsheet' : extension === '' ? 'one without an ending' : shown(extension);
  const expected = 'Expected a file that ends in .csv, .tsv, .jsonl, .ndjson or .json';
  const remedy = isSpreadsheet ? EXPORT_REMEDY : 'Rename it after what it contains';
  return invalidFile({ path }, `${expected}, got ${got}`, { remedy });
}

function readOnDuplicate({ onDuplicate = 'refuse' }: FileDirectoryOptions): OnDuplicate {
  return readWord({ path: 'onDuplicate', value: onDuplicate }, ON_DUPLICATE);
}

async function readArray(path: string): Promise<readonly unknown[]> {
  const file = await SourceFile.open(path);
  try {
    const parsed: unknown = JSON.parse((await file.readAll()).toString('utf8'));
    if (Array.isArray(parsed)) return parsed;
    if (typeof parsed === 'object' && parsed !== null && 'value' in parsed && Array.isArray(parsed.value)) {
      return parsed.value;
    }
    throw invalidFile({ path }, `Expected a JSON array of objects, got ${shown(parsed)}`);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw invalidFile({ path }, 'Expected JSON, got something else', { remedy: cause.message, cause });
  } finally {
    await file.close();
  }
}
