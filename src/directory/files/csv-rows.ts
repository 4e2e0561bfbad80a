import { normalizeText } from '../../input/subject-id.ts';
import type { Subject } from '../../model/subject.ts';
import type { DirectoryAttribute } from '../../ports/directory.ts';
import { type CsvHeader, type CsvHeaderOptions, readHeader } from '../csv-header.ts';
import type { DateRewriter } from '../dates.ts';
import { parseCsv, QUOTE_REMEDY } from '../parse-csv.ts';
import type { ShortRows } from '../sized-directory.ts';
import type { Block } from './blocks.ts';
import { invalidFile } from './file-error.ts';
import { type AttributeMapping, emptyAttributes, isAttributePath, overlap, putAttribute } from './mapping.ts';
import { type RowCodec, toSubject } from './rows.ts';
import type { SourceFile } from './source-file.ts';

const SHORT_REMEDY =
  'If cells at its end were left out because they are empty, say so: --short-rows fill (library: shortRows)';

/** V8 copies shorter parts of a text. */
const SLICE_LENGTH_MIN = 13;

/** What a column becomes. */
interface ColumnPlan {
  readonly index: number;
  readonly segments: readonly string[];
}

/** How a CSV file is read. */
export interface CsvOptions extends CsvHeaderOptions {
  readonly shortRows: ShortRows;
  readonly rewriteDates: DateRewriter;
}

/**
 * Reads the header and plans which column becomes which attribute: mapped columns as the mapping says, others
 * under their own names (`employeeOrgData/division` nested), unless a mapped attribute has that place.
 *
 * @throws LifecycleError as {@link readHeader}.
 */
export async function csvCodec(file: SourceFile, options: CsvOptions): Promise<RowCodec> {
  const columnsOf = ([attribute, column]: readonly [string, string]) =>
    [attribute, normalizeText(column)] as const;
  const mapping = new Map([...options.mapping].map(columnsOf));
  return new CsvCodec(file.path, await readHeader(file, { ...options, mapping }), { ...options, mapping });
}

class CsvCodec implements RowCodec {
  readonly isQuoted = true;
  readonly idColumn: string;
  readonly position: number;
  readonly line: number;
  readonly #path: string;
  readonly #header: CsvHeader;
  readonly #plans: readonly ColumnPlan[];
  readonly #options: CsvOptions;

  constructor(path: string, header: CsvHeader, options: CsvOptions) {
    this.#path = path;
    this.#header = header;
    this.#options = options;
    this.#plans = planColumns(header.columns, options.mapping);
    this.idColumn = options.mapping.get('id') ?? 'id';
    this.position = header.position;
    this.line = header.line;
  }

  get notes(): readonly string[] {
    return this.#header.notes;
  }

  decode(block: Block): readonly (Subject | null)[] {
    return this.#rows(block).map((row, at) => row && this.#subject(this.#plans, row, block, at));
  }

  ids(block: Block, onShortRow: (line: number) => void): readonly (string | null)[] {
    const plans = this.#plans.filter(({ segments }) => segments[0] === 'id');
    return this.#rows(block, onShortRow).map((row, at) => row && this.#subject(plans, row, block, at).id);
  }

  #subject(plans: readonly ColumnPlan[], row: readonly string[], block: Block, at: number): Subject {
    const attributes = emptyAttributes();
    for (const { index, segments } of plans) {
      const cell = row[index];
      if (cell !== undefined && cell !== '') putAttribute(attributes, segments, cell);
    }
    this.#options.rewriteDates(attributes);
    const subject = toSubject(attributes, { ...this.#place(block, at), column: this.idColumn });
    attributes.id = detached(subject.id);
    return subject;
  }

  cells(block: Block): readonly (readonly (readonly [string, string])[])[] {
    const { columns } = this.#header;
    return this.#rows(block).flatMap((row) =>
      row === null ? [] : [columns.map((column, at) => [column, row[at] ?? ''] as const)],
    );
  }

  attributes(): readonly DirectoryAttribute[] {
    return this.#plans.map(({ index, segments }) => {
      const [name, column = ''] = [segments.join('/'), this.#header.columns[index]];
      return name === column ? { name } : { name, column };
    });
  }

  checkComplete(): void {
    // Reading the header has checked it.
  }

  /** `null` for a row with nothing in it, whatever its number of cells. */
  #rows(block: Block, onShortRow?: (line: number) => void): readonly (readonly string[] | null)[] {
    const width = this.#header.columns.length;
    return parseCsv(this.#path, block, this.#header.delimiter).map((row, at) => {
      if (row.every(isBlank)) return null;
      if (row.length === width) return row;
      const isShort = row.length < width;
      if (!isShort || this.#options.shortRows === 'refuse') {
        throw invalidFile(
          this.#place(block, at),
          `Expected ${width} columns as in the header, got ${row.length}`,
          { remedy: isShort ? SHORT_REMEDY : QUOTE_REMEDY },
        );
      }
      onShortRow?.(block.lines[at] ?? 0);
      return row;
    });
  }

  #place(block: Block, at: number): { path: string; line: number } {
    return { path: this.#path, line: block.lines[at] ?? 0 };
  }
}

/** An id without the record that it is a part of: V8 would keep all of that in memory as long as the id. */
function detached(id: string): string {
  return id.length < SLICE_LENGTH_MIN ? id : Buffer.from(id).toString();
}

function isBlank(cell: string): boolean {
  return cell === '' || normalizeText(cell) === '';
}

function planColumns(columns: readonly string[], mapping: AttributeMapping): readonly ColumnPlan[] {
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
