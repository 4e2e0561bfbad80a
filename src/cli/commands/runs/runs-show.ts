import { Argument, Command } from 'commander';
import { createLedger } from '../../../embed.ts';
import { requireWorkflow } from '../../../ledger/context.ts';
import type { LedgerMethods } from '../../../ledger/ledger.ts';
import { runResource } from '../../../ledger/resources.ts';
import type { Run, TaskReport } from '../../../model/resources/resources.ts';
import type { Host } from '../../host.ts';
import { dbOption, jsonOption, requireOption, wholeNumber } from '../../options.ts';
import { findRun } from '../../session/find-run.ts';
import { openExisting } from '../../session/stores.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { readFailures } from '../../terminal/failures.ts';
import { failureLines, runLines, statusText } from '../../terminal/report.ts';
import { tableLines } from '../../terminal/table.ts';
import { count, moment, quoted, shortened, shortId } from '../../terminal/text.ts';
import { changedLines, changedTasks } from './changes.ts';

/** Options of `tenure runs show`. */
interface RunsShowOptions {
  readonly db: string;
  readonly failures?: number;
  readonly changes?: number;
  readonly json?: boolean;
}

const FAILURES_DEFAULT = 20;
const FAILURES_MAX = 1_000_000;

const HELP = `
Works while another process uses the database. --json prints the run; with --failures N it also prints the run's
first N failed tasks, under taskProcessingResults. What handlers changed is listed by --changes N; with --json, under
changed.

Examples:
  $ tenure runs show 3f2a --db hr.db
  $ tenure runs show 3f2a --db hr.db --failures 500 --json`;

/** The argument of every command that takes a run. */
export function runArgument(): Argument {
  return new Argument('<run>', 'its id, or the first digits of its id');
}

/** `tenure runs show`. */
export function runsShowCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('show')
    .summary('show a run, its tasks and its failures')
    .description('Shows a run, the results of its tasks, and its failures.')
    .addArgument(runArgument())
    .addOption(dbOption())
    .option(
      '--failures <n>',
      `failed tasks to list; default ${FAILURES_DEFAULT}`,
      wholeNumber(0, FAILURES_MAX),
    )
    .option('--changes <n>', 'tasks that changed something to list; default 0', wholeNumber(0, FAILURES_MAX))
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (name: string, options: RunsShowOptions, command: Command) => {
      requireOption(command, 'db');
      end(await runsShow(host, name, options));
    });
}

/** Shows a run. */
async function runsShow(host: Host, name: string, options: RunsShowOptions): Promise<ExitCode> {
  const store = await openExisting(options.db, 'read');
  try {
    const record = await findRun(host, store, name, options.db);
    const run = runResource(record);
    const ledger = await createLedger({ store });
    if (options.json) {
      const failed = options.failures === undefined ? {} : await failedTasks(ledger, run, options.failures);
      const { changes } = options;
      const changed = changes === undefined ? {} : { changed: await changedTasks(ledger, run.id, changes) };
      host.stdout.line(JSON.stringify({ ...run, ...failed, ...changed }, null, 2));
      return EXIT.ok;
    }
    await requireWorkflow(store, record.workflowId);
    await print(host, run, options, ledger);
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

async function failedTasks(
  ledger: LedgerMethods,
  run: Run,
  max: number,
): Promise<{ readonly taskProcessingResults: readonly unknown[] }> {
  const { first } = await readFailures(ledger, run.id, max);
  return { taskProcessingResults: first };
}

async function print(host: Host, run: Run, options: RunsShowOptions, ledger: LedgerMethods): Promise<void> {
  const { stdout } = host;
  const facts = {
    work: workOf(run),
    more: [
      ['scheduled', moment(run.scheduledDateTime)],
      ['started', moment(run.startedDateTime)],
      ['completed', moment(run.completedDateTime)],
    ] as const,
  };
  for (const line of runLines(run, facts, stdout.style)) stdout.line(line);
  stdout.line();
  for (const line of reportLines(host, await ledger.taskReports.list(run.id))) stdout.line(line);
  for (const line of changedLines(await changedTasks(ledger, run.id, options.changes ?? 0)))
    await stdout.write(`${line}\n`);
  if (run.failedTasksCount === 0) return;
  const max = options.failures ?? FAILURES_DEFAULT;
  const failures = await readFailures(ledger, run.id, max);
  const rest = `${host.self} runs show ${shortId(run.id)} --db ${quoted(options.db)} --failures ${run.failedTasksCount}`;
  stdout.line();
  for (const line of failureLines(failures, stdout.style, rest)) await stdout.write(`${line}\n`);
}

function workOf(run: Run): { elapsedMs: number; tasks: number } | null {
  if (run.startedDateTime === null) return null;
  const endMs = Date.parse(run.completedDateTime ?? run.lastUpdatedDateTime);
  return {
    elapsedMs: endMs - Date.parse(run.startedDateTime),
    tasks: run.totalTasksCount - run.totalUnprocessedTasksCount,
  };
}

const NAME_COLUMNS = 44;
const COLUMNS = [
  { head: 'task' },
  { head: 'ok', align: 'right' },
  { head: 'failed', align: 'right' },
  { head: 'unprocessed', align: 'right' },
  { head: 'status' },
] as const;

function reportLines({ stdout }: Host, reports: readonly TaskReport[]): string[] {
  const rows = reports.map((report) => [
    shortened(report.task.displayName, NAME_COLUMNS),
    count(report.successfulUsersCount),
    count(report.failedUsersCount),
    count(report.unprocessedUsersCount),
    statusText(report.processingStatus, stdout.style),
  ]);
  return tableLines(COLUMNS, rows).map((line, at) => `  ${at === 0 ? stdout.style.dim(line) : line}`);
}
