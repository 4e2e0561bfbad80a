import { Command, Option } from 'commander';
import type { ReprocessOptions } from '../../../engine/activation.ts';
import { requireWorkflow } from '../../../ledger/context.ts';
import { requireFailureGroup } from '../../../ledger/planning/reprocess.ts';
import { userResultId } from '../../../model/ids.ts';
import type { RunRecord } from '../../../model/records.ts';
import type { Store } from '../../../ports/store.ts';
import type { DryRun } from '../../dry-run/dry-run.ts';
import { presentDryRun } from '../../dry-run/present.ts';
import { plannedReprocessing, type ReprocessingInput } from '../../dry-run/reprocessing.ts';
import { dryRunJson } from '../../dry-run/show.ts';
import type { Host } from '../../host.ts';
import { type Job, type JobOptions, readJob } from '../../job/job.ts';
import { withJob } from '../../job/job-session.ts';
import {
  dbOption,
  idList,
  outputOptions,
  requireOption,
  someText,
  tasksOptions,
  usersOptions,
} from '../../options.ts';
import { findRun } from '../../session/find-run.ts';
import { finishSession, type View } from '../../session/finish.ts';
import { requireIdle } from '../../session/run-checks.ts';
import { openExisting } from '../../session/stores.ts';
import { withUsers } from '../../session/users.ts';
import { CliError } from '../../terminal/cli-error.ts';
import type { ExitCode } from '../../terminal/exit-codes.ts';
import type { StopTimeout } from '../../terminal/interrupts.ts';
import { oneLine, quoted, shortId } from '../../terminal/text.ts';
import { runArgument } from './runs-show.ts';

/** Options of `tenure runs reprocess`. */
interface RunsReprocessOptions extends JobOptions, StopTimeout, View {
  readonly db: string;
  readonly allUsers?: boolean;
  readonly allTasks?: boolean;
  readonly ids?: readonly string[];
  readonly failureGroup?: string;
}

const HELP = `
Creates a new run with the newest version of the workflow; the original run stays as it is. By default only users
with a failed task are reprocessed, and of their tasks only those that are not completed.

The database keeps the options of \`tenure run\`: the users, the handlers, the effects file. Options given here
replace them.

Examples:
  $ tenure runs reprocess 3f2a --db hr.db
  $ tenure runs reprocess 3f2a --db hr.db --ids u17,u23 --all-tasks --json
  $ tenure runs reprocess 3f2a --db hr.db --failure-group 1gk9mh3x0q2fz`;

/** `tenure runs reprocess`. */
export function runsReprocessCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('reprocess')
    .summary('rerun the failed users of a run')
    .description('Reruns the failed users of a run in a new run, and prints that run.')
    .addArgument(runArgument())
    .addOption(dbOption())
    .option('--all-users', 'all users of the run, not only those with a failed task')
    .option('--all-tasks', 'all tasks of each user, not only those that are not completed')
    .addOption(
      new Option('--ids <ids>', 'only these users of the run').argParser(idList).conflicts('allUsers'),
    )
    .addOption(
      new Option('--failure-group <key>', 'only the users of a group of `runs failures`')
        .argParser(someText)
        .conflicts(['allUsers', 'ids']),
    )
    .option('--users <file>', 'the users; default: the file of the last run', someText);
  for (const option of [...usersOptions(), ...tasksOptions(), ...outputOptions()]) command.addOption(option);
  return command.addHelpText('after', HELP).action(async (name: string, options: RunsReprocessOptions) => {
    requireOption(command, 'db');
    end(await runsReprocess(host, name, options));
  });
}

/** Reprocesses a run and prints the new run. */
async function runsReprocess(host: Host, name: string, options: RunsReprocessOptions): Promise<ExitCode> {
  const { db, quiet = false } = options;
  const store = await openExisting(db, options.dryRun ? 'read' : 'write');
  try {
    const origin = await findRun(host, store, name, db);
    await requireIdle(host, store, db);
    const scope = await scopeOf(host, store, origin, options);
    const job = await readJob(store, db, options);
    const workflow = await requireWorkflow(store, origin.workflowId);
    if (options.dryRun) return await dryRun(host, options, { store, job, workflow, origin, scope });
    const input = { store, db, job, options, workflows: [workflow] };
    return await withJob(
      host,
      input,
      async () => {},
      async (session, tasks) => {
        const outcome = await session.drive(async () => {
          if (!quiet) host.stderr.line(`Reprocessing run ${shortId(origin.id)}`);
          await session.engine.start();
          return [await session.engine.runs.reprocess(origin.id, scope)];
        });
        if (options.json) host.stdout.line(JSON.stringify(outcome.runs[0] ?? null, null, 2));
        const place = { ledger: session.engine, db, more: tasks.effectsFact() };
        return finishSession(host, outcome, place, options);
      },
    );
  } finally {
    await store.close();
  }
}

async function dryRun(
  host: Host,
  options: RunsReprocessOptions,
  input: Omit<ReprocessingInput, 'users' | 'job'> & { readonly job: Job },
): Promise<ExitCode> {
  const { quiet = false } = options;
  return withUsers(host, input.job, { isKept: options.users === undefined, quiet }, async (users, job) => {
    const plan = async () => [await plannedReprocessing({ ...input, users, job })];
    const json = ([one]: readonly DryRun[]) => one && dryRunJson(one);
    return presentDryRun(host, options, { users, job, plan, json });
  });
}

/** @throws CliError for an id that is not in the run, and when no user in it failed. */
async function scopeOf(
  host: Host,
  store: Store,
  origin: RunRecord,
  { allUsers, allTasks, ids, failureGroup, db }: RunsReprocessOptions,
): Promise<ReprocessOptions> {
  const taskScope = allTasks ? 'allTasks' : 'failedTasks';
  if (failureGroup !== undefined) {
    await requireFailureGroup(store, origin, failureGroup);
    return { taskScope, failureGroup };
  }
  if (ids === undefined) {
    const userScope = allUsers ? 'allUsers' : 'failedUsers';
    const isNobody = allUsers ? !allTasks && origin.failedTasksCount === 0 : origin.failedUsersCount === 0;
    if (isNobody) throw nothingFailed(host, origin, db);
    return { taskScope, userScope };
  }
  const processingResults: string[] = [];
  for (const id of ids) {
    const user = await store.getUserBySubject(origin.id, id);
    if (!user) throw new CliError(`Expected users of run ${shortId(origin.id)}, got \`${oneLine(id)}\``);
    if (!allTasks && user.failedTasksCount === 0) continue;
    processingResults.push(userResultId(origin.id, user.ordinal));
  }
  if (processingResults.length === 0) throw nothingFailed(host, origin, db);
  return { taskScope, processingResults };
}

function nothingFailed({ self }: Host, { id }: RunRecord, db: string): CliError {
  return new CliError(
    `Expected run ${shortId(id)} to have failed users, got none`,
    `To rerun all users: ${self} runs reprocess ${shortId(id)} --db ${quoted(db)} --all-users --all-tasks`,
  );
}
