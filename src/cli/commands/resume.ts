import { Command } from 'commander';
import { runResource } from '../../ledger/resources.ts';
import type { Store } from '../../ports/store.ts';
import { remainingRuns } from '../dry-run/remaining.ts';
import { dryRunJson, showDryRuns } from '../dry-run/show.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { finishSession, type View } from '../finish.ts';
import type { Host } from '../host.ts';
import type { StopTimeout } from '../interrupts.ts';
import { type Job, type JobOptions, readJob } from '../job.ts';
import { withJob } from '../job-session.ts';
import { dbOption, outputOptions, requireOption, someText, tasksOptions, usersOptions } from '../options.ts';
import { withSpinner } from '../progress.ts';
import { unfinishedWorkflows } from '../required-handlers.ts';
import { requireKnown, unfinishedRuns } from '../run-checks.ts';
import { openExisting } from '../stores.ts';
import { counted } from '../text.ts';
import { openUsers, type Users } from '../users.ts';

/** Options of `tenure resume`. */
export interface ResumeOptions extends JobOptions, StopTimeout, View {
  readonly db: string;
}

const HELP = `
The database knows what \`tenure run\` was told: the file of people and how to read it, the module of handlers,
the effects file, --no-op. The options say it anew, for a file that has moved, say.

A task that was running when its process died runs again; everything else goes on where it was.

Examples:
  $ tenure resume --db hr.db
  $ tenure resume --db hr.db --users /new/place/staff.csv --json`;

/** `tenure resume`. */
export function resumeCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('resume')
    .summary('finish whatever is unfinished in a database')
    .description('Finishes every run that was interrupted, prints each, then exits.')
    .addOption(dbOption())
    .option('--users <file>', 'the people; default: the file of the interrupted run', someText);
  for (const option of [...usersOptions(), ...tasksOptions(), ...outputOptions()]) command.addOption(option);
  return command.addHelpText('after', HELP).action(async (options: ResumeOptions) => {
    requireOption(command, 'db');
    end(await resume(host, options));
  });
}

/** Finishes the unfinished runs of a database, and prints them. */
export async function resume(host: Host, options: ResumeOptions): Promise<ExitCode> {
  const store = await openExisting(options.db, options.dryRun ? 'read' : 'write');
  try {
    const left = await store.listUnfinishedRuns();
    if ((await unfinishedRuns(store)).length > 0) {
      const job = await readJob(store, options.db, options);
      return await (options.dryRun ? dryRun : resumeJob)(host, options, store, job);
    }
    if (options.json) host.stdout.line(JSON.stringify({ value: [] }));
    else if (!options.quiet) host.stdout.line('Nothing is unfinished.');
    if (!options.quiet && left.some((run) => !run.published)) {
      host.stderr.line(
        'A run was only being written when its process ended; start it again with `tenure run`.',
      );
    }
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

async function dryRun(host: Host, options: ResumeOptions, store: Store, job: Job): Promise<ExitCode> {
  const { quiet = false } = options;
  const users = await openUsers(host, job, { isKept: options.users === undefined, quiet });
  try {
    const left = await withSpinner(host, 'looking at everybody', !quiet, () =>
      remainingRuns(store, users, job),
    );
    return await showDryRuns(host, left, { dryRun: true, value: left.map(dryRunJson) }, options);
  } finally {
    await users.close();
  }
}

async function resumeJob(host: Host, options: ResumeOptions, store: Store, job: Job): Promise<ExitCode> {
  const { db, quiet = false } = options;
  const input = { store, db, job, options, workflows: await unfinishedWorkflows(store) };
  const check = async (users: Users) => requireKnown(store, await unfinishedRuns(store), users, job.users);
  return withJob(host, input, check, async (session, tasks) => {
    const outcome = await session.drive(async () => {
      const runs = (await unfinishedRuns(store)).map(runResource);
      if (!quiet) host.stderr.line(`Going on with ${counted(runs.length, 'run')}`);
      await session.engine.start();
      return runs;
    });
    if (options.json) host.stdout.line(JSON.stringify({ value: outcome.runs }, null, 2));
    const place = { ledger: session.engine, db, more: tasks.effectsFact() };
    return finishSession(host, outcome, place, options);
  });
}
