import { extname } from 'node:path';
import { shown } from '../errors/shown.ts';
import type { Subject } from '../model/subject.ts';
import { arrayDirectory } from './array-directory.ts';
import { type DateOptions, openDates } from './dates.ts';
import { duplicateError, UniqueColumns } from './files/duplicates.ts';
import { checkOnDuplicate, openFileDirectory } from './files/file-directory.ts';
import { invalidFile } from './files/file-error.ts';
import { cellsOf, JsonObjects, jsonlCodec } from './files/json-rows.ts';
import type { AttributeMapping } from './files/mapping.ts';
import { SourceFile } from './files/source-file.ts';
import type { OnDuplicate, SizedDirectory } from './sized-directory.ts';

/** How a file of people is read. */
export interface FileDirectoryOptions extends DateOptions {
  /** Which column (CSV) or property (JSON) becomes which attribute; see `parseMapping`. Default: none. */
  readonly map?: AttributeMapping;
  /** What to do with ids that occur more than once. Default `refuse`: one error that names them all. */
  readonly onDuplicate?: OnDuplicate;
}

/** How a CSV file is read. */
export interface CsvDirectoryOptions extends FileDirectoryOptions {
  /** Between the cells, 1 to 8 characters. Default `,`. */
  readonly delimiter?: string;
}

const NO_MAPPING: AttributeMapping = new Map();

/**
 * A directory over a CSV file (UTF-8, with a header). One pass at the opening builds an index; `get` then reads
 * single rows, `query` streams the file. Empty cells are absent attributes, all others texts.
 *
 * @throws LifecycleError `InvalidFile` with file, line and column; `InvalidArgument` for a wrong option.
 */
export async function csvDirectory(path: string, options: CsvDirectoryOptions = {}): Promise<SizedDirectory> {
  const { map = NO_MAPPING, onDuplicate = 'refuse', delimiter = ',' } = options;
  const rewriteDates = await openDates(options);
  const file = await SourceFile.open(path);
  // Its parser is loaded by those who read CSV.
  const codec = async () =>
    (await import('./files/csv-rows.ts')).csvCodec(file, map, delimiter, rewriteDates);
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
  const { map = NO_MAPPING, onDuplicate = 'refuse' } = options;
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
  const { map = NO_MAPPING, onDuplicate = 'refuse' } = options;
  checkOnDuplicate(onDuplicate);
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
  switch (extname(path).toLowerCase()) {
    case '.csv':
      return csvDirectory(path, options);
    case '.tsv':
      return csvDirectory(path, { delimiter: '\t', ...options });
    case '.jsonl':
    case '.ndjson':
      return jsonlDirectory(path, options);
    case '.json':
      return jsonDirectory(path, options);
    default:
      throw invalidFile({ path }, 'Expected a file that ends in .csv, .tsv, .jsonl, .ndjson or .json', {
        remedy: 'Rename it after what it contains',
      });
  }
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
