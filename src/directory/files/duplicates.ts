import { faultOfId, normalizeText } from '../../input/subject-id.ts';
import { invalidFile } from './file-error.ts';
import { columnText } from './mapping.ts';

/** Ids that a message names, and lines that it names of each. */
const IDS_SHOWN = 5;
const LINES_SHOWN = 4;
const COLUMNS_SHOWN = 3;

/** What a file with duplicate ids is like. */
export interface DuplicateReport {
  readonly path: string;
  readonly idColumn: string;
  /** Places of every id that occurs more than once: lines, or items of a JSON array. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  readonly placeNoun: 'line' | 'item';
  readonly distinct: number;
  readonly rows: number;
  /** Other columns whose values are all there and all different. */
  readonly uniqueColumns: readonly string[];
}

/**
 * The one error for all duplicates of a file: `InvalidFile`, details `{ duplicates: [{ id, lines }], distinct, rows,
 * uniqueColumns }`.
 */
export function duplicateError(report: DuplicateReport): Error {
  const { path, idColumn, places, placeNoun, distinct, rows, uniqueColumns } = report;
  const duplicates = [...places]
    .map(([id, lines]) => ({ id, lines }))
    .sort((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0));
  const shown = duplicates.slice(0, IDS_SHOWN).map(({ id, lines }) => {
    const rest = lines.length - LINES_SHOWN;
    return `${id} (${placeNoun}s ${lines.slice(0, LINES_SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''})`;
  });
  const more = duplicates.length > IDS_SHOWN ? ` and ${duplicates.length - IDS_SHOWN} more` : '';
  const sentence =
    `Expected ${idColumn} to hold a different id in each of ${rows} rows, got ${distinct} different ids; ` +
    `${duplicates.length} occur more than once: ${shown.join(', ')}${more}`;
  const [column] = uniqueColumns;
  const other =
    column === undefined ? 'map a column whose values are all different' : `--map id=${columnText(column)}`;
  const all = uniqueColumns.slice(0, COLUMNS_SHOWN).join(', ');
  const why = column === undefined ? '' : `; all values differ in ${all}`;
  return invalidFile({ path, column: idColumn }, sentence, {
    remedy: `Keep one row of each (--on-duplicate first, or last), or take another column as id (${other}${why})`,
    details: { duplicates, distinct, rows, uniqueColumns },
  });
}

/** Finds the columns that could be the id: a value in every row, no value twice. */
export class UniqueColumns {
  #seen: Map<string, Set<string>> | null = null;

  add(cells: readonly (readonly [column: string, text: string])[]): void {
    this.#seen ??= new Map(cells.map(([column]) => [column, new Set<string>()]));
    const row = new Map(cells);
    for (const [column, values] of this.#seen) {
      const text = normalizeText(row.get(column) ?? '');
      const isGood = column !== '' && faultOfId(text) === null && !values.has(text);
      if (isGood) values.add(text);
      else this.#seen.delete(column);
    }
  }

  names(): readonly string[] {
    return [...(this.#seen?.keys() ?? [])];
  }
}
