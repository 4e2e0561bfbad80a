/** A durable run: SQLite at `synchronous=FULL`, every task's outcome committed before the next one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteStore } from '../src/sqlite.ts';
import { type Load, runLoad, type Took } from './work.ts';

/** Rows of a commit of the limit. */
const BATCH = 1_000;

/** Ours. Files are made beside the working folder: a temporary folder may be memory. */
export async function durable(load: Load): Promise<Took> {
  return inFolder(async (folder) => runLoad(load, await sqliteStore(join(folder, 'bench.db'))));
}

/** The limit: raw `node:sqlite` inserting one row a task, in batches of 1,000, and nothing else. */
export async function rawInserts({ users, tasks }: Load): Promise<number> {
  return inFolder(async (folder) => {
    const db = new DatabaseSync(join(folder, 'raw.db'));
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;');
    db.exec(
      'CREATE TABLE task(run INTEGER, user INTEGER, position INTEGER, status TEXT, started INTEGER, completed INTEGER, PRIMARY KEY(run, user, position)) STRICT, WITHOUT ROWID',
    );
    const insert = db.prepare('INSERT INTO task VALUES(1, ?, ?, ?, ?, ?)');
    const startMs = performance.now();
    const rows = users * tasks;
    for (let row = 0; row < rows; row += BATCH) {
      db.exec('BEGIN IMMEDIATE');
      for (let no = row; no < Math.min(row + BATCH, rows); no++) {
        insert.run(
          Math.floor(no / tasks),
          (no % tasks) + 1,
          'completed',
          1_767_225_600_000,
          1_767_225_600_001,
        );
      }
      db.exec('COMMIT');
    }
    const seconds = (performance.now() - startMs) / 1_000;
    db.close();
    return rows / seconds;
  });
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(process.cwd(), '.bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
