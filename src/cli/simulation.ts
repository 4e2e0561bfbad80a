/** What `tenure simulate`, `tenure compare` and `tenure size` share. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { leftOutSentences } from '../engine/selection.ts';
import type {
  Bottleneck,
  ReadScenario,
  ReportFile,
  ReportFileKind,
  SimulationProgress,
  SimulationResult,
} from '../simulate.ts';
import type { Host } from './host.ts';
import { forceOption, someText } from './options.ts';
import { claimOutputs, type OutputFile } from './output-files.ts';
import { terminalBar } from './terminal/bar.ts';
import { CliError, messageOf } from './terminal/cli-error.ts';
import { count, counted } from './terminal/text.ts';

/** The library, loaded when a command needs it: other commands start without it. */
export type Simulate = typeof import('../simulate.ts');

/** Options of all three commands. */
export interface ScenarioCliOptions {
  readonly seed: number;
  readonly horizon?: string;
  readonly report?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Options of `simulate` and `compare`. */
export interface SimulationCliOptions extends ScenarioCliOptions {
  readonly csv?: boolean;
  readonly check?: boolean;
}

/** Options of all three commands, for commander. */
export function scenarioOptions(beside: string): readonly Option[] {
  return [
    new Option('--seed <n>', 'a whole number; another seed gives other people and other random outcomes')
      .argParser(seedNumber)
      .default(1),
    new Option(
      '--horizon <duration>',
      'simulated time, in place of the scenario’s own: P1Y, P6M, P10D',
    ).argParser(someText),
    new Option('--report <file>', `write an HTML page to this file, and ${beside} beside it`).argParser(
      someText,
    ),
    forceOption(),
    new Option('--json', 'print one JSON document on stdout, and nothing else there'),
    new Option('--quiet', 'no progress, notes or table: only warnings, errors and the exit code'),
  ];
}

/** Options of `simulate` and `compare`, for commander. */
export function simulationOptions(csvText: string): readonly Option[] {
  return [
    ...scenarioOptions('JSON and CSV files'),
    new Option('--csv', csvText).conflicts('json'),
    new Option('--check', 'verify the invariants of every run; exit code 2 when one is violated'),
  ];
}

/** Reads `--seed`. */
export function seedNumber(text: string): number {
  const value = /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Expected a whole number.');
}

/** A scenario by its file, or by the name of a built-in one. @throws LifecycleError, CliError. */
export async function readNamed(
  { readScenario, readScenarioFile, SCENARIOS }: Simulate,
  name: string,
  horizon: string | undefined,
): Promise<ReadScenario> {
  const options = horizon === undefined ? {} : { horizon };
  const shipped = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (shipped && !existsSync(name)) return readScenario(shipped, options);
  if (!existsSync(name)) {
    throw new CliError(
      `Expected a scenario file or the name of a built-in scenario, got ${name}`,
      `Built-in scenarios: ${Object.keys(SCENARIOS).join(', ')}`,
    );
  }
  return readScenarioFile(name, options);
}

/**
 * Checks, before anything runs, that the files of a report can be written and replace no file of the user's.
 *
 * @param scenarios names as given, and the scenarios read: their files must not be overwritten.
 * @throws CliError.
 */
export async function claimReport(
  { report, force = false }: ScenarioCliOptions,
  kinds: readonly ReportFileKind[],
  scenarios: readonly (readonly [name: string, read: ReadScenario])[],
): Promise<void> {
  if (report === undefined) return;
  const inputs = scenarios.flatMap(([name, { scenario, folder }]) => {
    const { population } = scenario;
    return [name, ...(population.kind === 'file' ? [resolve(folder, population.path)] : [])];
  });
  await claimOutputs(reportOutputs(report, kinds), { inputs, force });
}

/** The files of a report, to be claimed. */
export function reportOutputs(report: string, kinds: readonly ReportFileKind[]): readonly OutputFile[] {
  return kinds.map(({ suffix, isOurs }) => ({
    path: reportPath(report, suffix),
    option: `--report ${report}`,
    isOurs,
    makesFolders: true,
  }));
}

/** Writes the files of a report. @throws CliError. */
export async function writeReport(path: string, files: readonly ReportFile[]): Promise<readonly string[]> {
  const written = files.map(({ suffix, text }) => ({ name: reportPath(path, suffix), text }));
  try {
    await mkdir(dirname(path), { recursive: true });
    for (const { name, text } of written) await writeFile(name, text);
  } catch (cause) {
    throw new CliError(`Expected to write ${path}, got ${messageOf(cause)}`, null, { cause });
  }
  return written.map(({ name }) => name);
}

/** The page has the given name; the other files are named after it. */
function reportPath(report: string, suffix: string): string {
  return suffix === '.html' ? report : report.replace(/\.html?$/i, '') + suffix;
}

/** The greatest cause of delay, with advice. */
export function bottleneckFacts(
  name: string,
  bottleneck: Bottleneck | null,
): readonly (readonly [string, string])[] {
  if (bottleneck === null) return [];
  return [
    [name, bottleneck.summary],
    ['', bottleneck.advice],
  ];
}

/** Warns of people that were in no run because of their attributes, even with `--quiet`. */
export function warnLeftOut({ stderr }: Host, { leftOut }: SimulationResult, label = ''): void {
  const warning = stderr.style.yellow('warning:');
  for (const one of leftOut) {
    const slots = counted(one.selectionsCount, 'selection');
    for (const sentence of leftOutSentences(one))
      stderr.line(`${warning} ${label}${one.workflow}, ${slots}: ${sentence}`);
  }
  if (leftOut.length > 0)
    stderr.line(
      `${warning} To change how the file of people is read: map, dates and dateAttributes of the population`,
    );
}

/** A progress bar on a terminal: virtual date and speed. */
export interface SimulationBar {
  readonly update: (progress: SimulationProgress) => void;
  stop(): void;
}

const DAY_MS = 86_400_000;

/** A bar preceded by `label`; nothing when stderr is not a terminal. */
export function simulationBar(host: Host, isWanted: boolean, label = ''): SimulationBar {
  const { stderr, clock } = host;
  if (!isWanted || !stderr.isTerminal) return { update: () => {}, stop: () => {} };
  const bar = terminalBar(host, ` ${label}{bar} {date} · {runs} runs · {speed} days/s`, 50);
  const startedAt = clock.elapsed();
  let firstMs: number | null = null;
  bar.start(1_000, 0, { date: '…', runs: '0', speed: '–' });
  return {
    update: ({ dateTime, share, runs }) => {
      const nowMs = Date.parse(dateTime);
      firstMs ??= nowMs;
      const seconds = (clock.elapsed() - startedAt) / 1_000;
      const speed = seconds > 0.1 ? count((nowMs - firstMs) / DAY_MS / seconds) : '–';
      bar.update(Math.round(share * 1_000), { date: dateTime.slice(0, 10), runs: count(runs), speed });
    },
    stop: () => bar.stop(),
  };
}
