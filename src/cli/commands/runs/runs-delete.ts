import { Command } from 'commander';
import type { Host } from '../../host.ts';
import { dbOption, requireOption } from '../../options.ts';
import { findRun } from '../../session/find-run.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { shortId } from '../../terminal/text.ts';
import { makeChange } from './make-change.ts';
import { runArgument } from './runs-show.ts';

const HELP = `
Removes the run and its results from the database. A run in progress cannot be deleted: cancel it first.

Example:
  $ tenure runs delete 3f2a --db hr.db`;

/** `tenure runs delete`. */
export function runsDeleteCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('delete')
    .summary('delete a run and its results')
    .description('Deletes a run and its results.')
    .addArgument(runArgument())
    .addOption(dbOption())
    .addHelpText('after', HELP)
    .action(async (name: string, options: { readonly db: string }, command: Command) => {
      requireOption(command, 'db');
      end(await runsDelete(host, name, options.db));
    });
}

/** Deletes a run. */
async function runsDelete(host: Host, name: string, db: string): Promise<ExitCode> {
  const id = await makeChange(host, db, {
    find: async (store) => ({ kind: 'deleteRun', id: (await findRun(host, store, name, db)).id, by: null }),
    show: async (_store, request) => request.id,
  });
  host.stdout.line(`Run ${shortId(id)} was deleted.`);
  return EXIT.ok;
}
