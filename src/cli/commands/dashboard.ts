import { Command, Option } from 'commander';
import { createEngine } from '../../embed.ts';
import { readSharedSettings } from '../../engine/cluster/shared-settings.ts';
import type { Host } from '../host.ts';
import { type JobOptions, jobOf } from '../job/job.ts';
import { dbOption, outputOptions, requireOption, someText, usersOptions, wholeNumber } from '../options.ts';
import { dashboardFor, dashboardUrl } from '../serve/dashboard.ts';
import { openServer } from '../serve/http-server.ts';
import { readToken, type TokenOptions, tokenOptions } from '../serve/token.ts';
import { openExisting } from '../session/stores.ts';
import { withUsers } from '../session/users.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { oneLine } from '../terminal/text.ts';

/** Options of `tenure dashboard`. */
interface DashboardCommandOptions extends JobOptions, TokenOptions {
  readonly db: string;
  readonly port: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** For Ctrl-C in all, and for requests that are being answered: nothing is running that would have to end. */
const STOP_MS = 4_000;
const ANSWER_MS = 500;

const HELP = `
Shows the runs of a database in a browser on this machine, whatever process drives them, and changes nothing. With --users
it also knows the names of people, and why a schedule takes them or does not. \`tenure serve\` has the same pages with all
that can be done.

Examples:
  $ tenure dashboard --db hr.db
  $ tenure dashboard --db postgres://reader@db.example.com/hr --users staff.csv --port 8081`;

/** `tenure dashboard`. */
export function dashboardCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('dashboard')
    .description('Serves pages that show the runs of a database, on this machine; they change nothing.')
    .addOption(dbOption())
    .addOption(
      new Option('--port <n>', 'the port; 0: any free port').argParser(wholeNumber(0, 65_535)).default(8_081),
    )
    .option('--users <file>', 'the users: .csv, .tsv, .jsonl or .json; default: none', someText);
  for (const option of [...usersOptions(), ...tokenOptions(), ...outputOptions()]) command.addOption(option);
  return command.addHelpText('after', HELP).action(async (options: DashboardCommandOptions) => {
    requireOption(command, 'db');
    end(await look(host, options));
  });
}

/** Serves until a signal stops it. */
async function look(host: Host, options: DashboardCommandOptions): Promise<ExitCode> {
  const { stdout, stderr, clock, interrupts } = host;
  const { db, port, json = false, quiet = false } = options;
  const token = await readToken(host, options);
  const store = await openExisting(db, 'read');
  try {
    const job = jobOf(options);
    return await withUsers(
      host,
      job,
      { isKept: false, quiet, mayBeNone: true, peopleOnly: true },
      async (users) => {
        // Never started: it reads.
        const engine = await createEngine({
          ...(await readSharedSettings(store)),
          store,
          directory: users,
          schedule: false,
          clock,
        });
        try {
          const dashboard = await dashboardFor(engine, token, {
            readOnly: true,
            onError: (error, requestId) => stderr.line(`warning: ${requestId}: ${oneLine(String(error))}`),
          });
          const interrupted = Promise.withResolvers<void>();
          const release = interrupts.handle(STOP_MS, () => interrupted.resolve());
          try {
            const server = await openServer(dashboard, { port, certificate: null, clock });
            const url = dashboardUrl(dashboard, server.url, token);
            stdout.line(json ? JSON.stringify({ dashboard: url, needsToken: token !== null }) : url);
            if (!json && !quiet) stderr.line('Nothing can be changed here. Press Ctrl-C to stop.');
            await interrupted.promise;
            dashboard.close();
            await server.close(ANSWER_MS);
          } finally {
            release();
          }
        } finally {
          await engine.close({ deadlineMs: ANSWER_MS });
        }
        return EXIT.ok;
      },
    );
  } finally {
    await store.close();
  }
}
