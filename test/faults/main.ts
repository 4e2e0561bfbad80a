/**
 * `npm run faults -- --runs N --seed S [--workers W] [--replay SEED]`: simulates runs with faults until N are
 * done. On a violation it makes the plan small, prints it with the command that replays it, and exits 2.
 */
import { parseArgs } from 'node:util';
import { type ActorTotals, employ } from './actors.ts';
import { drawPlan } from './draw.ts';
import type { Plan } from './plan.ts';
import { runScenario } from './scenario.ts';
import { shrink, violationsIn } from './shrink.ts';

const USAGE = `Usage: npm run faults -- [--runs N] [--seed S] [--workers W] [--keep-going]
       npm run faults -- --replay SEED

  --runs N       simulate runs until there are N of them (default 100000)
  --seed S       the first seed, a whole number ≥ 0 (default: from the clock)
  --workers W    processes that share the work (default 2)
  --keep-going   go on after a violation
  --brief        do not look for the smallest plan
  --replay SEED  run one seed once more, with its trace`;

/** Lines of a trace that are printed. */
const TRACE_LINES = 80;

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly workers: number;
  readonly keepsGoing: boolean;
  readonly isBrief: boolean;
  readonly replay: number | null;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readArguments();
  if (typeof options === 'string') {
    console.error(options);
    return 1;
  }
  return options.replay === null ? simulate(options) : replay(options.replay);
}

function readArguments(): Options | string {
  try {
    const { values } = parseArgs({
      options: {
        runs: { type: 'string', default: '100000' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
        workers: { type: 'string', default: '2' },
        replay: { type: 'string' },
        'keep-going': { type: 'boolean', default: false },
        brief: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return USAGE;
    const { runs, seed, workers } = values;
    return {
      runs: wholeNumber('runs', runs, 1),
      seed: wholeNumber('seed', seed, 0),
      workers: wholeNumber('workers', workers, 1),
      keepsGoing: values['keep-going'],
      isBrief: values.brief,
      replay: values.replay === undefined ? null : wholeNumber('replay', values.replay, 0),
    };
  } catch (error) {
    return `${(error as Error).message}\n\n${USAGE}`;
  }
}

function wholeNumber(name: string, text: string, min: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new RangeError(`Expected --${name} to be a whole number ≥ ${min}, got \`${text}\``);
}

async function simulate(options: Options): Promise<number> {
  const beganAt = performance.now();
  const progress = progressLine(options, beganAt);
  const totals = await employ({
    ...options,
    stopsAtFailure: !options.keepsGoing,
    onProgress: progress,
    // At once: a long run may be ended before its summary.
    onFailure: ({ seed, violations }) => console.log(`seed ${seed}: ${violations[0]}`),
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  console.log(summaryOf(totals, options, (performance.now() - beganAt) / 1_000));
  if (totals.failures.length === 0) return 0;
  if (!options.isBrief) await explain(drawPlan((totals.failures[0] as { seed: number }).seed), true);
  return 2;
}

function summaryOf(totals: ActorTotals, { seed, workers }: Options, seconds: number): string {
  const count = (value: number) => value.toLocaleString('en');
  return [
    `${count(totals.runs)} runs in ${count(totals.scenarios)} scenarios from seed ${seed}, ${seconds.toFixed(0)} s on ${workers} workers`,
    `${count(totals.processes)} processes, ${count(totals.storeCalls)} store calls, ${count(totals.handlerCalls)} handler calls`,
    `violations: ${totals.failures.length}`,
  ].join('\n');
}

/** One line that is written over and over, on a terminal; a line every minute or so elsewhere. */
function progressLine({ runs }: Options, beganAt: number): (totals: ActorTotals) => void {
  let nextAt = 0;
  return (totals) => {
    const now = performance.now();
    if (now < nextAt) return;
    nextAt = now + (process.stderr.isTTY ? 200 : 60_000);
    const perSecond = (totals.runs / (now - beganAt)) * 1_000;
    const text = `${Math.floor((100 * totals.runs) / runs)} %  ${totals.runs} runs  ${perSecond.toFixed(0)}/s  ${totals.failures.length} violations`;
    process.stderr.write(process.stderr.isTTY ? `\r${text}   ` : `${text}\n`);
  };
}

async function replay(seed: number): Promise<number> {
  return explain(drawPlan(seed), false);
}

/** Runs a plan and, if it fails, its smallest version; prints what is wrong and how to replay it. */
async function explain(plan: Plan, isKnownToFail: boolean): Promise<number> {
  const violations = await violationsIn(plan);
  if (violations.length === 0) {
    console.log(
      isKnownToFail ? 'It does not fail on replay: not deterministic?' : JSON.stringify(plan, null, 2),
    );
    console.log(`hash ${(await runScenario(plan)).hash}, no violation`);
    return 0;
  }
  const smallest = await shrink(plan, violations);
  console.log(`\nThe smallest plan that breaks the same rule:\n${JSON.stringify(smallest.plan, null, 2)}`);
  const { lines, hash } = await runScenario(smallest.plan, true);
  console.log(`\nIts trace (hash ${hash}):\n${lines?.slice(-TRACE_LINES).join('\n')}`);
  console.log(`\n${smallest.violations.join('\n')}`);
  console.log(`\nReplay: npm run faults -- --replay ${plan.seed}`);
  return 2;
}
