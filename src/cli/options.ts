import { type Command, InvalidArgumentError, Option } from 'commander';
import { DELIMITER_EXPECTED, isDelimiter } from '../directory/delimiter.ts';
import { parseMoment } from '../input/moments.ts';
import { normalizeText } from '../input/subject-id.ts';
import { LIMITS } from '../model/limits.ts';
import type { DurationMs } from '../model/time.ts';
import { databaseText } from './database-url.ts';

/** A whole number in `min..max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number in ${min}..${max}.`);
  };
}

/** Collects `name=value`; a name may be given once. */
export function nameAndValue(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0)).trim();
  if (name === '') throw new InvalidArgumentError('Expected name=value, such as groupID=all-staff.');
  if (before.has(name)) throw new InvalidArgumentError(`Expected ${name} to be given once.`);
  return new Map([...before, [name, text.slice(at + 1)]]);
}

/** Ids between commas, normalized. */
export function idList(text: string): readonly string[] {
  const ids = text.split(',').map(normalizeText);
  if (ids.every((id) => id !== '')) return ids;
  throw new InvalidArgumentError('Expected ids between commas, such as u1,u2.');
}

/** A moment as ISO 8601 in UTC; a date alone is its first moment, UTC. */
export function dateOrMoment(text: string): string {
  const moment = parseMoment(text);
  if (moment !== null && moment.kind !== 'local') return new Date(moment.ms).toISOString();
  throw new InvalidArgumentError(
    'Expected a date such as 2026-01-31, or a moment such as 2026-01-31T08:00:00Z.',
  );
}

/** A date, as `2026-01-31`. */
export function dateOnly(text: string): string {
  const moment = parseMoment(text);
  if (moment?.kind === 'date') return text.trim();
  throw new InvalidArgumentError('Expected a date such as 2026-01-31.');
}

/** Collects the texts of an option that may be given more than once. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, someText(text)];
}

function nameList(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw new InvalidArgumentError('Expected names between commas, such as contractEnd,probationEnd.');
}

/** `--strict`, for commands that select users. */
export function strictOption(): Option {
  return new Option(
    '--strict',
    'create no run when a date needed for the selection cannot be read, or an attribute does not exist',
  );
}

/** Separator of cells; a tab may be spelled `\t` or `tab`. */
function delimiterText(text: string): string {
  const delimiter = text === '\\t' || text === 'tab' ? '\t' : text;
  if (isDelimiter(delimiter)) return delimiter;
  throw new InvalidArgumentError(`Expected ${DELIMITER_EXPECTED}.`);
}

/** A text that is not empty. */
export function someText(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('Expected a text that is not empty.');
}

/**
 * Rejects a command without a required option. Commander's own check would come before that of unknown options
 * and so hide a typo: `--workflo`.
 */
export function requireOption(command: Command, ...names: readonly string[]): void {
  for (const name of names) {
    const option = command.options.find((one) => one.attributeName() === name);
    if (option && command.getOptionValue(name) === undefined) {
      command.error(`error: required option '${option.flags}' not specified`);
    }
  }
}

/** Options for reading the file of users. */
export function usersOptions(): readonly Option[] {
  return [
    new Option(
      '--connect <config>',
      'the systems with the people and of the tasks: tenure.config.ts, .js or .json (see `tenure init`)',
    )
      .argParser(someText)
      .conflicts('tasks'),
    new Option(
      '--map <mapping>',
      'the column of each attribute: id=WorkerID,employeeHireDate=HireDate',
    ).argParser(someText),
    new Option(
      '--on-duplicate <what>',
      'when an id occurs twice: refuse the file, or keep the first or last row',
    ).choices(['refuse', 'first', 'last']),
    new Option(
      '--short-rows <what>',
      'when a row has fewer cells than the header: refuse the file, or fill the rest with empty cells',
    ).choices(['refuse', 'fill']),
    new Option(
      '--dates <format>',
      'a further date format: a date-fns pattern (dd/MM/yyyy), or excel; can be given more than once',
    ).argParser(collected),
    new Option(
      '--date-attributes <names>',
      'attributes of your own that hold dates: contractEnd,probationEnd',
    ).argParser(nameList),
    new Option(
      '--delimiter <text>',
      'separator of the cells of a CSV file, or `tab`; default: detected in the header',
    ).argParser(delimiterText),
  ];
}

/** Options of all commands that run an engine: task handlers, concurrency, stopping. */
export function tasksOptions(command?: 'work'): readonly Option[] {
  const dryRun = new Option(
    '--dry-run',
    'only show who would be processed and what their tasks would change, and who would not and why',
  );
  const dryRunOut = new Option(
    '--out <file>',
    'with --dry-run: also write all of it to this file, as JSON',
  ).argParser(someText);
  return [
    new Option(
      '--tasks <module>',
      'an ES module whose exports are handlers by key (see `tenure tasks`)',
    ).argParser(someText),
    new Option(
      '--effects <file>',
      'append one line of JSON to this file for each task that was carried out',
    ).argParser(someText),
    forceOption(),
    new Option(
      '--no-op',
      'call no handler: tasks are recorded as completed, users as processed, and the run is marked as a no-op',
    ).conflicts(['tasks', 'effects']),
    ...(command === 'work' ? [] : [dryRun, dryRunOut]),
    new Option('--concurrency <n>', 'number of tasks that run in parallel; default: 256').argParser(
      wholeNumber(1, 100_000),
    ),
    new Option('--stop-timeout <seconds>', 'how long stopping by Ctrl-C or SIGTERM may take in total')
      .argParser(secondsAsMs)
      .default(LIMITS.stopDeadlineMs, String(LIMITS.stopDeadlineMs / 1_000)),
  ];
}

const STOP_TIMEOUT_MAX_S = LIMITS.stopDeadlineMsMax / 1_000;

function secondsAsMs(text: string): DurationMs {
  const value = /^\d{1,5}(\.\d{1,3})?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value <= STOP_TIMEOUT_MAX_S) return Math.round(value * 1_000);
  throw new InvalidArgumentError(`Expected seconds in 0..${STOP_TIMEOUT_MAX_S}, such as 25.`);
}

/** Output options of all commands that run something. */
export function outputOptions(): readonly Option[] {
  return [
    new Option('--json', 'print one JSON document on stdout, and nothing else there'),
    new Option('--quiet', 'no progress, notes or table: only warnings, errors and the exit code'),
  ];
}

/** `--db`. */
export function dbOption(text = 'the database of the runs'): Option {
  return new Option('--db <file|url>', text).argParser((given) => databaseText(someText(given)));
}

/** `--force`, for commands that write files. */
export function forceOption(): Option {
  return new Option('--force', 'also overwrite files that tenure did not write');
}

/** `--json`, for commands that only read. */
export function jsonOption(): Option {
  return new Option('--json', 'print one JSON document on stdout, and nothing else there');
}
