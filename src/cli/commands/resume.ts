import { Command } from 'commander';
import { runResource } from '../../ledger/resources.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Store } from '../../ports/store.ts';
import type { DryRun } from '../dry-run/dry-run.ts';
import { presentDryRun } from '../dry-run/present.ts';
import { remainingRuns } from '../dry-run/remaining.ts';
import { dryRunJson } from '../dry-run/show.ts';
import type { Host } from '../host.ts';
import { type Job, type JobOptions, readJob } from '../job/job.ts';
import { withJob } from '../job/job-session.ts';
import { dbOption, outputOptions, requireOption, someText, tasksOptions, usersOptions } from '../options.ts';
import { finishSession, type View } from '../session/finish.ts';
import { unfinishedWorkflows } from '../session/required-handlers.ts';
import { requireKnown, unfinishedRuns } from '../session/run-checks.ts';
import { openExisting } from '../session/stores.ts';
import { withUsers } from '../session/users.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import type { StopTimeout } from '../terminal/interrupts.ts';
import { counted } from '../terminal/text.ts';

/** Options of `tenure resume`. */
interface ResumeOptions extends JobOptions, StopTimeout, View {
  readonly db: string;
}

const HELP = `
The database keeps the options of \`tenure run\`: the configuration of --connect, the file of users and how to read it, the
module of handlers, the effects file, --no-op. Options given here replace them, for example when a file has moved.

A task that was running when its process died runs once more; everything else continues where it stopped.

Examples:
  $ tenure resume --db hr.db
  $ tenure resume --db hr.db --users /new/place/staff.csv --json`;

/** `tenure resume`. */
export function resumeCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('resume')
    .description('Finishes every run that was interrupted, prints each, then exits.')
    .addOption(dbOption())
    .option('--users <file>', 'the users; default: the file of the interrupted run', someText);
  for (const option of [...usersOptions(), ...tasksOptions(), ...outputOptions()]) command.addOption(option);
  return command.addHelpText('after', HELP).action(async (options: ResumeOptions) => {
    requireOption(command, 'db');
    end(await resume(host, options));
  });
}

/** Finishes the unfinished runs of a database, and prints them. */
async function resume(host: Host, options: ResumeOptions): Promise<ExitCode> {
  const store = await openExisting(options.db, options.dryRun ? 'read' : 'write');
  try {
    const left = await store.listUnfinishedRuns();
    if ((await unfinishedRuns(store)).length > 0) {
      const job = await readJob(store, options.db, options);
      return await (options.dryRun ? dryRun : resumeJob)(host, options, store, job);
    }
    if (options.json) host.stdout.line(JSON.stringify({ value: [] }));
    else if (!options.quiet) host.stdout.line('No unfinished runs.');
    if (!options.quiet && left.some((run) => !run.published)) {
      host.stderr.line(
        'A process ended while it was creating a run, and the run was discarded; create it with `tenure run`.',
      );
    }
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

async function dryRun(host: Host, options: ResumeOptions, store: Store, job: Job): Promise<ExitCode> {
  const { quiet = false } = options;
  return withUsers(host, job, { isKept: options.users === undefined, quiet }, async (users, open) => {
    const plan = () => remainingRuns(store, users, open);
    const json = (left: readonly DryRun[]) => ({ dryRun: true, value: left.map(dryRunJson) });
    return presentDryRun(host, options, { users, job: open, plan, json });
  });
}

async function resumeJob(host: Host, options: ResumeOptions, store: Store, job: Job): Promise<ExitCode> {
  const { db, quiet = false } = options;
  const input = { store, db, job, options, workflows: await unfinishedWorkflows(store) };
  const check = async (users: Directory) =>
    requireKnown(store, await unfinishedRuns(store), users, job.users ?? job.connect ?? db);
  return withJob(host, input, check, async (session, tasks) => {
    const outcome = await session.drive(async () => {
      const runs = (await unfinishedRuns(store)).map(runResource);
      if (!quiet) host.stderr.line(`Resuming ${counted(runs.length, 'run')}`);
      await session.engine.start();
      return runs;
    });
    if (options.json) host.stdout.line(JSON.stringify({ value: outcome.runs }, null, 2));
    const place = { ledger: session.engine, db, more: tasks.effectsFact() };
    return finishSession(host, outcome, place, options);
  });
}
