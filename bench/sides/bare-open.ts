/** The limit of recovery: a process that opens the same file with `node:sqlite` and reads the active users. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Run } from '../child.ts';

export const run: Run<{ readonly folder: string; readonly file: string }> = async (
  { folder, file },
  send,
) => {
  const db = new DatabaseSync(join(folder, file));
  db.prepare("SELECT * FROM runs WHERE processing_status = 'inProgress'").all();
  db.prepare('SELECT * FROM journal').all();
  send({ kind: 'read' });
  db.close();
  return { perSecond: Number.NaN, figures: {} };
};
