import { Command } from 'commander';
import { runResource } from '../../ledger/resources.ts';
import { CliError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import type { Host } from '../host.ts';
import { makeChange } from '../make-change.ts';
import { dbOption, jsonOption, requireOption } from '../options.ts';
import { canceledUsers, statusText } from '../report.ts';
import { counted, shortId } from '../text.ts';
import { runArgument } from './runs-show.ts';

/** Options of `tenure runs cancel`. */
export interface RunsCancelOptions {
  readonly db: string;
  readonly json?: boolean;
}

const HELP = `
Users who have ended stay as they are; nobody starts any more. Tasks that are running may end, so that a run on
which another process works is \`canceling\` for a while: that process is asked to cancel it.

Example:
  $ tenure runs cancel 3f2a --db hr.db`;

/** `tenure runs cancel`. */
export function runsCancelCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('cancel')
    .summary('give up what is left of a run')
    .description('Cancels what is left of a run.')
    .addArgument(runArgument())
    .addOption(dbOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (name: string, options: RunsCancelOptions, command: Command) => {
      requireOption(command, 'db');
      end(await runsCancel(host, name, options));
    });
}

/** Cancels a run. Exit code 0: that it was canceled is what was asked for. */
export async function runsCancel(host: Host, name: string, options: RunsCancelOptions): Promise<ExitCode> {
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
