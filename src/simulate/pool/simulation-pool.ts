/** Many simulations at once, in threads. */
import { availableParallelism } from 'node:os';
import PQueue from 'p-queue';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { SimulationFigures } from '../result.ts';
import { type ReadScenario, type ScenarioParts, withParts } from '../scenario/read-scenario.ts';
import { SimulationThread } from './simulation-thread.ts';

/** A simulation to be made. */
export interface SimulationJob {
  /** Sent to each thread once, however many jobs have it. */
  readonly read: ReadScenario;
  /** Parts in place of those of the scenario. */
  readonly parts?: ScenarioParts;
  readonly seed: number;
  /** Whether to check every run against the invariants. Default `false`. */
  readonly check?: boolean;
}

/** Options of a pool. */
export interface SimulationPoolOptions {
  /** Most simulations at once, each in a thread of its own. Default: one for each core. */
  readonly workers?: number;
  /** Most memory for what a simulation keeps, MB. Default 4,096. */
  readonly heapMbMax?: number;
}

/** Options of {@link SimulationPool.run}. */
export interface SimulationPoolRunOptions {
  /** Called when a simulation has come further: 0..1 of all of them, and how many are done. */
  readonly onProgress?: (progress: { readonly share: number; readonly done: number }) => void;
  /** Ends the simulations of this call. */
  readonly signal?: AbortSignal;
}

/** Steps of a simulation's progress. */
const STEPS = 1_000;

/**
 * Runs simulations in threads, which are started when they are needed and kept until `close`. Several `run` may be
 * under way; their jobs are taken in the order in which they came.
 */
export class SimulationPool {
  readonly #queue: PQueue;
  readonly #heapMbMax: number;
  readonly #closed = new AbortController();
  readonly #threads = new Set<SimulationThread>();
  readonly #idle: { readonly thread: SimulationThread; readonly sent: Set<number> }[] = [];
  readonly #numbers = new Map<ReadScenario, number>();

  constructor({ workers = availableParallelism(), heapMbMax = 4_096 }: SimulationPoolOptions = {}) {
    this.#queue = new PQueue({ concurrency: workers });
    this.#heapMbMax = heapMbMax;
  }

  /**
   * The figures of each job, in the order of the jobs: the same for any number of workers. The first job that fails
   * ends the others of this call.
   *
   * @throws LifecycleError of a job, which it names; before anything runs for parts that cannot be. The reason of `signal`.
   */
  async run(
    jobs: readonly SimulationJob[],
    { onProgress, signal }: SimulationPoolRunOptions = {},
  ): Promise<readonly SimulationFigures[]> {
    signal?.throwIfAborted();
    for (const { read, parts } of jobs) withParts(read, parts ?? {});
    let [done, sum] = [0, 0];
    const progress = () => {
      let before = 0;
      return (share: number): void => {
        const now = Math.round(share * STEPS); // whole, so that all of them are exactly 1
        sum += now - before;
        before = now;
        onProgress?.({ share: sum / STEPS / jobs.length, done });
      };
    };
    const failed = new AbortController();
    const stop = AbortSignal.any([this.#closed.signal, failed.signal, ...(signal ? [signal] : [])]);
    const made = jobs.map((job) =>
      this.#queue.add(
        async () => {
          const moved = progress();
          const figures = await this.#simulate(job, stop, moved);
          done += 1;
          moved(1);
          return figures;
        },
        { signal: stop },
      ),
    );
    try {
      return await Promise.all(made);
    } catch (error) {
      failed.abort(error);
      await Promise.allSettled(made);
      throw error;
    }
  }

  /** Ends the threads, and what they do. */
  async close(): Promise<void> {
    this.#closed.abort(new Error('The pool of simulations was closed'));
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #simulate(
    { read, parts = {}, seed, check = false }: SimulationJob,
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<SimulationFigures> {
    const idle = this.#idle.pop();
    const { thread, sent } = idle && !idle.thread.hasEnded ? idle : this.#start();
    const end = (): void => void thread.end(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    try {
      const no = this.#numberOf(read);
      const { scenario, folder } = read;
      if (!sent.has(no)) thread.add({ kind: 'scenario', no, scenario, folder });
      sent.add(no);
      return await thread.run<'simulate'>({ kind: 'simulate', no, parts, seed, check }, onProgress);
    } catch (error) {
      throw error === signal.reason ? error : named(error, `${read.scenario.name}, seed ${seed}`);
    } finally {
      signal.removeEventListener('abort', end);
      if (thread.hasEnded) this.#threads.delete(thread);
      else this.#idle.push({ thread, sent });
    }
  }

  #start(): { readonly thread: SimulationThread; readonly sent: Set<number> } {
    const thread = new SimulationThread(this.#heapMbMax);
    this.#threads.add(thread);
    return { thread, sent: new Set() };
  }

  #numberOf(read: ReadScenario): number {
    const no = this.#numbers.get(read) ?? this.#numbers.size;
    this.#numbers.set(read, no);
    return no;
  }
}

function named(error: unknown, job: string): Error {
  if (LifecycleError.is(error))
    return new LifecycleError(error.code, `${job}: ${error.message}`, error.details as never, {
      cause: error,
    });
  return new Error(`${job}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}
