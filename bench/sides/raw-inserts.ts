/** A limit of durable runs: raw `node:sqlite` inserting one row a task, in batches, and nothing else. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';

/** Rows of a commit. */
const BATCH = 1_000;

export const run: Run<Load & { readonly folder: string }> = async ({ users, tasks, folder }) => {
  const db = new DatabaseSync(join(folder, 'raw.db'));
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;');
  db.exec(
    'CREATE TABLE task(run INTEGER, user INTEGER, position INTEGER, status TEXT, started INTEGER, completed INTEGER, PRIMARY KEY(run, user, position)) STRICT, WITHOUT ROWID',
  );
  const insert = db.prepare('INSERT INTO task VALUES(1, ?, ?, ?, ?, ?)');
  const rows = users * tasks;
  const startMs = performance.now();
  for (let row = 0; row < rows; row += BATCH) {
    db.exec('BEGIN IMMEDIATE');
    for (let no = row; no < Math.min(row + BATCH, rows); no++) {
      const user = Math.floor(no / tasks);
      insert.run(user, (no % tasks) + 1, 'completed', 1_767_225_600_000, 1_767_225_600_001);
    }
    db.exec('COMMIT');
  }
  const seconds = (performance.now() - startMs) / 1_000;
  db.close();
  return { perSecond: rows / seconds, figures: {} };
};
