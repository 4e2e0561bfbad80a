import { Command } from 'commander';
import { type CheckReport, checkStore } from '../../ledger/check.ts';
import type { Host } from '../host.ts';
import { dbOption, jsonOption, requireOption } from '../options.ts';
import { openExisting } from '../session/stores.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { withSpinner } from '../terminal/progress.ts';
import { count, counted, oneLine, shortId } from '../terminal/text.ts';

/** Options of `tenure check`. */
interface CheckCommandOptions {
  readonly db: string;
  readonly json?: boolean;
}

const HELP = `
Recounts every run from its users and tasks, and verifies every invariant. Only reads, and works while
another process uses the database. Exit code 2: there are violations.

Example:
  $ tenure check --db hr.db`;

/** `tenure check`. */
export function checkCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('check')
    .description('Recounts everything in a database and verifies every invariant.')
    .addOption(dbOption('the database'))
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (options: CheckCommandOptions, command: Command) => {
      requireOption(command, 'db');
      end(await check(host, options));
    });
}

/** Checks a database. */
async function check(host: Host, options: CheckCommandOptions): Promise<ExitCode> {
  const store = await openExisting(options.db, 'read');
  try {
    let seen = { runs: 0, users: 0 };
    const text = () => `checking: ${counted(seen.runs, 'run')}, ${counted(seen.users, 'user')}`;
    const report = await withSpinner(host, text, true, () =>
      checkStore(store, {
        onProgress: (now) => {
          seen = now;
        },
      }),
    );
    if (options.json) host.stdout.line(JSON.stringify(report, null, 2));
    else for (const line of reportLines(host, report)) host.stdout.line(line);
    return report.violations.length === 0 ? EXIT.ok : EXIT.notAllWell;
  } finally {
    await store.close();
  }
}

function reportLines({ stdout }: Host, report: CheckReport): string[] {
  const { workflows, runs, users, tasks, violations } = report;
  const what = [
    counted(workflows, 'workflow'),
    counted(runs, 'run'),
    counted(users, 'user result'),
    counted(tasks, 'task'),
  ].join(', ');
  const head = `Recounted ${what}`;
  if (violations.length === 0) return [`${head}: ${stdout.style.green('every invariant holds')}.`];
  return [
    `${head}: ${stdout.style.red(counted(violations.length, 'violation'))}.`,
    ...violations.map(({ invariant, runId, userOrdinal, message }) => {
      const user = userOrdinal === undefined ? '' : `, user ${count(userOrdinal)}`;
      return `  ${invariant}  run ${shortId(runId)}${user}: ${oneLine(message)}`;
    }),
  ];
}
