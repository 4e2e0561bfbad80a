import { Command, Option } from 'commander';
import type { SlotEvaluation } from '../../engine/activation.ts';
import { candidatesByIds } from '../../engine/selection/candidates.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { parseScopeRule } from '../../filter/parsing/scope-rule.ts';
import type { EnsuredWorkflow } from '../../ledger/methods/ensure-workflow.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { Directory } from '../../ports/directory.ts';
import { triggerText } from '../../text/trigger-text.ts';
import type { DryRun } from '../dry-run/dry-run.ts';
import { plannedRun } from '../dry-run/planned-run.ts';
import { presentDryRun } from '../dry-run/present.ts';
import { dryRunJson } from '../dry-run/show.ts';
import type { Host } from '../host.ts';
import { type JobOptions, jobOf, storeJob } from '../job/job.ts';
import { claimJobFiles } from '../job/job-files.ts';
import type { OpenJob } from '../job/open-job.ts';
import {
  dateOrMoment,
  dbOption,
  idList,
  nameAndValue,
  outputOptions,
  requireOption,
  someText,
  strictOption,
  tasksOptions,
  usersOptions,
} from '../options.ts';
import { finishSession, type View } from '../session/finish.ts';
import { type OpenTasks, openTasks } from '../session/open-tasks.ts';
import { requireIdle } from '../session/run-checks.ts';
import { Session } from '../session/session.ts';
import { newWorkflow } from '../session/stored-workflow.ts';
import { openStore, openToLook } from '../session/stores.ts';
import { ALL_USERS, requireUsers, withUsers } from '../session/users.ts';
import {
  type ChosenWorkflow,
  dateAttributesOf,
  readWorkflow,
  type WorkflowChoice,
} from '../session/workflow-source.ts';
import { CliError } from '../terminal/cli-error.ts';
import type { ExitCode } from '../terminal/exit-codes.ts';
import type { StopTimeout } from '../terminal/interrupts.ts';
import { selectionFacts } from '../terminal/left-out.ts';
import { withSpinner } from '../terminal/progress.ts';
import { factLines } from '../terminal/table.ts';
import { quoted } from '../terminal/text.ts';

/** Options of `tenure run`. */
interface RunOptions extends JobOptions, StopTimeout, WorkflowChoice, View {
  readonly ids?: readonly string[];
  readonly rule?: string;
  readonly scheduled?: boolean;
  readonly strict?: boolean;
  readonly at?: string;
  readonly db?: string;
}

const HELP = `
Without --ids, --rule or --scheduled the workflow runs for all users in the file.
Without --db the run is kept in memory only. With it, an interrupted run can be finished by: tenure resume.
An argument that a template leaves open must be filled in with --arg.

Every task needs a handler: from --connect, which does it on the systems of a configuration; from --tasks; or
--effects, which only records what would be done; or --no-op, which does nothing. Either way tasks count as completed
and users as processed. With --connect the users may come from the configuration instead of --users.

--dry-run shows which users would be processed with which tasks, and which would not and why. Handlers with a preview,
as those of --connect, are asked what they would change. Nothing is changed and nothing is recorded.

Examples:
  $ tenure sample --users 500 --out staff.csv
  $ tenure run --users staff.csv --workflow "Offboard an employee" --rule "department eq 'Sales'" --dry-run
  $ tenure run --users staff.csv --workflow "Onboard new hire employee" --arg groupID=all-staff \\
      --scheduled --scope "accountEnabled eq true" --db hr.db --effects effects.jsonl
  $ tenure run --connect tenure.config.ts --workflow leaver.json --dry-run --out all.json
  $ tenure run --users export.csv --dates dd/MM/yyyy --workflow leaver.json --scheduled --strict
  $ tenure run --users export.csv --map id=WorkerID,department=Department --workflow joiner.json \\
      --tasks ./handlers.mjs --db hr.db --json

Exit codes: 0 completed; 1 wrong usage or environment; 2 completed with errors, failed or canceled;
130 stopped by Ctrl-C or SIGTERM.`;

/** `tenure run`. */
export function runCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('run')
    .description('Loads users from a file, runs a workflow for them, and prints the result.')
    .option('--users <file>', 'the users: .csv, .tsv, .jsonl or .json', someText)
    .option('--workflow <file|template>', 'a JSON file, or a template by name or GUID', someText);
  for (const option of usersOptions()) command.addOption(option);
  command
    .addOption(new Option('--ids <ids>', 'only these users: u1,u2').argParser(idList).conflicts('rule'))
    .addOption(
      new Option('--rule <rule>', "only the users that a rule selects: department eq 'Sales'").argParser(
        someText,
      ),
    )
    .addOption(
      new Option(
        '--scheduled',
        'one scheduled run instead: the users that are due by trigger and scope',
      ).conflicts(['ids', 'rule']),
    )
    .addOption(
      new Option('--at <date>', 'with --scheduled: the schedule slot of that time; default: now').argParser(
        dateOrMoment,
      ),
    )
    .addOption(strictOption())
    .addOption(
      new Option('--scope <rule>', "with --scheduled: in place of the workflow's scope").argParser(someText),
    )
    .addOption(
      new Option(
        '--arg <name=value...>',
        'fill in an argument of the tasks; more than one can be given',
      ).argParser(nameAndValue),
    )
    .addOption(new Option('--name <name>', "the workflow's name; default: its own").argParser(someText))
    .addOption(dbOption('keep everything in this SQLite file or Postgres database'));
  for (const option of [...tasksOptions(), ...outputOptions()]) command.addOption(option);
  return command.addHelpText('after', HELP).action(async (options: RunOptions) => {
    requireOption(command, ...(options.connect === undefined ? ['users'] : []), 'workflow');
    end(await run(host, options));
  });
}

/** Runs a workflow for users and prints the run. */
async function run(host: Host, options: RunOptions): Promise<ExitCode> {
  checkOptions(host, options);
  const chosen = await readWorkflow(options);
  const dateAttributes = [...(options.dateAttributes ?? []), ...dateAttributesOf(chosen, options.rule)];
  const job = jobOf({ ...options, dateAttributes });
  const inputs = [options.workflow];
  await claimJobFiles(job, { db: options.db ?? null, inputs, force: options.force ?? false });
  if (options.scheduled && !('trigger' in chosen.executionConditions)) {
    throw new CliError(
      `Expected "${chosen.displayName}" to have a trigger for --scheduled, got one that runs on demand`,
    );
  }
  const quiet = options.quiet ?? false;
  return withUsers(host, job, { isKept: false, quiet }, async (users, open) => {
    if (options.dryRun) return dryRun(host, options, { job: open, chosen, users });
    await requireCandidates(users, options);
    const workflows = [newWorkflow(chosen)];
    const tasks = await openTasks(host, open, { workflows, db: options.db ?? null, quiet });
    try {
      return await runWith(host, options, { job: open, chosen, users, tasks });
    } finally {
      tasks.close();
    }
  });
}

async function dryRun(
  host: Host,
  options: RunOptions,
  { job, chosen, users }: Omit<Prepared, 'tasks'>,
): Promise<ExitCode> {
  const store = await openToLook(options.db);
  try {
    const { clock } = host;
    const { scheduled, at, ids = null, rule = null, strict: isStrict = false } = options;
    const slotOfMs = at === undefined ? clock.now() : Date.parse(at);
    const atMs = scheduled ? slotOfMs : null;
    const request = { chosen, atMs, ids, rule, isStrict };
    const plan = async () => [await plannedRun({ store, users, clock, job }, request)];
    const json = ([one]: readonly DryRun[]) => one && dryRunJson(one);
    return await presentDryRun(host, options, { users, job, plan, json });
  } finally {
    await store.close();
  }
}

/** Checked inputs of a run. */
interface Prepared {
  readonly job: OpenJob;
  readonly chosen: ChosenWorkflow;
  readonly users: Directory;
  readonly tasks: OpenTasks;
}

async function runWith(host: Host, options: RunOptions, prepared: Prepared): Promise<ExitCode> {
  const { job, chosen, users, tasks } = prepared;
  const { quiet = false, stopTimeout, strict: isStrict = false } = options;
  const db = options.db ?? null;
  const store = await openStore(options.db);
  const { handlers } = tasks;
  const input = {
    store,
    db,
    users,
    tasks: handlers,
    concurrency: job.concurrency,
    isStrict,
    quiet,
    stopTimeout,
  };
  try {
    if (db !== null) await requireIdle(host, store, db);
    return await Session.with(host, input, async (session) => {
      let made: Made = { run: null, slot: null };
      const outcome = await session.drive(async () => {
        const kept = await session.engine.workflows.ensure(chosen);
        if (!quiet && db !== null) printEnsured(host, kept);
        if (db !== null) await storeJob(store, job);
        await session.engine.start();
        made = await withSpinner(host, 'creating the run', !quiet, () =>
          begin(host, session, kept.workflow.id, options),
        );
        if (made.run === null && !quiet) printNoneDue(host, kept, options, made.slot);
        return made.run === null ? [] : [made.run];
      });
      const run = outcome.runs[0] ?? null;
      const { slot } = made;
      if (options.json) host.stdout.line(JSON.stringify(slot === null ? run : { ...slot, run }, null, 2));
      const facts = slot === null ? [] : selectionFacts(slot.selection);
      const place = { ledger: session.engine, db, more: [...facts, ...tasks.effectsFact()] };
      return finishSession(host, outcome, place, options);
    });
  } finally {
    await store.close();
  }
}

/** The run that was created on demand or for a schedule slot. */
interface Made {
  readonly run: Run | null;
  readonly slot: SlotEvaluation | null;
}

async function begin(
  host: Host,
  { engine }: Session,
  workflowId: string,
  { scheduled, ids, rule = ALL_USERS, at, db }: RunOptions,
): Promise<Made> {
  try {
    if (!scheduled) {
      const run = await engine.runs.activate(workflowId, ids ? { subjects: ids } : { rule });
      return { run, slot: null };
    }
    const slot = await engine.runs.evaluate(workflowId, at === undefined ? {} : { at });
    return { run: slot.run, slot };
  } catch (cause) {
    if (!LifecycleError.is(cause)) throw cause;
    if (cause.code === 'SubjectsLeftOut')
      throw new CliError('Expected no user to be left out, because of --strict; no run was created', null, {
        cause,
      });
    if (cause.code !== 'Duplicate' || !scheduled || db === undefined) throw cause;
    const remedy = `A schedule slot has one run. See it with: ${host.self} runs list --db ${quoted(db)}`;
    throw new CliError(cause.message, remedy, { cause });
  }
}

function checkOptions(host: Host, options: RunOptions): void {
  if (options.rule !== undefined) parseScopeRule(options.rule);
  for (const name of ['at', 'scope'] as const) {
    if (options[name] !== undefined && !options.scheduled) {
      throw new CliError(`Expected --${name} together with --scheduled, got it without`);
    }
  }
  if (options.strict && !options.scheduled && options.rule === undefined)
    throw new CliError('Expected --strict together with --scheduled or --rule, got it without');
  if (options.at !== undefined && Date.parse(options.at) > host.clock.now()) {
    throw new CliError(`Expected --at to be in the past, got ${options.at}`);
  }
}

/** Checks the selection before anything is written. */
async function requireCandidates(users: Directory, { ids, rule }: RunOptions): Promise<void> {
  if (ids) await candidatesByIds(ids, users);
  if (rule !== undefined) await requireUsers(users, rule);
}

function printEnsured({ stderr }: Host, { workflow, outcome }: EnsuredWorkflow): void {
  const isOff = 'trigger' in workflow.executionConditions && !workflow.isSchedulingEnabled;
  const words = {
    created: `was added to this database: version 1${isOff ? '; its schedule is off' : ''}`,
    unchanged: `is unchanged in this database: version ${workflow.version}`,
    updated: `was updated in place in this database: still version ${workflow.version}`,
    newVersion: `was updated in this database: version ${workflow.version}`,
  };
  stderr.line(`Workflow "${workflow.displayName}" ${words[outcome]}`);
}

function printNoneDue(
  host: Host,
  { workflow }: EnsuredWorkflow,
  options: RunOptions,
  evaluation: SlotEvaluation | null,
): void {
  const { executionConditions } = workflow;
  if (!('trigger' in executionConditions)) return;
  const { trigger, scope } = executionConditions;
  const { stderr } = host;
  stderr.line(`No users were due at ${options.at ?? 'this time'}: no run was created.`);
  const lateness = 'timeBasedAttribute' in trigger ? ', and up to 3 days later' : '';
  const scopeText =
    'rule' in scope
      ? `${scope.rule}   (--scope RULE replaces it)`
      : scope.groups.map(({ id }) => id).join(', ');
  const facts = [
    ['trigger', triggerText(trigger) + lateness],
    ['scope', scopeText],
    ...(evaluation === null ? [] : selectionFacts(evaluation.selection)),
  ] as const;
  for (const line of factLines(facts)) stderr.line(line);
  if (options.db !== undefined) stderr.line('Users of an earlier scheduled run are not selected again.');
}
