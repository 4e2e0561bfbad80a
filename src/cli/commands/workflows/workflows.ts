import { Command } from 'commander';
import type { Host } from '../../host.ts';
import type { ExitCode } from '../../terminal/exit-codes.ts';
import { workflowsChangeCommands } from './workflows-change.ts';
import { workflowsListCommand } from './workflows-list.ts';
import { workflowsShowCommand } from './workflows-show.ts';

/** `tenure workflows`. */
export function workflowsCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('workflows').description(
    'Looks at the workflows of a database, or changes one. A workflow is named by its name or the first digits of its id.',
  );
  const all = [workflowsListCommand(host, end), workflowsShowCommand(host, end)];
  for (const inner of [...all, ...workflowsChangeCommands(host, end)]) command.addCommand(inner);
  return command;
}
