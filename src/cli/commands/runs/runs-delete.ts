import { Command } from 'commander';
import { createLedger } from '../../../embed.ts';
import { dbOption, requireOption } from '../../options.ts';
import { findRun } from '../../session/find-run.ts';
import { openExisting } from '../../session/stores.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import type { Host } from '../../terminal/host.ts';
import { shortId } from '../../terminal/text.ts';
import { runArgument } from './runs-show.ts';

const HELP = `
Takes the run and its results out of the database. A run that is in progress is refused: cancel it first.

Example:
  $ tenure runs delete 3f2a --db hr.db`;

/** `tenure runs delete`. */
export function runsDeleteCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('delete')
    .summary('remove a run and its results')
    .description('Removes a run and its results.')
    .addArgument(runArgument())
    .addOption(dbOption())
    .addHelpText('after', HELP)
    .action(async (name: string, options: { readonly db: string }, command: Command) => {
      requireOption(command, 'db');
      end(await runsDelete(host, name, options.db));
    });
}

/** Deletes a run. */
export async function runsDelete(host: Host, name: string, db: string): Promise<ExitCode> {
  const store = await openExisting(db, 'write');
  try {
    const record = await findRun(host, store, name, db);
    const ledger = await createLedger({ store });
    await ledger.runs.delete(record.workflowId, record.id);
    host.stdout.line(`Run ${shortId(record.id)} is deleted.`);
    return EXIT.ok;
  } finally {
    await store.close();
  }
}
