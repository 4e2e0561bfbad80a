import { setImmediate as nextTurn } from 'node:timers/promises';
import { LifecycleError } from '../../errors/index.ts';
import type { Admission, Note, RunRecord, UserRecord, WorkflowRecord } from '../../model/records.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { isDuplicate, storeError } from './errors.ts';
import { type Journals, NOBODY, RunJournal } from './in-flight.ts';
import { deleteNotes, purgeNotes, putNotes } from './notes.ts';
import { SqliteReader } from './reader.ts';
import { runNoOf } from './run-queries.ts';
import { INSERT_RUN, REPLACE_RUN, runCells, TOUCH_RUN } from './run-rows.ts';
import type { SubjectFilters } from './subjects.ts';
import { insertUsers } from './user-inserts.ts';
import { putUsers } from './user-writes.ts';

/** Rows that are deleted before the host's event loop gets a turn: some 20 ms of work. */
const DELETES_PER_TURN = 10_000;

/** A transaction that has begun on `connection`. What it does to the journals is staged until `settle`. */
export class SqliteTransaction extends SqliteReader implements StoreTransaction {
  readonly #connection: Connection;
  readonly #journals: Journals;
  readonly #filters: SubjectFilters;
  /** Ids of what it made, changed or removed. */
  readonly changedWorkflows = new Set<string>();
  readonly changedRuns = new Set<string>();
  /** Runs whose journals this transaction may have changed, by `run_no`. */
  readonly #changed = new Map<number, RunJournal>();
  #ended = false;
  /** A write failed half way, or SQLite has rolled back: this transaction can only end so. */
  #failure: { readonly error: unknown } | null = null;

  constructor(connection: Connection, journals: Journals, filters: SubjectFilters) {
    super({
      connection,
      inFlight: (runNo) => journals.get(runNo) ?? NOBODY,
      snapshot: (read) => read(),
      checkOpen: () => this.#checkOpen(),
    });
    this.#connection = connection;
    this.#journals = journals;
    this.#filters = filters;
  }

  /** Before the commit. @throws what made a write fail, even when `work` has swallowed it. */
  requireSound(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** From now on every call is refused. */
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

  async putRun(run: RunRecord): Promise<void> {
    this.#write((connection) => {
      this.changedRuns.add(run.id);
      const cells = runCells(run);
      if (connection.run(TOUCH_RUN, ...cells) > 0) return;
      if (connection.run(REPLACE_RUN, ...cells, run.id) === 0) throw missingRun(run.id);
    }, isHarmless);
  }

  async deleteRun(id: string): Promise<void> {
    const runNo = this.#write((connection) => {
      const no = runNoOf(connection, id);
      if (no === null) return null;
      this.changedRuns.add(id);
      connection.run('DELETE FROM runs WHERE no = ?', no);
      connection.run('DELETE FROM journal WHERE run_no = ?', no);
      this.#journalOf(no).clear();
      this.#filters.forget(no);
      return no;
    });
    if (runNo === null) return;
    for (let isFirst = true; ; isFirst = false) {
      if (!isFirst) await nextTurn();
      if (this.#write((connection) => deleteSomeUsers(connection, runNo)) === 'done') return;
    }
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
    this.#write((connection) => {
      const runNo = requireRun(connection, first.runId);
      putUsers(connection, runNo, users, this.#journalOf(runNo));
    }, isHarmless);
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

  #journalOf(runNo: number): RunJournal {
    const known = this.#changed.get(runNo);
    if (known) return known;
    const journal = this.#journals.get(runNo) ?? new RunJournal();
    this.#journals.set(runNo, journal);
    this.#changed.set(runNo, journal);
    return journal;
  }

  /** @param leavesNothing whether an error that `write` throws has left everything as it was. */
  #write<T>(
    write: (connection: Connection) => T,
    leavesNothing: (error: unknown) => boolean = () => false,
  ): T {
    this.#checkOpen();
    try {
      return write(this.#connection);
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
        'Expected the transaction to be running, got a call after its end',
      );
    }
    if (this.#failure) throw this.#failure.error;
  }
}

/** These are found out before a row is touched. */
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

function missingRun(id: string): LifecycleError {
  return new LifecycleError('NotFound', `Expected run ${id} to exist, got none`, { runId: id });
}
