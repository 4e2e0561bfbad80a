import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseMapping } from '../../directory/files/mapping.ts';
import { openDirectory } from '../../directory/open-directory.ts';
import { candidatesByRule } from '../../engine/selection/candidates.ts';
import { scopeAttributes } from '../../engine/selection/qualify.ts';
import { SelectionTally } from '../../engine/selection.ts';
import { parseScopeRule } from '../../filter/parsing/scope-rule.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Host } from '../host.ts';
import type { Job } from '../job/job.ts';
import { CliError } from '../terminal/cli-error.ts';
import { leftOutWarnings } from '../terminal/left-out.ts';
import { withSpinner } from '../terminal/progress.ts';
import { counted } from '../terminal/text.ts';

/** A rule that selects all users: a subject always has an id. */
export const ALL_USERS = "id ne ''";

/** The users of a job. */
export type Users = Awaited<ReturnType<typeof openDirectory>>;

/**
 * Opens the file of users of a job.
 *
 * @throws LifecycleError `InvalidFile` with file and line, `InvalidArgument` for a mapping; CliError when the
 *   file of a stored job is missing.
 */
export async function openUsers(
  host: Host,
  job: Pick<Job, 'users' | 'map' | 'onDuplicate' | 'shortRows' | 'delimiter' | 'dates' | 'dateAttributes'>,
  options: { readonly isKept: boolean; readonly quiet: boolean },
): Promise<Users> {
  const map = job.map === null ? new Map<string, string>() : parseMapping(job.map);
  if (options.isKept && !(await stat(job.users).catch(() => null))) {
    throw new CliError(
      `Expected ${job.users}, the users of the interrupted run, to exist, got no file`,
      'Name the file that holds them now: --users FILE',
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
  throw new CliError(`Expected ${job.users} to hold at least one user, got none`);
}

/** Notes on how the file was read. */
function notesOf(
  { notes, skippedRowsCount }: Users,
  { onDuplicate }: Pick<Job, 'onDuplicate'>,
): readonly string[] {
  if (skippedRowsCount === 0) return notes;
  const rows = counted(skippedRowsCount, 'row');
  return [...notes, `${rows} left out as duplicates (--on-duplicate ${onDuplicate})`];
}

/** @throws CliError when the rule selects no users; LifecycleError `InvalidFilter`. */
export async function requireUsers(users: Directory, rule: string): Promise<void> {
  const scope = parseScopeRule(rule);
  const tally = new SelectionTally(scopeAttributes(scope), true);
  for await (const some of candidatesByRule(scope, users, Number.POSITIVE_INFINITY, tally))
    if (some.length > 0) return;
  const warnings = leftOutWarnings(await tally.result(users));
  throw new CliError(
    `Expected the rule to select at least one user, got none: ${rule}`,
    [
      ...warnings,
      'Values and attribute names are case-sensitive; an attribute has the name given by --map, or that of its column',
    ].join('\n'),
  );
}
