import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { arrayDirectory } from '../../directory/array-directory.ts';
import { parseMapping } from '../../directory/files/mapping.ts';
import { openDirectory } from '../../directory/open-directory.ts';
import type { SizedDirectory } from '../../directory/sized-directory.ts';
import { candidatesByRule } from '../../engine/selection/candidates.ts';
import { scopeAttributes } from '../../engine/selection/qualify.ts';
import { SelectionTally } from '../../engine/selection.ts';
import { parseScopeRule } from '../../filter/parsing/scope-rule.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Host } from '../host.ts';
import type { Job } from '../job/job.ts';
import { type OpenJob, withConnections } from '../job/open-job.ts';
import { CliError } from '../terminal/cli-error.ts';
import { leftOutWarnings } from '../terminal/left-out.ts';
import { withSpinner } from '../terminal/progress.ts';
import { counted } from '../terminal/text.ts';

/** A rule that selects all users: a subject always has an id. */
export const ALL_USERS = "id ne ''";

/** The fields of a job that say where its users are. */
export type UsersOfJob = Pick<
  OpenJob,
  'users' | 'connections' | 'map' | 'onDuplicate' | 'shortRows' | 'delimiter' | 'dates' | 'dateAttributes'
>;

/**
 * Opens the users of a job: those of its file, else those of its connections.
 *
 * @throws LifecycleError `InvalidFile` with file and line, `InvalidArgument` for a mapping; CliError when the
 *   file of a stored job is missing, and when nothing says where users are.
 */
export async function openUsers(
  host: Host,
  job: UsersOfJob,
  options: { readonly isKept: boolean; readonly quiet: boolean },
): Promise<Directory> {
  const { users: file } = job;
  return file === null ? connectedUsers(job) : usersOfFile(host, { ...job, users: file }, options);
}

/** Opens the connections and the users of a job for `work`, and closes them. @throws as {@link openUsers}. */
export async function withUsers<T>(
  host: Host,
  job: Job,
  options: Parameters<typeof openUsers>[2] & {
    /** Whether a job that names no users has an empty directory. Default: it is refused. */
    readonly mayBeNone?: boolean;
    /** Whether only people are needed, so that systems of a job with a file of people stay closed. Default `false`. */
    readonly peopleOnly?: boolean;
  },
  work: (users: Directory, job: OpenJob) => Promise<T>,
): Promise<T> {
  // Systems that are not needed are not opened: their variables need not be set.
  const isFileEnough = job.users !== null && (options.peopleOnly || job.noOp);
  const opened = isFileEnough ? { ...job, connect: null } : job;
  return withConnections(host, opened, async (open) => {
    const users =
      options.mayBeNone && !hasUsers(open) ? arrayDirectory([]) : await openUsers(host, open, options);
    open.connections?.usePeople(users);
    try {
      return await work(users, open);
    } finally {
      await users.close?.();
    }
  });
}

/** Whether something says where the users are. */
function hasUsers({ users, connections }: Pick<UsersOfJob, 'users' | 'connections'>): boolean {
  return users !== null || (connections?.directory ?? null) !== null;
}

async function connectedUsers({ connections, ...job }: UsersOfJob): Promise<Directory> {
  const open = connections?.directory ?? null;
  if (open === null)
    throw new CliError(
      `Expected ${connections?.file ?? 'the job'} to say which connection has the people, got none`,
      'Name it in the configuration, directory: "NAME", or give a file of people: --users FILE',
    );
  const isOfFile =
    job.map !== null ||
    job.delimiter !== null ||
    job.dates.length > 0 ||
    job.onDuplicate !== 'refuse' ||
    job.shortRows !== 'refuse';
  if (isOfFile)
    throw new CliError(
      'Expected --map, --delimiter, --dates, --on-duplicate and --short-rows together with --users, got them without',
      `${connections?.file} says how its people are read`,
    );
  return open();
}

async function usersOfFile(
  host: Host,
  job: UsersOfJob & { readonly users: string },
  options: { readonly isKept: boolean; readonly quiet: boolean },
): Promise<Directory> {
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
  { notes, skippedRowsCount }: SizedDirectory,
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
