import { Argument, Command, Option } from 'commander';
import type { SimulationResult } from '../../simulate.ts';
import { duration } from '../../text/numbers.ts';
import type { Host } from '../host.ts';
import {
  bottleneckFacts,
  claimReport,
  readNamed,
  type Simulate,
  type SimulationCliOptions,
  simulationBar,
  simulationOptions,
  warnLeftOut,
  writeReport,
} from '../simulation.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { factLines, tableLines } from '../terminal/table.ts';
import { count, counted } from '../terminal/text.ts';

interface SimulateCliOptions extends SimulationCliOptions {
  readonly schema?: boolean;
  readonly print?: boolean;
}

const FAILURES_SHOWN_MAX = 5;

const HELP = `
Runs the engine in virtual time: no handler is called, tasks behave as the scenario says. The same
scenario, seed and version give the same result, bit for bit, on every machine.

Examples:
  $ tenure simulate                                        the built-in scenarios
  $ tenure simulate onboarding-year --report year.html
  $ tenure simulate onboarding-year --print > mine.json    a file to start from
  $ tenure simulate mine.json --seed 7 --horizon P6M`;

/** `tenure simulate`. */
export function simulateCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('simulate')
    .description('Runs a scenario in virtual time and reports what happened.')
    .addArgument(new Argument('[scenario]', 'a scenario file (JSON), or the name of a built-in one'));
  for (const option of simulationOptions('print the runs as CSV on stdout')) command.addOption(option);
  return command
    .addOption(new Option('--print', 'print the scenario as JSON, and run nothing'))
    .addOption(new Option('--schema', 'print the JSON schema of scenario files, and run nothing'))
    .addHelpText('after', HELP)
    .action(async (name: string | undefined, options: SimulateCliOptions) =>
      end(await simulate(host, name, options)),
    );
}

async function simulate(
  host: Host,
  name: string | undefined,
  options: SimulateCliOptions,
): Promise<ExitCode> {
  const library = await import('../../simulate.ts');
  if (options.schema) {
    await host.stdout.write(`${JSON.stringify(library.SCENARIO_SCHEMA, null, 2)}\n`);
    return EXIT.ok;
  }
  if (name === undefined) {
    listShipped(host, library);
    return EXIT.ok;
  }
  const read = await readNamed(library, name, options.horizon);
  if (options.print) {
    await host.stdout.write(`${JSON.stringify(read.scenario, null, 2)}\n`);
    return EXIT.ok;
  }
  await claimReport(options, library.SIMULATION_FILES, [[name, read]]);
  const bar = simulationBar(host, !options.quiet && !options.json);
  const startedAt = host.clock.elapsed();
  const result = await library
    .simulateRead(read, { seed: options.seed, check: options.check === true, onProgress: bar.update })
    .finally(() => bar.stop());
  const tookMs = host.clock.elapsed() - startedAt;
  const files =
    options.report === undefined ? [] : await writeReport(options.report, library.simulationFiles(result));
  if (options.json) await host.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else if (options.csv) await host.stdout.write(library.runsCsv(result.runs));
  else if (!options.quiet) printResult(host, result, tookMs);
  warnLeftOut(host, result);
  if (!options.quiet && files.length > 0) host.stderr.line(`Wrote ${files.join(', ')}`);
  return (result.violations ?? []).length > 0 ? EXIT.notAllWell : EXIT.ok;
}

function listShipped({ stdout, self }: Host, { SCENARIOS }: Simulate): void {
  stdout.line('Built-in scenarios:');
  for (const line of factLines(Object.entries(SCENARIOS).map(([name, scenario]) => [name, scenario.name])))
    stdout.line(line);
  stdout.line();
  stdout.line(`Try: ${self} simulate ${Object.keys(SCENARIOS)[0]} --report report.html`);
}

/** What each of several processes did. */
function processFacts({ processes, totals }: SimulationResult): readonly (readonly [string, string])[] {
  if (processes.length === 1) return [];
  const shares = processes.map(({ no, calls, busyMax }) => {
    const share = totals.calls === 0 ? 0 : Math.round((100 * calls) / totals.calls);
    return `${no}: ${count(calls)} calls (${share} %), at most ${count(busyMax)} at once`;
  });
  return [['processes', shares.join('; ')]];
}

function printResult({ stdout }: Host, result: SimulationResult, tookMs: number): void {
  const { scenario, totals, latency, bottleneck, failures, trace, calendar, violations } = result;
  const slots = (of: 'planned' | 'late' | 'skipped' | 'missed'): number =>
    calendar.reduce((sum, day) => sum + day[of], 0);
  const statuses = (counts: Readonly<Partial<Record<string, number>>>): string =>
    Object.entries(counts)
      .map(([status, number]) => `${count(number ?? 0)} ${status}`)
      .join(', ') || 'none';
  stdout.line(stdout.style.bold(scenario.name));
  const starting =
    totals.startingLater === 0 ? '' : ` (${count(totals.startingLater)} of them new hires yet to start)`;
  const facts: (readonly [string, string])[] = [
    [
      'time',
      `${calendar[0]?.day ?? ''} + ${scenario.horizon} (${scenario.timeZone}), in ${duration(tookMs)}`,
    ],
    [
      'people',
      `${count(totals.peopleAtStart)} at the start${starting}, ${count(totals.peopleAtEnd)} at the end`,
    ],
    ['runs', `${count(totals.runsCount)}: ${statuses(totals.runs)}`],
    ['processed', `${count(totals.usersCount)}: ${statuses(totals.users)}`],
    [
      'waiting',
      `half at most ${duration(latency.p50Ms)}, 95 of 100 at most ${duration(latency.p95Ms)}, longest ${duration(latency.maxMs)}`,
    ],
    ...processFacts(result),
    ...bottleneckFacts('bottleneck', bottleneck),
    [
      'slots',
      `${count(slots('planned'))} planned, ${count(slots('late'))} late, ${count(slots('skipped') + slots('missed'))} missed`,
    ],
    ['trace', `${count(trace.lines)} events, SHA-256 ${trace.sha256}`],
  ];
  if (violations !== null)
    facts.push([
      'check',
      violations.length === 0 ? 'all invariants hold' : counted(violations.length, 'violation'),
    ]);
  for (const line of factLines(facts)) stdout.line(line);
  if (failures.length === 0) return;
  stdout.line();
  const rows = failures
    .slice(0, FAILURES_SHOWN_MAX)
    .map(({ workflow, task, reason, code, count: times }) => [count(times), task, reason, code, workflow]);
  const columns = [
    { head: 'FAILED', align: 'right' },
    { head: 'TASK' },
    { head: 'REASON' },
    { head: 'CODE' },
    { head: 'WORKFLOW' },
  ] as const;
  for (const line of tableLines(columns, rows)) stdout.line(line);
}
