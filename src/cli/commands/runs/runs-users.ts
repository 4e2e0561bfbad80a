import { Command, InvalidArgumentError, Option } from 'commander';
import { createLedger } from '../../../embed.ts';
import { filter } from '../../../filter/builder.ts';
import { parseListFilter } from '../../../filter/list-filter.ts';
import { nearest } from '../../../input/nearest.ts';
import type { ListOptions } from '../../../ledger/input/list-options.ts';
import type { UserProcessingResults } from '../../../ledger/methods/user-results.ts';
import { LIMITS } from '../../../model/limits.ts';
import type { RunRecord } from '../../../model/records.ts';
import { USER_PROPERTIES } from '../../../model/resources/properties.ts';
import type { UserProcessingResult } from '../../../model/resources/resources.ts';
import { USER_STATUSES, type UserStatus } from '../../../model/status.ts';
import type { Host } from '../../host.ts';
import { dbOption, jsonOption, requireOption } from '../../options.ts';
import { findRun } from '../../session/find-run.ts';
import { openExisting } from '../../session/stores.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { statusText } from '../../terminal/report.ts';
import { tableLines } from '../../terminal/table.ts';
import { count, moment, shortened } from '../../terminal/text.ts';
import { listOptionsOf, moreLine, type PageOptions, pageOptions } from './list-options.ts';
import { runArgument } from './runs-show.ts';

/** Options of `tenure runs users`. */
interface RunsUsersOptions extends PageOptions {
  readonly db: string;
  readonly status?: readonly UserStatus[];
  readonly json?: boolean;
}

/** Users of one call, at most: more come with `--after`. */
const USERS_MAX = 1_000_000;

const HELP = `
Works while another process runs the database. What failed, task by task and with the reason, is in
\`tenure runs show RUN --failures N\`.

Examples:
  $ tenure runs users 3f2a --db hr.db --status failed
  $ tenure runs users 3f2a --db hr.db --status failed,completedWithErrors --top 100000 --json
  $ tenure runs users 3f2a --db hr.db --filter "startedDateTime ge 2026-01-31T00:00:00Z" --order-by startedDateTime`;

/** `tenure runs users`. */
export function runsUsersCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('users')
    .summary('the users of a run, by status')
    .description('Lists the users of a run, in the order in which they joined it.')
    .addArgument(runArgument())
    .addOption(dbOption())
    .addOption(
      new Option('--status <status>', `only these, with commas: ${USER_STATUSES.join(', ')}`).argParser(
        readStatuses,
      ),
    );
  for (const option of pageOptions('users', USERS_MAX)) command.addOption(option);
  return command
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (name: string, options: RunsUsersOptions) => {
      requireOption(command, 'db');
      end(await runsUsers(host, name, options));
    });
}

/** Lists the users of a run. */
async function runsUsers(host: Host, name: string, options: RunsUsersOptions): Promise<ExitCode> {
  const store = await openExisting(options.db, 'read');
  try {
    const run = await findRun(host, store, name, options.db);
    const { userProcessingResults } = await createLedger({ store });
    const { users, nextToken } = await readUsers(userProcessingResults, run, options);
    const { stdout, stderr } = host;
    if (options.json) {
      const next = nextToken === null ? {} : { nextToken };
      await stdout.write(`${JSON.stringify({ value: users, ...next }, null, 2)}\n`);
      return EXIT.ok;
    }
    for (const line of userLines(host, users)) await stdout.write(`${line}\n`);
    if (nextToken !== null) stderr.line(moreLine(nextToken, USERS_MAX));
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

async function readUsers(
  results: UserProcessingResults,
  run: RunRecord,
  options: RunsUsersOptions,
): Promise<{ readonly users: readonly UserProcessingResult[]; readonly nextToken: string | null }> {
  const { top = LIMITS.pageSizeDefault, filter: _, ...rest } = listOptionsOf(options);
  const conditions = [
    ...(options.filter === undefined ? [] : [parseListFilter(options.filter, USER_PROPERTIES)]),
    ...(options.status === undefined ? [] : [filter.in('processingStatus', options.status)]),
  ];
  let from: ListOptions = conditions.length === 0 ? rest : { ...rest, filter: filter.and(...conditions) };
  const users: UserProcessingResult[] = [];
  for (;;) {
    const wanted = { ...from, top: Math.min(LIMITS.pageSizeMax, top - users.length) };
    const { value, nextToken } = await results.list(run.id, wanted);
    users.push(...value);
    if (nextToken === null || users.length >= top) return { users, nextToken };
    from = { ...from, after: nextToken };
  }
}

function readStatuses(text: string): readonly UserStatus[] {
  return text.split(',').map((word) => {
    const wanted = word.trim().toLowerCase();
    const status = USER_STATUSES.find((one) => one.toLowerCase() === wanted);
    if (status) return status;
    const near = nearest(word, USER_STATUSES);
    const hint = near === null ? '' : ` Did you mean ${near}?`;
    throw new InvalidArgumentError(`Expected one of ${USER_STATUSES.join(', ')}.${hint}`);
  });
}

const COLUMNS = [
  { head: 'user' },
  { head: 'tasks', align: 'right' },
  { head: 'failed', align: 'right' },
  { head: 'unprocessed', align: 'right' },
  { head: 'started' },
  { head: 'completed' },
  { head: 'status' },
] as const;

function userLines({ stdout }: Host, users: readonly UserProcessingResult[]): string[] {
  if (users.length === 0) return ['No users.'];
  const rows = users.map((user) => [
    shortened(user.subject.id, LIMITS.idLengthMax),
    count(user.totalTasksCount),
    count(user.failedTasksCount),
    count(user.totalUnprocessedTasksCount),
    moment(user.startedDateTime),
    moment(user.completedDateTime),
    statusText(user.processingStatus, stdout.style),
  ]);
  return tableLines(COLUMNS, rows).map((line, at) => (at === 0 ? stdout.style.dim(line) : line));
}
