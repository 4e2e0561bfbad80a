import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { openDirectory, parseMapping } from '../directory/index.ts';
import { parseScopeRule } from '../filter/index.ts';
import type { Directory } from '../ports/directory.ts';
import { CliError } from './cli-error.ts';
import type { Host } from './host.ts';
import type { Job } from './job.ts';
import { withSpinner } from './progress.ts';
import { counted } from './text.ts';

/** A rule that selects everybody: a subject always has an id. */
export const EVERYBODY = "id ne ''";

/** The people of a job. */
export type Users = Awaited<ReturnType<typeof openDirectory>>;

/**
 * Opens the file of people that a job names.
 *
 * @throws LifecycleError `InvalidFile` with file and line, `InvalidArgument` for a mapping; CliError when the
 *   file of a kept job is gone.
 */
export async function openUsers(
  host: Host,
  job: Pick<Job, 'users' | 'map' | 'onDuplicate' | 'delimiter'>,
  options: { readonly isKept: boolean; readonly quiet: boolean },
): Promise<Users> {
  const map = job.map === null ? new Map<string, string>() : parseMapping(job.map);
  if (options.isKept && !(await stat(job.users).catch(() => null))) {
    throw new CliError(
      `Expected ${job.users}, the users of the interrupted run, to be there, got no file`,
      'Name the file that has them now: --users FILE',
    );
  }
  const open = () =>
    openDirectory(job.users, {
      map,
      onDuplicate: job.onDuplicate,
      ...(job.delimiter === null ? {} : { delimiter: job.delimiter }),
    });
  const users = await withSpinner(host, `reading ${basename(job.users)}`, !options.quiet, open);
  if (users.skippedRowsCount > 0 && !options.quiet) {
    host.stderr.line(
      `${counted(users.skippedRowsCount, 'row')} left out: the same id again (--on-duplicate ${job.onDuplicate})`,
    );
  }
  if (users.subjectsCount > 0) return users;
  await users.close();
  throw new CliError(`Expected ${job.users} to hold at least one person, got none`);
}

/** @throws CliError when the rule selects nobody; LifecycleError `InvalidFilter`. */
export async function requireSomebody(users: Directory, rule: string): Promise<void> {
  const scope = parseScopeRule(rule);
  for await (const subject of users.query(scope)) if (scope.matches(subject)) return;
  throw new CliError(
    `Expected the rule to select somebody, got nobody: ${rule}`,
    'Letter case counts, and so does the name of the attribute: a column is called after --map, or as in the file',
  );
}
