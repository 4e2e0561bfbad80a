import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { readWhole } from '../../input/fields.ts';
import { readOptions, type ShapeOf, shapeReader, withDefault } from '../../input/options.ts';
import type { Place } from '../../input/refuse.ts';
import type { RecordedFailure } from '../../model/failures.ts';
import type { Admission, Note, RunRecord, UserRecord, WorkflowRecord } from '../../model/records.ts';
import type { SliceKey } from '../../model/slices.ts';
import type { Store, StoreCapabilities, StoreSlices, StoreTransaction } from '../../ports/store.ts';
import { runPut, SLICE_BOUNDS, type SliceBounds } from '../../rules/status/slice.ts';
import { MemoryReader, pairKey, Tables } from './reader.ts';
import type { RunUsers } from './run-users.ts';
import { memorySlices } from './slices.ts';

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /**
   * Runs are cut into slices, for several engines on this store: as in a database that several processes write. `true`:
   * with the bounds of `cutRun`. Default: each run is driven by one engine.
   */
  readonly slices?: boolean | SliceBounds;
}

/**
 * A store in the memory of the process: the whole contract except durability.
 *
 * @example
 * ```ts
 * import { createLedger, memoryStore } from 'tenure';
 *
 * const ledger = await createLedger({ store: memoryStore() });
 * console.log((await ledger.workflows.list()).length); // → 0
 * await ledger.close();
 * ```
 */
export function memoryStore(options?: MemoryStoreOptions): Store {
  return new MemoryStore(readOptions(options, 'memoryStore', OPTIONS).slices);
}

/** The slices of a memory store by `transaction`, for those who observe it; `undefined` where it has none. */
export function slicesThrough(store: Store, transaction: Store['transaction']): StoreSlices | undefined {
  if (!(store instanceof MemoryStore) || store.bounds === null) return undefined;
  return memorySlices(store.tables, transaction, store.bounds);
}

const readUsers = (place: Place): number => readWhole(place, 1, Number.MAX_SAFE_INTEGER);
const BOUNDS = shapeReader({ min: readUsers, max: readUsers });
const OPTIONS = {
  slices: withDefault(
    (place: Place) => (typeof place.value === 'boolean' ? place.value : BOUNDS(place)),
    false as boolean | SliceBounds,
  ),
} satisfies ShapeOf<MemoryStoreOptions>;

class MemoryStore extends MemoryReader implements Store {
  readonly capabilities: StoreCapabilities;
  readonly slices?: StoreSlices;
  /** Of its slices; `null`: runs are not cut. */
  readonly bounds: SliceBounds | null;
  /** Settles when the last queued transaction has ended; transactions run one after another. */
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(slices: boolean | SliceBounds) {
    super(new Tables(), false, () => this.#checkOpen());
    this.capabilities = { durable: false, sharedWriters: slices !== false, synchronous: true };
    this.bounds = slices === true ? SLICE_BOUNDS : slices || null;
    if (this.bounds) this.slices = memorySlices(this.tables, (work) => this.transaction(work), this.bounds);
  }

  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#run(work));
    this.#queue = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    await this.#queue;
    this.#closed = true;
  }

  async #run<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    this.#checkOpen();
    const tx = new MemoryTransaction(this.tables);
    try {
      const result = await work(tx);
      tx.requireSound();
      tx.end('commit');
      return result;
    } catch (error) {
      tx.end('rollback');
      throw error;
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new LifecycleError('StoreClosed', 'The store is closed; open it again to use it');
  }
}

class MemoryTransaction extends MemoryReader implements StoreTransaction {
  readonly #touchedUsers = new Set<RunUsers>();
  #ended = false;
  /** Set when a write failed half way: the transaction cannot commit any more. */
  #failure: { readonly error: unknown } | null = null;

  constructor(tables: Tables) {
    super(tables, true, () => this.#checkOpen());
  }

  /** Before the commit. @throws what made a write fail half way, even when `work` has swallowed it. */
  requireSound(): void {
    if (this.#failure) throw this.#failure.error;
  }

  end(how: 'commit' | 'rollback'): void {
    this.#ended = true;
    for (const users of this.#touchedUsers) users[how]();
    for (const table of Object.values(this.tables)) table[how]();
  }

  async putWorkflow(record: WorkflowRecord): Promise<void> {
    const { workflow } = record;
    this.#tables.workflows.set(workflow.id, record);
    const others = (await this.listWorkflowVersions(workflow.id)).filter(
      (one) => one.version !== workflow.version,
    );
    const versions = [workflow, ...others].sort((a, b) => b.version - a.version);
    this.#tables.versions.set(workflow.id, versions);
  }

  async deleteWorkflow(id: string): Promise<void> {
    this.#tables.workflows.delete(id);
    this.#tables.versions.delete(id);
    for (const admission of [...this.#tables.admissions.values(true)]) {
      if (admission.workflowId === id) this.#tables.admissions.delete(pairKey(id, admission.subjectId));
    }
    for (const run of [...this.#tables.runs.values(true)]) {
      if (run.workflowId === id) await this.deleteRun(run.id);
    }
  }

  async insertRun(run: RunRecord): Promise<void> {
    const taken =
      run.slotAtMs === null ? undefined : this.#tables.slots.get(slotKey(run, run.slotAtMs), true);
    if (taken !== undefined || (await this.getRun(run.id))) {
      throw new LifecycleError(
        'Duplicate',
        `Expected run ${run.id} and its schedule slot to be new, got one that exists`,
        {
          runId: run.id,
          workflowId: run.workflowId,
          slotAtMs: run.slotAtMs,
        },
      );
    }
    this.#tables.runs.set(run.id, run);
    this.#tables.users.add(run.id);
    if (run.slotAtMs !== null) this.#tables.slots.set(slotKey(run, run.slotAtMs), run.id);
  }

  async putRun(run: RunRecord): Promise<void> {
    const row = this.#tables.runs.get(run.id, true);
    if (row === undefined) throw missingRun(run.id);
    const slices = this.#tables.slices.get(run.id, true) ?? [];
    const isAtWork = slices.some(({ slice }) => slice.state !== 'ended');
    this.#tables.runs.set(run.id, isAtWork ? runPut(row, run) : run);
  }

  async deleteRun(id: string): Promise<void> {
    const run = await this.getRun(id);
    if (!run) return;
    this.#tables.runs.delete(id);
    this.#tables.users.delete(id);
    this.#tables.slices.delete(id);
    this.#tables.failures.delete(id);
    if (run.slotAtMs !== null) this.#tables.slots.delete(slotKey(run, run.slotAtMs));
  }

  async insertUsers(users: readonly UserRecord[]): Promise<void> {
    this.#writeUsers(users, 'insert');
  }

  async putUsers(users: readonly UserRecord[]): Promise<void> {
    this.#writeUsers(users, 'put');
  }

  async addFailures({ runId }: SliceKey, failures: readonly RecordedFailure[]): Promise<void> {
    if (!this.#tables.runs.get(runId, true)) throw missingRun(runId);
    this.#tables.failures.add(runId, failures);
  }

  async putAdmissions(admissions: readonly Admission[]): Promise<void> {
    for (const one of admissions) this.#tables.admissions.set(pairKey(one.workflowId, one.subjectId), one);
  }

  async deleteAdmissions(workflowId: string, runId: string, subjectIds: readonly string[]): Promise<void> {
    for (const one of await this.getAdmissions(workflowId, subjectIds)) {
      if (one.runId === runId) this.#tables.admissions.delete(pairKey(workflowId, one.subjectId));
    }
  }

  async purgeAdmissions(workflowId: string, beforeMs: number): Promise<void> {
    for (const one of [...this.#tables.admissions.values(true)]) {
      if (one.workflowId === workflowId && one.dueAtMs < beforeMs) {
        this.#tables.admissions.delete(pairKey(workflowId, one.subjectId));
      }
    }
  }

  async putNotes(notes: readonly Note[]): Promise<void> {
    for (const note of notes) this.#tables.notes.set(pairKey(note.collection, note.key), note);
  }

  async deleteNotes(collection: string, keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#tables.notes.delete(pairKey(collection, key));
  }

  async purgeNotes(collection: string, prefix: string): Promise<void> {
    const notes = await this.listNotes({ collection, prefix, after: null, limit: Number.POSITIVE_INFINITY });
    await this.deleteNotes(
      collection,
      notes.map(({ key }) => key),
    );
  }

  async putSetting(name: string, value: string): Promise<void> {
    this.#tables.settings.set(name, value);
  }

  #checkOpen(): void {
    if (this.#ended) {
      throw new LifecycleError(
        'StoreClosed',
        'The transaction has ended; make all of its calls before its function returns',
      );
    }
    this.requireSound();
  }

  /** The tables, for a write: one after the end would be part of the next transaction. */
  get #tables(): Tables {
    this.#checkOpen();
    return this.tables;
  }

  /** Writes users, which are all of one run. */
  #writeUsers(users: readonly UserRecord[], write: 'insert' | 'put'): void {
    const tables = this.#tables;
    const [first] = users;
    if (!first) return;
    const rows = tables.users.get(first.runId, true);
    if (!rows) throw missingRun(first.runId);
    this.#touchedUsers.add(rows);
    for (const [index, user] of users.entries()) {
      try {
        rows[write](user);
      } catch (error) {
        if (index > 0) this.#failure = { error };
        throw error;
      }
    }
  }
}

function slotKey(run: RunRecord, slotAtMs: number): string {
  return pairKey(run.workflowId, slotAtMs);
}

function missingRun(id: string): LifecycleError<'NotFound'> {
  return new LifecycleError('NotFound', `Expected run ${id} to exist, got none`, { runId: id });
}
