import { Command } from 'commander';
import type { Host } from '../../host.ts';
import type { ExitCode } from '../../terminal/exit-codes.ts';
import { runsCancelCommand } from './runs-cancel.ts';
import { runsDeleteCommand } from './runs-delete.ts';
import { runsFailuresCommand } from './runs-failures.ts';
import { runsListCommand } from './runs-list.ts';
import { runsReprocessCommand } from './runs-reprocess.ts';
import { runsShowCommand } from './runs-show.ts';
import { runsUsersCommand } from './runs-users.ts';

/** `tenure runs`. */
export function runsCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('runs').description(
    'Lists, shows, cancels, reprocesses or deletes runs of a database. The first digits of an id are enough to name a run.',
  );
  const all = [
    runsListCommand,
    runsShowCommand,
    runsUsersCommand,
    runsFailuresCommand,
    runsReprocessCommand,
    runsCancelCommand,
    runsDeleteCommand,
  ];
  for (const make of all) command.addCommand(make(host, end));
  return command;
}
