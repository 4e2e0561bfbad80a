import { Command, Option } from 'commander';
import {
  figureWords,
  findingWords,
  intervalWords,
  ONE_SEED,
  sameSentence,
  seedsSentences,
  signedFigure,
} from '../../simulate/comparison/seeds-words.ts';
import type { Comparison, SeedsComparison } from '../../simulate.ts';
import { duration } from '../../text/numbers.ts';
import type { Host } from '../host.ts';
import { wholeNumber } from '../options.ts';
import {
  bottleneckFacts,
  claimReport,
  readNamed,
  type SimulationCliOptions,
  simulationBar,
  simulationOptions,
  warnLeftOut,
  writeReport,
} from '../simulation.ts';
import { terminalBar } from '../terminal/bar.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { factLines, tableLines } from '../terminal/table.ts';
import { count } from '../terminal/text.ts';

const STEPS = 1_000;

const HELP = `
Both run with the same seed: the same people, and the same random outcomes for each person and task. Workflows are
paired by their \`key\`. With one seed, a difference may still be noise: other seeds, other people and other
luck, may not show it. --seeds 20 runs both with 20 seeds on all cores, and gives each figure's difference with
its 95 % confidence interval; the people are those of the first seed.

Examples:
  $ tenure compare offboarding-merger-before offboarding-merger-after --report what-if.html
  $ tenure compare before.json after.json --seeds 20`;

interface CompareCliOptions extends SimulationCliOptions {
  readonly seeds: number;
}

/** `tenure compare`. */
export function compareCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('compare')
    .description('Runs two scenarios in virtual time and reports what differs, person by person.')
    .argument('<before>', 'a scenario file (JSON), or the name of a built-in one')
    .argument('<after>', 'the scenario to compare it with');
  for (const option of simulationOptions('print the people whose outcome differs as CSV on stdout'))
    command.addOption(option);
  command.addOption(
    new Option('--seeds <n>', 'run both with this many seeds, from --seed on: which differences are no noise')
      .argParser(wholeNumber(1, 1_000))
      .default(1),
  );
  return command
    .addHelpText('after', HELP)
    .action(async (before: string, after: string, options: CompareCliOptions) =>
      end(await compare(host, before, after, options)),
    );
}

async function compare(
  host: Host,
  before: string,
  after: string,
  options: CompareCliOptions,
): Promise<ExitCode> {
  const library = await import('../../simulate.ts');
  const a = await readNamed(library, before, options.horizon);
  const b = await readNamed(library, after, options.horizon);
  await claimReport(options, library.COMPARISON_FILES, [
    [before, a],
    [after, b],
  ]);
  const isWanted = !options.quiet && !options.json;
  let bar = simulationBar(host, isWanted, 'A ');
  let side: 'a' | 'b' = 'a';
  let seedsBar: ReturnType<typeof terminalBar> | null = null;
  const comparison = await library
    .compareRead(a, b, {
      seed: options.seed,
      seeds: options.seeds,
      check: options.check === true,
      onProgress: (which, progress) => {
        if (which !== side) {
          bar.stop();
          bar = simulationBar(host, isWanted, 'B ');
          side = which;
        }
        bar.update(progress);
      },
      onSeedsProgress: (share) => {
        bar.stop();
        seedsBar ??= startSeedsBar(host, isWanted, options.seeds);
        seedsBar?.update(Math.round(share * STEPS));
      },
    })
    .finally(() => {
      bar.stop();
      seedsBar?.stop();
    });
  const files =
    options.report === undefined
      ? []
      : await writeReport(options.report, library.comparisonFiles(comparison));
  if (options.json) await host.stdout.write(`${JSON.stringify(comparison, null, 2)}\n`);
  else if (options.csv) await host.stdout.write(library.differencesCsv(comparison));
  else if (!options.quiet) printComparison(host, comparison);
  warnLeftOut(host, comparison.a, 'A ');
  warnLeftOut(host, comparison.b, 'B ');
  if (!options.quiet && files.length > 0) host.stderr.line(`Wrote ${files.join(', ')}`);
  const { overSeeds } = comparison;
  const broken =
    (overSeeds?.violationsCount ?? 0) > 0 ||
    [comparison.a, comparison.b].some(({ violations }) => (violations ?? []).length > 0);
  return broken ? EXIT.notAllWell : EXIT.ok;
}

function startSeedsBar(host: Host, isWanted: boolean, seeds: number) {
  if (!isWanted || !host.stderr.isTerminal) return null;
  const bar = terminalBar(host, ` seeds 2 to ${seeds} {bar} {percentage} %`, 30);
  bar.start(STEPS, 0);
  return bar;
}

function printSeeds({ stdout }: Host, overSeeds: SeedsComparison): void {
  for (const sentence of seedsSentences(overSeeds)) stdout.line(sentence);
  const columns = [
    { head: 'FIGURE' },
    right('A'),
    right('B'),
    right('B − A'),
    right('95 % INTERVAL'),
    { head: 'FINDING' },
  ];
  const differing = overSeeds.measures.filter(({ finding }) => finding !== 'same');
  const rows = differing.map((one) => [
    one.workflow === null ? one.name : `${one.workflow}: ${one.name}`,
    figureWords(one.a, one.unit),
    figureWords(one.b, one.unit),
    signedFigure(one.difference.value, one.unit),
    intervalWords(one),
    findingWords(one),
  ]);
  const same = sameSentence(overSeeds);
  if (same !== null) stdout.line(same);
  if (rows.length === 0) return;
  stdout.line();
  for (const line of tableLines(columns, rows)) stdout.line(line);
}

function right(head: string) {
  return { head, align: 'right' } as const;
}

function printComparison(
  host: Host,
  { a, b, seed, workflows, moves, hasSamePeople, differingParts, overSeeds }: Comparison,
): void {
  const { stdout } = host;
  stdout.line(`A  ${stdout.style.bold(a.scenario.name)}`);
  stdout.line(`B  ${stdout.style.bold(b.scenario.name)}`);
  stdout.line(
    hasSamePeople
      ? `Same people, same time; the scenarios differ in: ${differingParts.join(', ') || 'nothing'}.`
      : `Different people or time (${differingParts.join(', ')}): not every difference comes from the change.`,
  );
  const bottlenecks = [
    ...bottleneckFacts('bottleneck of A', a.bottleneck),
    ...bottleneckFacts('bottleneck of B', b.bottleneck),
  ];
  for (const line of factLines(bottlenecks)) stdout.line(line);
  stdout.line();
  if (overSeeds !== null) {
    printSeeds(host, overSeeds);
    stdout.line();
    stdout.line(`Person by person, with seed ${seed}:`);
    stdout.line();
  }
  const columns = ['A', 'B', 'SAME', 'OTHER', 'ONLY A', 'ONLY B', 'MEDIAN WAIT A', 'B'].map(right);
  const people = (side: 'a' | 'b', workflow: (typeof workflows)[number]): string =>
    count(Object.values(workflow[side]?.users ?? {}).reduce((sum, users) => sum + users, 0));
  const rows = workflows.map((one) => [
    one.key,
    people('a', one),
    people('b', one),
    count(one.sameOutcome),
    count(one.otherOutcome),
    count(one.onlyA),
    count(one.onlyB),
    one.a === null ? '–' : duration(one.a.latency.p50Ms),
    one.b === null ? '–' : duration(one.b.latency.p50Ms),
  ]);
  for (const line of tableLines([{ head: 'WORKFLOW' }, ...columns], rows)) stdout.line(line);
  if (overSeeds === null) {
    stdout.line();
    stdout.line(ONE_SEED);
  }
  if (moves.length === 0) return;
  stdout.line();
  const moved = moves.map(({ workflow, from, to, count: number }) => [
    count(number),
    `${from} → ${to}`,
    workflow,
  ]);
  for (const line of tableLines([right('PEOPLE'), { head: 'OUTCOME' }, { head: 'WORKFLOW' }], moved))
    stdout.line(line);
}
