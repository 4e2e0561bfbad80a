/**
 * Lanes decide which run may call a handler now. All runs share `concurrency` lanes; p-queue hands them out, an
 * entry being a *turn*: a lane works for one run until a few milliseconds have passed or nothing is ready, then
 * the run is queued once more. Runs on demand and scheduled runs share turns 4 : 1, by stride scheduling: every
 * turn moves a run back by its stride, and the run that is furthest ahead goes first, so no run starves.
 */
import PQueue from 'p-queue';

/** A run, as the lanes see it. */
export interface LaneClient {
  readonly isOnDemand: boolean;
  /** Whether a lane would find something to do. */
  hasWork(): boolean;
  /** Works until nothing is ready or the time slice is over. Never rejects. */
  work(): Promise<void>;
}

const STRIDES = { onDemand: 1, scheduled: 4 } as const;

interface Entry {
  readonly client: LaneClient;
  /** How many strides the run has made; the smallest goes first. */
  pass: number;
  /** Whether a turn is queued. One is enough, since each turn that blocks queues the next. */
  isWaiting: boolean;
}

/** The lanes of an engine. */
export class Lanes {
  readonly #queue: PQueue;
  readonly #entries = new Map<LaneClient, Entry>();
  /** The pass of the turn that started last: new runs begin here, so that they have no advantage. */
  #pass = 0;
  /** Lanes with a running handler; the others are between tasks. */
  busy = 0;

  readonly #failed: (error: unknown) => void;

  /** @param failed called for a client whose `work` rejected, which is a bug. */
  constructor(concurrency: number, failed: (error: unknown) => void) {
    this.#queue = new PQueue({ concurrency });
    this.#failed = failed;
  }

  /** Number of runs that share the lanes; at least 1. */
  get clients(): number {
    return Math.max(1, this.#entries.size);
  }

  get concurrency(): number {
    return this.#queue.concurrency;
  }

  add(client: LaneClient): void {
    this.#entries.set(client, { client, pass: this.#pass, isWaiting: false });
  }

  remove(client: LaneClient): void {
    this.#entries.delete(client);
  }

  /**
   * Queues a turn for `client` unless one is queued already, or there is nothing to do. It is queued after the
   * running callback has ended, so that all users that a commit makes ready share the turn.
   */
  wake(client: LaneClient): void {
    const entry = this.#entries.get(client);
    if (!entry || entry.isWaiting || !client.hasWork()) return;
    entry.isWaiting = true;
    queueMicrotask(() => this.#enqueue(entry));
  }

  #enqueue(entry: Entry): void {
    entry.pass =
      Math.max(entry.pass, this.#pass) + (entry.client.isOnDemand ? STRIDES.onDemand : STRIDES.scheduled);
    this.#queue.add(() => this.#turn(entry, entry.pass), { priority: -entry.pass }).catch(this.#failed);
  }

  async #turn(entry: Entry, pass: number): Promise<void> {
    entry.isWaiting = false;
    this.#pass = Math.max(this.#pass, pass);
    await entry.client.work();
    this.wake(entry.client);
  }
}
