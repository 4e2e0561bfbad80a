import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { LifecycleError } from '../../../errors/lifecycle-error.ts';
import { DamagedRow } from '../../journal/damaged-row.ts';
import type { Recording, WriteBatch } from './write-batch.ts';

/** How the thread opens the file. */
export interface ThreadInput {
  readonly file: string;
  readonly busyTimeoutMs: number;
  /** Run first on the thread's connection. */
  readonly pragmas: string;
  /** Size at which the log is copied into the file; `pragmas` truncate it to this when it restarts. */
  readonly logBytesMax: number;
  /** Bytes of commits that the calling thread makes before this one starts; 0: none, and it makes all that it can. */
  readonly startBytes: number;
}

/** A request to the thread; they are handled one after another. */
export type Request =
  | { readonly kind: 'commit'; readonly recording: Recording }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'close' };

/** The result of a request; `errcode` is SQLite's. A transaction that failed has been rolled back. */
export type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string; readonly errcode: number | null };

interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The thread's main module, with this module's file extension: it also runs from the TypeScript sources. */
function mainModule(): URL {
  const { url } = import.meta;
  return new URL(`./writer-thread-main${url.slice(url.lastIndexOf('.'))}`, url);
}

/**
 * Makes commits on a connection in a thread of its own, so that the host's event loop waits neither for the writing
 * nor for the disk (decision 15). It starts when there have been some.
 */
export class WriterThread {
  readonly #input: ThreadInput;
  #worker: Worker | null = null;
  #pending: Pending | null = null;
  /** Bytes of the commits before it was started. */
  #bytesBefore = 0;
  #state: 'new' | 'running' | 'unavailable' | 'dead' | 'closed' = 'new';

  constructor(input: ThreadInput) {
    this.#input = input;
  }

  /** Whether it ended in the middle of a request: only the file shows whether its last commit was kept. */
  get isDead(): boolean {
    return this.#state === 'dead';
  }

  /** Whether it makes commits of every caller, also of one that does nothing meanwhile. */
  get isForAll(): boolean {
    return this.#input.startBytes === 0;
  }

  /** Whether it makes this commit: a store with few commits starts no thread. */
  isFor(batch: WriteBatch): boolean {
    if (batch.length === 0) return false;
    if (this.#state !== 'new') return true;
    this.#bytesBefore += batch.bytes;
    return this.#bytesBefore >= this.#input.startBytes;
  }

  /** Starts the thread if need be; `false`, after a warning, where none can be had or it is gone. */
  async isAvailable(): Promise<boolean> {
    if (this.#state === 'new') await this.#start();
    return this.#state === 'running';
  }

  /**
   * Copies the log into the file when it has grown large, which may take a while. No reader may hold an older
   * snapshot meanwhile: the log could not restart.
   */
  async checkpoint(): Promise<void> {
    const { file, logBytesMax } = this.#input;
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
    if (log === undefined || log.size <= logBytesMax) return;
    await this.#request({ kind: 'checkpoint' });
  }

  /** Commits the batch as one transaction. @throws SQLite's error; nothing was kept then. */
  async commit(batch: WriteBatch): Promise<void> {
    await this.#request({ kind: 'commit', recording: batch.recording });
  }

  async close(): Promise<void> {
    const closing = this.#state === 'running' ? this.#request({ kind: 'close' }) : null;
    this.#state = 'closed'; // before the answer: the thread's exit, which may come with it, is expected
    try {
      await closing;
    } catch {
      // The thread has exited, and its connection with it.
    }
  }

  async #start(): Promise<void> {
    this.#state = 'unavailable';
    let worker: Worker;
    try {
      worker = new Worker(mainModule(), {
        workerData: this.#input,
        // Without the host's flags: many are refused to a thread (`--max-old-space-size`), and it needs none.
        resourceLimits: { maxYoungGenerationSizeMb: 12 },
        execArgv: ['--disable-warning=ExperimentalWarning'], // emitted once already, on the thread that opened the store
      });
    } catch (error) {
      this.#warn(error); // this process may have no threads
      return;
    }
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#handleAnswer(answer));
    worker.on('error', (error) => this.#handleExit(error));
    worker.on('exit', () => this.#handleExit(null));
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

  #request(request: Request): Promise<void> {
    const worker = this.#worker;
    if (this.#state !== 'running' || worker === null) return Promise.reject(this.#exitError());
    return new Promise<void>((resolve, reject) => {
      worker.postMessage(request);
      worker.ref(); // the process is not over before the answer
      this.#pending = { resolve, reject };
    });
  }

  #handleAnswer(answer: Answer): void {
    const pending = this.#pending;
    this.#pending = null;
    this.#worker?.unref();
    if (answer.kind === 'done') pending?.resolve();
    else pending?.reject(errorOf(answer));
  }

  #handleExit(error: unknown): void {
    const pending = this.#pending;
    this.#pending = null;
    // Between two requests nothing is lost with the thread.
    if (this.#state === 'running') {
      this.#state = pending ? 'dead' : 'unavailable';
      if (!pending) this.#warn(error);
    }
    pending?.reject(this.#state === 'dead' ? this.#exitError(error) : error);
  }

  /** The store works on without the thread that the host asked for: nothing has failed, but the host should know. */
  #warn(error: unknown): void {
    const { file } = this.#input;
    const reason = error instanceof Error ? error.message : 'it exited';
    process.emitWarning(`The writer thread of ${file} is not available: ${reason}`, {
      type: 'TenureWarning',
      code: 'TENURE_WRITER_THREAD',
      detail:
        'The store makes its commits on the calling thread instead. A bundler has to leave `tenure/sqlite` outside the bundle; otherwise omit `writerThread`.',
    });
  }

  #exitError(cause?: unknown): LifecycleError<'StoreClosed'> {
    const { file } = this.#input;
    const message = `The writer thread of ${file} exited unexpectedly; close and reopen the store`;
    return new LifecycleError('StoreClosed', message, { file }, { cause });
  }
}

function errorOf({ message, errcode }: Extract<Answer, { kind: 'failed' }>): Error {
  return errcode === null ? new DamagedRow(message) : Object.assign(new Error(message), { errcode });
}
