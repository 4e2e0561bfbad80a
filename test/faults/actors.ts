/** Splits seeds over worker processes and adds up what they report. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Theme } from './themes.ts';
import type { Report, Share } from './worker.ts';

/** A seed whose scenario broke a rule. */
interface FailedSeed {
  readonly seed: number;
  readonly violations: readonly string[];
}

/** What a pool of workers has done so far. */
export interface ActorTotals {
  scenarios: number;
  runs: number;
  storeCalls: number;
  handlerCalls: number;
  processes: number;
  readonly failures: FailedSeed[];
}

/** What a pool of workers is to do. */
export interface ActorTask {
  /** Default: `faults`. */
  readonly theme?: Theme;
  readonly seed: number;
  /** Runs to simulate, in all. */
  readonly runs: number;
  readonly workers: number;
  /** Called after each report. */
  readonly onProgress?: (totals: ActorTotals) => void;
  readonly onFailure?: (failure: FailedSeed) => void;
  /** Ends the work early. */
  readonly signal?: AbortSignal;
  /** The first failure ends the work. */
  readonly stopsAtFailure?: boolean;
}

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
/** Most of what a scenario makes is garbage when it ends: a large nursery frees it cheaply. */
const EXEC_ARGV = ['--max-semi-space-size=32'];

/** Runs the scenarios of the seeds from `seed` on. Rejects when a worker ends early. */
export async function employ(task: ActorTask): Promise<ActorTotals> {
  const totals: ActorTotals = {
    scenarios: 0,
    runs: 0,
    storeCalls: 0,
    handlerCalls: 0,
    processes: 0,
    failures: [],
  };
  const shares = Array.from(
    { length: task.workers },
    (_, index): Share => ({
      theme: task.theme ?? 'faults',
      from: task.seed + index,
      step: task.workers,
      runs: Math.ceil(task.runs / task.workers),
    }),
  );
  const stop = new AbortController();
  task.signal?.addEventListener('abort', () => stop.abort());
  await Promise.all(shares.map((share) => employOne(share, task, totals, stop)));
  totals.failures.sort((a, b) => a.seed - b.seed);
  return totals;
}

function employOne(share: Share, task: ActorTask, totals: ActorTotals, stop: AbortController): Promise<void> {
  const child = fork(WORKER, { execArgv: EXEC_ARGV, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  stop.signal.addEventListener('abort', () => child.kill());
  let isDone = false;
  child.on('message', (report: Report) => {
    isDone ||= report.isDone;
    for (const name of ['scenarios', 'runs', 'storeCalls', 'handlerCalls', 'processes'] as const)
      totals[name] += report[name];
    totals.failures.push(...report.failures);
    for (const failure of report.failures) task.onFailure?.(failure);
    task.onProgress?.(totals);
    if (task.stopsAtFailure && totals.failures.length > 0) stop.abort();
  });
  child.send(share);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (isDone || stop.signal.aborted) resolve();
      else reject(new Error(`Expected worker ${child.pid} to report its end, got exit ${code ?? signal}`));
    });
  });
}
