import { Argument, Command } from 'commander';
import { runningEngines } from '../../../engine/cluster/shared-settings.ts';
import { type CopyReport, copyStore } from '../../../ledger/copy/copy-store.ts';
import type { StoreReader } from '../../../ports/store.ts';
import { databaseText, postgresAt } from '../../database-url.ts';
import type { Host } from '../../host.ts';
import { JOB_SETTING } from '../../job/job.ts';
import { jsonOption } from '../../options.ts';
import { openExisting, openStore } from '../../session/stores.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { withSpinner } from '../../terminal/progress.ts';
import { counted } from '../../terminal/text.ts';

const HELP = `
Either is the path of an SQLite file or the URL of a Postgres database, with ?schema=NAME for another schema than
tenure. Stop the engines of both before. Every run of the first has to have ended: tenure resume finishes them,
tenure runs cancel gives them up. The second is made, or has to be empty.

Everything is copied: workflows with all versions, runs and what they did, settings, the audit, and what
schedules remember, so that no one is processed twice. What was written is read back and compared. A copy that was
interrupted is repeated by the same command, and goes on where it ended. The first database stays as it is; afterwards
start engines on the second one only, or both will do the work of the schedules.

Example:
  $ tenure db copy hr.db postgres://tenure@db.example.com/hr`;

/** `tenure db copy`. */
export function copyCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('copy')
    .summary('copy a database to another one, such as a file to Postgres')
    .description('Copies a whole database to another one, such as a file to Postgres, and compares them.')
    .addArgument(new Argument('<from>', 'the database to copy').argParser(databaseText))
    .addArgument(new Argument('<to>', 'the database to make').argParser(databaseText))
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (from: string, to: string, { json = false }: { readonly json?: boolean }) => {
      const report = await copy(host, from, to);
      host.stdout.line(json ? JSON.stringify(report, null, 2) : reportText(report));
      if (!json) host.stderr.line(`Start engines on ${to} from now on, and none on ${from}.`);
      end(EXIT.ok);
    });
}

async function copy(host: Host, from: string, to: string): Promise<CopyReport> {
  if (from === to) throw new CliError(`Expected two databases, got ${from} twice`);
  // A file that is open to be written is closed to every other writer.
  const source = await openExisting(from, postgresAt(from) === null ? 'write' : 'read');
  try {
    await requireNoEngine(host, source, from);
    const target = await openStore(to);
    try {
      await requireNoEngine(host, target, to);
      let seen = { runs: 0, users: 0 };
      const text = () => `copying: ${counted(seen.runs, 'run')}, ${counted(seen.users, 'user')}`;
      return await withSpinner(host, text, true, () =>
        copyStore(source, target, {
          settings: [JOB_SETTING],
          onProgress: (now) => {
            seen = now;
          },
        }),
      );
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function requireNoEngine({ clock }: Host, store: StoreReader, db: string): Promise<void> {
  const engines = await runningEngines(store, clock);
  if (engines > 0)
    throw new CliError(
      `Expected no engine to run on ${db}, got ${engines}`,
      'Stop them first; one that was killed counts for 30 s',
    );
}

function reportText({ workflows, runs, users }: CopyReport): string {
  const what = [counted(workflows, 'workflow'), counted(runs, 'run'), counted(users, 'user result')];
  return `Copied ${what.join(', ')}, and what they remember; all of it was read back and is the same.`;
}
