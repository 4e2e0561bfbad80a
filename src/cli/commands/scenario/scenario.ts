import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import type { Scenario, ScenarioFromRecord } from '../../../simulate.ts';
import type { Host } from '../../host.ts';
import { type JobOptions, readJob } from '../../job/job.ts';
import { dbOption, forceOption, requireOption, someText, usersOptions, wholeNumber } from '../../options.ts';
import { claimOutputs } from '../../output-files.ts';
import { openExisting } from '../../session/stores.ts';
import { withUsers } from '../../session/users.ts';
import { reportOutputs, type Simulate, seedNumber } from '../../simulation.ts';
import { CliError, messageOf } from '../../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { withSpinner } from '../../terminal/progress.ts';
import { oneLine } from '../../terminal/text.ts';
import { scenarioText } from './scenario-text.ts';
import { validate } from './validate.ts';

/** Options of `tenure scenario`. */
interface ScenarioCliOptions extends Pick<JobOptions, 'users' | 'connect' | 'force'> {
  readonly db: string;
  readonly since?: string;
  readonly anonymous?: boolean;
  readonly timeZone?: string;
  readonly concurrency?: number;
  readonly name?: string;
  readonly out?: string;
  readonly validate?: boolean;
  readonly seed: number;
  readonly report?: string;
  readonly quiet?: boolean;
}

const HELP = `
The scenario is the recorded time: the people of the directory as they were at its beginning, who joined, moved and
left, the workflows as they are, and each task with the durations, waits, failures and outages that were observed.
What the record cannot say is in the notes of the scenario, with what was taken instead. Only reads, and works while
another process runs the database. Without --users it reads the file of the last \`tenure run\` of this database.

Examples:
  $ tenure scenario --db hr.db --users people.csv --out mine.json
  $ tenure scenario --db postgres://tenure@db.example.com/hr --connect tenure.config.ts --since P90D --anonymous
  $ tenure scenario --db hr.db --users people.csv --out mine.json --validate --report check.html
  $ tenure simulate mine.json --report again.html`;

/** `tenure scenario`. */
export function scenarioCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('scenario')
    .description(
      'Makes a scenario for `tenure simulate` of the runs in a database and the people they were for.',
    )
    .addOption(dbOption())
    .option(
      '--users <file>',
      'the users: .csv, .tsv, .jsonl or .json; default: those of the last run',
      someText,
    );
  for (const option of usersOptions()) command.addOption(option);
  const more = [
    new Option(
      '--since <date|duration>',
      'only the record from this date on, or of so long before its end: 2026-01-31, P90D',
    ).argParser(someText),
    new Option('--anonymous', 'ids become hashes, names and texts of failures are dropped, structure stays'),
    new Option('--time-zone <zone>', 'of days and hours: Europe/Berlin; default: UTC').argParser(someText),
    new Option(
      '--concurrency <n>',
      'the concurrency of the recorded engine, which the record does not have; default: 256',
    ).argParser(wholeNumber(1, 100_000)),
    new Option('--name <text>', 'name of the scenario').argParser(someText),
    new Option('--validate', 'simulate the recorded time by the scenario, and lay it beside what happened'),
    new Option('--seed <n>', 'with --validate: a whole number; another seed gives other random outcomes')
      .argParser(seedNumber)
      .default(1),
    new Option(
      '--report <file>',
      'write the validation to this HTML file, with both curves, and to a JSON file beside it',
    )
      .argParser(someText)
      .implies({ validate: true }),
    new Option('--out <file>', 'write the scenario to this file; default: stdout').argParser(someText),
    forceOption(),
    new Option('--quiet', 'no progress and no notes'),
  ];
  for (const option of more) command.addOption(option);
  return command.addHelpText('after', HELP).action(async (options: ScenarioCliOptions) => {
    requireOption(command, 'db');
    end(await makeScenario(host, options));
  });
}

async function makeScenario(host: Host, options: ScenarioCliOptions): Promise<ExitCode> {
  const { out, quiet = false } = options;
  const library = await import('../../../simulate.ts');
  await claimFiles(library, options);
  const made = await scenarioOf(host, library, options);
  const { scenario } = made;
  if (out === undefined) for (const part of scenarioText(scenario)) await host.stdout.write(part);
  else await writeScenario(out, scenario);
  if (!quiet) for (const note of scenario.notes ?? []) host.stderr.line(`note: ${oneLine(note)}`);
  if (!quiet && out !== undefined) host.stderr.line(`Wrote ${out}`);
  if (options.validate) await validate(host, library, made, options);
  return EXIT.ok;
}

/** Checks that the files can be written, and that none is another one, or the user's. @throws CliError. */
async function claimFiles(
  { VALIDATION_FILES }: Simulate,
  { out, report, db, users, force = false }: ScenarioCliOptions,
): Promise<void> {
  const isOurs = (text: string) => /^\{\n {2}"name": .*\n {2}"start": "/.test(text);
  const outputs = [
    ...(out === undefined ? [] : [{ path: out, option: `--out ${out}`, isOurs }]),
    ...(report === undefined ? [] : reportOutputs(report, VALIDATION_FILES)),
  ];
  await claimOutputs(outputs, { inputs: [db, ...(users === undefined ? [] : [users])], force });
}

async function scenarioOf(
  host: Host,
  { scenarioFrom }: Simulate,
  options: ScenarioCliOptions,
): Promise<ScenarioFromRecord> {
  const { since, anonymous = false, timeZone, concurrency, name, out: _, ...others } = options;
  const { db, quiet = false } = others;
  const store = await openExisting(db, 'read');
  try {
    const job = await readJob(store, db, { ...others, dryRun: true });
    const isKept = options.users === undefined;
    return await withUsers(host, job, { isKept, quiet, peopleOnly: true }, (directory) => {
      let share = 0;
      const text = () => `reading the record: ${Math.round(100 * share)} %`;
      return withSpinner(host, text, !quiet, () =>
        scenarioFrom(store, directory, {
          anonymous,
          ...(since === undefined ? {} : { since }),
          ...(timeZone === undefined ? {} : { timeZone }),
          ...(concurrency === undefined ? {} : { concurrency }),
          ...(name === undefined ? {} : { name }),
          onProgress: (now) => {
            share = now;
          },
        }),
      );
    });
  } finally {
    await store.close();
  }
}

async function writeScenario(path: string, scenario: Scenario): Promise<void> {
  try {
    await pipeline(scenarioText(scenario), createWriteStream(path));
  } catch (cause) {
    throw new CliError(`Expected to write ${path}, got ${messageOf(cause)}`, null, { cause });
  }
}
