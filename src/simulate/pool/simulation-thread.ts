/** A thread that simulates, so that the calling thread's event loop waits for none of it. */
import { Worker } from 'node:worker_threads';
import { ERROR_CODES, type ErrorCode } from '../../errors/codes.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Subject } from '../../model/subject.ts';
import type { Comparison } from '../comparison/comparison.ts';
import type { SimulationFigures } from '../result.ts';
import type { ScenarioParts } from '../scenario/read-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** Data that later tasks need; it has no answer. */
export type ThreadData =
  /** More people for `compare`. */
  | { readonly kind: 'people'; readonly people: readonly Subject[] }
  /** A scenario for `simulate`, under its number. */
  | {
      readonly kind: 'scenario';
      readonly no: number;
      readonly scenario: Scenario;
      readonly folder: string;
    };

/** Before and after, without their people. */
type ScenarioPair = readonly [Omit<Scenario, 'population'>, Omit<Scenario, 'population'>];

/** What a thread is asked for, one task at a time. */
export type ThreadTask =
  | { readonly kind: 'compare'; readonly scenarios: ScenarioPair; readonly assumptions: readonly string[] }
  | {
      readonly kind: 'simulate';
      readonly no: number;
      readonly parts: ScenarioParts;
      readonly seed: number;
      /** Whether to check every run against the invariants. */
      readonly check: boolean;
    };

/** What each kind of task gives. */
export interface ThreadResults {
  /** A comparison and its page. */
  readonly compare: { readonly comparison: Comparison; readonly report: string };
  readonly simulate: SimulationFigures;
}

/** What the thread sends. */
export type ThreadAnswer =
  /** 0..1. */
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'done'; readonly result: ThreadResults[keyof ThreadResults] }
  | { readonly kind: 'failed'; readonly error: ThreadError };

/** An error on its way between threads. `code` is `null` for one that is not a {@link LifecycleError}. */
export interface ThreadError {
  readonly code: string | null;
  readonly message: string;
  readonly details: object;
}

interface Pending {
  resolve(result: ThreadResults[keyof ThreadResults]): void;
  reject(error: unknown): void;
  onProgress(share: number): void;
}

/** Three semi-spaces of 64 MB: simulations keep people and results, and are a quarter faster with them. */
const YOUNG_HEAP_MB = 192;

/** The thread's main module, with this module's file extension: it also runs from the TypeScript sources. */
function mainModule(): URL {
  const { url } = import.meta;
  return new URL(`./simulation-thread-main${url.slice(url.lastIndexOf('.'))}`, url);
}

/** A thread, until it is ended or fails to go on. */
export class SimulationThread {
  readonly #worker: Worker;
  readonly #heapMbMax: number;
  #pending: Pending | null = null;
  /** Why it takes no more tasks. */
  #end: { readonly error: unknown } | null = null;

  /** @param heapMbMax most memory for what it keeps, MB. */
  constructor(heapMbMax: number) {
    this.#heapMbMax = heapMbMax;
    this.#worker = new Worker(mainModule(), {
      resourceLimits: { maxOldGenerationSizeMb: heapMbMax, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#worker.unref(); // without a task it keeps no process alive
    this.#worker.on('message', (answer: ThreadAnswer) => {
      if (answer.kind === 'progress') this.#pending?.onProgress(answer.share);
      else if (answer.kind === 'done') this.#settle((pending) => pending.resolve(answer.result));
      else this.#settle((pending) => pending.reject(errorOf(answer.error)));
    });
    this.#worker.on('error', (error) => this.#ended(this.#endedError(error)));
    this.#worker.on('exit', () => this.#ended(this.#endedError(null)));
  }

  /** Whether it takes no more tasks. */
  get hasEnded(): boolean {
    return this.#end !== null;
  }

  /** Sends data for later tasks. @throws LifecycleError `InvalidArgument` for what is no data. */
  add(data: ThreadData): void {
    try {
      this.#worker.postMessage(data);
    } catch (cause) {
      const field = data.kind === 'people' ? 'directory' : 'population';
      const message = 'Expected people whose attributes are data, which a thread can be sent, got others';
      throw new LifecycleError('InvalidArgument', message, { field }, { cause });
    }
  }

  /**
   * Does a task; the one before has been answered.
   *
   * @param onProgress called with the share that is done, 0..1.
   * @throws LifecycleError as the task itself; `LimitExceeded` for its memory. Error when the thread ends before.
   */
  run<Kind extends keyof ThreadResults>(
    task: Extract<ThreadTask, { readonly kind: Kind }>,
    onProgress: (share: number) => void,
  ): Promise<ThreadResults[Kind]> {
    if (this.#end) return Promise.reject(this.#end.error);
    return new Promise((resolve, reject) => {
      this.#pending = {
        resolve: (result) => resolve(result as ThreadResults[Kind]),
        reject,
        onProgress,
      };
      this.#worker.ref();
      this.#worker.postMessage(task);
    });
  }

  /** Ends the thread, whatever it does; its task fails with `reason`. */
  async end(reason: unknown = new Error('The simulation was ended')): Promise<void> {
    this.#ended(reason);
    await this.#worker.terminate();
  }

  #ended(error: unknown): void {
    this.#end ??= { error };
    this.#settle((pending) => pending.reject(error));
  }

  #settle(settle: (pending: Pending) => void): void {
    const pending = this.#pending;
    this.#pending = null;
    this.#worker.unref();
    if (pending) settle(pending);
  }

  #endedError(cause: unknown): Error {
    const code = (cause as { readonly code?: unknown } | null)?.code;
    if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
      const max = this.#heapMbMax;
      const message = `Expected a simulation that needs at most ${max} MB of memory, got one that needs more; choose a shorter time or fewer people`;
      return new LifecycleError('LimitExceeded', message, { limit: 'simulationHeap', max }, { cause });
    }
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    return new Error(`The thread of a simulation ended before it was done${reason}`, { cause });
  }
}

function errorOf({ code, message, details }: ThreadError): Error {
  return code !== null && Object.hasOwn(ERROR_CODES, code)
    ? new LifecycleError(code as ErrorCode, message, details as never)
    : new Error(message);
}
