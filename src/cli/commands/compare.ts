import { Command } from 'commander';
import type { Comparison } from '../../simulate.ts';
import { duration } from '../../text/numbers.ts';
import type { Host } from '../host.ts';
import { sizeNursery } from '../nursery.ts';
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
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { factLines, tableLines } from '../terminal/table.ts';
import { count } from '../terminal/text.ts';

const HELP = `
Both run with the same seed: the same people, and the same random outcomes for each person and task. Every
difference comes from the change. Workflows are paired by their \`key\`.

Example:
  $ tenure compare offboarding-merger-before offboarding-merger-after --report what-if.html`;

/** `tenure compare`. */
export function compareCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('compare')
    .description('Runs two scenarios in virtual time and reports what differs, person by person.')
    .argument('<before>', 'a scenario file (JSON), or the name of a built-in one')
    .argument('<after>', 'the scenario to compare it with');
  for (const option of simulationOptions('print the people whose outcome differs as CSV on stdout'))
    command.addOption(option);
  return command
    .addHelpText('after', HELP)
    .action(async (before: string, after: string, options: SimulationCliOptions) =>
      end(await compare(host, before, after, options)),
    );
}

async function compare(
  host: Host,
  before: string,
  after: string,
  options: SimulationCliOptions,
): Promise<ExitCode> {
  sizeNursery('large');
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
  const comparison = await library
    .compareRead(a, b, {
      seed: options.seed,
      check: options.check === true,
      onProgress: (which, progress) => {
        if (which !== side) {
          bar.stop();
          bar = simulationBar(host, isWanted, 'B ');
          side = which;
        }
        bar.update(progress);
      },
    })
    .finally(() => bar.stop());
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
  const broken = [comparison.a, comparison.b].some(({ violations }) => (violations ?? []).length > 0);
  return broken ? EXIT.notAllWell : EXIT.ok;
}

function printComparison(
  { stdout }: Host,
  { a, b, workflows, moves, hasSamePeople, differingParts }: Comparison,
): void {
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
  const right = (head: string) => ({ head, align: 'right' }) as const;
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
