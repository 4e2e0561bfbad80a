import { columnOf } from '../../sql/columns.ts';
import { FREQUENT_FIELDS, RARE_FIELDS, RUN_COLUMNS, RUN_FIELDS } from '../../sql/run-rows.ts';

/** Inserts {@link runCells}. FAIL: see the triggers in `schema.ts`. */
export const INSERT_RUN = `INSERT OR FAIL INTO runs (${RUN_COLUMNS}) VALUES (${RUN_FIELDS.map(() => '?').join(', ')})`;

/** Replaces all of a run; {@link runCells} and its id. */
export const REPLACE_RUN = `UPDATE OR FAIL runs SET ${RUN_FIELDS.map((field) => `${columnOf(field)} = ?`).join(', ')} WHERE id = ?`;

/**
 * Replaces a run of which only frequent fields have changed ({@link isTouch}); {@link runCells}. It leaves a dozen
 * indexes alone that {@link REPLACE_RUN} would rewrite.
 */
export const TOUCH_RUN = `UPDATE OR FAIL runs SET ${FREQUENT_FIELDS.map((field) => `${columnOf(field)} = ?`).join(', ')} WHERE ${RARE_FIELDS.map((field) => `${columnOf(field)} ${field === 'id' ? '=' : 'IS'} ?`).join(' AND ')}`;
