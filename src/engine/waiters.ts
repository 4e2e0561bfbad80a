import type { Run } from '../model/resources/resources.ts';

interface Waiter {
  readonly promise: Promise<Run>;
  readonly resolve: (run: Run) => void;
  readonly reject: (error: Error) => void;
}

/** Who waits for which run to finish. */
export class Waiters {
  readonly #byRun = new Map<string, Waiter[]>();

  /** The runs that somebody waits for. */
  get runIds(): readonly string[] {
    return [...this.#byRun.keys()];
  }

  wait(runId: string): Promise<Run> {
    const { promise, resolve, reject } = Promise.withResolvers<Run>();
    promise.catch(() => {}); // who waits hears of it; nobody waiting is no unhandled rejection
    const waiters = this.#byRun.get(runId) ?? [];
    waiters.push({ promise, resolve, reject });
    this.#byRun.set(runId, waiters);
    return promise;
  }

  /** Takes back a wait. */
  forget(runId: string, promise: Promise<Run>): void {
    const left = (this.#byRun.get(runId) ?? []).filter((waiter) => waiter.promise !== promise);
    if (left.length > 0) this.#byRun.set(runId, left);
    else this.#byRun.delete(runId);
  }

  resolve(runId: string, run: Run): void {
    for (const waiter of this.#take(runId)) waiter.resolve(run);
  }

  reject(runId: string, error: Error): void {
    for (const waiter of this.#take(runId)) waiter.reject(error);
  }

  rejectAll(error: () => Error): void {
    for (const runId of [...this.#byRun.keys()]) this.reject(runId, error());
  }

  #take(runId: string): readonly Waiter[] {
    const waiters = this.#byRun.get(runId) ?? [];
    this.#byRun.delete(runId);
    return waiters;
  }
}
