import { Command } from 'commander';
import { TASK_DEFINITIONS } from '../../catalogue/task-definitions.ts';
import type { Host } from '../host.ts';
import { jsonOption } from '../options.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { tableLines } from '../terminal/table.ts';

const HELP = `
A module for --tasks exports a handler under each key that a workflow uses:

  // handlers.mjs
  export async function sendWelcomeEmail({ subject, arguments: args, signal, idempotencyKey }) { … }
  export const addUserToGroups = { run: async (context) => { … }, timeoutMs: 30000, retry: { attempts: 3 } };

Names of your own work as well: as taskDefinitionId in a workflow file, and as the name of the export.

Output of handlers through console.log or process.stdout goes to standard error: standard output is for results. A
program that a handler starts should not inherit standard output.`;

/** `tenure tasks`. */
export function tasksCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('tasks')
    .description('Lists the tasks that a workflow can contain, with their arguments.')
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(({ json }: { readonly json?: boolean }) => {
      if (json) host.stdout.line(JSON.stringify({ value: TASK_DEFINITIONS }, null, 2));
      else for (const line of taskLines(host)) host.stdout.line(line);
      end(EXIT.ok);
    });
}

const COLUMNS = [{ head: 'key' }, { head: 'for' }, { head: 'does' }, { head: 'arguments' }];

function taskLines({ stdout }: Host): string[] {
  const rows = TASK_DEFINITIONS.map(({ key, category, description, parameters }) => [
    key,
    category.join(' '),
    description,
    parameters.map(({ name }) => name).join(' '),
  ]);
  return tableLines(COLUMNS, rows).map((line, at) => (at === 0 ? stdout.style.dim(line) : line));
}
