import type { DurationMs } from '../../model/time.ts';

/** A timer in the heap. */
export interface TimerEntry {
  /** Due time, on the steady time of its clock. */
  readonly dueMs: DurationMs;
  /** Order in which timers of one moment fire: that in which they were set. */
  readonly ordinal: number;
  readonly callback: () => void;
  isCanceled: boolean;
  /** Whether it is in the heap. */
  isInHeap: boolean;
}

/** Canceled entries are removed when there are more than this, and more than half of all. */
const SWEEP_FROM = 1_024;

/** Timers by their moment: a binary heap. Canceled ones stay in it until they reach the top or are removed together. */
export class TimerHeap {
  #entries: TimerEntry[] = [];
  #canceled = 0;

  /** Timers that are set and not canceled. */
  get size(): number {
    return this.#entries.length - this.#canceled;
  }

  push(entry: TimerEntry): void {
    entry.isInHeap = true;
    this.#entries.push(entry);
    this.#up(this.#entries.length - 1);
  }

  /** The first entry that is not canceled; it stays in the heap. */
  peek(): TimerEntry | undefined {
    while (this.#entries[0]?.isCanceled) {
      this.#pop();
      this.#canceled -= 1;
    }
    return this.#entries[0];
  }

  /** Takes all entries that are due at `nowMs` or before, in order. */
  takeDue(nowMs: DurationMs): TimerEntry[] {
    const due: TimerEntry[] = [];
    for (let first = this.peek(); first && first.dueMs <= nowMs; first = this.peek()) {
      due.push(first);
      this.#pop();
    }
    return due;
  }

  /** Cancels an entry, even one that was taken and not called yet. */
  cancel(entry: TimerEntry): void {
    if (entry.isCanceled) return;
    entry.isCanceled = true;
    if (!entry.isInHeap) return;
    this.#canceled += 1;
    if (this.#canceled < SWEEP_FROM || this.#canceled * 2 < this.#entries.length) return;
    const kept = this.#entries.filter((entry) => !entry.isCanceled);
    this.#canceled = 0;
    // A sorted array is a heap.
    this.#entries = kept.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  #pop(): void {
    const [first] = this.#entries;
    if (first) first.isInHeap = false;
    const last = this.#entries.pop();
    if (!last || this.#entries.length === 0) return;
    this.#entries[0] = last;
    this.#down(0);
  }

  #up(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  #down(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#entries.length) return;
      const right = left + 1;
      const isRight =
        right < this.#entries.length &&
        isBefore(this.#entries[right] as TimerEntry, this.#entries[left] as TimerEntry);
      const child = isRight ? right : left;
      if (!this.#swapIfBefore(child, at)) return;
      at = child;
    }
  }

  #swapIfBefore(at: number, other: number): boolean {
    const [mine, theirs] = [this.#entries[at] as TimerEntry, this.#entries[other] as TimerEntry];
    if (!isBefore(mine, theirs)) return false;
    this.#entries[at] = theirs;
    this.#entries[other] = mine;
    return true;
  }
}

function isBefore(a: TimerEntry, b: TimerEntry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.ordinal < b.ordinal);
}
