import { setImmediate as nextTurn } from 'node:timers/promises';
import { LifecycleError } from '../../../errors/lifecycle-error.ts';
import type { RecordedFailure } from '../../../model/failures.ts';
import type { Admission, Note, RunRecord, UserRecord, WorkflowRecord } from '../../../model/records.ts';
import type { SliceKey } from '../../../model/slices.ts';
import type { StoreTransaction } from '../../../ports/store.ts';
import { isTouch, runCells } from '../../sql/run-rows.ts';
import type { Connection } from '../file/connection.ts';
import { isDuplicate, storeError } from '../file/errors.ts';
import { type Journals, NO_ACTIVE_USERS, RunJournal } from '../journal/active-users.ts';
import { putUsers } from '../journal/user-writes.ts';
import { SqliteReader } from '../reading/reader.ts';
import { getRun, runNoOf } from '../reading/run-queries.ts';
import type { SubjectFilters } from '../reading/subjects.ts';
import { DELETES_PER_TURN } from '../rows/deletes.ts';
import { addFailures, deleteSomeMembers } from '../rows/failures.ts';
import { deleteNotes, purgeNotes, putNotes } from '../rows/notes.ts';
import { INSERT_RUN, REPLACE_RUN, TOUCH_RUN } from '../rows/run-statements.ts';
import { insertUsers } from './user-inserts.ts';
import { applyWrites, WriteBatch, type Writes } from './write-batch.ts';

/**
 * A transaction on `connection`. Changes to the journals are staged until `settle`.
 *
 * Updates of users and runs can be collected in a write batch for the writer thread to commit (decision 15). As
 * long as nothing else is written and nothing is read after them, the transaction does not even begin here: this
 * process is the only writer, so what it has read stays true.
 */
export class SqliteTransaction extends SqliteReader implements StoreTransaction {
  readonly #connection: Connection;
  #usesBatch: boolean;
  readonly #journals: Journals;
  readonly #filters: SubjectFilters;
  /** Ids of the workflows and runs that it created, changed or removed. */
  readonly changedWorkflows = new Set<string>();
  readonly changedRuns = new Set<string>();
  /** Runs whose journals this transaction may have changed, by `run_no`. */
  readonly #changed = new Map<number, RunJournal>();
  #batch = new WriteBatch();
  /** Runs as this transaction has read or written them, by id. */
  readonly #runs = new Map<string, RunRecord>();
  #hasBegun = false;
  #ended = false;
  /** Set when a write failed half way or SQLite has rolled back: the transaction cannot commit any more. */
  #failure: { readonly error: unknown } | null = null;

  /** @param usesBatch whether writes may be collected in a batch, also without {@link allowBackgroundCommit}. */
  constructor(connection: Connection, journals: Journals, filters: SubjectFilters, usesBatch: boolean) {
    super({
      connection,
      activeUsers: (runNo) => journals.get(runNo) ?? NO_ACTIVE_USERS,
      snapshot: (read) => read(),
      checkOpen: () => {
        this.#checkOpen();
        if (this.#batch.length > 0) this.#guard(() => this.begin());
      },
    });
    this.#usesBatch = usesBatch;
    this.#connection = connection;
    this.#journals = journals;
    this.#filters = filters;
  }

  /** The writes collected so far; `null`: the transaction has begun on its connection. */
  get batch(): WriteBatch | null {
    return this.#hasBegun ? null : this.#batch;
  }

  allowBackgroundCommit(): void {
    this.#usesBatch = true;
  }

  /** Begins on the connection and applies the batch. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#connection.exec('BEGIN IMMEDIATE');
    this.#hasBegun = true;
    applyWrites(this.#batch.recording, this.#connection);
    this.#batch = new WriteBatch();
  }

  /** Before the commit. @throws what made a write fail, even when `work` has swallowed it. */
  requireSound(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Refuses every later call. */
  end(): void {
    this.#ended = true;
  }

  /** Right after the commit or the rollback, in the same synchronous stretch. */
  settle(how: 'commit' | 'rollBack'): void {
    if (how === 'rollBack') this.#filters.clear();
    for (const [runNo, journal] of this.#changed) {
      journal[how]();
      if (journal.size === 0) this.#journals.delete(runNo);
    }
  }

  async putWorkflow({ workflow, lastSlotAtMs }: WorkflowRecord): Promise<void> {
    this.#write((connection) => {
      this.changedWorkflows.add(workflow.id);
      const body = JSON.stringify(workflow);
      connection.run(
        `INSERT INTO workflows (id, last_slot_at_ms, body) VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET last_slot_at_ms = excluded.last_slot_at_ms, body = excluded.body`,
        workflow.id,
        lastSlotAtMs,
        body,
      );
      connection.run(
        `INSERT INTO workflow_versions (workflow_id, version, body) VALUES (?, ?, ?)
         ON CONFLICT (workflow_id, version) DO UPDATE SET body = excluded.body`,
        workflow.id,
        workflow.version,
        body,
      );
    });
  }

  async deleteWorkflow(id: string): Promise<void> {
    const ids = this.#write((connection) => {
      this.changedWorkflows.add(id);
      connection.run('DELETE FROM workflows WHERE id = ?', id);
      connection.run('DELETE FROM workflow_versions WHERE workflow_id = ?', id);
      connection.run('DELETE FROM admissions WHERE workflow_id = ?', id);
      return connection.all('SELECT id FROM runs WHERE workflow_id = ?', id).map((row) => String(row[0]));
    });
    for (const [index, runId] of ids.entries()) {
      await this.deleteRun(runId);
      if (index % 100 === 99) await nextTurn();
    }
  }

  async insertRun(run: RunRecord): Promise<void> {
    this.#write((connection) => {
      this.changedRuns.add(run.id);
      try {
        connection.run(INSERT_RUN, ...runCells(run));
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        const { id: runId, workflowId, slotAtMs } = run;
        throw new LifecycleError(
          'Duplicate',
          `Expected run ${runId} and its schedule slot to be new, got one that exists`,
          { runId, workflowId, slotAtMs },
          { cause: error },
        );
      }
    }, isHarmless);
  }

  override async getRun(id: string): Promise<RunRecord | null> {
    return this.#guard(() => this.#runOf(id));
  }

  async putRun(run: RunRecord): Promise<void> {
    this.#record((writes) => {
      const before = this.#runOf(run.id);
      if (before === null) throw missingRun(run.id);
      this.changedRuns.add(run.id);
      const cells = runCells(run);
      if (isTouch(runCells(before), cells)) writes.run(TOUCH_RUN, ...cells);
      else writes.run(REPLACE_RUN, ...cells, run.id);
      this.#runs.set(run.id, run);
    });
  }

  async deleteRun(id: string): Promise<void> {
    const runNo = this.#write((connection) => {
      const deleted = runNoOf(connection, id);
      if (deleted === null) return null;
      this.changedRuns.add(id);
      connection.run('DELETE FROM runs WHERE no = ?', deleted);
      connection.run('DELETE FROM journal WHERE run_no = ?', deleted);
      connection.run('DELETE FROM failure_groups WHERE run_no = ?', deleted);
      this.#runs.delete(id);
      this.#journalOf(deleted).clear();
      this.#filters.forget(deleted);
      return deleted;
    });
    if (runNo === null) return;
    for (let isFirst = true; ; isFirst = false) {
      if (!isFirst) await nextTurn();
      if (this.#write((connection) => deleteSomeUsers(connection, runNo)) === 'done') break;
    }
    while (this.#write((connection) => deleteSomeMembers(connection, runNo)) === 'more') await nextTurn();
  }

  async insertUsers(users: readonly UserRecord[]): Promise<void> {
    const [first] = users;
    if (!first) return;
    this.#write(
      (connection) => insertUsers(connection, requireRun(connection, first.runId), users, this.#filters),
      (error) => users.length === 1 && isHarmless(error),
    );
  }

  async putUsers(users: readonly UserRecord[]): Promise<void> {
    const [first] = users;
    if (!first) return;
    this.#record((writes) => {
      const runNo = requireRun(this.#connection, first.runId);
      putUsers(this.#connection, writes, runNo, users, this.#journalOf(runNo));
    });
  }

  async addFailures({ runId }: SliceKey, failures: readonly RecordedFailure[]): Promise<void> {
    this.#record((writes) => {
      const run = this.#runOf(runId);
      if (run === null) throw missingRun(runId);
      addFailures(writes, requireRun(this.#connection, runId), run.workflowId, failures);
    });
  }

  async putAdmissions(admissions: readonly Admission[]): Promise<void> {
    this.#write((connection) => {
      const sql =
        'INSERT OR REPLACE INTO admissions (workflow_id, subject_id, due_at_ms, run_id) VALUES (?, ?, ?, ?)';
      for (const { workflowId, subjectId, dueAtMs, runId } of admissions)
        connection.run(sql, workflowId, subjectId, dueAtMs, runId);
    });
  }

  async deleteAdmissions(workflowId: string, runId: string, subjectIds: readonly string[]): Promise<void> {
    this.#write((connection) => {
      const sql = 'DELETE FROM admissions WHERE workflow_id = ? AND subject_id = ? AND run_id = ?';
      for (const subjectId of subjectIds) connection.run(sql, workflowId, subjectId, runId);
    });
  }

  async purgeAdmissions(workflowId: string, beforeMs: number): Promise<void> {
    this.#write((connection) => {
      connection.run('DELETE FROM admissions WHERE workflow_id = ? AND due_at_ms < ?', workflowId, beforeMs);
    });
  }

  async putNotes(notes: readonly Note[]): Promise<void> {
    this.#write((connection) => putNotes(connection, notes));
  }

  async deleteNotes(collection: string, keys: readonly string[]): Promise<void> {
    this.#write((connection) => deleteNotes(connection, collection, keys));
  }

  async purgeNotes(collection: string, prefix: string): Promise<void> {
    this.#write((connection) => purgeNotes(connection, collection, prefix));
  }

  async putSetting(name: string, value: string): Promise<void> {
    this.#write((connection) => {
      connection.run('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)', name, value);
    });
  }

  /** Does not begin the transaction: a run that the batch changes is in `#runs`. */
  #runOf(id: string): RunRecord | null {
    const known = this.#runs.get(id) ?? getRun(this.#connection, id);
    if (known !== null) this.#runs.set(id, known);
    return known;
  }

  #journalOf(runNo: number): RunJournal {
    const known = this.#changed.get(runNo);
    if (known) return known;
    const journal = this.#journals.get(runNo) ?? new RunJournal();
    this.#journals.set(runNo, journal);
    this.#changed.set(runNo, journal);
    return journal;
  }

  /** Collects writes in the batch if possible. `write` reads before it writes, and only rows that a batch never changes. */
  #record(write: (writes: Writes) => void): void {
    const isBatched = this.#usesBatch && !this.#hasBegun;
    if (isBatched) this.#guard(() => write(this.#batch), isHarmless);
    else this.#write(write, isHarmless);
  }

  #write<T>(write: (connection: Connection) => T, leavesNothing?: (error: unknown) => boolean): T {
    return this.#guard(() => {
      this.begin();
      return write(this.#connection);
    }, leavesNothing);
  }

  /** @param leavesNothing whether an error that `act` throws has left everything as it was. */
  #guard<T>(act: () => T, leavesNothing: (error: unknown) => boolean = () => false): T {
    this.#checkOpen();
    try {
      return act();
    } catch (cause) {
      const error = storeError(cause, this.#connection.file);
      if (!leavesNothing(error)) this.#failure = { error };
      throw error;
    }
  }

  #checkOpen(): void {
    if (this.#ended) {
      throw new LifecycleError(
        'StoreClosed',
        'The transaction has ended; make all of its calls before its function returns',
      );
    }
    if (this.#failure) throw this.#failure.error;
  }
}

/** Such errors are found before any row is changed. */
function isHarmless(error: unknown): boolean {
  return LifecycleError.is(error) && (error.code === 'Duplicate' || error.code === 'NotFound');
}

function deleteSomeUsers(connection: Connection, runNo: number): 'done' | 'more' {
  const last = connection.get(
    'SELECT no FROM users WHERE run_no = ? ORDER BY no LIMIT 1 OFFSET ?',
    runNo,
    DELETES_PER_TURN - 1,
  );
  if (last) connection.run('DELETE FROM users WHERE run_no = ? AND no <= ?', runNo, Number(last[0]));
  else connection.run('DELETE FROM users WHERE run_no = ?', runNo);
  return last ? 'more' : 'done';
}

function requireRun(connection: Connection, id: string): number {
  const runNo = runNoOf(connection, id);
  if (runNo === null) throw missingRun(id);
  return runNo;
}

function missingRun(id: string): LifecycleError<'NotFound'> {
  return new LifecycleError('NotFound', `Expected run ${id} to exist, got none`, { runId: id });
}
