import { Command } from 'commander';
import { nearest } from '../../../input/nearest.ts';
import { listRequest } from '../../../ledger/input/list-options.ts';
import { runResource } from '../../../ledger/resources.ts';
import { LIMITS } from '../../../model/limits.ts';
import type { RunRecord, WorkflowRecord } from '../../../model/records.ts';
import { RUN_PROPERTIES } from '../../../model/resources/properties.ts';
import type { Run } from '../../../model/resources/resources.ts';
import type { StoreReader } from '../../../ports/store.ts';
import { dbOption, jsonOption, requireOption, someText, wholeNumber } from '../../options.ts';
import { openExisting } from '../../session/stores.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import type { Host } from '../../terminal/host.ts';
import { statusText } from '../../terminal/report.ts';
import { tableLines } from '../../terminal/table.ts';
import { count, moment, shortened, shortId } from '../../terminal/text.ts';

/** Options of `tenure runs list`. */
export interface RunsListOptions {
  readonly db: string;
  readonly workflow?: string;
  readonly filter?: string;
  readonly orderBy?: string;
  readonly top?: number;
  readonly after?: string;
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
  return new Command('list')
    .summary('list runs, the latest first')
    .description('Lists runs, the latest schedule first.')
    .addOption(dbOption())
    .option('--workflow <name|id>', 'only the runs of this workflow', someText)
    .option('--filter <filter>', "OData: processingStatus eq 'failed'", someText)
    .option('--order-by <property>', 'a date or processingStatus, then asc or desc', someText)
    .option(
      '--top <n>',
      `runs of a page, at most; default ${LIMITS.pageSizeDefault}`,
      wholeNumber(1, LIMITS.pageSizeMax),
    )
    .option('--after <token>', 'the page after this one: nextToken of --json', someText)
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (options: RunsListOptions, command: Command) => {
      requireOption(command, 'db');
      end(await runsList(host, options));
    });
}

/** Lists runs. */
export async function runsList(host: Host, options: RunsListOptions): Promise<ExitCode> {
  const store = await openExisting(options.db, 'read');
  try {
    const records = await store.listWorkflows();
    const only = options.workflow === undefined ? null : findWorkflow(records, options.workflow);
    const page = await readPage(store, only, options);
    if (options.json) {
      const next = page.nextToken === null ? {} : { nextToken: page.nextToken };
      host.stdout.line(JSON.stringify({ value: page.runs.map(runResource), ...next }, null, 2));
      return EXIT.ok;
    }
    const names = new Map(records.map(({ workflow }) => [workflow.id, workflow.displayName]));
    for (const line of listLines(host, page.runs, names)) host.stdout.line(line);
    if (page.nextToken !== null) {
      host.stderr.line(
        `More follow: --top takes up to ${LIMITS.pageSizeMax}, --filter narrows, --after ${page.nextToken}`,
      );
    }
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

async function readPage(
  store: StoreReader,
  only: WorkflowRecord | null,
  { filter, orderBy, top, after }: RunsListOptions,
): Promise<{ readonly runs: readonly RunRecord[]; readonly nextToken: string | null }> {
  const given = { filter, orderBy, top, after };
  const listOptions = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const request = listRequest<RunRecord, string>(listOptions, {
    scope: only ? `runs of ${only.workflow.id}` : 'runs of every workflow',
    table: RUN_PROPERTIES,
    keyType: 'string',
    defaultOrder: 'scheduledDateTime desc',
  });
  const rows = await store.listRuns({
    ...request,
    limit: request.limit + 1,
    ...(only ? { workflowId: only.workflow.id } : {}),
  });
  const runs = rows.slice(0, request.limit);
  const last = rows.length > request.limit ? runs.at(-1) : undefined;
  if (!last) return { runs, nextToken: null };
  const { property } = request.order;
  const field = RUN_PROPERTIES[property]?.field;
  const value = property === 'id' || !field ? null : (last[field] as string | number | null);
  return { runs, nextToken: request.tokenAfter({ value, key: last.id }) };
}

function findWorkflow(records: readonly WorkflowRecord[], name: string): WorkflowRecord {
  const wanted = name.trim().toLowerCase();
  const found = records.find(
    ({ workflow }) => workflow.id === wanted || workflow.displayName.toLowerCase() === wanted,
  );
  if (found) return found;
  const names = records.map(({ workflow }) => workflow.displayName);
  const near = nearest(name, names);
  throw new CliError(
    `Expected --workflow to be a workflow of this database, got \`${shortened(name, 80)}\``,
    names.length === 0
      ? 'It has none'
      : [
          ...(near === null ? [] : [`Did you mean "${near}"?`]),
          'It has:',
          ...names.map((one) => `  ${one}`),
        ].join('\n'),
  );
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

function listLines(
  { stdout }: Host,
  runs: readonly RunRecord[],
  names: ReadonlyMap<string, string>,
): string[] {
  if (runs.length === 0) return ['No runs.'];
  const cells = (run: Run, workflowId: string): string[] => [
    shortId(run.id),
    shortened(names.get(workflowId) ?? workflowId, NAME_COLUMNS),
    run.workflowExecutionType,
    moment(run.scheduledDateTime),
    count(run.totalUsersCount),
    count(run.successfulUsersCount),
    count(run.failedUsersCount),
    statusText(run.processingStatus, stdout.style) + (run.isNoOp ? ' (no-op)' : ''),
  ];
  return tableLines(
    COLUMNS,
    runs.map((run) => cells(runResource(run), run.workflowId)),
  ).map((line, at) => (at === 0 ? stdout.style.dim(line) : line));
}
