import type { RunNews } from '../../model/slices.ts';

/** News of runs: listeners get them when their transaction is committed; those of a rollback are dropped. */
export class StagedNews {
  readonly #listeners = new Set<(news: RunNews) => void>();
  readonly #staged: RunNews[] = [];

  watch(listener: (news: RunNews) => void): { close(): void } {
    this.#listeners.add(listener);
    return { close: () => void this.#listeners.delete(listener) };
  }

  add(news: RunNews): void {
    this.#staged.push(news);
  }

  commit(): void {
    if (this.#staged.length === 0) return;
    const staged = this.#staged.splice(0);
    // A listener that fails must not fail the commit.
    queueMicrotask(() => {
      for (const news of staged) for (const listener of this.#listeners) listener(news);
    });
  }

  rollback(): void {
    this.#staged.length = 0;
  }
}
