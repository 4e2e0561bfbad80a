/**
 * The limit of durable runs: raw `node:sqlite` replaying the writes of a tenure run, each
 * statement with its values, in the same transactions, on a file with the same tables and indexes.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { sqliteStore } from '../../src/sqlite.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { runLoad } from './load.ts';
import { type Call, startRecording } from './sqlite-recording.ts';

/** What a writer thread did could not be recorded. */
const CALLING_THREAD = { writerThread: 'never' } as const;

/** A write, or the begin or the end of a transaction. */
type Write = Pick<Call, 'sql' | 'values'>;

export const run: Run<Load & { readonly folder: string }> = async ({ folder, ...load }) => {
  const writes = await recordRun(load, folder);
  const db = new DatabaseSync(join(folder, 'replay.db'));
  db.exec('PRAGMA cache_size = -24576; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096');
  const startMs = performance.now();
  writeAgain(db, writes);
  const seconds = (performance.now() - startMs) / 1_000;
  db.close();
  return { perSecond: (load.users * load.tasks) / seconds, figures: { statements: writes.length } };
};

/** Runs the load and returns its writes; `replay.db` is a copy of the file from before them. */
async function recordRun(load: Load, folder: string): Promise<readonly Write[]> {
  const writes: Write[] = [];
  let recording: { stop(): void } | null = null;
  const open = async (name: string) => {
    if (name === 'warm') return sqliteStore(join(folder, 'warm.db'), CALLING_THREAD);
    // Created and closed, so that a single file holds everything; then opened for recording.
    await (await sqliteStore(join(folder, 'bench.db'), CALLING_THREAD)).close();
    copyFileSync(join(folder, 'bench.db'), join(folder, 'replay.db'));
    recording = startRecording(({ file, method, sql, values }) => {
      if (!file.endsWith('bench.db')) return;
      if (method === 'run' || /^(?:BEGIN|COMMIT|ROLLBACK)/.test(sql)) writes.push({ sql, values });
    });
    return sqliteStore(join(folder, 'bench.db'), CALLING_THREAD);
  };
  await runLoad(load, open);
  (recording as { stop(): void } | null)?.stop();
  return writes;
}

function writeAgain(db: DatabaseSync, writes: readonly Write[]): void {
  const statements = new Map<string, (...values: SQLInputValue[]) => unknown>();
  for (const { sql, values } of writes) {
    let run = statements.get(sql);
    if (!run) {
      const statement = db.prepare(sql);
      run = statement.run.bind(statement);
      statements.set(sql, run);
    }
    run(...values);
  }
}
