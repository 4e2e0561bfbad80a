import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { Directory } from '../../ports/directory.ts';
import { DemoReport } from '../demo/demo-report.ts';
import { type DemoFolder, demoFolder } from '../demo/folder.ts';
import { type DemoSystems, GROUP, startSystems } from '../demo/systems.ts';
import type { Host } from '../host.ts';
import { jobOf, storeJob } from '../job/job.ts';
import type { OpenJob } from '../job/open-job.ts';
import { finishSession } from '../session/finish.ts';
import { openTasks } from '../session/open-tasks.ts';
import { Session } from '../session/session.ts';
import { openStore } from '../session/stores.ts';
import { withUsers } from '../session/users.ts';
import { readWorkflow } from '../session/workflow-source.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { count, quoted, shortId } from '../terminal/text.ts';
import { runsList } from './runs/runs-list.ts';
import { today, writeSample } from './sample.ts';

/** Options of `tenure demo`. */
interface DemoCommandOptions {
  readonly twice?: boolean;
}

const USERS = 1_000;
/** Of a sample in which each of the demo’s failures occurs. */
const SEED = 24;
/** Low enough for the progress bar to be seen. */
const CONCURRENCY = 12;

const HELP = `
Starts a service with accounts and groups, and a mail server, in this process, and has two workflows do their work on
them. Writes its files to ./tenure-demo/ (to a temporary folder when another folder of that name exists), the messages
that were sent among them, and replaces those of an earlier demo.`;

/** `tenure demo`. */
export function demoCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('demo')
    .description(
      'Runs two workflows for a sample of 1,000 employees on a service and a mail server of its own.',
    )
    .addOption(new Option('--twice', 'run both once more, and see that nothing is done twice'))
    .addHelpText('after', HELP)
    .action(async (options: DemoCommandOptions) => end(await demo(host, options)));
}

/** Runs the demo. Exit code 0 although some tasks fail: they are meant to. */
async function demo(host: Host, { twice = false }: DemoCommandOptions): Promise<ExitCode> {
  const { stdout } = host;
  const folder = await demoFolder();
  const sample = { users: USERS, seed: SEED, date: today(host.clock) };
  await writeSample(folder.employees, sample);
  await writeFile(folder.offboard, `${JSON.stringify(OFFBOARD, null, 2)}\n`);
  const systems = await startSystems(folder, sample, host.clock);
  try {
    stdout.line(`${count(USERS)} employees are in ${folder.employees}, all results go to ${folder.db}`);
    stdout.line(`Accounts, groups and mail are on servers in this process: ${folder.config}`);
    const job = jobOf({ users: folder.employees, connect: folder.config, concurrency: CONCURRENCY });
    const env = { ...host.env, ...systems.env };
    const options = { isKept: false, quiet: false };
    return await withUsers({ ...host, env }, job, options, async (users, open) => {
      const runs = await runAll(host, folder, { job: open, users, systems, twice });
      if (runs === null) return EXIT.interrupted;
      await printNextSteps(host, folder, runs);
      return EXIT.ok;
    });
  } finally {
    await systems.close();
  }
}

/** The template without the task for teams, which the service has not. */
const OFFBOARD = {
  category: 'leaver',
  displayName: 'Offboard an employee',
  executionConditions: 'onDemand',
  tasks: [{ taskDefinitionId: 'disableUserAccount' }, { taskDefinitionId: 'removeUserFromAllGroups' }],
};

interface Prepared {
  readonly job: OpenJob;
  readonly users: Directory;
  readonly systems: DemoSystems;
  readonly twice: boolean;
}

/** A part of the demo: a title, and how its run is created; `null`: there is none to be created. */
interface Act {
  readonly title: string;
  readonly workflow: string;
  readonly scope?: string;
  readonly arg?: ReadonlyMap<string, string>;
  readonly begin: (session: Session, workflowId: string) => Promise<Run | null>;
}

function actsOf({ offboard }: DemoFolder): readonly Act[] {
  return [
    {
      title: 'A scheduled run: all users in scope who were hired in the last three days are due',
      workflow: 'Onboard new hire employee',
      scope: "employeeType ne 'Contractor'",
      arg: new Map([['groupID', GROUP.id]]),
      begin: async ({ engine }, id) => (await engine.runs.evaluate(id)).run,
    },
    {
      title: 'On demand: all users with a leave date',
      workflow: offboard,
      begin: ({ engine }, id) => engine.runs.activate(id, { rule: 'employeeLeaveDateTime ne null' }),
    },
  ];
}

/** The runs; `null` when the demo was interrupted. */
async function runAll(host: Host, folder: DemoFolder, prepared: Prepared): Promise<readonly Run[] | null> {
  const { job, users, systems, twice } = prepared;
  const { stdout } = host;
  const { db } = folder;
  const tasks = await openTasks(host, job, { workflows: [], db, quiet: false });
  const store = await openStore(db);
  const how = { concurrency: job.concurrency, quiet: false, stopTimeout: LIMITS.stopDeadlineMs };
  const input = { store, db, users, tasks: tasks.handlers, ...how };
  return Session.with(host, input, async (session) => {
    await storeJob(store, job);
    await session.engine.start();
    const runs: Run[] = [];
    for (const time of twice ? (['first', 'second'] as const) : (['first'] as const)) {
      const report = new DemoReport(session.engine, systems, folder);
      for (const [at, act] of actsOf(folder).entries()) {
        const [before, title] = time === 'first' ? [0, act.title] : [2, `Once more. ${act.title}`];
        stdout.line();
        stdout.line(stdout.style.bold(`${before + at + 1}. ${title}`));
        stdout.line();
        const outcome = await session.drive(() => begin(session, act));
        await finishSession(host, outcome, { ledger: session.engine, db, more: [] }, {});
        if (outcome.interrupted !== null) return null;
        if (outcome.runs.length === 0)
          stdout.line('The slot has its run already: no one is onboarded a second time.');
        runs.push(...outcome.runs);
      }
      stdout.line();
      for (const line of report.lines(stdout.style)) stdout.line(line);
    }
    return runs;
  });
}

async function begin(session: Session, act: Act): Promise<readonly Run[]> {
  const chosen = await readWorkflow(act);
  const { workflow } = await session.engine.workflows.ensure(chosen);
  try {
    const run = await act.begin(session, workflow.id);
    return run === null ? [] : [run];
  } catch (error) {
    // A slot has one run, however often it is evaluated.
    if (LifecycleError.is(error) && error.code === 'Duplicate') return [];
    throw error;
  }
}

async function printNextSteps(host: Host, folder: DemoFolder, runs: readonly Run[]): Promise<void> {
  const { stdout, self } = host;
  const db = `--db ${quoted(folder.db)}`;
  const [first] = runs;
  stdout.line();
  await runsList(host, { db: folder.db });
  stdout.line();
  stdout.line(stdout.style.bold('Try next:'));
  if (first) stdout.line(`  ${self} runs show ${shortId(first.id)} ${db}`);
  stdout.line(`  ${self} check ${db}`);
  stdout.line(
    `  ${self} run --users ${quoted(folder.employees)} --workflow 'Post-Onboarding of an employee' --rule "department eq 'Legal'" --arg groupID=alumni teamID=news ${db} --effects ${quoted(folder.effects)}`,
  );
  stdout.line(`  ${self} init --kind scim,mail`);
}
