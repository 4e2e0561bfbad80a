import { Command, Option } from 'commander';
import type { RequestKind } from '../../../model/request.ts';
import type { Workflow } from '../../../model/workflow/workflow.ts';
import type { Host } from '../../host.ts';
import { dbOption, jsonOption, requireOption, someText } from '../../options.ts';
import { findWorkflow } from '../../session/find-workflow.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { oneLine } from '../../terminal/text.ts';
import { makeChange } from '../runs/make-change.ts';
import { workflowArgument } from './workflows-show.ts';

/** Options of the commands that change a workflow. */
interface WorkflowsChangeOptions {
  readonly db: string;
  readonly schedule?: boolean;
  readonly by?: string;
  readonly json?: boolean;
}

/** One of the commands: what it is for, what it asks for, and what it says afterwards. */
interface ChangeCommand {
  readonly name: 'enable' | 'disable' | 'delete' | 'restore' | 'pause-runs' | 'resume-runs';
  readonly summary: string;
  readonly help: string;
  readonly kind: RequestKind;
  readonly done: string;
  /** The same with `--schedule`. */
  readonly schedule?: { readonly help: string; readonly kind: RequestKind; readonly done: string };
}

const COMMANDS: readonly ChangeCommand[] = [
  {
    name: 'enable',
    summary: 'let a workflow run again',
    help: 'Its schedule stays off until it is switched on, too: --schedule.',
    kind: 'enableWorkflow',
    done: 'is enabled',
    schedule: {
      help: 'switch its schedule on, from the next slot on',
      kind: 'enableSchedule',
      done: 'is scheduled',
    },
  },
  {
    name: 'disable',
    summary: 'keep a workflow from running',
    help: 'Its schedule goes off, and its unfinished runs are canceled.',
    kind: 'disableWorkflow',
    done: 'is disabled, and its unfinished runs are canceled',
    schedule: {
      help: 'switch only its schedule off: unfinished scheduled runs are canceled',
      kind: 'disableSchedule',
      done: 'is not scheduled any more, and its unfinished scheduled runs are canceled',
    },
  },
  {
    name: 'delete',
    summary: 'hide a workflow and cancel its runs',
    help: 'Its unfinished runs are canceled. It can be restored for 30 days, unless the host keeps it for another time.',
    kind: 'deleteWorkflow',
    done: 'is deleted, and its unfinished runs are canceled',
  },
  {
    name: 'restore',
    summary: 'bring a deleted workflow back',
    help: 'Its schedule is off afterwards.',
    kind: 'restoreWorkflow',
    done: 'is restored, without its schedule',
  },
  {
    name: 'pause-runs',
    summary: 'pause the runs of a workflow',
    help: 'Running tasks end, and no further one starts until resume-runs. New runs are made, and wait.',
    kind: 'pauseRuns',
    done: 'has its runs paused',
  },
  {
    name: 'resume-runs',
    summary: 'let the paused runs of a workflow go on',
    help: 'They go on where they stopped.',
    kind: 'resumeRuns',
    done: 'has its runs going on',
  },
];

/** `tenure workflows enable`, `disable`, `delete`, `restore`, `pause-runs` and `resume-runs`. */
export function workflowsChangeCommands(host: Host, end: (code: ExitCode) => void): readonly Command[] {
  return COMMANDS.map((change) => {
    const command = new Command(change.name)
      .summary(change.summary)
      .description(`${change.summary[0]?.toUpperCase()}${change.summary.slice(1)}.`)
      .addArgument(workflowArgument())
      .addOption(dbOption('the database of the workflow'));
    if (change.schedule) command.option('--schedule', change.schedule.help);
    return command
      .addOption(new Option('--by <id>', 'who does it: kept as lastModifiedBy').argParser(someText))
      .addOption(jsonOption())
      .addHelpText('after', helpOf(change))
      .action(async (name: string, options: WorkflowsChangeOptions) => {
        requireOption(command, 'db');
        end(await workflowsChange(host, change, name, options));
      });
  });
}

function helpOf({ name, help }: ChangeCommand): string {
  return `
${help}
While another process writes the database, that process is asked to make the change.

Example:
  $ tenure workflows ${name} "Offboard an employee" --db hr.db`;
}

async function workflowsChange(
  host: Host,
  change: ChangeCommand,
  name: string,
  { db, schedule, by, json }: WorkflowsChangeOptions,
): Promise<ExitCode> {
  const { kind, done } = (schedule ? change.schedule : undefined) ?? change;
  const which = kind === 'restoreWorkflow' ? 'deleted' : 'live';
  const workflow = await makeChange<Workflow>(host, db, {
    find: async (store) => {
      const { id } = findWorkflow(await store.listWorkflows(), name, which);
      return { kind, id, by: by ?? null };
    },
    show: async (store, { id }) => {
      const record = await store.getWorkflow(id);
      if (!record) throw new CliError(`Expected workflow ${id} to be there, got its deletion for good`);
      return record.workflow;
    },
  });
  if (json) host.stdout.line(JSON.stringify(workflow, null, 2));
  else host.stdout.line(`Workflow "${oneLine(workflow.displayName)}" ${done}.`);
  return EXIT.ok;
}
