import { extname } from 'node:path';
import { shown } from '../errors/shown.ts';
import { readString, readWord } from '../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../input/options.ts';
import { invalid, type Place } from '../input/refuse.ts';
import type { Subject } from '../model/subject.ts';
import { arrayDirectory } from './array-directory.ts';
import { DATE_OPTIONS, type DateOptions, openDates } from './dates.ts';
import { DELIMITER_EXPECTED, isDelimiter } from './delimiter.ts';
import { duplicateError, UniqueColumns } from './files/duplicates.ts';
import { openFileDirectory } from './files/file-directory.ts';
import { invalidFile } from './files/file-error.ts';
import { cellsOf, JsonObjects, jsonlCodec } from './files/json-rows.ts';
import { type AttributeMapping, readMapping } from './files/mapping.ts';
import { EXPORT_REMEDY, SourceFile } from './files/source-file.ts';
import type { OnDuplicate, ShortRows, SizedDirectory } from './sized-directory.ts';

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

const FILE_OPTIONS = {
  ...DATE_OPTIONS,
  map: withDefault(readMapping, new Map<string, string>()),
  onDuplicate: withDefault((place: Place) => readWord(place, ['refuse', 'first', 'last'] as const), 'refuse'),
} satisfies ShapeOf<FileDirectoryOptions>;
const CSV_OPTIONS = {
  ...FILE_OPTIONS,
  delimiter: optional(readDelimiter),
  shortRows: optional((place) => readWord(place, ['refuse', 'fill'] as const)),
} satisfies ShapeOf<CsvDirectoryOptions>;

/**
 * A directory over a CSV file (UTF-8, with a header). One pass at the opening builds an index; `get` then reads
 * single rows, `query` streams the file. Empty cells are absent attributes, all others texts; rows with nothing in them
 * are left out. Its `notes` say what was read otherwise than it stands in the file: `sep=;`, PowerShell's `#TYPE`.
 *
 * @throws LifecycleError `InvalidFile` with file, line and column; `InvalidArgument` for a wrong option.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { csvDirectory } from 'tenure';
 *
 * await writeFile('staff.csv', 'id;department\nada;IT\nbob;Sales\n');
 * const directory = await csvDirectory('staff.csv');
 * console.log(directory.subjectsCount, 'people'); // → 2 people
 * await directory.close();
 * ```
 */
export async function csvDirectory(path: string, options?: CsvDirectoryOptions): Promise<SizedDirectory> {
  const given = readOptions(options, 'csvDirectory', CSV_OPTIONS);
  const { map: mapping, onDuplicate, delimiter = null, shortRows = 'refuse' } = given;
  const rewriteDates = await openDates(given);
  const file = await SourceFile.open(readPath(path));
  const usualDelimiter = extname(path).toLowerCase() === '.tsv' ? '\t' : ',';
  const codec = async () => {
    // Its parser is loaded by those who read CSV.
    const { csvCodec } = await import('./files/csv-rows.ts');
    return csvCodec(file, { mapping, delimiter, usualDelimiter, shortRows, rewriteDates });
  };
  return openFileDirectory(file, codec, onDuplicate);
}

/**
 * A directory over a file with one JSON object per line (UTF-8). Index and reading as in {@link csvDirectory}.
 *
 * @throws LifecycleError `InvalidFile` with file and line; `InvalidArgument` for a wrong option.
 */
export async function jsonlDirectory(path: string, options?: FileDirectoryOptions): Promise<SizedDirectory> {
  const given = readOptions(options, 'jsonlDirectory', FILE_OPTIONS);
  const rewriteDates = await openDates(given);
  const file = await SourceFile.open(readPath(path));
  return openFileDirectory(
    file,
    () => jsonlCodec(path, file.textStart, given.map, rewriteDates),
    given.onDuplicate,
  );
}

/**
 * A directory over a JSON file with an array of objects, or with one under `value` as Graph answers. It is held
 * in memory as a whole; for many people use JSONL.
 *
 * @throws LifecycleError `InvalidFile` with file and item; `InvalidArgument` for a wrong option.
 */
export async function jsonDirectory(path: string, options?: FileDirectoryOptions): Promise<SizedDirectory> {
  const given = readOptions(options, 'jsonDirectory', FILE_OPTIONS);
  const { map, onDuplicate } = given;
  const rewriteDates = await openDates(given);
  const values = await readArray(readPath(path));
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
export async function openDirectory(path: string, options?: CsvDirectoryOptions): Promise<SizedDirectory> {
  const given = readOptions(options, 'openDirectory', CSV_OPTIONS);
  const extension = extname(readPath(path)).toLowerCase();
  if (extension === '.csv' || extension === '.tsv') return csvDirectory(path, given);
  const { delimiter, shortRows, ...others } = given;
  for (const [name, value] of Object.entries({
    delimiter,
    shortRows: shortRows === 'fill' ? shortRows : undefined,
  })) {
    if (value !== undefined) throw invalid({ path: name, value }, 'absent for a file that is not CSV');
  }
  switch (extension) {
    case '.jsonl':
    case '.ndjson':
      return jsonlDirectory(path, others);
    case '.json':
      return jsonDirectory(path, others);
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

function readPath(path: string): string {
  return readString({ path: 'path', value: path });
}

function readDelimiter(place: Place): string {
  const delimiter = readString(place);
  if (isDelimiter(delimiter)) return delimiter;
  throw invalid(place, DELIMITER_EXPECTED);
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
