/** Number of tasks whose outcome a file has. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Run } from '../child.ts';

export const run: Run<{ readonly folder: string; readonly file: string }> = async ({ folder, file }) => {
  const db = new DatabaseSync(join(folder, file));
  const sql = 'SELECT sum(total_tasks_count - total_unprocessed_tasks_count) AS recorded FROM runs';
  const recorded = Number(db.prepare(sql).get()?.recorded);
  db.close();
  return { perSecond: Number.NaN, figures: { recorded } };
};
