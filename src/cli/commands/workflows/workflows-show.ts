import { Argument, Command } from 'commander';
import { findTaskDefinition } from '../../../catalogue/task-definitions.ts';
import { createLedger } from '../../../embed.ts';
import type { Task, UserReference, Workflow } from '../../../model/workflow/workflow.ts';
import { whenText } from '../../../text/trigger-text.ts';
import type { Host } from '../../host.ts';
import { dbOption, jsonOption, requireOption } from '../../options.ts';
import { findWorkflow } from '../../session/find-workflow.ts';
import { openExisting } from '../../session/stores.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { factLines, tableLines } from '../../terminal/table.ts';
import { moment, oneLine, quoted, shortened } from '../../terminal/text.ts';
import { stateText } from './workflows-list.ts';

/** Options of `tenure workflows show`. */
interface WorkflowsShowOptions {
  readonly db: string;
  readonly json?: boolean;
}

const HELP = `
Works while another process runs the database.

Examples:
  $ tenure workflows show "Offboard an employee" --db hr.db
  $ tenure workflows show 3f2a --db hr.db --json`;

/** The argument of every command that takes a workflow. */
export function workflowArgument(): Argument {
  return new Argument('<workflow>', 'its name, or the first digits of its id');
}

/** `tenure workflows show`. */
export function workflowsShowCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('show')
    .summary('a workflow, with its tasks')
    .description('Shows the newest version of a workflow: its conditions and its tasks.')
    .addArgument(workflowArgument())
    .addOption(dbOption('the database of the workflow'))
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (name: string, options: WorkflowsShowOptions, command: Command) => {
      requireOption(command, 'db');
      end(await workflowsShow(host, name, options));
    });
}

/** Shows a workflow. */
async function workflowsShow(host: Host, name: string, options: WorkflowsShowOptions): Promise<ExitCode> {
  const store = await openExisting(options.db, 'read');
  try {
    const { id } = findWorkflow(await store.listWorkflows(), name);
    const workflow = await (await createLedger({ store })).workflows.get(id);
    if (options.json) host.stdout.line(JSON.stringify(workflow, null, 2));
    else for (const line of showLines(host, workflow, options.db)) host.stdout.line(line);
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

function showLines({ stdout, self }: Host, workflow: Workflow, db: string): string[] {
  const { style } = stdout;
  const { executionConditions: conditions, description } = workflow;
  const changed = `${moment(workflow.lastModifiedDateTime)}${byText(workflow.lastModifiedBy)}`;
  return [
    `${style.bold(oneLine(workflow.displayName))} · version ${workflow.version} · ${workflow.category}`,
    ...factLines([
      ['id', workflow.id],
      ...(description ? [['description', shortened(description, 100)] as const] : []),
      ['state', stateText(workflow)],
      ['when', whenText(conditions)],
      ...('scope' in conditions ? [['for', scopeText(conditions.scope)] as const] : []),
      ['created', `${moment(workflow.createdDateTime)}${byText(workflow.createdBy)}`],
      ['changed', changed],
    ]),
    '',
    ...taskLines(workflow.tasks).map((line, at) => `  ${at === 0 ? style.dim(line) : line}`),
    '',
    `${style.dim('Its runs:')} ${self} runs list --db ${quoted(db)} --workflow ${quoted(workflow.displayName)}`,
  ];
}

function byText(by: UserReference | null): string {
  return by === null ? '' : ` by ${oneLine(by.id)}`;
}

function scopeText(scope: { readonly rule: string } | { readonly groups: readonly UserReference[] }): string {
  return 'rule' in scope
    ? oneLine(scope.rule)
    : `groups ${scope.groups.map(({ id }) => oneLine(id)).join(', ')}`;
}

const COLUMNS = [
  { head: '', align: 'right' },
  { head: 'task' },
  { head: 'definition' },
  { head: 'arguments' },
] as const;

function taskLines(tasks: readonly Task[]): string[] {
  const rows = tasks.map((task) => [
    String(task.executionSequence),
    shortened(task.displayName, 44) + (task.isEnabled ? '' : ' (disabled)'),
    findTaskDefinition(task.taskDefinitionId)?.key ?? oneLine(task.taskDefinitionId),
    shortened(task.arguments.map(({ name, value }) => `${name}=${value}`).join(' '), 60),
  ]);
  return tableLines(COLUMNS, rows);
}
