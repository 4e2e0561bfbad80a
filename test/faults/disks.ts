/** Where the record of a scenario is kept, and what is left of it after a crash. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../src/ports/store.ts';
import type { SliceBounds } from '../../src/rules/status/slice.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { sqliteStore } from '../../src/stores/sqlite/open.ts';
import { SharedTables } from '../cluster/shared-tables.ts';

/** A place that outlives processes. */
export interface Disk {
  /** Present: several processes are on it, and its runs are cut into slices. */
  readonly shared?: SharedTables;
  /** The store of the process that runs now. */
  readonly store: Store;
  /** The process died: the next one finds what was committed. */
  crash(): Promise<void>;
  dispose(): Promise<void>;
}

/** Memory that outlives a process: the store itself, which has committed or has not. */
export function memoryDisk(): Disk {
  return { store: memoryStore(), crash: async () => {}, dispose: async () => {} };
}

/** As {@link memoryDisk}, for several processes. */
export function sharedDisk(bounds: SliceBounds): Disk {
  const shared = new SharedTables(bounds);
  return { shared, store: shared.store, crash: async () => {}, dispose: async () => {} };
}

let folder: string | null = null;
let files = 0;

/** A folder of this process in memory, if the machine has such a place; removed at the end. */
function folderOf(): string {
  if (folder === null) {
    const made = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tenure-faults-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}

/** What survives of a file, and what lies beside it. */
const SUFFIXES = ['', '-wal'] as const;
const LEFT = ['', '-wal', '-shm', '-lock', '-lock-journal'] as const;

/**
 * A SQLite file. A crash leaves the dead process's connections as they are, and goes on with a copy of the
 * files as they were at that moment: just what `kill -9` leaves.
 */
export async function sqliteDisk(): Promise<Disk> {
  const opened: Store[] = [];
  const paths: string[] = [];
  let path = '';
  const next = async (): Promise<Store> => {
    const from = path === '' ? await templatePath() : path;
    files += 1;
    path = join(folderOf(), `scenario-${files}.db`);
    for (const suffix of SUFFIXES) if (existsSync(from + suffix)) copyFileSync(from + suffix, path + suffix);
    paths.push(path);
    const store = await sqliteStore(path);
    opened.push(store);
    return store;
  };
  const disk = {
    store: await next(),
    async crash() {
      disk.store = await next();
    },
    async dispose() {
      for (const store of opened) await store.close();
      for (const made of paths) for (const suffix of LEFT) rmSync(made + suffix, { force: true });
    },
  };
  return disk;
}

let template: string | null = null;

/** A file with the schema and nothing in it: copying it is faster than making another. */
async function templatePath(): Promise<string> {
  if (template === null) {
    template = join(folderOf(), 'template.db');
    await (await sqliteStore(template)).close();
  }
  return template;
}
