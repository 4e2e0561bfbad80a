/** What a column holds. */
export type Cell = string | number | null;

/** A row, in the order of the columns that were selected. */
export type Row = readonly Cell[];
