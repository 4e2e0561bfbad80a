import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { openDirectory, parseMapping } from '../directory/index.ts';
import { candidatesByRule } from '../engine/candidates.ts';
import { scopeAttributes } from '../engine/qualify.ts';
import { SelectionTally } from '../engine/selection.ts';
import { parseScopeRule } from '../filter/index.ts';
import type { Directory } from '../ports/directory.ts';
import { CliError } from './cli-error.ts';
import type { Host } from './host.ts';
import type { Job } from './job.ts';
import { leftOutWarnings } from './left-out.ts';
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
  job: Pick<Job, 'users' | 'map' | 'onDuplicate' | 'shortRows' | 'delimiter' | 'dates' | 'dateAttributes'>,
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
      dates: job.dates,
      dateAttributes: job.dateAttributes,
      shortRows: job.shortRows,
      ...(job.delimiter === null ? {} : { delimiter: job.delimiter }),
    });
  const users = await withSpinner(host, `reading ${basename(job.users)}`, !options.quiet, open);
  if (!options.quiet) {
    for (const note of notesOf(users, job)) host.stderr.line(`${basename(job.users)}: ${note}`);
  }
  if (users.subjectsCount > 0) return users;
  await users.close();
  throw new CliError(`Expected ${job.users} to hold at least one person, got none`);
}

/** How the file was read, where that is not plain. */
function notesOf(
  { notes, skippedRowsCount }: Users,
  { onDuplicate }: Pick<Job, 'onDuplicate'>,
): readonly string[] {
  if (skippedRowsCount === 0) return notes;
  const rows = counted(skippedRowsCount, 'row');
  return [...notes, `${rows} left out: the same id again (--on-duplicate ${onDuplicate})`];
}

/** @throws CliError when the rule selects nobody; LifecycleError `InvalidFilter`. */
export async function requireSomebody(users: Directory, rule: string): Promise<void> {
  const scope = parseScopeRule(rule);
  const tally = new SelectionTally(scopeAttributes(scope), true);
  for await (const some of candidatesByRule(scope, users, Number.POSITIVE_INFINITY, tally))
    if (some.length > 0) return;
  const warnings = leftOutWarnings(await tally.result(users));
  throw new CliError(
    `Expected the rule to select somebody, got nobody: ${rule}`,
    [
      ...warnings,
      'Letter case counts, and so does the name of the attribute: a column is called after --map, or as in the file',
    ].join('\n'),
  );
}
