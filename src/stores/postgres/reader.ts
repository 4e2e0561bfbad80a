import type { FailureGroupRecord, RepairedCount, RepairedQuery } from '../../model/failures.ts';
import type { Admission, Note, RunRecord, UserRecord, WorkflowRecord } from '../../model/records.ts';
import type { UserSummary } from '../../model/resources/resources.ts';
import type { UserStatus } from '../../model/status.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type {
  AdmissionQuery,
  NoteQuery,
  RunQuery,
  RunSums,
  StoreReader,
  SubjectUserPage,
  SubjectUserQuery,
  UserCountQuery,
  UserQuery,
  UserSumQuery,
  WorkflowUserPage,
  WorkflowUserQuery,
} from '../../ports/store.ts';
import { NO_USERS } from '../../rules/counters/user-sums.ts';
import { admissionFromRow, admissionsAfter } from '../sql/admissions.ts';
import { keysWithPrefix } from '../sql/note-keys.ts';
import { WORKFLOW_COLUMNS, workflowFromRow } from '../sql/workflow-rows.ts';
import { pageOfWorkflowAsync } from '../workflow-users.ts';
import * as runs from './run-queries.ts';
import { canHold, type Session, textArray } from './session.ts';
import * as failures from './slices/failures.ts';
import { getSeenRun } from './slices/slice-runs.ts';
import * as users from './user-queries.ts';

/** The source of a reader. */
export interface Source {
  /** Runs a read; `one`: of a single statement, `many`: of several, which see one committed state. */
  read<T>(statements: 'one' | 'many', read: (session: Session) => Promise<T>): Promise<T>;
  /** A run's number, and its users whose newest state is not in their rows; `null`: there is no such run. */
  activeUsers(session: Session, runId: string): Promise<Pick<users.RunUsers, 'runNo' | 'active'> | null>;
  /** The user of a run by its ordinal or its subject. */
  user(
    session: Session,
    runId: string,
    column: 'no' | 'subject_id',
    value: number | string,
  ): Promise<UserRecord | null>;
}

/** The reads of the store port, over any source. What Postgres cannot hold is found nowhere. */
export class PostgresReader implements StoreReader {
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  getWorkflow(id: string): Promise<WorkflowRecord | null> {
    return this.#one(null, [id], async (session) => {
      const [row] = await session.rows(`SELECT ${WORKFLOW_COLUMNS} FROM {s}.workflows WHERE id = $1`, [id]);
      return row ? workflowFromRow(row) : null;
    });
  }

  listWorkflows(): Promise<readonly WorkflowRecord[]> {
    return this.#one([], [], async (session) =>
      (await session.rows(`SELECT ${WORKFLOW_COLUMNS} FROM {s}.workflows ORDER BY no`)).map(workflowFromRow),
    );
  }

  getWorkflowVersion(id: string, version: number): Promise<Workflow | null> {
    return this.#one(null, [id], async (session) => {
      const sql = 'SELECT body FROM {s}.workflow_versions WHERE workflow_id = $1 AND version = $2::float8';
      const [row] = await session.rows(sql, [id, version]);
      return row ? JSON.parse(String(row[0])) : null;
    });
  }

  listWorkflowVersions(id: string): Promise<readonly Workflow[]> {
    return this.#one([], [id], async (session) => {
      const sql = 'SELECT body FROM {s}.workflow_versions WHERE workflow_id = $1 ORDER BY version DESC';
      return (await session.rows(sql, [id])).map((row) => JSON.parse(String(row[0])));
    });
  }

  getRun(id: string): Promise<RunRecord | null> {
    return this.#one(null, [id], (session) => getSeenRun(session, id));
  }

  listRuns(query: RunQuery): Promise<readonly RunRecord[]> {
    return this.#many<readonly RunRecord[]>([], [query.workflowId ?? ''], (session) =>
      runs.listRuns(session, query),
    );
  }

  countRuns(query: Pick<RunQuery, 'workflowId' | 'where'>): Promise<number> {
    return this.#many(0, [query.workflowId ?? ''], (session) => runs.countRuns(session, query));
  }

  listUnfinishedRuns(): Promise<readonly RunRecord[]> {
    return this.#many<readonly RunRecord[]>([], [], runs.listUnfinishedRuns);
  }

  sumRuns(workflowId: string, fromMs: number, toMs: number): Promise<RunSums> {
    return this.#one(runs.NO_RUNS, [workflowId], (session) =>
      runs.sumRuns(session, workflowId, fromMs, toMs),
    );
  }

  getUser(runId: string, ordinal: number): Promise<UserRecord | null> {
    return this.#one(null, [runId], (session) => this.#source.user(session, runId, 'no', ordinal));
  }

  getUserBySubject(runId: string, subjectId: string): Promise<UserRecord | null> {
    return this.#one(null, [runId, subjectId], (session) =>
      this.#source.user(session, runId, 'subject_id', subjectId),
    );
  }

  listUsers(query: UserQuery): Promise<readonly UserRecord[]> {
    return this.#users<readonly UserRecord[]>([], query.runId, (of) => users.listUsers(of, query));
  }

  countUsers(query: UserCountQuery): Promise<number> {
    return this.#users(0, query.runId, (of) => users.countUsers(of, query));
  }

  listUsersOfWorkflow(query: WorkflowUserQuery): Promise<WorkflowUserPage> {
    const none: WorkflowUserPage = { rows: [], next: null };
    return this.#many(none, [query.workflowId, query.after?.key ?? ''], (session) =>
      pageOfWorkflowAsync(query, {
        run: (id) => getSeenRun(session, id),
        runs: (page) => runs.listRuns(session, page),
        users: (page) => this.#usersOf(session, page.runId, [], (of) => users.listUsers(of, page)),
      }),
    );
  }

  listUsersOfSubject(query: SubjectUserQuery): Promise<SubjectUserPage> {
    return this.#many<SubjectUserPage>({ rows: [], next: null }, [query.subjectId], (session) =>
      users.listUsersOfSubject(session, query, (runId, ordinal) =>
        this.#source.user(session, runId, 'no', ordinal),
      ),
    );
  }

  sumUsers(query: UserSumQuery): Promise<UserSummary> {
    return this.#users(NO_USERS, query.runId, (of) => users.sumUsers(of, query));
  }

  listUsersByStatus(
    runId: string,
    status: UserStatus,
    afterOrdinal: number,
    limit: number,
    toOrdinal?: number,
  ): Promise<readonly UserRecord[]> {
    return this.#users<readonly UserRecord[]>([], runId, (of) =>
      users.listUsersByStatus(of, status, afterOrdinal, limit, toOrdinal),
    );
  }

  listFailureGroups(runId: string): Promise<readonly FailureGroupRecord[]> {
    return this.#one<readonly FailureGroupRecord[]>([], [runId], (session) =>
      failures.listFailureGroups(session, runId),
    );
  }

  listUsersOfFailureGroup(
    runId: string,
    key: string,
    afterOrdinal: number,
    limit: number,
  ): Promise<readonly UserRecord[]> {
    return this.#users<readonly UserRecord[]>([], runId, async (of) => {
      if (!canHold(key)) return [];
      const ordinals = await failures.membersOf(of.session, of.runNo, key, afterOrdinal, limit);
      return users.listUsersAt(of, ordinals);
    });
  }

  listRunsWithFailures(workflowId: string, sinceMs: number, limit: number): Promise<readonly string[]> {
    return this.#one<readonly string[]>([], [workflowId], (session) =>
      failures.listRunsWithFailures(session, workflowId, sinceMs, limit),
    );
  }

  countRepaired(query: RepairedQuery): Promise<RepairedCount> {
    const none: RepairedCount = { count: 0, lastOrdinal: null };
    return this.#one(none, [query.runId, query.key], (session) => failures.countRepaired(session, query));
  }

  getAdmissions(workflowId: string, subjectIds: readonly string[]): Promise<readonly Admission[]> {
    return this.#one([], [workflowId], async (session) => {
      const sql =
        'SELECT subject_id, due_at_ms, run_id FROM {s}.admissions WHERE workflow_id = $1 AND subject_id = ANY($2::text[])';
      const rows = await session.rows(sql, [workflowId, textArray(subjectIds.filter(canHold))]);
      return rows.map((row) => admissionFromRow(workflowId, row));
    });
  }

  listAdmissions(query: AdmissionQuery): Promise<readonly Admission[]> {
    const { workflowId, after } = query;
    return this.#one([], [workflowId, after ?? ''], async (session) => {
      const { sql, params } = admissionsAfter('{s}.admissions', query);
      return (await session.list(sql, params)).map((row) => admissionFromRow(workflowId, row));
    });
  }

  getNotes(collection: string, keys: readonly string[]): Promise<readonly Note[]> {
    return this.#one([], [collection], async (session) => {
      const sql = 'SELECT key, body FROM {s}.notes WHERE collection = $1 AND key = ANY($2::text[])';
      const rows = await session.rows(sql, [collection, textArray(keys.filter(canHold))]);
      return rows.map(([key, body]) => ({ collection, key: String(key), body: String(body) }));
    });
  }

  listNotes({ collection, prefix, after, limit }: NoteQuery): Promise<readonly Note[]> {
    return this.#one([], [collection, prefix, after ?? ''], async (session) => {
      const { sql, params } = keysWithPrefix(collection, prefix);
      const rest = after === null ? '' : ' AND key > ?';
      const values = after === null ? params : [...params, after];
      const rows = await session.list(
        `SELECT key, body FROM {s}.notes WHERE ${sql}${rest} ORDER BY key LIMIT ?`,
        [...values, limit],
      );
      return rows.map(([key, body]) => ({ collection, key: String(key), body: String(body) }));
    });
  }

  getSetting(name: string): Promise<string | null> {
    return this.#one(null, [name], async (session) => {
      const value = await session.value('SELECT value FROM {s}.settings WHERE name = $1', [name]);
      return value === null ? null : String(value);
    });
  }

  async #one<T>(none: T, texts: readonly string[], read: (session: Session) => Promise<T>): Promise<T> {
    return this.#source.read('one', (session) =>
      texts.every(canHold) ? read(session) : Promise.resolve(none),
    );
  }

  async #many<T>(none: T, texts: readonly string[], read: (session: Session) => Promise<T>): Promise<T> {
    return this.#source.read('many', (session) =>
      texts.every(canHold) ? read(session) : Promise.resolve(none),
    );
  }

  #users<T>(none: T, runId: string, read: (of: users.RunUsers) => Promise<T>): Promise<T> {
    return this.#many(none, [runId], (session) => this.#usersOf(session, runId, none, read));
  }

  async #usersOf<T>(
    session: Session,
    runId: string,
    none: T,
    read: (of: users.RunUsers) => Promise<T>,
  ): Promise<T> {
    const of = await this.#source.activeUsers(session, runId);
    return of === null ? none : read({ session, runId, ...of });
  }
}
