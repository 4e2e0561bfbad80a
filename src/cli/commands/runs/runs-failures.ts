import { Command } from 'commander';
import { createLedger } from '../../../embed.ts';
import type { FailureGroup } from '../../../model/resources/resources.ts';
import type { Host } from '../../host.ts';
import { dbOption, jsonOption, requireOption } from '../../options.ts';
import { findRun } from '../../session/find-run.ts';
import { openExisting } from '../../session/stores.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { tableLines } from '../../terminal/table.ts';
import { count, quoted, shortened, shortId } from '../../terminal/text.ts';
import { runArgument } from './runs-show.ts';

/** Options of `tenure runs failures`. */
interface RunsFailuresOptions {
  readonly db: string;
  readonly json?: boolean;
}

const HELP = `
Failures of one task with one code and one reason, but for what differs from person to person, are one group.
"repaired" counts the users that have completed since, in a run that reprocesses this one. Works while another process
uses the database.

Examples:
  $ tenure runs failures 3f2a --db hr.db
  $ tenure runs failures 3f2a --db hr.db --json`;

/** `tenure runs failures`. */
export function runsFailuresCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('failures')
    .summary('what failed in a run, in groups of one cause')
    .description('Shows the failures of a run in groups of one cause, largest first.')
    .addArgument(runArgument())
    .addOption(dbOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (name: string, options: RunsFailuresOptions, command: Command) => {
      requireOption(command, 'db');
      end(await runsFailures(host, name, options));
    });
}

/** Shows the groups of failures of a run. */
async function runsFailures(host: Host, name: string, { db, json }: RunsFailuresOptions): Promise<ExitCode> {
  const store = await openExisting(db, 'read');
  try {
    const { id } = await findRun(host, store, name, db);
    const groups = await (await createLedger({ store })).runs.failures(id);
    if (json) host.stdout.line(JSON.stringify({ value: groups }, null, 2));
    else for (const line of groupLines(host, id, db, groups)) host.stdout.line(line);
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

const TASK_COLUMNS = 30;
const REASON_COLUMNS = 80;
const COLUMNS = [
  { head: 'group' },
  { head: 'users', align: 'right' },
  { head: 'repaired', align: 'right' },
  { head: 'task' },
  { head: 'code' },
  { head: 'reason' },
] as const;

function groupLines(
  { stdout, self }: Host,
  id: string,
  db: string,
  groups: readonly FailureGroup[],
): readonly string[] {
  const [first] = groups;
  if (first === undefined) return ['No failures.'];
  const rows = groups.map(({ key, usersCount, repairedUsersCount, task, code, reason }) => [
    key,
    count(usersCount),
    count(repairedUsersCount),
    shortened(task.displayName, TASK_COLUMNS),
    code,
    shortened(reason, REASON_COLUMNS),
  ]);
  const table = tableLines(COLUMNS, rows).map((line, at) => (at === 0 ? stdout.style.dim(line) : line));
  const again = `${self} runs reprocess ${shortId(id)} --db ${quoted(db)} --failure-group ${first.key}`;
  return [
    ...table,
    '',
    `${stdout.style.dim('To reprocess a group:')} ${again}`,
    `${stdout.style.dim('What a code means:')}    ${self} explain ${first.code}`,
  ];
}
