import { Command } from 'commander';
import { createEngine } from '../../embed.ts';
import { readSharedSettings } from '../../engine/cluster/shared-settings.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Store } from '../../ports/store.ts';
import { postgresAt } from '../database-url.ts';
import type { Host } from '../host.ts';
import { type JobOptions, readJob } from '../job/job.ts';
import { claimJobFiles } from '../job/job-files.ts';
import { dbOption, outputOptions, requireOption, someText, tasksOptions, usersOptions } from '../options.ts';
import { openTasks } from '../session/open-tasks.ts';
import { unfinishedWorkflows } from '../session/required-handlers.ts';
import { openExisting } from '../session/stores.ts';
import { withUsers } from '../session/users.ts';
import { CliError } from '../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { engineStopMs, type StopTimeout } from '../terminal/interrupts.ts';
import { withSpinner } from '../terminal/progress.ts';
import { counted, quoted, seconds } from '../terminal/text.ts';
import { Warnings } from '../terminal/warnings.ts';

/** Options of `tenure work`. */
interface WorkOptions extends JobOptions, StopTimeout {
  readonly db: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const HELP = `
Takes parts of the runs that other processes create in a Postgres database (tenure run, tenure serve, a service),
until Ctrl-C, which hands back what is not done. Starts no run and evaluates no schedule. Any number of workers
may be started and killed at any time; what a killed one was doing is done by the others after some seconds.

The database keeps the options of \`tenure run\`: the configuration, the users, the handlers, --no-op. Options given here replace them.
All processes on a database need the same users and handlers. --concurrency is that of this process alone.

Examples:
  $ tenure work --db postgres://user@host/hr
  $ tenure work --db postgres://user@host/hr --users staff.csv --tasks ./handlers.mjs --concurrency 64`;

/** `tenure work`. */
export function workCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('work')
    .description('Works on the runs of a Postgres database beside the processes that create them.')
    .addOption(dbOption('the Postgres database of the runs'))
    .option('--users <file>', 'the users; default: the file of the last run', someText);
  for (const option of [...usersOptions(), ...tasksOptions('work'), ...outputOptions()])
    command.addOption(option);
  return command.addHelpText('after', HELP).action(async (options: WorkOptions) => {
    requireOption(command, 'db');
    end(await work(host, options));
  });
}

/** Works until a signal stops it. */
async function work(host: Host, options: WorkOptions): Promise<ExitCode> {
  const { db, force = false, quiet = false } = options;
  if (postgresAt(db) === null)
    throw new CliError(
      `Expected --db to be the URL of a Postgres database, got ${db}: one process drives the runs of a file`,
      `Finish its runs with: ${host.self} resume --db ${quoted(db)}`,
    );
  const store = await openExisting(db, 'write');
  try {
    const job = await readJob(store, db, options);
    const isKeptEffects = options.effects === undefined;
    await claimJobFiles(job, { db, inputs: [], isKeptEffects, force });
    const isKept = options.users === undefined;
    return await withUsers(host, job, { isKept, quiet }, async (users, open) => {
      const workflows = await unfinishedWorkflows(store);
      const tasks = await openTasks(host, open, { workflows, db, quiet });
      try {
        const engine = await createEngine({
          ...(await readSharedSettings(store)),
          store,
          schedule: false,
          directory: users,
          tasks: tasks.handlers.tasks,
          noOp: job.noOp,
          clock: host.clock,
          ...(job.concurrency === null ? {} : { concurrency: job.concurrency }),
        });
        return await workWith(host, options, engine, store);
      } finally {
        tasks.close();
      }
    });
  } finally {
    await store.close();
  }
}

async function workWith(host: Host, options: WorkOptions, engine: Engine, store: Store): Promise<ExitCode> {
  const { stdout, stderr, clock } = host;
  const { db, stopTimeout, quiet = false } = options;
  const done = { users: 0, runs: new Set<string>() };
  const warnings = new Warnings(host, (write) => {
    if (stderr.isTerminal && !quiet) stderr.stream.write(ERASE_LINE);
    write();
  });
  engine.on('engine.error', (event) => warnings.add(event));
  engine.on('task.throttled', (event) => warnings.wait(event));
  engine.on('user.finished', ({ runId }) => {
    done.users += 1;
    done.runs.add(runId);
  });
  const startedAt = clock.elapsed();
  const interrupted = Promise.withResolvers<void>();
  const release = host.interrupts.handle(stopTimeout, (signal) => {
    if (stderr.isTerminal) stderr.line(); // ends the line with the terminal's ^C
    if (!quiet)
      stderr.line(
        `${signal}: handing back what is not done, within ${seconds(stopTimeout)}. Press Ctrl-C again to quit immediately.`,
      );
    interrupted.resolve();
  });
  const shown = (): string =>
    `${counted(done.users, 'user')} of ${counted(done.runs.size, 'run')} processed here`;
  try {
    await engine.start();
    if (!quiet) stderr.line(`Working on the runs of ${db}. Press Ctrl-C to stop.`);
    await withSpinner(host, shown, !quiet, () => interrupted.promise);
  } finally {
    await engine.close({ deadlineMs: engineStopMs(stopTimeout) });
    await store.close();
    release();
    warnings.close();
  }
  const elapsedMs = Math.round(clock.elapsed() - startedAt);
  if (options.json)
    stdout.line(JSON.stringify({ processedUsersCount: done.users, runIds: [...done.runs], elapsedMs }));
  else if (!quiet) stdout.line(`${shown()} in ${seconds(elapsedMs)}.`);
  return EXIT.ok;
}

/** So that a warning does not follow the spinner on its line. */
const ERASE_LINE = '\r\u001b[K';
