/** A memory store with slices, as each of several processes sees it. */
import type { RunNews } from '../../src/model/slices.ts';
import type { Store, StoreSlices } from '../../src/ports/store.ts';
import type { SliceBounds } from '../../src/rules/status/slice.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import type { MemoryReader, StoredSlice, Tables } from '../../src/stores/memory/reader.ts';
import { memorySlices } from '../../src/stores/memory/slices.ts';

/** Hears news of all processes. */
export type NewsListener = (news: RunNews) => void;

/** The database of several processes. */
export class SharedTables {
  readonly store: Store;
  readonly #tables: Tables;
  readonly #bounds: SliceBounds;

  constructor(bounds: SliceBounds) {
    this.store = memoryStore({ slices: bounds });
    // Each process gets slices of its own on the same tables, so that its faults come between them and the store.
    this.#tables = (this.store as unknown as MemoryReader).tables;
    this.#bounds = bounds;
  }

  /**
   * The slices for one process, which commits by `commit` and does all else by `transaction`; `deliver` passes news on
   * to it, or does not.
   */
  slicesFor(
    transaction: Store['transaction'],
    commit: Store['transaction'],
    deliver: (listener: NewsListener, news: RunNews) => void,
  ): StoreSlices {
    const slices = memorySlices(this.#tables, transaction, this.#bounds);
    const committing = memorySlices(this.#tables, commit, this.#bounds);
    return {
      ...slices,
      commit: committing.commit,
      watch: (listener) => slices.watch((news) => deliver(listener, news)),
    };
  }

  /** The slices of a run, in the running transaction. */
  slicesOf(runId: string): readonly StoredSlice[] {
    return this.#tables.slices.get(runId, true) ?? [];
  }

  /** Runs whose slices or own row the running transaction has changed. */
  *changed(): Generator<string> {
    if (!this.#tables.slices.isChanged && !this.#tables.runs.isChanged) return;
    for (const slices of this.#tables.slices.values(true)) {
      const runId = slices[0]?.slice.runId ?? '';
      const isSame =
        slices === this.#tables.slices.get(runId, false) &&
        this.#tables.runs.get(runId, true) === this.#tables.runs.get(runId, false);
      if (!isSame) yield runId;
    }
  }
}
