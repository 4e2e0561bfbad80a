import { Command } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import type { Host } from '../host.ts';
import { runsCancelCommand } from './runs-cancel.ts';
import { runsDeleteCommand } from './runs-delete.ts';
import { runsListCommand } from './runs-list.ts';
import { runsReprocessCommand } from './runs-reprocess.ts';
import { runsShowCommand } from './runs-show.ts';
import { runsUsersCommand } from './runs-users.ts';

/** `tenure runs`. */
export function runsCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('runs')
    .summary('look at the runs of a database, or act on one')
    .description(
      'Looks at the runs of a database, or acts on one. A run is named by the first digits of its id.',
    );
  const all = [
    runsListCommand,
    runsShowCommand,
    runsUsersCommand,
    runsReprocessCommand,
    runsCancelCommand,
    runsDeleteCommand,
  ];
  for (const make of all) command.addCommand(make(host, end));
  return command;
}
