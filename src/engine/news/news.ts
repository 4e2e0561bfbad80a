import type { EventSink } from '../../events/event-map.ts';
import { runResource } from '../../ledger/resources.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunNews } from '../../model/slices.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import type { WorkSource } from '../../ports/work-source.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { Dispatcher } from '../runner/dispatcher.ts';
import type { Waiters } from './waiters.ts';

/** What {@link News} works with. */
export interface NewsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly work: Pick<WorkSource, 'published'>;
  readonly dispatcher: Pick<Dispatcher, 'cancel' | 'wake'>;
  readonly waiters: Waiters;
  /** A run that is waited for was deleted. */
  readonly deleted: (runId: string) => void;
}

/**
 * Learns from the store what other processes do to runs, and reads the runs that are waited for in intervals, since
 * news can be lost. Does nothing on a store that one process writes.
 */
export class News {
  readonly #deps: NewsDeps;
  #watch: { close(): void } | null = null;
  #timer: Timer | null = null;

  constructor(deps: NewsDeps) {
    this.#deps = deps;
  }

  open(): void {
    const { slices } = this.#deps.store;
    if (!slices || this.#watch) return;
    this.#watch = slices.watch((news) => this.#hear(news));
    this.#poll();
  }

  close(): void {
    this.#watch?.close();
    this.#watch = null;
    this.#timer?.cancel();
  }

  #hear(news: RunNews): void {
    const { dispatcher, work } = this.#deps;
    if (news.kind === 'offered') work.published(null);
    else if (news.kind === 'canceling') dispatcher.cancel(news.runId);
    else if (news.kind === 'answered') dispatcher.wake(news.runId, news.ordinal);
    else void this.#look([news.runId]);
  }

  #poll(): void {
    this.#timer = this.#deps.clock.setTimer(LIMITS.pollMs, () => {
      void this.#look(this.#deps.waiters.runIds).finally(() => {
        if (this.#watch) this.#poll();
      });
    });
  }

  /** Ends the waits for those of `runIds` that have ended or are deleted. */
  async #look(runIds: readonly string[]): Promise<void> {
    const { store, waiters, deleted } = this.#deps;
    try {
      for (const runId of runIds) {
        if (!waiters.runIds.includes(runId)) continue;
        const run = await store.getRun(runId);
        if (run === null) deleted(runId);
        else if (isTerminal(run.processingStatus)) waiters.resolve(runId, runResource(run));
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#deps.events.emit('engine.error', { error, during: 'awaitingRuns' });
  }
}
