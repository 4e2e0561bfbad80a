import { Command } from 'commander';
import { LIMITS } from '../../model/limits.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { Directory } from '../../ports/directory.ts';
import { type DemoFolder, demoFolder, demoTasksFile } from '../demo/folder.ts';
import type { Host } from '../host.ts';
import { type Job, jobOf, storeJob } from '../job/job.ts';
import { finishSession } from '../session/finish.ts';
import { type OpenTasks, openTasks } from '../session/open-tasks.ts';
import { Session } from '../session/session.ts';
import { openStore } from '../session/stores.ts';
import { withUsers } from '../session/users.ts';
import { readWorkflow } from '../session/workflow-source.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { count, quoted, shortId } from '../terminal/text.ts';
import { runsList } from './runs/runs-list.ts';
import { today, writeSample } from './sample.ts';

const USERS = 1_000;
/** Of a sample in which each of the demo’s failures occurs. */
const SEED = 24;
/** Low enough for the progress bar to be seen. */
const CONCURRENCY = 12;

const HELP = `
Writes its files to ./tenure-demo/ (to a temporary folder when another folder of that name exists),
and replaces those of an earlier demo.`;

/** `tenure demo`. */
export function demoCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('demo')
    .summary('see it work: 1,000 employees, two workflows, some failures')
    .description('Runs two workflows for a sample of 1,000 employees, with realistic failures.')
    .addHelpText('after', HELP)
    .action(async () => end(await demo(host)));
}

/** Runs the demo. Exit code 0 although some tasks fail: they are meant to. */
async function demo(host: Host): Promise<ExitCode> {
  const { stdout } = host;
  const folder = await demoFolder();
  await writeSample(folder.employees, { users: USERS, seed: SEED, date: today(host.clock) });
  stdout.line(`${count(USERS)} employees are in ${folder.employees}, all results go to ${folder.db}`);
  const tasks = demoTasksFile();
  const job = jobOf({ users: folder.employees, tasks, effects: folder.effects, concurrency: CONCURRENCY });
  return withUsers(host, job, { isKept: false, quiet: false }, async (users, opened) => {
    const open = await openTasks(host, opened, { workflows: [], db: folder.db, quiet: false });
    try {
      const runs = await runBoth(host, folder, { job, users, tasks: open });
      if (runs === null) return EXIT.interrupted;
      await printNextSteps(host, folder, runs);
      return EXIT.ok;
    } finally {
      open.close();
    }
  });
}

interface Prepared {
  readonly job: Job;
  readonly users: Directory;
  readonly tasks: OpenTasks;
}

/** A part of the demo: a title, and how its run is created. */
interface Act {
  readonly title: string;
  readonly template: string;
  readonly scope?: string;
  readonly arg?: ReadonlyMap<string, string>;
  readonly begin: (session: Session, workflowId: string) => Promise<Run | null>;
}

const ACTS: readonly Act[] = [
  {
    title: 'A scheduled run: all users in scope who were hired in the last three days are due',
    template: 'Onboard new hire employee',
    scope: "employeeType ne 'Contractor'",
    arg: new Map([['groupID', 'all-staff']]),
    begin: async ({ engine }, id) => (await engine.runs.evaluate(id)).run,
  },
  {
    title: 'On demand: all users with a leave date',
    template: 'Offboard an employee',
    begin: ({ engine }, id) => engine.runs.activate(id, { rule: 'employeeLeaveDateTime ne null' }),
  },
];

/** The runs; `null` when the demo was interrupted. */
async function runBoth(host: Host, { db }: DemoFolder, prepared: Prepared): Promise<readonly Run[] | null> {
  const { job, users, tasks } = prepared;
  const store = await openStore(db);
  const how = { concurrency: job.concurrency, quiet: false, stopTimeout: LIMITS.stopDeadlineMs };
  const input = { store, db, users, tasks: tasks.handlers, ...how };
  return Session.with(host, input, async (session) => {
    await storeJob(store, job);
    await session.engine.start();
    const runs: Run[] = [];
    for (const act of ACTS) {
      const { stdout } = host;
      stdout.line();
      stdout.line(stdout.style.bold(`${runs.length + 1}. ${act.title}`));
      stdout.line();
      const outcome = await session.drive(async () => {
        const chosen = await readWorkflow({ workflow: act.template, ...act });
        const { workflow } = await session.engine.workflows.ensure(chosen);
        const run = await act.begin(session, workflow.id);
        return run === null ? [] : [run];
      });
      const place = { ledger: session.engine, db, more: [] };
      await finishSession(host, outcome, place, {});
      if (outcome.interrupted !== null) return null;
      runs.push(...outcome.runs);
    }
    return runs;
  });
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
}
