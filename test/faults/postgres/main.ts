/** `npm run soak -- --store postgres`: see `options.ts`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSoakOptions, type SoakOptions } from './options.ts';
import { Soak, type SoakResult } from './soak.ts';

/** Violations that are printed. */
const PRINTED_MAX = 20;

/** Runs the command; gives its exit code. */
export async function soakPostgres(args: readonly string[]): Promise<number> {
  const options = readSoakOptions(args);
  if (typeof options === 'string') {
    console.log(options);
    return 0;
  }
  let isInterrupted = false;
  let soak: Soak | null = null;
  process.on('SIGINT', () => {
    if (isInterrupted || soak === null) process.exit(130); // ends the server and the workers, too
    isInterrupted = true;
    soak.interrupt();
  });
  const folder = await mkdtemp(join(tmpdir(), 'tenure-soak-'));
  const beganAt = performance.now();
  soak = await Soak.start(options, folder);
  let isSound = false;
  try {
    const result = await soak.run(progressLine());
    if (process.stderr.isTTY) process.stderr.write('\n');
    const seconds = (performance.now() - beganAt) / 1_000;
    isSound = result.violations.length === 0;
    print(options, result, seconds, isInterrupted);
    if (isInterrupted) return 130;
    return isSound ? 0 : 1;
  } finally {
    await soak.dispose();
    if (isSound || isInterrupted) await rm(folder, { recursive: true, force: true });
    else console.error(`The logs are kept in ${folder}`);
  }
}

/** One line that is written over and over, on a terminal; a line every minute or so elsewhere. */
function progressLine(): (done: number, faults: string) => void {
  let nextAt = 0;
  return (done, faults) => {
    const now = performance.now();
    if (now < nextAt) return;
    nextAt = now + (process.stderr.isTTY ? 200 : 30_000);
    const text = `${(100 * done).toFixed(1)} %  ${faults}`;
    process.stderr.write(process.stderr.isTTY ? `\r${text}   ` : `${text}\n`);
  };
}

function print(options: SoakOptions, result: SoakResult, seconds: number, isInterrupted: boolean): void {
  const { violations, runs, ...figures } = result;
  if (options.isJson) {
    const totals = totalsOf(result);
    console.log(JSON.stringify({ options, seconds, isInterrupted, ...figures, totals, violations }, null, 2));
    return;
  }
  const rows = rowsOf(options, result, seconds);
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);
  if (isInterrupted) console.log('Interrupted: what is not finished counts as a violation here.');
  for (const violation of violations.slice(0, PRINTED_MAX)) console.log(violation);
  if (violations.length > PRINTED_MAX) console.log(`… and ${violations.length - PRINTED_MAX} more`);
}

function rowsOf(options: SoakOptions, result: SoakResult, seconds: number): [string, string | number][] {
  const { faults, lost, effects, incidents } = result;
  const { counters, recount, slicesLeft, journalRows } = totalsOf(result);
  const isSame = JSON.stringify(counters) === JSON.stringify(recount);
  const words = Object.entries(counters).map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`);
  return [
    [
      'users × tasks, processes × lanes',
      `${options.users} × ${options.tasks}, ${options.processes} × ${options.concurrency}`,
    ],
    ['seed, lease, source of work', `${options.seed}, ${options.leaseMs} ms, ${options.work}`],
    ['seconds', seconds.toFixed(0)],
    [
      'kill -9 / SIGSTOP+CONT / terminated / crashes / canceled runs',
      `${faults.kill} / ${faults.stall} / ${faults.terminate} / ${faults.restart} / ${faults.cancel}`,
    ],
    ['answers of commits lost / commits that came late', `${lost.answers} / ${lost.lateRequests}`],
    ['snapshots compared, longest gap', `${result.snapshots}, ${result.longestGapMs.toFixed(0)} ms`],
    [`counters ${isSame ? '=' : '≠'} recount`, words.join(', ')],
    ['outcomes, without effect', `${effects.outcomes}, ${effects.withoutEffect}`],
    ['recorded tasks that ran again under a later claim', effects.afterTheirOutcome],
    [
      'tasks repeated, in take-overs, most in one',
      `${effects.repeated}, ${effects.takeOvers}, ${effects.mostInOne}`,
    ],
    ['slices taken over', incidents.takenOver ?? 0],
    ['stalled writers refused', incidents['drivingRun: ClaimLost'] ?? 0],
    [
      'commits repeated / found written before',
      `${commitsRepeated(incidents)} / ${incidents.writtenBefore ?? 0}`,
    ],
    ['runs, slices left, journal rows left', `${result.runs.length}, ${slicesLeft}, ${journalRows}`],
    ['violations', result.violations.length],
  ];
}

function commitsRepeated(incidents: SoakResult['incidents']): number {
  return Object.entries(incidents).reduce(
    (sum, [name, count]) => sum + (name.startsWith('committing:') ? count : 0),
    0,
  );
}

function totalsOf({ runs }: SoakResult) {
  const sums = (of: 'counters' | 'recount') => {
    const total: Record<string, number> = {};
    for (const run of runs)
      for (const [name, value] of Object.entries(run[of])) total[name] = (total[name] ?? 0) + value;
    return total;
  };
  return {
    counters: sums('counters'),
    recount: sums('recount'),
    slicesLeft: runs.reduce((sum, run) => sum + run.slicesLeft, 0),
    journalRows: runs.reduce((sum, run) => sum + run.journalRows, 0),
  };
}
