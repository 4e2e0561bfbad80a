import { Command } from 'commander';
import { createLedger } from '../../../embed.ts';
import type { Workflow } from '../../../model/workflow/workflow.ts';
import { whenText } from '../../../text/trigger-text.ts';
import type { Host } from '../../host.ts';
import { dbOption, jsonOption, requireOption } from '../../options.ts';
import { openExisting } from '../../session/stores.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { tableLines } from '../../terminal/table.ts';
import { count, moment, shortened, shortId } from '../../terminal/text.ts';

/** Options of `tenure workflows list`. */
interface WorkflowsListOptions {
  readonly db: string;
  readonly deleted?: boolean;
  readonly json?: boolean;
}

const HELP = `
Works while another process runs the database.

Examples:
  $ tenure workflows list --db hr.db
  $ tenure workflows list --db hr.db --deleted --json`;

/** `tenure workflows list`. */
export function workflowsListCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('list')
    .summary('list workflows')
    .description('Lists the workflows, oldest first.')
    .addOption(dbOption('the database of the workflows'))
    .option('--deleted', 'those that are deleted and can be restored')
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (options: WorkflowsListOptions, command: Command) => {
      requireOption(command, 'db');
      end(await workflowsList(host, options));
    });
}

/** Lists workflows. */
async function workflowsList(host: Host, options: WorkflowsListOptions): Promise<ExitCode> {
  const store = await openExisting(options.db, 'read');
  try {
    const { workflows } = await createLedger({ store });
    const value = options.deleted ? await workflows.listDeleted() : await workflows.list();
    if (options.json) host.stdout.line(JSON.stringify({ value }, null, 2));
    else for (const line of listLines(host, value)) host.stdout.line(line);
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

const NAME_COLUMNS = 44;
const COLUMNS = [
  { head: 'id' },
  { head: 'workflow' },
  { head: 'category' },
  { head: 'version', align: 'right' },
  { head: 'tasks', align: 'right' },
  { head: 'state' },
  { head: 'when' },
] as const;

function listLines({ stdout }: Host, workflows: readonly Workflow[]): string[] {
  if (workflows.length === 0) return ['No workflows.'];
  const rows = workflows.map((workflow) => [
    shortId(workflow.id),
    shortened(workflow.displayName, NAME_COLUMNS),
    workflow.category,
    count(workflow.version),
    count(workflow.tasks.length),
    stateText(workflow),
    whenText(workflow.executionConditions),
  ]);
  return tableLines(COLUMNS, rows).map((line, at) => (at === 0 ? stdout.style.dim(line) : line));
}

/** What a workflow may do at present. */
export function stateText(workflow: Workflow): string {
  if (workflow.deletedDateTime !== null) return `deleted ${moment(workflow.deletedDateTime)}`;
  if (!workflow.isEnabled) return 'disabled';
  if (workflow.runsPausedDateTime !== undefined) return 'runs paused';
  if (workflow.quarantineDetails.quarantineType !== 'notQuarantined') return 'quarantined';
  return workflow.isSchedulingEnabled ? 'scheduled' : 'enabled';
}
