import { resolve } from 'node:path';
import type { OnDuplicate, ShortRows } from '../../directory/sized-directory.ts';
import type { Store, StoreReader } from '../../ports/store.ts';
import { CliError } from '../terminal/cli-error.ts';

/** What a run needs besides its database, stored in it for `tenure resume`. Paths are absolute. */
export interface Job {
  /** `null`: the people of the configuration. */
  readonly users: string | null;
  /** Its configuration. */
  readonly connect: string | null;
  readonly map: string | null;
  readonly onDuplicate: OnDuplicate;
  readonly shortRows: ShortRows;
  readonly delimiter: string | null;
  readonly dates: readonly string[];
  readonly dateAttributes: readonly string[];
  readonly tasks: string | null;
  readonly effects: string | null;
  /** Whether no handler is called. */
  readonly noOp: boolean;
  readonly concurrency: number | null;
}

/** The options of a command for the same settings. */
export interface JobOptions {
  readonly users?: string;
  readonly connect?: string;
  readonly map?: string;
  readonly onDuplicate?: OnDuplicate;
  readonly shortRows?: ShortRows;
  readonly delimiter?: string;
  readonly dates?: readonly string[];
  readonly dateAttributes?: readonly string[];
  readonly tasks?: string;
  readonly effects?: string;
  /** `false`: `--no-op`. */
  readonly op?: boolean;
  readonly concurrency?: number;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  /** File for the dry run. */
  readonly out?: string;
}

/** Name of the setting that keeps the job. */
export const JOB_SETTING = 'cli.job';

/** The job described by options. @throws CliError for options that do not fit. */
export function jobOf(options: JobOptions): Job {
  if (options.out !== undefined && !options.dryRun)
    throw new CliError('Expected --out together with --dry-run, got it without');
  const path = (value: string | undefined): string | null => (value === undefined ? null : resolve(value));
  return {
    users: path(options.users),
    connect: path(options.connect),
    map: options.map ?? null,
    onDuplicate: options.onDuplicate ?? 'refuse',
    shortRows: options.shortRows ?? 'refuse',
    delimiter: options.delimiter ?? null,
    dates: options.dates ?? [],
    dateAttributes: options.dateAttributes ?? [],
    tasks: path(options.tasks),
    effects: path(options.effects),
    noOp: options.op === false,
    concurrency: options.concurrency ?? null,
  };
}

/** Stores the job of the runs that are created next. */
export async function storeJob(store: Store, job: Job): Promise<void> {
  const kept = { ...job, connections: undefined };
  await store.transaction((tx) => tx.putSetting(JOB_SETTING, JSON.stringify(kept)));
}

/** Whether a `tenure run` has kept its job in the store. */
export async function isJobKept(store: StoreReader): Promise<boolean> {
  return (await store.getSetting(JOB_SETTING)) !== null;
}

/**
 * The stored job, with options replacing its settings.
 *
 * @throws CliError when there is none, or one that cannot be read, and the options are not complete.
 */
export async function readJob(store: StoreReader, file: string, options: JobOptions): Promise<Job> {
  const text = await store.getSetting(JOB_SETTING);
  const kept = text === null ? null : parseJob(text);
  const { users, connect, tasks, effects, op, dryRun } = options;
  const isSaid = op === false || tasks !== undefined || effects !== undefined || connect !== undefined;
  if (kept) {
    const before = {
      ...kept,
      ...(op === false ? { tasks: null, effects: null } : {}),
      ...(connect === undefined ? {} : { tasks: null }),
    };
    const given = Object.entries(before).filter(([name, value]) => value !== null && name !== 'noOp');
    const job = jobOf({ ...Object.fromEntries(given), ...options });
    return { ...job, noOp: op === false || (kept.noOp && !isSaid) };
  }
  if ((users ?? connect) !== undefined && (isSaid || dryRun)) return jobOf(options);
  throw new CliError(
    `Expected ${file} to keep the job of a \`tenure run\`, got ${text === null ? 'none' : 'something else'}`,
    'Name the users and what the tasks do: --users FILE [--map …], and --tasks MODULE, --effects FILE or --no-op; or both with --connect FILE',
  );
}

/** `null`: not a job. */
function parseJob(text: string): Job | null {
  try {
    const job = JSON.parse(text) as Partial<Job> | null;
    return typeof (job?.users ?? job?.connect) === 'string' ? { ...jobOf({}), ...job } : null;
  } catch {
    return null;
  }
}
