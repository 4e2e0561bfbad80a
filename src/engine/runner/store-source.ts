/**
 * Work from the store itself: open slices that no process holds. On demand comes before scheduled, in the proportion 4 : 1.
 */

import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import { type OpenSlice, sliceId } from '../../model/slices.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { StoreSlices } from '../../ports/store.ts';
import type { WorkListener, WorkSource, WorkTicket } from '../../ports/work-source.ts';
import { Fifo } from '../lanes/fifo.ts';

/** Of five slices that are taken, this many are on demand while both kinds wait. */
const ON_DEMAND_OF_FIVE = 4;
/** Slices that are known to be open, of each kind, at most; where all of them are known to one process, there is no bound. */
const HINTS_MAX = 256;

/** Dependencies of a {@link StoreSource}. */
export interface StoreSourceDeps {
  readonly slices: StoreSlices;
  readonly clock: Clock;
  /** Other processes work on the same runs: the store has to be polled for work. */
  readonly isShared: boolean;
}

/** The default source of work. */
export class StoreSource implements WorkSource {
  readonly #deps: StoreSourceDeps;
  readonly #waiting = { onDemand: new Fifo<OpenSlice>(), scheduled: new Fifo<OpenSlice>() };
  readonly #known = new Set<string>();
  /** Slices that are not taken before a moment, though the store offers them. */
  readonly #resting = new Map<string, EpochMs>();
  #listener: WorkListener | null = null;
  readonly #timers = new Set<Timer>();
  /** Whether there may be open slices that are not known. */
  #isStale = true;
  /**
   * Whether the known ones are of some time ago: a process may have died since, and its slices, of which users wait
   * half done, are older than those that were not begun.
   */
  #isOld = false;
  #taken = 0;

  constructor(deps: StoreSourceDeps) {
    this.#deps = deps;
  }

  async open(listener: WorkListener): Promise<void> {
    this.#stopTimers();
    this.#listener = listener;
    this.#isStale = true;
    if (this.#deps.isShared) this.#poll();
  }

  async offer(): Promise<void> {}

  published(run: Pick<RunRecord, 'id' | 'workflowExecutionType'> | null): void {
    if (this.#deps.isShared || run === null) this.#isStale = true;
    else this.#add({ runId: run.id, slice: 1, isOnDemand: run.workflowExecutionType !== 'scheduled' });
    this.#listener?.mayBeWork();
  }

  async take(room: number): Promise<readonly WorkTicket[]> {
    if (this.#isOld || (this.#isStale && this.#count < room)) await this.#look();
    const tickets: WorkTicket[] = [];
    const { onDemand, scheduled } = this.#waiting;
    while (tickets.length < room) {
      this.#taken += 1;
      const first = this.#taken % 5 < ON_DEMAND_OF_FIVE ? onDemand : scheduled;
      const next = first.shift() ?? onDemand.shift() ?? scheduled.shift();
      if (next === undefined) break;
      this.#known.delete(sliceId(next));
      tickets.push(next);
    }
    return tickets;
  }

  async renew(): Promise<void> {}

  async complete(): Promise<void> {}

  async giveBack(ticket: WorkTicket, notBeforeMs: number): Promise<void> {
    const { clock, isShared } = this.#deps;
    // Where others may take it, the store is polled anyway.
    if (isShared) {
      if (notBeforeMs > clock.now()) this.#resting.set(sliceId(ticket), notBeforeMs);
      return;
    }
    const timer = clock.setTimer(Math.max(0, notBeforeMs - clock.now()), () => {
      this.#timers.delete(timer);
      this.#add(ticket);
      this.#listener?.mayBeWork();
    });
    this.#timers.add(timer);
  }

  async drop(): Promise<void> {}

  async sweep(): Promise<void> {
    this.#isStale = true;
    this.#listener?.mayBeWork();
  }

  async close(): Promise<void> {
    this.#stopTimers();
    this.#listener = null;
    for (const queue of Object.values(this.#waiting)) queue.clear();
    this.#known.clear();
    this.#resting.clear();
  }

  get #count(): number {
    return this.#waiting.onDemand.length + this.#waiting.scheduled.length;
  }

  async #look(): Promise<void> {
    const { slices, clock, isShared } = this.#deps;
    const nowMs = clock.now();
    for (const [slice, notBeforeMs] of this.#resting) if (notBeforeMs <= nowMs) this.#resting.delete(slice);
    // Slices that rest must not hide those behind them.
    const limit = isShared ? HINTS_MAX + this.#resting.size : Number.MAX_SAFE_INTEGER;
    const leaseMs = LIMITS.sliceLeaseMs;
    this.#isStale = false;
    this.#isOld = false;
    try {
      for (const onDemand of [true, false]) {
        const open = await slices.list({ onDemand, leaseMs, nowMs, limit });
        if (isShared) this.#forget(onDemand ? 'onDemand' : 'scheduled');
        for (const one of open) if (!this.#resting.has(sliceId(one))) this.#add(one);
        if (open.length === limit) this.#isStale = true;
      }
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
  }

  #forget(kind: 'onDemand' | 'scheduled'): void {
    const waiting = this.#waiting[kind];
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift())
      this.#known.delete(sliceId(one));
  }

  #poll(): void {
    const timer = this.#deps.clock.setTimer(LIMITS.pollMs, () => {
      this.#timers.delete(timer);
      this.#poll();
      this.#isStale = true;
      this.#isOld = true;
      this.#listener?.mayBeWork();
    });
    this.#timers.add(timer);
  }

  #stopTimers(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #add(slice: OpenSlice): void {
    if (this.#known.has(sliceId(slice))) return;
    this.#known.add(sliceId(slice));
    this.#waiting[slice.isOnDemand ? 'onDemand' : 'scheduled'].push(slice);
  }
}
