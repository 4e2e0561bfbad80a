import { existsSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { openExisting } from '../session/stores.ts';

/** Paths of the demo's files. */
export interface DemoFolder {
  readonly employees: string;
  readonly db: string;
  readonly effects: string;
  /** The configuration of the demo's systems. */
  readonly config: string;
  /** The workflow for people who leave. */
  readonly offboard: string;
  /** Folder of the messages that were sent. */
  readonly mail: string;
}

const NAME = 'tenure-demo';
const MARK =
  'Made by `tenure demo`, which replaces its files here each time. The folder can be deleted at any time.\n';
const MARK_FILE = 'README.txt';

/**
 * A folder without files of an earlier demo: `tenure-demo` here when it is new or an earlier demo created
 * it, else a temporary one. Only files written by the demo are ever removed.
 *
 * @throws LifecycleError `StoreLocked` while another demo runs there.
 */
export async function demoFolder(): Promise<DemoFolder> {
  const folder = (await claimFolder(NAME)) ?? (await mkdtemp(join(tmpdir(), `${NAME}-`)));
  const files = {
    employees: join(folder, 'employees.csv'),
    db: join(folder, 'tenure.db'),
    effects: join(folder, 'effects.jsonl'),
    config: join(folder, 'tenure.config.json'),
    offboard: join(folder, 'offboard.json'),
    mail: join(folder, 'mail'),
  };
  if (existsSync(files.db)) await requireFree(files.db);
  // Not the lock's own file: a lock on a file that is removed protects nothing.
  const ofDatabase = ['', '-wal', '-shm', '-requests'].map((suffix) => `${files.db}${suffix}`);
  const { employees, effects, config, offboard, mail } = files;
  for (const file of [employees, effects, config, offboard, ...ofDatabase]) await rm(file, { force: true });
  await mkdir(mail, { recursive: true });
  for (const name of await readdir(mail)) if (name.endsWith('.eml')) await rm(join(mail, name));
  return files;
}

/** `null`: it was not created by the demo, or cannot be written. */
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
    // Damaged or of another version: it is removed next.
    if (LifecycleError.is(error) && error.code === 'StoreLocked') throw error;
  }
}
