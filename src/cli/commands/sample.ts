import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { Command } from 'commander';
import type { Clock } from '../../ports/clock.ts';
import type { Host } from '../host.ts';
import { dateOnly, forceOption, someText, wholeNumber } from '../options.ts';
import { claimOutputs } from '../output-files.ts';
import {
  EMPLOYEE_HEADER,
  employeeLine,
  isSample,
  type SampleInput,
  sampleEmployees,
} from '../sample/employees.ts';
import { CliError, messageOf } from '../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { counted, quoted } from '../terminal/text.ts';

/** Options of `tenure sample`. */
interface SampleOptions {
  readonly users: number;
  readonly seed: number;
  readonly date?: string;
  readonly out?: string;
  readonly force?: boolean;
}

const USERS_MAX = 100_000_000;
const SEED_MAX = Number.MAX_SAFE_INTEGER;
/** Characters per write. */
const CHUNK_LENGTH = 64 * 1_024;

const HELP = `
The same number of users, seed and date give the same file on every machine. Columns have Graph's names, so
\`tenure run --users\` needs no --map.

Examples:
  $ tenure sample --users 1000 --seed 7 --out staff.csv
  $ tenure sample --users 20 --date 2026-01-31 | head -5`;

/** `tenure sample`. */
export function sampleCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('sample')
    .description('Writes a CSV file of sample employees: names, managers, departments, hire and leave dates.')
    .option('--users <n>', 'number of employees', wholeNumber(1, USERS_MAX), 1_000)
    .option('--seed <s>', 'a whole number; another seed gives other employees', wholeNumber(0, SEED_MAX), 1)
    .option('--date <date>', 'day around which employees are hired and leave; default: today, UTC', dateOnly)
    .option('--out <file>', 'the file to write; default: stdout', someText)
    .addOption(forceOption())
    .addHelpText('after', HELP)
    .action(async (options: SampleOptions) => end(await sample(host, options)));
}

/** Writes employees to stdout or a file. */
async function sample(host: Host, options: SampleOptions): Promise<ExitCode> {
  const input = { users: options.users, seed: options.seed, date: options.date ?? today(host.clock) };
  if (options.out === undefined) {
    for (const chunk of sampleChunks(input)) {
      await host.stdout.write(chunk);
      if (host.stdout.isClosed) break;
    }
    return EXIT.ok;
  }
  const output = { path: options.out, option: `--out ${options.out}`, isOurs: isSample };
  await claimOutputs([output], { inputs: [], force: options.force ?? false });
  await writeSample(options.out, input);
  host.stderr.line(`${counted(input.users, 'employee')} in ${options.out}. Try:`);
  host.stderr.line(
    `  ${host.self} run --users ${quoted(options.out)} --workflow 'Offboard an employee' --dry-run`,
  );
  return EXIT.ok;
}

/** Writes a sample to a file, replacing an existing one. @throws CliError. */
export async function writeSample(path: string, input: SampleInput): Promise<void> {
  const file = createWriteStream(path);
  const closed = finished(file);
  closed.catch(() => {}); // reported below
  try {
    for (const chunk of sampleChunks(input)) {
      if (!file.write(chunk)) await Promise.race([once(file, 'drain'), closed]);
    }
    file.end();
    await closed;
  } catch (cause) {
    throw new CliError(`Expected to write ${path}, got ${messageOf(cause)}`, null, { cause });
  }
}

/** Today, UTC: `2026-01-31`. */
export function today(clock: Clock): string {
  return new Date(clock.now()).toISOString().slice(0, 10);
}

function* sampleChunks(input: SampleInput): Generator<string> {
  let chunk = EMPLOYEE_HEADER;
  for (const employee of sampleEmployees(input)) {
    chunk += employeeLine(employee);
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
