import { type ComponentChildren, Fragment } from 'preact';
import { go, withParams } from '../router.ts';

/** A column: its heading, and a cell of a row. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  readonly isNumber?: boolean;
  /** On narrow screens the first column is the row's heading; others of this kind are left out there. */
  readonly isMinor?: boolean;
}

interface TableProps<Row> {
  /** What the rows are, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Before the first cell's content: a checkbox. */
  readonly before?: (row: Row) => ComponentChildren;
  /** Below an open row, over its whole width; `null`: the row is not open. */
  readonly detail?: (row: Row) => ComponentChildren;
}

// biome-ignore-start lint/a11y/noRedundantRoles: the styles of narrow screens take a table's own roles away

/**
 * Rows. The first cell holds the row's link; `j` and `k` go from one to the next. On narrow screens each row is a
 * block of its own, and stays a table for screen readers.
 */
export function Table<Row>({ label, columns, rows, keyOf, before, detail }: TableProps<Row>) {
  return (
    <table class="rows" role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ head, isNumber, isMinor }) => (
            <th key={head} role="columnheader" scope="col" class={classOf(isNumber, isMinor)}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <Fragment key={keyOf(row)}>
            <tr role="row" class="row">
              {columns.map(({ head, cell, isNumber, isMinor }, at) => (
                <td key={head} role="cell" class={classOf(isNumber, isMinor)} data-head={head}>
                  {at === 0 ? before?.(row) : null}
                  {cell(row)}
                </td>
              ))}
            </tr>
            <Detail width={columns.length}>{detail?.(row) ?? null}</Detail>
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

function Detail({ width, children }: { width: number; children: ComponentChildren }) {
  if (children === null) return null;
  return (
    <tr class="detail" role="row">
      <td colSpan={width} role="cell">
        {children}
      </td>
    </tr>
  );
}

// biome-ignore-end lint/a11y/noRedundantRoles: the styles of narrow screens take a table's own roles away

function classOf(isNumber = false, isMinor = false): string | undefined {
  return [isNumber ? 'n' : '', isMinor ? 'minor' : ''].filter(Boolean).join(' ') || undefined;
}

/** Where a list goes on. The address names the page, so that it can be passed on and gone back from. */
export function Pages({ nextToken, isFirst }: { nextToken: string | null; isFirst: boolean }) {
  if (nextToken === null && isFirst) return null;
  return (
    <nav class="pages" aria-label="Pages of the list">
      <button type="button" disabled={isFirst} onClick={() => go(withParams({ after: undefined }))}>
        First page
      </button>
      <button
        type="button"
        disabled={nextToken === null}
        onClick={() => go(withParams({ after: nextToken ?? undefined }))}
      >
        Next page
      </button>
    </nav>
  );
}
