import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { runResource } from '../../ledger/resources.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { Store } from '../../ports/store.ts';
import { isTerminal } from '../../rules/status/transitions.ts';

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

  /**
   * Resolves with the run when it is final.
   *
   * @throws LifecycleError `NotFound`; `EngineStopped` for a run that is not final when the engine `isStopped`.
   */
  async waitFor(store: Pick<Store, 'getRun'>, id: string, isStopped: () => boolean): Promise<Run> {
    const runId = id.toLowerCase();
    const waiting = this.wait(runId);
    try {
      const record = await store.getRun(runId);
      if (!record?.published) {
        throw new LifecycleError('NotFound', `Expected the id of a run, got \`${id}\``, { runId: id });
      }
      if (isTerminal(record.processingStatus)) return runResource(record);
      if (!isStopped()) return await waiting;
    } finally {
      this.forget(runId, waiting);
    }
    throw new LifecycleError(
      'EngineStopped',
      `Expected the engine to run to see run ${runId} finish, got one that was stopped`,
      { runId },
    );
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
