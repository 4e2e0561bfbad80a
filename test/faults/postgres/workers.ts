/** The worker processes of a soak: started, killed, stalled, and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WorkerTask } from './worker.ts';

const PROGRAM = fileURLToPath(new URL('worker.ts', import.meta.url));

/** A place for a worker, where one process follows another. */
interface Place {
  child: ChildProcess;
  state: 'starting' | 'working' | 'stalled' | 'ending';
}

/** All workers of a soak. */
export class Workers {
  /** Processes that ended though nobody ended them. */
  readonly crashes: string[] = [];
  readonly #task: WorkerTask;
  readonly #program: string;
  readonly #log: number;
  readonly #places: Place[] = [];
  #isOver = false;

  /** @param log the path of the file for what workers print. */
  constructor(task: WorkerTask, count: number, log: string, program = PROGRAM) {
    this.#task = task;
    this.#program = program;
    this.#log = openSync(log, 'a');
    process.once('exit', () => this.abandon());
    for (let index = 0; index < count; index++) this.#places.push(this.#start());
  }

  /** Kills a worker that works, and starts another in its place. `false`: none works now. */
  async kill(draw: number): Promise<boolean> {
    const place = this.#pick(draw);
    if (place === undefined) return false;
    place.state = 'ending';
    const ended = once(place.child, 'exit');
    place.child.kill('SIGKILL');
    await ended;
    if (!this.#isOver) this.#places[this.#places.indexOf(place)] = this.#start();
    return true;
  }

  /** Stops a worker that works until `isOver` resolves, without waiting for that. `false`: none works now. */
  stall(draw: number, isOver: (pid: number) => Promise<unknown>): boolean {
    const place = this.#pick(draw);
    if (place === undefined) return false;
    place.state = 'stalled';
    place.child.kill('SIGSTOP');
    void isOver(place.child.pid ?? 0).then(() => {
      place.child.kill('SIGCONT');
      if (place.state === 'stalled') place.state = 'working';
    });
    return true;
  }

  /** Stops all as an operator would. @returns how those ended that did not end well. */
  async stop(): Promise<readonly string[]> {
    this.#isOver = true;
    const endings = await Promise.all(
      this.#places.map(async (place) => {
        const { child, state } = place;
        place.state = 'ending';
        if (child.exitCode !== null || child.signalCode !== null) return [];
        child.kill('SIGCONT');
        const ended = once(child, 'exit');
        child.kill(state === 'starting' ? 'SIGKILL' : 'SIGTERM');
        const [code, signal] = await ended;
        if (code === 0 || state === 'starting') return [];
        return [`a worker that was stopped ended with ${code ?? signal}`];
      }),
    );
    return endings.flat();
  }

  /** Ends all at once. */
  abandon(): void {
    this.#isOver = true;
    for (const place of this.#places) {
      place.state = 'ending';
      place.child.kill('SIGKILL');
    }
  }

  #pick(draw: number): Place | undefined {
    const working = this.#places.filter(({ state }) => state === 'working');
    return working[Math.floor(draw * working.length)];
  }

  #start(): Place {
    const child = spawn(process.execPath, [this.#program, JSON.stringify(this.#task)], {
      stdio: ['ignore', this.#log, this.#log, 'ipc'],
      detached: true, // Ctrl-C is for the soak
    });
    const place: Place = { child, state: 'starting' };
    child.once('message', () => {
      if (place.state === 'starting') place.state = 'working';
    });
    child.once('exit', (code, signal) => {
      if (place.state === 'ending' || this.#isOver) return;
      place.state = 'ending';
      this.crashes.push(`a worker ended by itself with ${code ?? signal}`);
      this.#places[this.#places.indexOf(place)] = this.#start();
    });
    return place;
  }
}
