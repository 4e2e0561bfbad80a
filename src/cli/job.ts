import { resolve } from 'node:path';
import type { OnDuplicate } from '../directory/index.ts';
import type { Store, StoreReader } from '../ports/store.ts';
import { CliError } from './cli-error.ts';

/** What a run needs besides its database, kept in it so that `tenure resume` finds it. Paths are absolute. */
export interface Job {
  readonly users: string;
  readonly map: string | null;
  readonly onDuplicate: OnDuplicate;
  readonly delimiter: string | null;
  readonly tasks: string | null;
  readonly effects: string | null;
  readonly concurrency: number | null;
}

/** Options of a command that say the same things. */
export interface JobOptions {
  readonly users?: string;
  readonly map?: string;
  readonly onDuplicate?: OnDuplicate;
  readonly delimiter?: string;
  readonly tasks?: string;
  readonly effects?: string;
  readonly concurrency?: number;
}

const SETTING = 'cli.job';

/** The job that options describe. */
export function jobOf(options: JobOptions & { readonly users: string }): Job {
  const path = (value: string | undefined): string | null => (value === undefined ? null : resolve(value));
  return {
    users: resolve(options.users),
    map: options.map ?? null,
    onDuplicate: options.onDuplicate ?? 'refuse',
    delimiter: options.delimiter ?? null,
    tasks: path(options.tasks),
    effects: path(options.effects),
    concurrency: options.concurrency ?? null,
  };
}

/** Keeps the job of the runs that are about to be made. */
export async function keepJob(store: Store, job: Job): Promise<void> {
  await store.transaction((tx) => tx.putSetting(SETTING, JSON.stringify(job)));
}

/**
 * The job that was kept, with what options say otherwise.
 *
 * @throws CliError when there is none, and `options` has no users; or when it cannot be read.
 */
export async function readJob(store: StoreReader, file: string, options: JobOptions): Promise<Job> {
  const text = await store.getSetting(SETTING);
  if (options.users !== undefined) {
    // Another file of people: the mapping and the rest of how it is read are its own.
    const kept = text === null ? null : parseJob(text, file);
    return jobOf({ ...withoutUsers(kept), ...options, users: options.users });
  }
  if (text === null) {
    throw new CliError(
      `Expected ${file} to keep the job of a \`tenure run\`, got none`,
      'Say who the people are, and what the tasks do: --users FILE [--map …] [--tasks MODULE]',
    );
  }
  const kept = parseJob(text, file);
  return jobOf({ ...withoutUsers(kept), ...readingOf(kept), ...options, users: kept.users });
}

function withoutUsers(job: Job | null): JobOptions {
  return given({ tasks: job?.tasks, effects: job?.effects, concurrency: job?.concurrency });
}

function readingOf(job: Job): JobOptions {
  return given({ map: job.map, onDuplicate: job.onDuplicate, delimiter: job.delimiter });
}

/** The options that have a value. */
function given(
  options: { readonly [Name in keyof JobOptions]: JobOptions[Name] | null | undefined },
): JobOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== null && value !== undefined),
  );
}

function parseJob(text: string, file: string): Job {
  try {
    const job = JSON.parse(text) as Partial<Job> | null;
    if (typeof job?.users === 'string') return { ...jobOf({ users: job.users }), ...job };
  } catch {
    // Told below, like everything that is no job.
  }
  throw new CliError(
    `Expected ${file} to keep a job that can be read, got something else`,
    'Say anew what it needs: --users FILE [--map …] [--tasks MODULE] [--effects FILE]',
  );
}
