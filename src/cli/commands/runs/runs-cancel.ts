import { Command } from 'commander';
import { runResource } from '../../../ledger/resources.ts';
import type { Host } from '../../host.ts';
import { dbOption, jsonOption, requireOption } from '../../options.ts';
import { findRun } from '../../session/find-run.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { canceledUsers, statusText } from '../../terminal/report.ts';
import { counted, shortId } from '../../terminal/text.ts';
import { makeChange } from './make-change.ts';
import { runArgument } from './runs-show.ts';

/** Options of `tenure runs cancel`. */
interface RunsCancelOptions {
  readonly db: string;
  readonly json?: boolean;
}

const HELP = `
Final users keep their result; no further user starts. Running tasks may end, so a run that another process
is working on is \`canceling\` for a while: that process is asked to cancel it.

Example:
  $ tenure runs cancel 3f2a --db hr.db`;

/** `tenure runs cancel`. */
export function runsCancelCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('cancel')
    .summary('cancel the remaining users of a run')
    .description('Cancels the users of a run that are not final yet.')
    .addArgument(runArgument())
    .addOption(dbOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (name: string, options: RunsCancelOptions, command: Command) => {
      requireOption(command, 'db');
      end(await runsCancel(host, name, options));
    });
}

/** Cancels a run. Exit code 0, since a canceled run is what was asked for. */
async function runsCancel(host: Host, name: string, options: RunsCancelOptions): Promise<ExitCode> {
  const run = await makeChange(host, options.db, {
    find: async (store) => {
      const { id } = await findRun(host, store, name, options.db);
      return { kind: 'cancelRun', id, by: null };
    },
    show: async (store, { id }) => {
      const record = await store.getRun(id);
      if (!record) throw new CliError(`Expected run ${shortId(id)} to be canceled, got its deletion first`);
      return runResource(record);
    },
  });
  const { stdout } = host;
  if (options.json) stdout.line(JSON.stringify(run, null, 2));
  else {
    const canceled = canceledUsers(run);
    const rest =
      canceled === null ? 'running tasks are being awaited' : `${counted(canceled, 'user')} canceled`;
    stdout.line(`Run ${shortId(run.id)} is ${statusText(run.processingStatus, stdout.style)}: ${rest}.`);
  }
  return EXIT.ok;
}
