import { Command } from 'commander';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import type { Host } from '../host.ts';
import { makeChange } from '../make-change.ts';
import { dbOption, requireOption } from '../options.ts';
import { shortId } from '../text.ts';
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
  const id = await makeChange(host, db, {
    find: async (store) => ({ kind: 'deleteRun', id: (await findRun(host, store, name, db)).id, by: null }),
    show: async (_store, request) => request.id,
  });
  host.stdout.line(`Run ${shortId(id)} is deleted.`);
  return EXIT.ok;
}
