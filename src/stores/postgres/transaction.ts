import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { RecordedFailure } from '../../model/failures.ts';
import type { Admission, Note, RunRecord, UserRecord, WorkflowRecord } from '../../model/records.ts';
import type { SliceKey } from '../../model/slices.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import { NO_COUNTERS } from '../../rules/counters/counters.ts';
import type { Cell } from '../sql/cells.ts';
import { columnOf } from '../sql/columns.ts';
import { keysWithPrefix } from '../sql/note-keys.ts';
import { RUN_COLUMNS, RUN_FIELDS, runCells } from '../sql/run-rows.ts';
import { attemptsCell, outcomesCell, USER_COLUMNS } from '../sql/user-rows.ts';
import { type Journals, putUsers, type RunJournal, readJournal, readUser } from './journal.ts';
import { PostgresReader } from './reader.ts';
import { canHold, type ForeignResult, type Session, textArray, wholeMs } from './session.ts';
import { addFailures, failureColumns } from './slices/failures.ts';
import { lockRun } from './slices/slice-runs.ts';

/** Rows that one statement deletes: a time-out is for a statement. */
const DELETES_MAX = 50_000;

const RUN_VALUES = RUN_FIELDS.map((_, index) => `$${index + 1}`).join(', ');
const INSERT_RUN = `INSERT INTO {s}.runs (${RUN_COLUMNS}) VALUES (${RUN_VALUES}) ON CONFLICT DO NOTHING RETURNING no`;
/** What a run in open slices keeps when it is put: see `rules/status/slice.ts`. */
const KEPT: Readonly<Partial<Record<keyof RunRecord, string>>> = {
  ...Object.fromEntries(
    [...Object.keys(NO_COUNTERS), 'taskReports', 'lastUserEndAtMs', 'seq'].map((field) => [
      field,
      columnOf(field),
    ]),
  ),
  revision: 'revision + 1',
};
const PUT_RUN = `UPDATE {s}.runs SET ${RUN_FIELDS.map((field, index) => {
  const [column, given] = [columnOf(field), `$${index + 1}`];
  if (field === 'lastUpdatedAtMs')
    return `${column} = CASE WHEN slices_left > 0 THEN greatest(${column}, ${given}) ELSE ${given} END`;
  return KEPT[field] === undefined
    ? `${column} = ${given}`
    : `${column} = CASE WHEN slices_left > 0 THEN ${KEPT[field]} ELSE ${given} END`;
}).join(', ')} WHERE id = $${RUN_FIELDS.length + 1} RETURNING no`;

const INSERT_USERS = `INSERT INTO {s}.users (run_no, ${USER_COLUMNS})
  SELECT $1, * FROM unnest($2::int[], $3::text[], $4::text[], $5::int[], $6::int8[], $7::int8[], $8::int8[], $9::int8[],
    $10::int[], $11::int[], $12::int[], $13::text[], $14::text[])
  ON CONFLICT DO NOTHING RETURNING no`;

const ADD_FAILURES = `WITH run AS (SELECT no, workflow_id FROM {s}.runs WHERE id = $1),
  ${addFailures(2, { no: '(SELECT no FROM run)', slice: '0', workflowId: '(SELECT workflow_id FROM run)' }, 'run')}
  SELECT count(*)::int FROM run`;

/** A transaction over one session. Its calls run one after another, in the order in which they are made. */
export class PostgresTransaction extends PostgresReader implements StoreTransaction {
  readonly #session: Session;
  readonly #journals: Journals;
  readonly #toStoreError: (error: unknown) => unknown;
  /** Runs whose journals it has read, by id. */
  readonly #ofRuns = new Map<string, { readonly runNo: number; readonly journal: RunJournal }>();
  /** Settles when the last call has ended. */
  #queue: Promise<unknown> = Promise.resolve();
  #ended = false;
  /** Set when a statement failed: the transaction cannot commit any more. */
  #failure: { readonly error: unknown } | null = null;

  constructor(session: Session, journals: Journals, toStoreError: (error: unknown) => unknown) {
    super({
      read: (_, read) => this.#guard(() => read(session)),
      activeUsers: readJournal,
      user: readUser,
    });
    this.#session = session;
    this.#journals = journals;
    this.#toStoreError = toStoreError;
  }

  /** Runs statements in the transaction. */
  run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#write(work);
  }

  /** Runs a statement of another package that keeps tables in this database, such as a job queue. */
  executeSql(text: string, values?: readonly unknown[]): Promise<ForeignResult> {
    return this.#write((session) => session.foreign(text, values));
  }

  /** The run, locked: what is decided by it holds until the transaction ends. */
  override async getRun(id: string): Promise<RunRecord | null> {
    if (canHold(id)) await this.#write((session) => lockRun(session, id));
    return super.getRun(id);
  }

  /** Refuses every later call, and waits for those that were made. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#queue;
  }

  /** Before the commit. @throws what made a call fail, even when `work` has swallowed it. */
  requireSound(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** After a transaction that was not kept. */
  undo(): void {
    for (const runId of this.#ofRuns.keys()) this.#journals.forget(runId);
  }

  async putWorkflow({ workflow, lastSlotAtMs }: WorkflowRecord): Promise<void> {
    const { id, version } = workflow;
    const body = JSON.stringify(workflow);
    await this.#write(async (session) => {
      await session.rows(
        `INSERT INTO {s}.workflows (id, last_slot_at_ms, body) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET last_slot_at_ms = excluded.last_slot_at_ms, body = excluded.body`,
        [id, lastSlotAtMs, body],
      );
      await session.rows(
        `INSERT INTO {s}.workflow_versions (workflow_id, version, body) VALUES ($1, $2, $3)
         ON CONFLICT (workflow_id, version) DO UPDATE SET body = excluded.body`,
        [id, version, body],
      );
    });
  }

  async deleteWorkflow(id: string): Promise<void> {
    const runs = await this.#write(async (session) => {
      await session.rows('DELETE FROM {s}.workflows WHERE id = $1', [id]);
      await session.rows('DELETE FROM {s}.workflow_versions WHERE workflow_id = $1', [id]);
      await session.rows('DELETE FROM {s}.admissions WHERE workflow_id = $1', [id]);
      return session.rows('SELECT id FROM {s}.runs WHERE workflow_id = $1', [id]);
    });
    for (const [runId] of runs) await this.deleteRun(String(runId));
  }

  async insertRun(run: RunRecord): Promise<void> {
    await this.#write(async (session) => {
      const rows = await session.rows(INSERT_RUN, runCells(run));
      if (rows.length > 0) return;
      const { id: runId, workflowId, slotAtMs } = run;
      throw new LifecycleError(
        'Duplicate',
        `Expected run ${runId} and its schedule slot to be new, got one that exists`,
        { runId, workflowId, slotAtMs },
      );
    }, isHarmless);
  }

  async putRun(run: RunRecord): Promise<void> {
    await this.#write(async (session) => {
      const rows = await session.rows(PUT_RUN, [...runCells(run), run.id]);
      if (rows.length === 0) throw missingRun(run.id);
    }, isHarmless);
  }

  async deleteRun(id: string): Promise<void> {
    await this.#write(async (session) => {
      // Slices before their run, as their holders lock them.
      await session.rows('DELETE FROM {s}.slices WHERE run_no = (SELECT no FROM {s}.runs WHERE id = $1)', [
        id,
      ]);
      const runNo = await session.value('DELETE FROM {s}.runs WHERE id = $1 RETURNING no', [id]);
      if (runNo === null) return;
      this.#ofRuns.delete(id);
      this.#journals.forget(id);
      for (const table of ['journal', 'failure_groups'])
        await session.rows(`DELETE FROM {s}.${table} WHERE run_no = $1`, [runNo]);
      for (const [table, key] of [
        ['users', 'no'],
        ['failure_members', 'key, no'],
      ] as const) {
        const sql = `WITH gone AS (DELETE FROM {s}.${table} WHERE run_no = $1 AND (${key}) IN
          (SELECT ${key} FROM {s}.${table} WHERE run_no = $1 ORDER BY ${key} LIMIT ${DELETES_MAX}) RETURNING 1) SELECT count(*) FROM gone`;
        while ((await session.value(sql, [runNo])) === DELETES_MAX);
      }
    });
  }

  async insertUsers(users: readonly UserRecord[]): Promise<void> {
    const [first] = users;
    if (!first) return;
    await this.#write(
      async (session) => {
        const { runNo } = await this.#requireRun(first.runId);
        const rows = await session.rows(INSERT_USERS, [runNo, ...columnsOf(users)]);
        if (rows.length < users.length) throw duplicate(users, new Set(rows.map(([ordinal]) => ordinal)));
      },
      (error) => users.length === 1 && isHarmless(error),
    );
  }

  async putUsers(users: readonly UserRecord[]): Promise<void> {
    const [first] = users;
    if (!first) return;
    await this.#write(async (session) => {
      const { runNo, journal } = await this.#requireRun(first.runId);
      await putUsers(session, runNo, users, journal);
    });
  }

  async addFailures({ runId }: SliceKey, failures: readonly RecordedFailure[]): Promise<void> {
    if (failures.length === 0) return;
    await this.#write(async (session) => {
      const [row] = await session.rows(ADD_FAILURES, [runId, ...failureColumns(failures)]);
      if (row?.[0] !== 1) throw missingRun(runId);
    }, isHarmless);
  }

  async putAdmissions(admissions: readonly Admission[]): Promise<void> {
    const newest = [
      ...new Map(admissions.map((one) => [JSON.stringify([one.workflowId, one.subjectId]), one])).values(),
    ];
    await this.#write((session) =>
      session.rows(
        `INSERT INTO {s}.admissions (workflow_id, subject_id, due_at_ms, run_id)
         SELECT * FROM unnest($1::text[], $2::text[], $3::int8[], $4::text[])
         ON CONFLICT (workflow_id, subject_id) DO UPDATE SET due_at_ms = excluded.due_at_ms, run_id = excluded.run_id`,
        [
          textArray(newest.map(({ workflowId }) => workflowId)),
          textArray(newest.map(({ subjectId }) => subjectId)),
          textArray(newest.map(({ dueAtMs }) => dueAtMs)),
          textArray(newest.map(({ runId }) => runId)),
        ],
      ),
    );
  }

  async deleteAdmissions(workflowId: string, runId: string, subjectIds: readonly string[]): Promise<void> {
    await this.#write((session) =>
      session.rows(
        'DELETE FROM {s}.admissions WHERE workflow_id = $1 AND run_id = $2 AND subject_id = ANY($3::text[])',
        [workflowId, runId, textArray(subjectIds)],
      ),
    );
  }

  async purgeAdmissions(workflowId: string, beforeMs: number): Promise<void> {
    await this.#write((session) =>
      session.rows('DELETE FROM {s}.admissions WHERE workflow_id = $1 AND due_at_ms < $2::int8', [
        workflowId,
        wholeMs(beforeMs, Math.ceil),
      ]),
    );
  }

  async putNotes(notes: readonly Note[]): Promise<void> {
    const newest = [
      ...new Map(notes.map((note) => [JSON.stringify([note.collection, note.key]), note])).values(),
    ];
    await this.#write((session) =>
      session.rows(
        `INSERT INTO {s}.notes (collection, key, body) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
         ON CONFLICT (collection, key) DO UPDATE SET body = excluded.body`,
        [
          textArray(newest.map(({ collection }) => collection)),
          textArray(newest.map(({ key }) => key)),
          textArray(newest.map(({ body }) => body)),
        ],
      ),
    );
  }

  async deleteNotes(collection: string, keys: readonly string[]): Promise<void> {
    await this.#write((session) =>
      session.rows('DELETE FROM {s}.notes WHERE collection = $1 AND key = ANY($2::text[])', [
        collection,
        textArray(keys),
      ]),
    );
  }

  async purgeNotes(collection: string, prefix: string): Promise<void> {
    const { sql, params } = keysWithPrefix(collection, prefix);
    await this.#write((session) => session.list(`DELETE FROM {s}.notes WHERE ${sql}`, params));
  }

  async putSetting(name: string, value: string): Promise<void> {
    await this.#write((session) =>
      session.rows(
        'INSERT INTO {s}.settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
        [name, value],
      ),
    );
  }

  async #journalOf(runId: string): Promise<{ readonly runNo: number; readonly journal: RunJournal } | null> {
    const known = this.#ofRuns.get(runId) ?? (await this.#journals.read(this.#session, runId));
    if (known) this.#ofRuns.set(runId, known);
    return known;
  }

  async #requireRun(runId: string): Promise<{ readonly runNo: number; readonly journal: RunJournal }> {
    const known = await this.#journalOf(runId);
    if (known === null) throw missingRun(runId);
    return known;
  }

  #write<T>(
    write: (session: Session) => Promise<T>,
    leavesNothing?: (error: unknown) => boolean,
  ): Promise<T> {
    return this.#guard(() => write(this.#session), leavesNothing);
  }

  /** @param leavesNothing whether an error that `act` throws has left everything as it was. */
  async #guard<T>(
    act: () => Promise<T>,
    leavesNothing: (error: unknown) => boolean = () => false,
  ): Promise<T> {
    if (this.#ended) {
      throw new LifecycleError(
        'StoreClosed',
        'The transaction has ended; make all of its calls before its function returns',
      );
    }
    const result = this.#queue.then(async () => {
      this.requireSound();
      try {
        return await act();
      } catch (cause) {
        const error = this.#toStoreError(cause);
        if (!leavesNothing(error)) this.#failure = { error };
        throw error;
      }
    });
    this.#queue = result.catch(() => {});
    return result;
  }
}

/** Such errors are found before any row is changed. */
function isHarmless(error: unknown): boolean {
  return LifecycleError.is(error) && (error.code === 'Duplicate' || error.code === 'NotFound');
}

/** The columns of {@link INSERT_USERS} as arrays. */
function columnsOf(users: readonly UserRecord[]): string[] {
  const columns: readonly Cell[][] = [
    users.map((user) => user.ordinal),
    users.map((user) => user.subjectId),
    users.map((user) => user.processingStatus),
    users.map((user) => user.workflowVersion),
    users.map((user) => user.createdAtMs),
    users.map((user) => user.scheduledAtMs),
    users.map((user) => user.startedAtMs),
    users.map((user) => user.completedAtMs),
    users.map((user) => user.totalTasksCount),
    users.map((user) => user.failedTasksCount),
    users.map((user) => user.totalUnprocessedTasksCount),
    users.map(outcomesCell),
    users.map(attemptsCell),
  ];
  return columns.map(textArray);
}

/** @param inserted ordinals of the users that were new. */
function duplicate(
  users: readonly UserRecord[],
  inserted: ReadonlySet<unknown>,
): LifecycleError<'Duplicate'> {
  const seen = new Set<number>();
  const second = users.find((user) => {
    const isSecond = !inserted.has(user.ordinal) || seen.has(user.ordinal);
    seen.add(user.ordinal);
    return isSecond;
  });
  const { subjectId = '', ordinal = 0, runId = '' } = second ?? {};
  return new LifecycleError(
    'Duplicate',
    `Expected subject \`${subjectId}\` (user ${ordinal}) to be new in run ${runId}, got a second result`,
    { runId, subjectId, ordinal },
  );
}

function missingRun(id: string): LifecycleError<'NotFound'> {
  return new LifecycleError('NotFound', `Expected run ${id} to exist, got none`, { runId: id });
}
