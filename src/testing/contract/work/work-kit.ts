import assert from 'node:assert/strict';
import { LIMITS } from '../../../model/limits.ts';
import type { RunRecord } from '../../../model/records.ts';
import type { SliceKey, SliceRecord } from '../../../model/slices.ts';
import type { DurationMs } from '../../../model/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Store, StoreSlices } from '../../../ports/store.ts';
import type { WorkSource, WorkTicket } from '../../../ports/work-source.ts';
import type { ContractRunner } from '../kit.ts';
import { SlicedRun } from '../slices/sliced-run.ts';

/** A store, and sources of the work in it, for one test. */
export interface OpenedWork {
  /** Empty, with slices. */
  readonly store: Store;
  /** What the sources measure time by. */
  readonly clock: Pick<Clock, 'now'>;
  /** A source as another process has it. */
  source(): Promise<WorkSource>;
  /** Lets time pass, for the sources and for the store's leases. */
  pass(byMs: DurationMs): Promise<void>;
  /** Ends the test: closes whatever is still open and removes the data. */
  dispose(): Promise<void>;
}

/** The kind of source under test. */
export interface WorkSubject {
  readonly name: string;
  make(): Promise<OpenedWork>;
}

/** An engine's side of a source, which the test plays. */
export class Worker {
  readonly source: WorkSource;
  readonly failures: unknown[] = [];
  /** How often it heard that there may be work. */
  calls = 0;
  readonly #work: OpenedWork;
  readonly #slices: StoreSlices;

  private constructor(work: OpenedWork, slices: StoreSlices, source: WorkSource) {
    this.#work = work;
    this.#slices = slices;
    this.source = source;
  }

  static async open(work: OpenedWork): Promise<Worker> {
    const { slices } = work.store;
    assert.ok(slices, 'Expected a store with slices, got one without');
    const worker = new Worker(work, slices, await work.source());
    await worker.reopen();
    return worker;
  }

  async reopen(): Promise<void> {
    await this.source.open({
      mayBeWork: () => {
        this.calls += 1;
      },
      failed: (error) => this.failures.push(error),
    });
  }

  /** Publishes run `n` of this many users, and offers it. */
  async publish(users: number, changes: Partial<RunRecord> & { n?: number } = {}): Promise<SlicedRun> {
    const { store, clock } = this.#work;
    const offer: WorkSource['offer'] = (tx, run, slices) => this.source.offer(tx, run, slices);
    const published = await SlicedRun.publish(store, this.#slices, users, changes, offer);
    published.nowMs = clock.now();
    this.source.published(published.run);
    return published;
  }

  /** Claims the slice of a ticket. */
  async claim(ticket: WorkTicket): Promise<SliceRecord | 'held' | 'gone'> {
    const nowMs = this.#work.clock.now();
    const claim = { holder: 'a test', leaseMs: LIMITS.sliceLeaseMs, isNoOp: false, nowMs };
    const [claimed] = await this.#slices.claim([ticket], claim);
    assert.ok(claimed, 'Expected an answer for each claim, got none');
    return typeof claimed === 'object' ? claimed.slice : claimed;
  }

  /** Takes and claims as engines do, until nothing is left; gives what is held elsewhere back. */
  async workOff(): Promise<Claimed[]> {
    const claimed: Claimed[] = [];
    for (;;) {
      const tickets = await this.source.take(4);
      if (tickets.length === 0) return claimed;
      for (const ticket of tickets) {
        const slice = await this.claim(ticket);
        if (typeof slice === 'object') claimed.push({ ticket, slice });
        else if (slice === 'gone') await this.source.drop(ticket);
        else await this.source.giveBack(ticket, this.#work.clock.now() + LIMITS.sliceLeaseMs);
      }
    }
  }

  /** Renews what is worked on. */
  async renew(claimed: readonly Claimed[]): Promise<void> {
    const held = claimed.map(({ slice }) => slice);
    const states = await this.#slices.renew(held, this.#work.clock.now());
    assert.deepEqual(
      states,
      held.map(() => 'held'),
    );
    await this.source.renew(claimed.map(({ ticket }) => ticket));
  }

  /** Hands back what was claimed, and gives back its ticket. */
  async release({ ticket, slice }: Claimed, notBeforeMs: number): Promise<void> {
    await this.#slices.release([slice]);
    await this.source.giveBack(ticket, notBeforeMs);
  }
}

/** A slice that a {@link Worker} works on. */
export interface Claimed {
  readonly ticket: WorkTicket;
  readonly slice: SliceRecord;
}

/** Defines a test with work of its own. */
export type WorkTest = (title: string, body: (work: OpenedWork) => Promise<void>) => void;

/** What tests define themselves with: every one has work of its own, and disposes of it. */
export function workTest(runner: ContractRunner, subject: WorkSubject): WorkTest {
  return (title, body) => {
    runner.it(title, async () => {
      const work = await subject.make();
      try {
        await body(work);
      } finally {
        await work.dispose();
      }
    });
  };
}

/** Names slices: `run/slice`, sorted. */
export function namesOf(slices: readonly (Claimed | SliceKey)[]): string[] {
  return slices
    .map((one) => ('ticket' in one ? one.ticket : one))
    .map(({ runId, slice }) => `${runId}/${slice}`)
    .sort();
}
