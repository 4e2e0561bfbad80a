import { Command, Option } from 'commander';
import type { SlotEvaluation } from '../../engine/activation.ts';
import { candidatesByIds } from '../../engine/candidates.ts';
import { LifecycleError } from '../../errors/index.ts';
import { parseScopeRule } from '../../filter/index.ts';
import type { EnsuredWorkflow } from '../../ledger/ensure-workflow.ts';
import type { Run } from '../../model/resources.ts';
import { CliError } from '../cli-error.ts';
import { plannedRun } from '../dry-run/planned-run.ts';
import { dryRunJson, showDryRuns } from '../dry-run/show.ts';
import type { ExitCode } from '../exit-codes.ts';
import { finishSession, type View } from '../finish.ts';
import type { Host } from '../host.ts';
import type { StopTimeout } from '../interrupts.ts';
import { type Job, type JobOptions, jobOf, keepJob } from '../job.ts';
import { claimJobFiles } from '../job-files.ts';
import { asWorkflow } from '../keep-workflow.ts';
import { selectionFacts } from '../left-out.ts';
import { type OpenTasks, openTasks } from '../open-tasks.ts';
import {
  dateOrMoment,
  idList,
  nameAndValue,
  outputOptions,
  requireOption,
  someText,
  strictOption,
  tasksOptions,
  usersOptions,
} from '../options.ts';
import { withSpinner } from '../progress.ts';
import { requireIdle } from '../run-checks.ts';
import { Session } from '../session.ts';
import { openStore, openToLook } from '../stores.ts';
import { factLines } from '../table.ts';
import { quoted } from '../text.ts';
import { triggerText } from '../trigger-text.ts';
import { EVERYBODY, openUsers, requireSomebody, type Users } from '../users.ts';
import {
  type ChosenWorkflow,
  dateAttributesOf,
  readWorkflow,
  type WorkflowChoice,
} from '../workflow-source.ts';

/** Options of `tenure run`. */
export interface RunOptions extends JobOptions, StopTimeout, WorkflowChoice, View {
  readonly users: string;
  readonly ids?: readonly string[];
  readonly rule?: string;
  readonly scheduled?: boolean;
  readonly strict?: boolean;
  readonly at?: string;
  readonly db?: string;
}

const HELP = `
Without --ids, --rule or --scheduled the workflow runs for everybody in the file.
Without --db the run is kept in memory only. With it, an interrupted run goes on with: tenure resume.
An argument that a template leaves open must be filled in with --arg.

Every task needs a handler from --tasks; or --effects, which only writes down what would be done; or --no-op, which
does nothing. Either way tasks count as completed and people as processed. --dry-run shows who would be processed,
with which tasks, and who would not and why; it calls no handler and records nothing.

Examples:
  $ tenure sample --users 500 --out staff.csv
  $ tenure run --users staff.csv --workflow "Offboard an employee" --rule "department eq 'Sales'" --dry-run
  $ tenure run --users staff.csv --workflow "Onboard new hire employee" --arg groupID=all-staff \\
      --scheduled --scope "accountEnabled eq true" --db hr.db --effects effects.jsonl
  $ tenure run --users export.csv --dates dd/MM/yyyy --workflow leaver.json --scheduled --strict
  $ tenure run --users export.csv --map id=WorkerID,department=Department --workflow joiner.json \\
      --tasks ./handlers.mjs --db hr.db --json

Exit codes: 0 completed; 1 wrong usage or environment; 2 completed with errors, failed or canceled;
130 stopped by Ctrl-C or SIGTERM.`;

/** `tenure run`. */
export function runCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('run')
    .summary('run a workflow for the people in a file')
    .description('Loads people from a file, runs a workflow for them, and prints what became of it.')
    .option('--users <file>', 'the people: .csv, .tsv, .jsonl or .json', someText)
    .option('--workflow <file|template>', 'a JSON file, or a template by name or GUID', someText);
  for (const option of usersOptions()) command.addOption(option);
  command
    .addOption(new Option('--ids <ids>', 'only these people: u1,u2').argParser(idList).conflicts('rule'))
    .addOption(
      new Option('--rule <rule>', "only whom a rule selects: department eq 'Sales'").argParser(someText),
    )
    .addOption(
      new Option('--scheduled', 'one scheduled tick instead: whom the trigger and scope make due').conflicts([
        'ids',
        'rule',
      ]),
    )
    .addOption(
      new Option('--at <date>', 'with --scheduled: the tick of that moment; default: now').argParser(
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
    .addOption(new Option('--db <file>', 'keep everything in this SQLite file').argParser(someText));
  for (const option of [...tasksOptions(), ...outputOptions()]) command.addOption(option);
  return command.addHelpText('after', HELP).action(async (options: RunOptions) => {
    requireOption(command, 'users', 'workflow');
    end(await run(host, options));
  });
}

/** Runs a workflow for people, and prints the run. */
export async function run(host: Host, options: RunOptions): Promise<ExitCode> {
  checkOptions(host, options);
  const chosen = await readWorkflow(options);
  const dateAttributes = [...(options.dateAttributes ?? []), ...dateAttributesOf(chosen, options.rule)];
  const job = jobOf({ ...options, dateAttributes });
  const inputs = [job.users, options.workflow];
  await claimJobFiles(job, { db: options.db ?? null, inputs, force: options.force ?? false });
  if (options.scheduled && !('trigger' in chosen.executionConditions)) {
    throw new CliError(
      `Expected "${chosen.displayName}" to have a trigger for --scheduled, got one that runs on demand`,
    );
  }
  const quiet = options.quiet ?? false;
  const users = await openUsers(host, job, { isKept: false, quiet });
  try {
    if (options.dryRun) return await dryRun(host, options, { job, chosen, users });
    await requireCandidates(users, options);
    const tasks = await openTasks(host, job, { workflows: [asWorkflow(chosen)], quiet });
    try {
      return await runWith(host, options, { job, chosen, users, tasks });
    } finally {
      tasks.close();
    }
  } finally {
    await users.close();
  }
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
    const planned = await withSpinner(host, 'looking at everybody', !options.quiet, () =>
      plannedRun({ store, users, clock, job }, { chosen, atMs, ids, rule, isStrict }),
    );
    return await showDryRuns(host, [planned], dryRunJson(planned), options);
  } finally {
    await store.close();
  }
}

/** What a run works with, all of it checked. */
interface Prepared {
  readonly job: Job;
  readonly chosen: ChosenWorkflow;
  readonly users: Users;
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
        if (!quiet && db !== null) tellKept(host, kept);
        if (db !== null) await keepJob(store, job);
        await session.engine.start();
        made = await withSpinner(host, 'making the run', !quiet, () =>
          begin(host, session, kept.workflow.id, options),
        );
        if (made.run === null && !quiet) tellNobody(host, kept, options, made.slot);
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

/** What was made of a slot, or on demand. */
interface Made {
  readonly run: Run | null;
  readonly slot: SlotEvaluation | null;
}

async function begin(
  host: Host,
  { engine }: Session,
  workflowId: string,
  { scheduled, ids, rule = EVERYBODY, at, db }: RunOptions,
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
      throw new CliError('Expected nobody to be left out, because of --strict; no run was made', null, {
        cause,
      });
    if (cause.code !== 'Duplicate' || !scheduled || db === undefined) throw cause;
    const remedy = `A tick has one run. See it with: ${host.self} runs list --db ${quoted(db)}`;
    throw new CliError(cause.message, remedy, { cause });
  }
}

function checkOptions(host: Host, options: RunOptions): void {
  if (options.rule !== undefined) parseScopeRule(options.rule);
  for (const name of ['at', 'scope'] as const) {
    if (options[name] !== undefined && !options.scheduled) {
      throw new CliError(`Expected --${name} to come with --scheduled, got it alone`);
    }
  }
  if (options.strict && !options.scheduled && options.rule === undefined)
    throw new CliError('Expected --strict to come with --scheduled or --rule, got it alone');
  if (options.at !== undefined && Date.parse(options.at) > host.clock.now()) {
    throw new CliError(`Expected --at to be a moment that has come, got ${options.at}`);
  }
}

/** Asked before anything is written. */
async function requireCandidates(users: Users, { ids, rule }: RunOptions): Promise<void> {
  if (ids) await candidatesByIds(ids, users);
  if (rule !== undefined) await requireSomebody(users, rule);
}

function tellKept({ stderr }: Host, { workflow, outcome }: EnsuredWorkflow): void {
  const words = {
    created: 'is new in this database: version 1',
    unchanged: `is as it was in this database: version ${workflow.version}`,
    updated: `was changed in this database: still version ${workflow.version}`,
    newVersion: `differs from the one in this database: now version ${workflow.version}`,
  };
  stderr.line(`Workflow "${workflow.displayName}" ${words[outcome]}`);
}

function tellNobody(
  host: Host,
  { workflow }: EnsuredWorkflow,
  options: RunOptions,
  evaluation: SlotEvaluation | null,
): void {
  const { executionConditions } = workflow;
  if (!('trigger' in executionConditions)) return;
  const { trigger, scope } = executionConditions;
  const { stderr } = host;
  stderr.line(`Nobody was due at ${options.at ?? 'this tick'}: no run was made.`);
  const lateness = 'timeBasedAttribute' in trigger ? ', and up to 3 days later' : '';
  const scopeText =
    'rule' in scope
      ? `${scope.rule}   (--scope RULE takes another)`
      : scope.groups.map(({ id }) => id).join(', ');
  const facts = [
    ['trigger', triggerText(trigger) + lateness],
    ['scope', scopeText],
    ...(evaluation === null ? [] : selectionFacts(evaluation.selection)),
  ] as const;
  for (const line of factLines(facts)) stderr.line(line);
  if (options.db !== undefined) stderr.line('Whom an earlier tick took is not taken again.');
}
