import { existsSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LifecycleError } from '../../errors/index.ts';
import { openExisting } from '../stores.ts';

/** Where the demo keeps its files. */
export interface DemoFolder {
  readonly employees: string;
  readonly db: string;
  readonly effects: string;
}

const NAME = 'tenure-demo';
const MARK =
  'Made by `tenure demo`, which replaces its files here each time. Delete the folder when you like.\n';
const MARK_FILE = 'README.txt';

/** The module of the demo's handlers, for `--tasks`. It lies beside this one, among the sources and in `dist`. */
export function demoTasksFile(): string {
  const { url } = import.meta;
  return fileURLToPath(new URL(`./demo-tasks${extname(url)}`, url));
}

/**
 * A folder with none of the demo's files in it: `tenure-demo` here when it is new or an earlier demo made
 * it, else one for temporary files. Nothing that the demo has not written is ever touched.
 *
 * @throws LifecycleError `StoreLocked` while another demo runs there.
 */
export async function demoFolder(): Promise<DemoFolder> {
  const folder = (await claimFolder(NAME)) ?? (await mkdtemp(join(tmpdir(), `${NAME}-`)));
  const files = {
    employees: join(folder, 'employees.csv'),
    db: join(folder, 'tenure.db'),
    effects: join(folder, 'effects.jsonl'),
  };
  if (existsSync(files.db)) await requireFree(files.db);
  // Not the lock's own file: a lock on a file that is removed protects nothing.
  const ofDatabase = ['', '-wal', '-shm', '-requests'].map((suffix) => `${files.db}${suffix}`);
  for (const file of [files.employees, files.effects, ...ofDatabase]) {
    await rm(file, { force: true });
  }
  return files;
}

/** `null`: it belongs to somebody else, or cannot be written. */
async function claimFolder(folder: string): Promise<string | null> {
  const mark = join(folder, MARK_FILE);
  try {
    if (existsSync(folder)) {
      if ((await readFile(mark, 'utf8')) !== MARK) return null;
      await access(folder, constants.W_OK);
    } else {
      await mkdir(folder);
      await writeFile(mark, MARK);
    }
    return folder;
  } catch {
    return null;
  }
}

async function requireFree(db: string): Promise<void> {
  try {
    await (await openExisting(db, 'write')).close();
  } catch (error) {
    // Damaged or of another version: it is about to be removed.
    if (LifecycleError.is(error) && error.code === 'StoreLocked') throw error;
  }
}
