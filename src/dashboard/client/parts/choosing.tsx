/** Choosing several rows of a list: a checkbox in each, and a bar that says how many, and what can be done with them. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { numeral } from '../../../text/numbers.ts';

/** Most rows that can be chosen at once. */
const CHOSEN_MAX = 1_000;

/** The rows that are chosen, by key; they stay chosen on other pages of the list. */
export interface Chosen<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  has(key: string): boolean;
  /** Chooses or unchooses rows; what would be more than {@link CHOSEN_MAX} is left out. */
  set(rows: ReadonlyMap<string, Row>, isChosen: boolean): void;
  clear(): void;
}

/** What a component has chosen. */
export function useChosen<Row>(): Chosen<Row> {
  const [rows, setRows] = useState<ReadonlyMap<string, Row>>(new Map());
  return {
    rows,
    has: (key) => rows.has(key),
    set: (changed, isChosen) => {
      const next = new Map(rows);
      for (const [key, row] of changed) {
        if (!isChosen) next.delete(key);
        else if (next.size < CHOSEN_MAX) next.set(key, row);
      }
      setRows(next);
    },
    clear: () => setRows(new Map()),
  };
}

/** Chooses one row. */
export function ChooseRow<Row>({
  chosen,
  id,
  row,
  label,
}: {
  chosen: Chosen<Row>;
  id: string;
  row: Row;
  label: string;
}) {
  return (
    <input
      type="checkbox"
      class="choose"
      aria-label={label}
      checked={chosen.has(id)}
      onChange={({ currentTarget }) => chosen.set(new Map([[id, row]]), currentTarget.checked)}
    />
  );
}

/** Chooses all rows of a page, and says how many are chosen; `children` is what can be done with them. */
export function ChosenBar<Row>({
  chosen,
  rows,
  children,
}: {
  chosen: Chosen<Row>;
  /** Those of the page that can be chosen, by key. */
  rows: ReadonlyMap<string, Row>;
  children: ComponentChildren;
}) {
  if (rows.size === 0 && chosen.rows.size === 0) return null;
  const isAll = rows.size > 0 && [...rows.keys()].every((key) => chosen.has(key));
  return (
    <div class="chosen-bar">
      {rows.size === 0 ? null : (
        <label class="choice">
          <input
            type="checkbox"
            checked={isAll}
            onChange={({ currentTarget }) => chosen.set(rows, currentTarget.checked)}
          />
          <span>Select {rows.size === 1 ? 'the one' : `all ${numeral(rows.size)}`} of this page</span>
        </label>
      )}
      <span class="soft" role="status">
        {chosen.rows.size === 0 ? '' : `${numeral(chosen.rows.size)} selected`}
        {chosen.rows.size === CHOSEN_MAX ? ', which is the most' : ''}
      </span>
      {chosen.rows.size === 0 ? null : (
        <>
          {children}
          <button type="button" class="quiet" onClick={() => chosen.clear()}>
            Select none
          </button>
        </>
      )}
    </div>
  );
}
