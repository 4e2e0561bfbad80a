import { Command } from 'commander';
import { createLedger } from '../../../embed.ts';
import { dbOption, jsonOption, requireOption } from '../../options.ts';
import { findRun } from '../../session/find-run.ts';
import { openExisting } from '../../session/stores.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import type { Host } from '../../terminal/host.ts';
import { canceledUsers, statusText } from '../../terminal/report.ts';
import { counted, shortId } from '../../terminal/text.ts';
import { runArgument } from './runs-show.ts';

/** Options of `tenure runs cancel`. */
export interface RunsCancelOptions {
  readonly db: string;
  readonly json?: boolean;
}

const HELP = `
For a run that no process works on: users who have ended stay as they are, all others are canceled. While a
process runs the database, stop that one first (Ctrl-C), then cancel.

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
  const store = await openExisting(options.db, 'write');
  try {
    const record = await findRun(host, store, name, options.db);
    const ledger = await createLedger({ store });
    const run = await ledger.runs.cancel(record.workflowId, record.id);
    const { stdout } = host;
    if (options.json) stdout.line(JSON.stringify(run, null, 2));
    else {
      const users = counted(canceledUsers(run) ?? 0, 'user');
      stdout.line(
        `Run ${shortId(run.id)} is ${statusText(run.processingStatus, stdout.style)}: ${users} canceled.`,
      );
    }
    return EXIT.ok;
  } finally {
    await store.close();
  }
}
