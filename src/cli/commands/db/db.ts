import { Command } from 'commander';
import type { Host } from '../../host.ts';
import { someText, wholeNumber } from '../../options.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { copyCommand } from './copy.ts';

const HELP = `
For a Postgres whose roles may not create tables: its owner applies what this prints, and tenure opens the database
with { migrate: false }. One transaction for each version of the schema.

Example:
  $ tenure db sql --schema hr | psql postgres://owner@localhost/people`;

/** `tenure db …`. */
export function dbCommand(host: Host, end: (code: ExitCode) => void): Command {
  const sql = new Command('sql')
    .summary('print the SQL that makes the tables in Postgres')
    .description(
      'Prints the SQL that makes the tables of tenure in a Postgres database, or brings them up to date.',
    )
    .option('--schema <name>', 'the schema of the tables', someText, 'tenure')
    .option('--from <version>', 'only what follows this version of the schema', wholeNumber(0, 1_000), 0)
    .addHelpText('after', HELP)
    .action(async ({ schema, from }: { readonly schema: string; readonly from: number }) => {
      const { postgresSql } = await import('../../../postgres.ts');
      await host.stdout.write(postgresSql(schema, from));
      end(EXIT.ok);
    });
  return new Command('db')
    .description('Prepares a Postgres database, or copies a database to another one.')
    .addCommand(sql)
    .addCommand(copyCommand(host, end));
}
