import { withoutMarks } from './style.ts';

/** A column: its head and the alignment of its cells; numbers are aligned to the right. */
export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

const GAP = '  ';

/**
 * Lines of a table, cells aligned by their number of characters. The last column is not padded. No
 * head is written when all heads are empty.
 */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const heads = columns.map(({ head }) => head);
  const all = heads.some((head) => head !== '') ? [heads, ...rows] : rows;
  const widths = columns.map((_, at) => Math.max(...all.map((row) => width(row[at] ?? ''))));
  return all.map((row) =>
    columns
      .map(({ align }, at) => {
        const cell = row[at] ?? '';
        const rest = ' '.repeat(Math.max(0, (widths[at] ?? 0) - width(cell)));
        if (align === 'right') return rest + cell;
        return at === columns.length - 1 ? cell : cell + rest;
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** Lines of names and values, indented. */
export function factLines(facts: readonly (readonly [name: string, value: string])[]): string[] {
  return tableLines([{ head: '' }, { head: '' }], facts).map((line) => `  ${line}`);
}

function width(cell: string): number {
  return [...withoutMarks(cell).normalize('NFC')].length;
}
