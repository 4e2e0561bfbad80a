import type { Run } from '../../model/resources/resources.ts';

interface Waiter {
  readonly promise: Promise<Run>;
  readonly resolve: (run: Run) => void;
  readonly reject: (error: Error) => void;
}

/** Callers that wait for a run to finish, by run. */
export class Waiters {
  readonly #byRun = new Map<string, Waiter[]>();

  /** Ids of the runs that are waited for. */
  get runIds(): readonly string[] {
    return [...this.#byRun.keys()];
  }

  wait(runId: string): Promise<Run> {
    const { promise, resolve, reject } = Promise.withResolvers<Run>();
    promise.catch(() => {}); // waiters get the error; without one it must not be an unhandled rejection
    const waiters = this.#byRun.get(runId) ?? [];
    waiters.push({ promise, resolve, reject });
    this.#byRun.set(runId, waiters);
    return promise;
  }

  /** Withdraws a wait. */
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
