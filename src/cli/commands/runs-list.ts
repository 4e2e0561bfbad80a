import { Command } from 'commander';
import { createLedger } from '../../embed.ts';
import type { Run } from '../../model/resources.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findWorkflow } from '../find-workflow.ts';
import type { Host } from '../host.ts';
import { listOptionsOf, moreLine, type PageOptions, pageOptions } from '../list-options.ts';
import { dbOption, jsonOption, requireOption, someText } from '../options.ts';
import { statusText } from '../report.ts';
import { openExisting } from '../stores.ts';
import { tableLines } from '../table.ts';
import { count, moment, shortened, shortId } from '../text.ts';

/** Options of `tenure runs list`. */
export interface RunsListOptions extends PageOptions {
  readonly db: string;
  readonly workflow?: string;
  readonly json?: boolean;
}

const HELP = `
Works while another process runs the database.

Examples:
  $ tenure runs list --db hr.db
  $ tenure runs list --db hr.db --filter "processingStatus ne 'completed' and totalUsersCount gt 100"
  $ tenure runs list --db hr.db --order-by "completedDateTime desc" --top 5 --json`;

/** `tenure runs list`. */
export function runsListCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('list')
    .summary('list runs, the latest first')
    .description('Lists runs, the latest schedule first.')
    .addOption(dbOption())
    .option('--workflow <name|id>', 'only the runs of this workflow', someText);
  for (const option of pageOptions('runs')) command.addOption(option);
  return command
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (options: RunsListOptions) => {
      requireOption(command, 'db');
      end(await runsList(host, options));
    });
}

/** Lists runs. */
export async function runsList(host: Host, options: RunsListOptions): Promise<ExitCode> {
  const store = await openExisting(options.db, 'read');
  try {
    const { runs } = await createLedger({ store });
    const { workflow } = options;
    const page =
      workflow === undefined
        ? await runs.list(listOptionsOf(options))
        : await runs.list(findWorkflow(await store.listWorkflows(), workflow).id, listOptionsOf(options));
    if (options.json) {
      const next = page.nextToken === null ? {} : { nextToken: page.nextToken };
      host.stdout.line(JSON.stringify({ value: page.value, ...next }, null, 2));
      return EXIT.ok;
    }
    for (const line of listLines(host, page.value)) host.stdout.line(line);
    if (page.nextToken !== null) host.stderr.line(moreLine(page.nextToken));
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

const NAME_COLUMNS = 34;
const COLUMNS = [
  { head: 'run' },
  { head: 'workflow' },
  { head: 'kind' },
  { head: 'scheduled' },
  { head: 'users', align: 'right' },
  { head: 'ok', align: 'right' },
  { head: 'failed', align: 'right' },
  { head: 'status' },
] as const;

function listLines({ stdout }: Host, runs: readonly Run[]): string[] {
  if (runs.length === 0) return ['No runs.'];
  const rows = runs.map((run) => [
    shortId(run.id),
    shortened(run.workflow.displayName, NAME_COLUMNS),
    run.workflowExecutionType,
    moment(run.scheduledDateTime),
    count(run.totalUsersCount),
    count(run.successfulUsersCount),
    count(run.failedUsersCount),
    statusText(run.processingStatus, stdout.style) + (run.isNoOp ? ' (no-op)' : ''),
  ]);
  return tableLines(COLUMNS, rows).map((line, at) => (at === 0 ? stdout.style.dim(line) : line));
}
