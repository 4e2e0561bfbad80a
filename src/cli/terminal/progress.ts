import type { Run } from '../../model/resources/resources.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import { duration } from '../../text/numbers.ts';
import type { Host } from '../host.ts';
import { terminalBar } from './bar.ts';
import { count, counted, oneLine } from './text.ts';

/** Progress of runs, shown on a terminal only. */
export interface Progress {
  /** Updates the state of a run; all runs seen so far count towards the total. */
  update(run: Run): void;
  /** Shows how many processes work on the runs. */
  workers(count: number): void;
  /** Writes lines above the bar. */
  above(write: () => void): void;
  /** Removes the bar. */
  stop(): void;
}

const NO_PROGRESS: Progress = {
  update: () => {},
  workers: () => {},
  above: (write) => write(),
  stop: () => {},
};
/** Columns of everything on the line but the bar. */
const TEXT_COLUMNS = 62;
const WORKERS_COLUMNS = ' · 14 workers'.length;

/** A bar over the users of `runs`, with failures and speed. @param isShared several processes may work on them. */
export function runProgress(
  host: Host,
  runs: readonly Run[],
  { isWanted, isShared }: { readonly isWanted: boolean; readonly isShared: boolean },
): Progress {
  const { stderr, clock } = host;
  if (!isWanted || !stderr.isTerminal) return NO_PROGRESS;
  const known = new Map(runs.map((run) => [run.id, run]));
  const startedAt = clock.elapsed();
  const processedBefore = sum(runs, processedTasks);
  const format = ' {bar} {users} users · {failed} failed · {rate} tasks/s{workers}';
  const bar = terminalBar(host, format, TEXT_COLUMNS + (isShared ? WORKERS_COLUMNS : 0));
  let workers = '';
  const values = (): [number, number, object] => {
    const all = [...known.values()];
    const [done, total] = [sum(all, doneUsers), sum(all, (run) => run.totalUsersCount)];
    const seconds = (clock.elapsed() - startedAt) / 1_000;
    const processed = sum(all, processedTasks) - processedBefore;
    const rate = seconds > 0.1 ? count(processed / seconds) : '–';
    const failed = count(sum(all, (run) => run.failedUsersCount));
    return [done, total, { users: `${count(done)}/${count(total)}`, failed, rate, workers }];
  };
  const start = (): void => {
    const [done, total, payload] = values();
    bar.start(Math.max(total, 1), done, payload);
  };
  const show = (): void => {
    const [done, total, payload] = values();
    bar.setTotal(Math.max(total, 1));
    bar.update(done, payload);
  };
  start();
  return {
    update(run) {
      known.set(run.id, run);
      show();
    },
    workers(working) {
      workers = ` · ${counted(working, 'worker')}`;
      show();
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

/** Delay of the spinner, so that it does not flash up for short work. */
const SPINNER_AFTER_MS = 300;
const SPINNER_EVERY_MS = 100;
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';

/** Shows a spinner with `text` on a terminal while `work` takes longer than {@link SPINNER_AFTER_MS}. */
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
