/**
 * `npm run faults -- --runs N --seed S [--workers W] [--replay SEED]`: simulates runs with faults until N are
 * done, or until Ctrl-C. On a violation it makes the plan small, prints it with the command that replays it, and
 * exits 2. `npm run cluster`: the same with several processes on one store.
 */
import { parseArgs } from 'node:util';
import { type ActorTotals, employ } from './actors.ts';
import { runScenario } from './scenario.ts';
import { shrink, violationsIn } from './shrink.ts';
import { DRAW, type Theme } from './themes.ts';

const USAGE = `Usage: npm run faults -- [--runs N] [--seed S] [--workers W] [--keep-going]
       npm run faults -- --replay SEED
       npm run cluster -- … the same, with several processes on one store

  --runs N       simulate runs until there are N of them (default 100000)
  --seed S       the first seed, a whole number ≥ 0 (default: from the clock)
  --workers W    processes that share the work (default 2)
  --keep-going   go on after a violation
  --brief        do not look for the smallest plan
  --replay SEED  run one seed once more, with its trace`;

/** Lines of a trace that are printed. */
const TRACE_LINES = 80;

interface Options {
  readonly theme: Theme;
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
  return options.replay === null ? simulate(options) : explain(options.theme, options.replay, false);
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
        theme: { type: 'string', default: 'faults' },
        brief: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return USAGE;
    const { runs, seed, workers } = values;
    if (values.theme !== 'faults' && values.theme !== 'cluster')
      throw new RangeError(`Expected --theme to be faults or cluster, got \`${values.theme}\``);
    return {
      theme: values.theme,
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
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const totals = await employ({
    ...options,
    signal: interrupt.signal,
    stopsAtFailure: !options.keepsGoing,
    onProgress: progress,
    // At once: a long run may be ended before its summary.
    onFailure: ({ seed, violations }) => console.log(`seed ${seed}: ${violations[0]}`),
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  console.log(summaryOf(totals, options, (performance.now() - beganAt) / 1_000));
  const [first] = totals.failures;
  if (!first) return interrupt.signal.aborted ? 130 : 0;
  if (!options.isBrief) await explain(options.theme, first.seed, true);
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

/** Runs a plan and, if it fails, its smallest version; prints what is wrong and how to replay it. */
async function explain(theme: Theme, seed: number, isKnownToFail: boolean): Promise<number> {
  const plan = DRAW[theme](seed);
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
  // A scenario that cannot be run to its end has no trace.
  if (!smallest.violations[0]?.startsWith('thrown')) {
    const { lines, hash } = await runScenario(smallest.plan, true);
    console.log(`\nIts trace (hash ${hash}):\n${lines?.slice(-TRACE_LINES).join('\n')}`);
  }
  console.log(`\n${smallest.violations.join('\n')}`);
  console.log(`\nReplay: npm run ${theme} -- --replay ${seed}`);
  return 2;
}
