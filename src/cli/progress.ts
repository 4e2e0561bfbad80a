import type { Run } from '../model/resources.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import { duration } from '../text/numbers.ts';
import { terminalBar } from './bar.ts';
import type { Host } from './host.ts';
import { count, oneLine } from './text.ts';

/** How far something is, shown on a terminal; nothing at all elsewhere. */
export interface Progress {
  /** Runs are told as they move; those that are known count into the total. */
  update(run: Run): void;
  /** Writes lines of text above the bar, and goes on below them. */
  above(write: () => void): void;
  /** Takes the bar away. */
  stop(): void;
}

const NO_PROGRESS: Progress = { update: () => {}, above: (write) => write(), stop: () => {} };
/** Columns of everything on the line but the bar. */
const TEXT_COLUMNS = 62;

/** A bar over the users of `runs`, with failures and speed. */
export function runProgress(host: Host, runs: readonly Run[], isWanted: boolean): Progress {
  const { stderr, clock } = host;
  if (!isWanted || !stderr.isTerminal) return NO_PROGRESS;
  const known = new Map(runs.map((run) => [run.id, run]));
  const startedAt = clock.elapsed();
  const processedBefore = sum(runs, processedTasks);
  const format = ' {bar} {users} users · {failed} failed · {rate} tasks/s';
  const bar = terminalBar(host, format, TEXT_COLUMNS);
  const values = (): [number, number, object] => {
    const all = [...known.values()];
    const [done, total] = [sum(all, doneUsers), sum(all, (run) => run.totalUsersCount)];
    const seconds = (clock.elapsed() - startedAt) / 1_000;
    const processed = sum(all, processedTasks) - processedBefore;
    const rate = seconds > 0.1 ? count(processed / seconds) : '–';
    const failed = count(sum(all, (run) => run.failedUsersCount));
    return [done, total, { users: `${count(done)}/${count(total)}`, failed, rate }];
  };
  const start = (): void => {
    const [done, total, payload] = values();
    bar.start(Math.max(total, 1), done, payload);
  };
  start();
  return {
    update(run) {
      known.set(run.id, run);
      const [done, total, payload] = values();
      bar.setTotal(Math.max(total, 1));
      bar.update(done, payload);
    },
    above(write) {
      bar.stop();
      write();
      start();
    },
    stop: () => bar.stop(),
  };
}

function doneUsers(run: Run): number {
  return run.successfulUsersCount + run.failedUsersCount;
}

function processedTasks(run: Run): number {
  return run.totalTasksCount - run.totalUnprocessedTasksCount;
}

function sum(runs: readonly Run[], measure: (run: Run) => number): number {
  return runs.reduce((total, run) => total + measure(run), 0);
}

/** Nobody wants to see a line flash by. */
const SPINNER_AFTER_MS = 300;
const SPINNER_EVERY_MS = 100;
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';

/** Says what is being waited for, on a terminal, while `work` takes longer than a moment. */
export async function withSpinner<T>(
  host: Host,
  text: string | (() => string),
  isWanted: boolean,
  work: () => Promise<T>,
): Promise<T> {
  const { stderr, clock } = host;
  if (!isWanted || !stderr.isTerminal) return work();
  const spinner = new Spinner(clock, (line) => stderr.stream.write(`\r\u001b[K${line}`));
  spinner.start(typeof text === 'string' ? () => text : text);
  try {
    return await work();
  } finally {
    spinner.stop();
  }
}

class Spinner {
  readonly #clock: Clock;
  readonly #show: (line: string) => void;
  #timer: Timer | null = null;
  #frame = 0;

  constructor(clock: Clock, show: (line: string) => void) {
    this.#clock = clock;
    this.#show = show;
  }

  start(text: () => string): void {
    const startedAt = this.#clock.elapsed();
    const turn = (): void => {
      const passed = duration(this.#clock.elapsed() - startedAt);
      this.#show(` ${FRAMES[this.#frame % FRAMES.length]} ${oneLine(text())} · ${passed}`);
      this.#frame += 1;
      this.#timer = this.#clock.setTimer(SPINNER_EVERY_MS, turn);
    };
    this.#timer = this.#clock.setTimer(SPINNER_AFTER_MS, turn);
  }

  stop(): void {
    this.#timer?.cancel();
    if (this.#frame > 0) this.#show('');
  }
}
