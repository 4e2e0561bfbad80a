import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { LifecycleError } from '../../../errors/lifecycle-error.ts';
import { DamagedRow } from '../file/errors.ts';
import type { Recording, WriteBatch } from './write-batch.ts';

/** How the thread opens the file. */
export interface ThreadInput {
  readonly file: string;
  readonly busyTimeoutMs: number;
  /** Run first, on its connection. */
  readonly pragmas: string;
  /** How long the log may get before it is copied into the file; `pragmas` cut it back to this when it begins anew. */
  readonly logBytesMax: number;
  /** Smaller commits are not for the thread. */
  readonly commitBytesMin: number;
}

/** What the thread is told to do: one thing after another. */
export type Order =
  | { readonly kind: 'commit'; readonly recording: Recording }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'close' };

/** What came of an order; `errcode` is SQLite's. A transaction that failed has been rolled back. */
export type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string; readonly errcode: number | null };

interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The module of the thread, with the ending that this one has: sources run as they are, too. */
function mainModule(): URL {
  const { url } = import.meta;
  return new URL(`./writer-thread-main${url.slice(url.lastIndexOf('.'))}`, url);
}

/**
 * Makes large commits on a connection in a thread of its own, so that the host's event loop waits neither
 * for the writing nor for the disk (decision 15). It starts with the first one.
 */
export class WriterThread {
  readonly #input: ThreadInput;
  #worker: Worker | null = null;
  #pending: Pending | null = null;
  #state: 'new' | 'running' | 'unavailable' | 'dead' | 'closed' = 'new';

  constructor(input: ThreadInput) {
    this.#input = input;
  }

  /** It has ended in the middle of an order: whether its last commit was kept, only the file can say. */
  get isDead(): boolean {
    return this.#state === 'dead';
  }

  /** Whether a commit is large enough. */
  isFor(tape: WriteBatch): boolean {
    return tape.length > 0 && tape.bytes >= this.#input.commitBytesMin;
  }

  /** Starts the thread if need be; `false`, after a warning, where none can be had or it is gone. */
  async isAvailable(): Promise<boolean> {
    if (this.#state === 'new') await this.#start();
    return this.#state === 'running';
  }

  /**
   * Copies the log into the file when it is time, which may take a while. Nobody may be reading an older state
   * meanwhile: the log could not begin anew.
   */
  async checkpoint(): Promise<void> {
    const { file, logBytesMax } = this.#input;
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
    if (log === undefined || log.size <= logBytesMax) return;
    await this.#order({ kind: 'checkpoint' });
  }

  /** Makes a transaction of what is on the tape. @throws what SQLite says; then nothing was kept. */
  async commit(tape: WriteBatch): Promise<void> {
    await this.#order({ kind: 'commit', recording: tape.recording });
  }

  async close(): Promise<void> {
    const closing = this.#state === 'running' ? this.#order({ kind: 'close' }) : null;
    this.#state = 'closed'; // before its answer: its end, which may come with that, is expected
    try {
      await closing;
    } catch {
      // It has died, and its connection with it.
    }
  }

  async #start(): Promise<void> {
    this.#state = 'unavailable';
    let worker: Worker;
    try {
      worker = new Worker(mainModule(), {
        workerData: this.#input,
        // Without the host's flags: many are refused to a thread (`--max-old-space-size`), and it needs none.
        execArgv: ['--disable-warning=ExperimentalWarning'], // told once, by whoever opened the store
      });
    } catch (error) {
      this.#warn(error); // this process may have no threads
      return;
    }
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#heard(answer));
    worker.on('error', (error) => this.#ended(error));
    worker.on('exit', () => this.#ended(null));
    await new Promise<void>((resolve) => {
      const resolved = () => {
        this.#state = 'running';
        resolve();
      };
      const refused = (error: unknown) => {
        this.#warn(error);
        resolve();
      };
      this.#pending = { resolve: resolved, reject: refused };
    });
  }

  #order(order: Order): Promise<void> {
    const worker = this.#worker;
    if (this.#state !== 'running' || worker === null) return Promise.reject(this.#died());
    return new Promise<void>((resolve, reject) => {
      worker.postMessage(order);
      worker.ref(); // the process is not over before the answer
      this.#pending = { resolve, reject };
    });
  }

  #heard(answer: Answer): void {
    const pending = this.#pending;
    this.#pending = null;
    this.#worker?.unref();
    if (answer.kind === 'done') pending?.resolve();
    else pending?.reject(errorOf(answer));
  }

  #ended(error: unknown): void {
    const pending = this.#pending;
    this.#pending = null;
    // Between two orders nothing is lost with it.
    if (this.#state === 'running') {
      this.#state = pending ? 'dead' : 'unavailable';
      if (!pending) this.#warn(error);
    }
    pending?.reject(this.#state === 'dead' ? this.#died(error) : error);
  }

  /** The store goes on without the thread that the host asked for: it should hear of it, and nothing has failed. */
  #warn(error: unknown): void {
    const { file } = this.#input;
    const got = error instanceof Error ? error.message : 'its end';
    process.emitWarning(`Expected a thread that writes ${file}, got ${got}`, {
      type: 'TenureWarning',
      code: 'TENURE_WRITER_THREAD',
      detail:
        'The store makes its commits on the calling thread instead. A bundler has to leave `tenure/sqlite` outside the bundle; otherwise omit `writerThread`.',
    });
  }

  #died(cause?: unknown): LifecycleError {
    const { file } = this.#input;
    const message = `Expected the thread that writes ${file} to live, got its end; close the store and open it again`;
    return new LifecycleError('StoreClosed', message, { file }, { cause });
  }
}

function errorOf({ message, errcode }: Extract<Answer, { kind: 'failed' }>): Error {
  return errcode === null ? new DamagedRow(message) : Object.assign(new Error(message), { errcode });
}
