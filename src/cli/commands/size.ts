import { Command, Option } from 'commander';
import { valueText } from '../../simulate/sizing/setting.ts';
import {
  answerText,
  estimatesText,
  isSameSetting,
  measureText,
  oneLessTexts,
  searchTexts,
  sureText,
} from '../../simulate/sizing/words.ts';
import type { Sizing } from '../../simulate.ts';
import type { Host } from '../host.ts';
import { collected, requireOption, wholeNumber } from '../options.ts';
import {
  claimReport,
  readNamed,
  type ScenarioCliOptions,
  scenarioOptions,
  writeReport,
} from '../simulation.ts';
import { terminalBar } from '../terminal/bar.ts';
import { CliError } from '../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { factLines, tableLines } from '../terminal/table.ts';
import { count, shortened } from '../terminal/text.ts';

interface SizeCliOptions extends ScenarioCliOptions {
  readonly goal: readonly string[];
  readonly vary: readonly string[];
  readonly cost?: readonly string[];
  readonly seeds: number;
  readonly workers?: number;
}

const STEPS = 1_000;
/** How long ending the threads may take. */
const STOP_MS = 5_000;
const SETTING_COLUMNS = 44;

const HELP = `
Simulates settings with the same seeds each, in threads on all cores, and gives the cheapest that meets the goal:
the upper end of its 95 % interval has to. Where more capacity cannot hurt, settings are bisected.

Goals: p50, p90, p95, p99, max or mean of (latency), or of (latency of <workflow>), with a duration; failed or
unfinished, with a percentage. --goal can be given more than once: all are to be met.
What varies: concurrency, rate, concurrency(<task>), rate(<task>), processes, interval; a range such as 2..8, or
values between commas. A wide range is tried at round numbers, ten to a decade.
The cheapest setting has the fewest calls at once in all processes, then the fewest processes, the lowest limits
and rates, and the longest interval; --cost gives prices instead: for each unit, for each slot a day.
Exit code 1 when no setting meets the goal; what comes nearest is in the message.

Example:
  $ tenure size onboarding-year --horizon P1M --goal 'p95(latency) <= 30min' --vary concurrency=1..64 interval=1,3,6`;

/** `tenure size`. */
export function sizeCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('size')
    .description('Finds the cheapest setting of a scenario that meets a goal: how many workers are enough.')
    .argument('<scenario>', 'a scenario file (JSON), or the name of a built-in one')
    .addOption(
      new Option('--goal <goal>', 'what is to be reached: p95(latency) <= 2h, failed <= 1%').argParser(
        collected,
      ),
    )
    .addOption(
      new Option('--vary <terms...>', 'what may be varied: concurrency=16..1024 interval=1,3,6').argParser(
        collected,
      ),
    )
    .addOption(
      new Option('--cost <prices...>', 'prices, by which settings are compared: processes=40').argParser(
        collected,
      ),
    )
    .addOption(
      new Option('--seeds <n>', 'how many times each setting is simulated, from --seed on')
        .argParser(wholeNumber(2, 1_000))
        .default(20),
    )
    .addOption(
      new Option('--workers <n>', 'simulations at once; default: one for each core').argParser(
        wholeNumber(1, 256),
      ),
    );
  for (const option of scenarioOptions('a JSON file')) command.addOption(option);
  return command.addHelpText('after', HELP).action(async (name: string, options: SizeCliOptions) => {
    requireOption(command, 'goal', 'vary');
    end(await size(host, name, options));
  });
}

async function size(host: Host, name: string, options: SizeCliOptions): Promise<ExitCode> {
  const { seed, seeds, goal, vary, cost, workers, report, json = false, quiet = false } = options;
  const library = await import('../../simulate.ts');
  const read = await readNamed(library, name, options.horizon);
  await claimReport(options, library.SIZING_FILES, [[name, read]]);
  const bar = sizingBar(host, !quiet && !json);
  const stop = new AbortController();
  const release = host.interrupts.handle(STOP_MS, (signal) => stop.abort(signal));
  let sizing: Sizing;
  try {
    sizing = await library.sizeRead(read, {
      goals: goal,
      vary,
      seeds,
      seed,
      ...(cost === undefined ? {} : { costs: cost }),
      ...(workers === undefined ? {} : { workers }),
      signal: stop.signal,
      onProgress: bar.update,
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    bar.stop();
    host.stderr.line(`${String(stop.signal.reason)}: stopped, nothing was written.`);
    return EXIT.interrupted;
  } finally {
    release();
    bar.stop();
  }
  if (json) await host.stdout.write(`${JSON.stringify(sizing, null, 2)}\n`);
  if (sizing.answer === null) {
    throw new CliError(answerText(sizing).replace(/\.$/, ''), sizing.binding?.text ?? null);
  }
  const files = report === undefined ? [] : await writeReport(report, library.sizingFiles(sizing));
  if (!json && !quiet) printSizing(host, sizing);
  if (!quiet && files.length > 0) host.stderr.line(`Wrote ${files.join(', ')}`);
  return EXIT.ok;
}

/** A progress bar on a terminal: simulations and the present setting. */
function sizingBar(host: Host, isWanted: boolean) {
  if (!isWanted || !host.stderr.isTerminal) return { update: () => {}, stop: () => {} };
  const bar = terminalBar(host, ' {bar} {simulations} simulations · {setting}', SETTING_COLUMNS + 28);
  bar.start(STEPS, 0, { simulations: '0', setting: '…' });
  return {
    update: ({ share, simulations, setting }: { share: number; simulations: number; setting: string }) =>
      bar.update(Math.round(share * STEPS), {
        simulations: count(simulations),
        setting: shortened(setting, SETTING_COLUMNS),
      }),
    stop: () => bar.stop(),
  };
}

function printSizing({ stdout }: Host, sizing: Sizing): void {
  const { scenario, goals, vary, asItIs, binding, frontier, answer } = sizing;
  stdout.line(stdout.style.bold(scenario.name));
  const facts: (readonly [string, string])[] = [
    ['answer', answerText(sizing)],
    ...(binding === null ? [] : ([['binds', `${binding.name}. ${binding.text}`]] as const)),
    ...oneLessTexts(sizing).map(([less, text]) => ['one step less', `${less}: ${text}`] as const),
    ['as it is', `${estimatesText(goals, asItIs)}, ${asItIs.state}`],
    ['how sure', sureText(sizing)],
    ...searchTexts(sizing).map((text, at) => [at === 0 ? 'search' : '', text] as const),
  ];
  for (const line of factLines(facts)) stdout.line(line);
  stdout.line();
  const right = (head: string) => ({ head, align: 'right' }) as const;
  const columns = [
    ...vary.map(({ name }) => right(name.toUpperCase())),
    right(goals.map(measureText).join(', ').toUpperCase()),
    { head: 'GOAL' },
  ];
  const rows = frontier.map((setting) => [
    ...vary.map((term) => valueText(term, setting.values[term.name] ?? 0)),
    estimatesText(goals, setting),
    isSameSetting(setting, answer) ? `${setting.state}, the answer` : setting.state,
  ]);
  for (const line of tableLines(columns, rows)) stdout.line(line);
}
