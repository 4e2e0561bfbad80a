/** Compares two scenarios in a thread of its own, so that the host's event loop waits for none of it. */
import { Worker } from 'node:worker_threads';
import { ERROR_CODES, type ErrorCode } from '../../errors/codes.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Subject } from '../../model/subject.ts';
import type { Comparison } from '../compare.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** What the thread is sent: the people first, in parts, then the scenarios. */
export type ThreadRequest =
  | { readonly kind: 'people'; readonly people: readonly Subject[] }
  | { readonly kind: 'compare'; readonly scenarios: ScenarioPair; readonly assumptions: readonly string[] };

/** Before and after, without their people. */
export type ScenarioPair = readonly [Omit<Scenario, 'population'>, Omit<Scenario, 'population'>];

/** What the thread sends. */
export type ThreadAnswer =
  /** 0..1 of both simulations. */
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'done'; readonly comparison: Comparison; readonly report: string }
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string };

/** A comparison and its page. */
export type Compared = Pick<Extract<ThreadAnswer, { readonly kind: 'done' }>, 'comparison' | 'report'>;

/** So that a comparison cannot take the memory that the host needs: 100,000 people take a third of it. */
const HEAP_MB_MAX = 1_024;

/** The thread's main module, with this module's file extension: it also runs from the TypeScript sources. */
function mainModule(): URL {
  const { url } = import.meta;
  return new URL(`./comparison-thread-main${url.slice(url.lastIndexOf('.'))}`, url);
}

/** The thread of one comparison. */
export class ComparisonThread {
  readonly #worker: Worker;
  readonly #ended = Promise.withResolvers<Compared>();

  /** @param onProgress called with the share that is done, 0..1. */
  constructor(onProgress: (share: number) => void) {
    this.#worker = new Worker(mainModule(), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#ended.promise.catch(() => {}); // it may fail while people are still being sent
    this.#worker.on('message', (answer: ThreadAnswer) => {
      if (answer.kind === 'progress') onProgress(answer.share);
      else if (answer.kind === 'done') this.#ended.resolve(answer);
      else this.#ended.reject(errorOf(answer));
    });
    this.#worker.on('error', (error) => this.#ended.reject(endedError(error)));
    this.#worker.on('exit', () => this.#ended.reject(endedError(null)));
  }

  /** Sends people. @throws LifecycleError `InvalidArgument` for attributes that are no data. */
  add(people: readonly Subject[]): void {
    try {
      this.#worker.postMessage({ kind: 'people', people } satisfies ThreadRequest);
    } catch (cause) {
      throw new LifecycleError(
        'InvalidArgument',
        'Expected people whose attributes are data, which a thread can be sent, got others',
        { field: 'directory' },
        { cause },
      );
    }
  }

  /** Compares, for the people that were sent. @throws LifecycleError as `compare`; `LimitExceeded` for its memory. */
  compare(scenarios: ScenarioPair, assumptions: readonly string[]): Promise<Compared> {
    this.#worker.postMessage({ kind: 'compare', scenarios, assumptions } satisfies ThreadRequest);
    return this.#ended.promise;
  }

  /** Ends the thread, whatever it does. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

function errorOf({ code, message }: Extract<ThreadAnswer, { readonly kind: 'failed' }>): Error {
  return code !== null && Object.hasOwn(ERROR_CODES, code)
    ? new LifecycleError(code as ErrorCode, message, {} as never)
    : new Error(message);
}

function endedError(cause: unknown): Error {
  const code = (cause as { readonly code?: unknown } | null)?.code;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new LifecycleError(
      'LimitExceeded',
      `Expected a comparison that needs at most ${HEAP_MB_MAX} MB of memory; choose fewer days`,
      { limit: 'comparisonHeap', max: HEAP_MB_MAX },
      { cause },
    );
  }
  return new Error('The thread of the comparison ended before it was done', { cause });
}
