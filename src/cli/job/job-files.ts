import { postgresAt } from '../database-url.ts';
import { claimOutputs, type OutputFile } from '../output-files.ts';
import { isEffects } from '../session/effects-file.ts';
import type { Job } from './job.ts';

/** The files of a job besides its effects file. */
export interface JobFiles {
  /** Path as given; `null`: in memory. */
  readonly db: string | null;
  /** Files that are read besides those of the job: workflow, token. */
  readonly inputs: readonly string[];
  /** Whether the effects file was accepted when the job was stored. */
  readonly isKeptEffects?: boolean;
  readonly force: boolean;
}

/** Files that SQLite keeps beside a database, and the lock of its writer. */
const DATABASE_SUFFIXES = ['', '-wal', '-shm', '-journal', '-lock', '-requests'] as const;

/** As {@link claimOutputs}, for the database and the effects file of a job. @throws CliError. */
export async function claimJobFiles(
  { users, connect, tasks, effects }: Pick<Job, 'users' | 'connect' | 'tasks' | 'effects'>,
  { db, inputs, isKeptEffects = false, force }: JobFiles,
): Promise<void> {
  const outputs: OutputFile[] =
    db === null || postgresAt(db) !== null
      ? []
      : DATABASE_SUFFIXES.map((suffix) => ({ path: db + suffix, option: `--db ${db}` }));
  if (effects !== null) {
    const isOurs = isKeptEffects ? {} : { isOurs: isEffects };
    outputs.push({ path: effects, option: `--effects ${effects}`, ...isOurs });
  }
  const read = [...inputs, ...[users, connect, tasks].filter((path) => path !== null)];
  await claimOutputs(outputs, { inputs: read, areInputsInUse: true, force });
}
