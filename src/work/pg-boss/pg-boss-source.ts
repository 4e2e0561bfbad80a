import { InvariantError } from '../../errors/lifecycle-error.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import { type OpenSlice, type SliceKey, sliceId } from '../../model/slices.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import type { WorkListener, WorkSource, WorkTicket } from '../../ports/work-source.ts';
import type { PostgresStore } from '../../stores/postgres/store.ts';
import { PostgresTransaction } from '../../stores/postgres/transaction.ts';
import type { Attempt, Boss, BossDatabase } from './boss.ts';

/** Between two sweeps: only what was lost has to be found by them. */
const SWEEP_MS: DurationMs = 60_000;
/** Slices that one sweep offers at most, oldest first. */
const SWEEP_MAX = 10_000;
/** Of five slices that are taken, the last is a scheduled one while such a one waits. */
const SHARE = 5;
const ON_DEMAND = 1;
const SCHEDULED = 0;

/** What a {@link PgBossSource} works with. */
export interface PgBossDeps {
  readonly boss: Boss;
  readonly queue: string;
  readonly store: PostgresStore;
  readonly clock: Clock;
}

/** A ticket with the attempt of its job. */
interface JobTicket extends WorkTicket {
  readonly handle: Attempt;
}

/** Work from a queue of pg-boss with one job for each open slice. */
export class PgBossSource implements WorkSource {
  readonly #boss: Boss;
  readonly #queue: string;
  readonly #store: PostgresStore;
  readonly #clock: Clock;
  #listener: WorkListener | null = null;
  #timer: Timer | null = null;
  #sweepsAtMs: DurationMs = 0;
  #taken = 0;

  constructor({ boss, queue, store, clock }: PgBossDeps) {
    this.#boss = boss;
    this.#queue = queue;
    this.#store = store;
    this.#clock = clock;
    // While no engine listens, what matters is thrown by the calls.
    boss.on('error', (error) => this.#listener?.failed(store.explained(error)));
  }

  async open(listener: WorkListener): Promise<void> {
    await this.#explain(this.#boss.start());
    this.#listener = listener;
    // Runs may have been published by engines with another source.
    await this.sweep();
    this.#poll();
  }

  async offer(tx: StoreTransaction, run: RunRecord, slices: readonly SliceKey[]): Promise<void> {
    const isOnDemand = run.workflowExecutionType !== 'scheduled';
    await this.#insert(
      slices.map(({ runId, slice }) => ({ runId, slice, isOnDemand })),
      databaseOf(tx),
    );
  }

  published(): void {
    this.#listener?.mayBeWork();
  }

  async take(room: number): Promise<readonly WorkTicket[]> {
    const turns = Array.from({ length: room }, (_, index) => (this.#taken + index + 1) % SHARE === 0);
    const scheduled = await this.#fetch(turns.filter(Boolean).length, SCHEDULED);
    const others = await this.#fetch(room - scheduled.length);
    this.#taken += scheduled.length + others.length;
    return [...others, ...scheduled];
  }

  async renew(tickets: readonly WorkTicket[]): Promise<void> {
    if (tickets.length > 0) await this.#explain(this.#boss.touch(this.#queue, tickets.map(attemptOf)));
  }

  async complete(tx: StoreTransaction, tickets: readonly WorkTicket[]): Promise<void> {
    if (tickets.length === 0) return;
    await this.#boss.complete(this.#queue, tickets.map(attemptOf), null, { db: databaseOf(tx) });
  }

  /** In two steps: a process that ends between them has given back a slice that may be taken too early. */
  async giveBack(ticket: WorkTicket, notBeforeMs: EpochMs): Promise<void> {
    const attempt = attemptOf(ticket);
    await this.#explain(this.#boss.fail(this.#queue, attempt));
    const waitMs = notBeforeMs - this.#clock.now();
    if (waitMs <= 0) return;
    const options = { id: attempt.id, startAfter: waitMs / 1_000 };
    await this.#explain(this.#boss.update(this.#queue, undefined, options));
  }

  async drop(ticket: WorkTicket): Promise<void> {
    await this.#explain(this.#boss.deleteJob(this.#queue, attemptOf(ticket)));
  }

  async sweep(): Promise<void> {
    this.#sweepsAtMs = this.#clock.elapsed() + SWEEP_MS;
    const { slices } = this.#store;
    const query = { leaseMs: LIMITS.sliceLeaseMs, nowMs: this.#clock.now(), limit: SWEEP_MAX };
    await this.#explain(this.#insert(await slices.list(query)));
    this.#listener?.mayBeWork();
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#listener = null;
    await this.#boss.stop({ graceful: false, close: false });
  }

  /** One job a slice: pg-boss leaves out those whose slices have a job that waits or is active. */
  async #insert(slices: readonly OpenSlice[], db?: BossDatabase): Promise<void> {
    if (slices.length === 0) return;
    const jobs = slices.map(({ runId, slice, isOnDemand }) => ({
      data: { runId, slice },
      priority: isOnDemand ? ON_DEMAND : SCHEDULED,
      singletonKey: sliceId({ runId, slice }),
    }));
    await this.#boss.insert(this.#queue, jobs, { returnId: false, ...(db ? { db } : {}) });
  }

  async #fetch(count: number, maxPriority?: number): Promise<readonly JobTicket[]> {
    if (count === 0) return [];
    const options = {
      batchSize: count,
      includeMetadata: true,
      ...(maxPriority === undefined ? {} : { maxPriority }),
    } as const;
    const jobs = await this.#explain(this.#boss.fetch(this.#queue, options));
    return jobs.map(({ id, retryCount, data, priority }) => ({
      runId: data.runId,
      slice: data.slice,
      isOnDemand: priority === ON_DEMAND,
      handle: { id, retryCount },
    }));
  }

  #poll(): void {
    this.#timer = this.#clock.setTimer(LIMITS.pollMs, () => {
      this.#poll();
      this.#listener?.mayBeWork();
      if (this.#clock.elapsed() < this.#sweepsAtMs) return;
      this.sweep().catch((error: unknown) => this.#listener?.failed(error));
    });
  }

  /** What pg-boss gives, or the error of the store. */
  async #explain<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw this.#store.explained(error);
    }
  }
}

function attemptOf(ticket: WorkTicket): Attempt {
  return (ticket as JobTicket).handle;
}

function databaseOf(tx: StoreTransaction): BossDatabase {
  if (tx instanceof PostgresTransaction) return tx;
  throw new InvariantError(
    'Expected a transaction of the store that the source of work was made for, got another',
  );
}
