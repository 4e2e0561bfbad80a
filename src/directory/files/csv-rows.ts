import { CsvError, parse } from 'csv-parse/sync';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { shown } from '../../errors/shown.ts';
import type { Subject } from '../../model/subject.ts';
import type { DirectoryAttribute } from '../../ports/directory.ts';
import type { DateRewriter } from '../dates.ts';
import { type Block, checkUtf8, readBlocks } from './blocks.ts';
import { invalidFile, listed } from './file-error.ts';
import {
  type AttributeMapping,
  emptyAttributes,
  isAttributePath,
  mappingRemedy,
  overlap,
  putAttribute,
} from './mapping.ts';
import { type RowCodec, toSubject } from './rows.ts';
import type { SourceFile } from './source-file.ts';

/** What a column becomes. */
interface ColumnPlan {
  readonly index: number;
  readonly segments: readonly string[];
}

const QUOTE_REMEDY =
  'A field with a quote, delimiter or line break stands in double quotes, a quote in it twice';

/**
 * Reads the header and plans which column becomes which attribute: mapped columns as the mapping says, others
 * under their own names (`employeeOrgData/division` nested), unless a mapped attribute has that place.
 *
 * @throws LifecycleError `InvalidFile` for a file without header, a header with a name twice, a mapped column that
 *   is not there; `InvalidArgument` for a delimiter that cannot be one.
 */
export async function csvCodec(
  file: SourceFile,
  mapping: AttributeMapping,
  delimiter: string,
  rewriteDates: DateRewriter,
): Promise<RowCodec> {
  if (!/^[^"\r\n]{1,8}$/.test(delimiter)) {
    throw new LifecycleError('InvalidArgument', `Expected a delimiter like , or ;, got ${shown(delimiter)}`, {
      field: 'delimiter',
      value: delimiter,
    });
  }
  const { path, textStart: position } = file;
  for await (const block of readBlocks(file, { position, line: 1, isQuoted: true })) {
    checkUtf8(path, block);
    const [start = 0, end = 0] = [block.starts[0], block.ends[0]];
    const header = { ...block, bytes: block.bytes.subarray(0, end), starts: [start], ends: [end] };
    const line = block.lines[0] ?? 1;
    const columns = parseRows(path, header, delimiter)[0]?.map((name) => name.trim()) ?? [];
    const plans = planColumns(columns, mapping, path, line);
    return new CsvCodec(path, delimiter, columns, plans, mapping.get('id') ?? 'id', rewriteDates, {
      position: block.position + end,
      line: line + countLines(block.bytes.subarray(start, end)),
    });
  }
  throw invalidFile({ path }, 'Expected a header with the names of the columns, got an empty file');
}

class CsvCodec implements RowCodec {
  readonly isQuoted = true;
  readonly idColumn: string;
  readonly position: number;
  readonly line: number;
  readonly #path: string;
  readonly #delimiter: string;
  readonly #columns: readonly string[];
  readonly #plans: readonly ColumnPlan[];
  readonly #rewriteDates: DateRewriter;

  constructor(
    path: string,
    delimiter: string,
    columns: readonly string[],
    plans: readonly ColumnPlan[],
    idColumn: string,
    rewriteDates: DateRewriter,
    start: { readonly position: number; readonly line: number },
  ) {
    this.#path = path;
    this.#delimiter = delimiter;
    this.#columns = columns;
    this.#plans = plans;
    this.#rewriteDates = rewriteDates;
    this.idColumn = idColumn;
    this.position = start.position;
    this.line = start.line;
  }

  decode(block: Block): readonly Subject[] {
    return this.#rows(block).map((row, at) => {
      const attributes = emptyAttributes();
      for (const { index, segments } of this.#plans) {
        const cell = row[index];
        if (cell !== undefined && cell !== '') putAttribute(attributes, segments, cell);
      }
      this.#rewriteDates(attributes);
      return toSubject(attributes, { ...this.#place(block, at), column: this.idColumn });
    });
  }

  cells(block: Block): readonly (readonly (readonly [string, string])[])[] {
    return this.#rows(block).map((row) => row.map((cell, at) => [this.#columns[at] ?? '', cell] as const));
  }

  attributes(): readonly DirectoryAttribute[] {
    return this.#plans.map(({ index, segments }) => {
      const [name, column = ''] = [segments.join('/'), this.#columns[index]];
      return name === column ? { name } : { name, column };
    });
  }

  checkComplete(): void {
    // The header told already what is missing.
  }

  #rows(block: Block): readonly (readonly string[])[] {
    const rows = parseRows(this.#path, block, this.#delimiter);
    const wrong = rows.findIndex((row) => row.length !== this.#columns.length);
    if (wrong < 0) return rows;
    throw invalidFile(
      this.#place(block, wrong),
      `Expected ${this.#columns.length} columns as in the header, got ${rows[wrong]?.length}`,
      { remedy: QUOTE_REMEDY },
    );
  }

  #place(block: Block, at: number): { path: string; line: number } {
    return { path: this.#path, line: block.lines[at] ?? 0 };
  }
}

/** One array of cells per record of the block. */
function parseRows(path: string, block: Block, delimiter: string): string[][] {
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

function planColumns(
  columns: readonly string[],
  mapping: AttributeMapping,
  path: string,
  line: number,
): readonly ColumnPlan[] {
  checkHeader(columns, mapping, path, line);
  const plans = new Map<string, ColumnPlan>();
  const plan = (name: string, index: number, segments: readonly string[]): void => {
    plans.set(name, { index, segments });
  };
  for (const [attribute, column] of mapping) plan(attribute, columns.indexOf(column), attribute.split('/'));
  const mapped = new Set(mapping.values());
  const others = [...columns.entries()].filter(([, name]) => name !== '' && !mapped.has(name));
  // Plain names first: `a` keeps its name, and `a/b` beside it becomes an attribute with a slash in its name.
  for (const [index, name] of others) {
    if (name.includes('/') && isAttributePath(name)) continue;
    if (![...mapping.keys()].some((attribute) => overlap(attribute, name))) plan(name, index, [name]);
  }
  for (const [index, name] of others) {
    if (!name.includes('/') || !isAttributePath(name) || mapping.has(name)) continue;
    const isFree = ![...plans.keys()].some((other) => overlap(other, name));
    plan(name, index, isFree ? name.split('/') : [name]);
  }
  return [...plans.values()];
}

function checkHeader(
  columns: readonly string[],
  mapping: AttributeMapping,
  path: string,
  line: number,
): void {
  const names = columns.filter((name) => name !== '');
  if (names.length === 0) {
    throw invalidFile({ path, line }, 'Expected a header with the names of the columns, got empty cells');
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw invalidFile(
      { path, line, column: twice },
      `Expected the columns to have different names, got ${shown(twice)} twice`,
      {
        remedy: 'Rename one of them',
      },
    );
  }
  const wanted = mapping.has('id') ? [...mapping.values()] : ['id', ...mapping.values()];
  const missing = wanted.filter((name) => !names.includes(name));
  const [first] = missing;
  if (first === undefined) return;
  const isOneColumn = names.length === 1 && /[;\t|]/.test(names[0] ?? '');
  const idRemedy = `Say which column holds the id: --map id=COLUMN (library: map)`;
  throw invalidFile(
    { path, line, column: first },
    `Expected columns ${missing.join(', ')}, got ${listed(names, 40)}`,
    {
      remedy: isOneColumn
        ? 'The delimiter seems to be another one'
        : first === 'id' && !mapping.has('id')
          ? idRemedy
          : mappingRemedy(missing, names),
      details: { missing, columns: names },
    },
  );
}

/** Lines that a record covers beyond its first, for the line of the record after it. */
function countLines(bytes: Buffer): number {
  return bytes.toString('latin1').split(/\r\n|\n|\r/).length - 1;
}
