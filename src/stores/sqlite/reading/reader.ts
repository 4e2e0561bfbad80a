import type { FailureGroupRecord, RepairedCount, RepairedQuery } from '../../../model/failures.ts';
import type { Admission, Note, RunRecord, UserRecord, WorkflowRecord } from '../../../model/records.ts';
import type { UserSummary } from '../../../model/resources/resources.ts';
import type { UserStatus } from '../../../model/status.ts';
import type { Workflow } from '../../../model/workflow/workflow.ts';
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
} from '../../../ports/store.ts';
import { NO_USERS } from '../../../rules/counters/user-sums.ts';
import { admissionFromRow, admissionsAfter } from '../../sql/admissions.ts';
import type { Row } from '../../sql/cells.ts';
import { WORKFLOW_COLUMNS, workflowFromRow } from '../../sql/workflow-rows.ts';
import { pageOfWorkflow } from '../../workflow-users.ts';
import type { Connection } from '../file/connection.ts';
import { storeError } from '../file/errors.ts';
import type { ActiveUsers } from '../journal/active-users.ts';
import * as failures from '../rows/failures.ts';
import { getNotes, listNotes } from '../rows/notes.ts';
import type { ReadCache } from './read-cache.ts';
import * as runs from './run-queries.ts';
import { findSubjectInRuns } from './subjects.ts';
import { sumRuns } from './sums.ts';
import * as users from './user-queries.ts';

/** The source of a reader. */
export interface Source {
  readonly connection: Connection;
  /** Absent: everything is read from the file. */
  readonly cache?: ReadCache;
  /** Users of a run whose newest state is not in their rows. */
  activeUsers(runNo: number, runId: string): ActiveUsers;
  /** Runs a read of several statements against one committed state. */
  snapshot<T>(read: () => T): T;
  /** Refuses the call when the store, or the transaction, is over. */
  checkOpen(): void;
}

/** The reads of the store port, over any source. Each runs synchronously. */
export class SqliteReader implements StoreReader {
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  async getWorkflow(id: string): Promise<WorkflowRecord | null> {
    return this.#read((connection) => {
      const read = (): Row | undefined =>
        connection.get(`SELECT ${WORKFLOW_COLUMNS} FROM workflows WHERE id = ?`, id);
      if (this.#source.cache) return this.#source.cache.workflow(id, read);
      const row = read();
      return row ? workflowFromRow(row) : null;
    });
  }

  async listWorkflows(): Promise<readonly WorkflowRecord[]> {
    return this.#read((connection) =>
      connection.all(`SELECT ${WORKFLOW_COLUMNS} FROM workflows ORDER BY no`).map(workflowFromRow),
    );
  }

  async getWorkflowVersion(id: string, version: number): Promise<Workflow | null> {
    return this.#read((connection) => {
      const sql = 'SELECT body FROM workflow_versions WHERE workflow_id = ? AND version = ?';
      const row = connection.get(sql, id, version);
      return row ? JSON.parse(String(row[0])) : null;
    });
  }

  async listWorkflowVersions(id: string): Promise<readonly Workflow[]> {
    return this.#read((connection) => {
      const sql = 'SELECT body FROM workflow_versions WHERE workflow_id = ? ORDER BY version DESC';
      return connection.all(sql, id).map((row) => JSON.parse(String(row[0])));
    });
  }

  async getRun(id: string): Promise<RunRecord | null> {
    return this.#read((connection) => runs.getRun(connection, id));
  }

  async listRuns(query: RunQuery): Promise<readonly RunRecord[]> {
    return this.#read((connection) => runs.listRuns(connection, query, this.#source.cache));
  }

  async countRuns(query: Pick<RunQuery, 'workflowId' | 'where'>): Promise<number> {
    return this.#read((connection) => runs.countRuns(connection, query));
  }

  async listUnfinishedRuns(): Promise<readonly RunRecord[]> {
    return this.#read(runs.listUnfinishedRuns);
  }

  async sumRuns(workflowId: string, fromMs: number, toMs: number): Promise<RunSums> {
    return this.#read((connection) => sumRuns(connection, workflowId, fromMs, toMs));
  }

  async getUser(runId: string, ordinal: number): Promise<UserRecord | null> {
    return this.#readUsers(runId, null, (of) => users.getUser(of, ordinal));
  }

  async getUserBySubject(runId: string, subjectId: string): Promise<UserRecord | null> {
    return this.#readUsers(runId, null, (of) => users.getUserBySubject(of, subjectId));
  }

  async listUsers(query: UserQuery): Promise<readonly UserRecord[]> {
    return this.#readUsers<readonly UserRecord[]>(query.runId, [], (of) => users.listUsers(of, query));
  }

  async countUsers(query: UserCountQuery): Promise<number> {
    return this.#readUsers(query.runId, 0, (of) => users.countUsers(of, query));
  }

  async listUsersOfWorkflow(query: WorkflowUserQuery): Promise<WorkflowUserPage> {
    return this.#read((connection) =>
      pageOfWorkflow(query, {
        run: (id) => runs.getRun(connection, id),
        runs: (page) => runs.listRuns(connection, page),
        users: (page) => {
          const of = this.#usersOf(connection, page.runId);
          return of === null ? [] : users.listUsers(of, page);
        },
      }),
    );
  }

  async listUsersOfSubject({ subjectId, after, limit }: SubjectUserQuery): Promise<SubjectUserPage> {
    return this.#read((connection) => {
      const found = findSubjectInRuns(connection, subjectId, after, limit + 1);
      const page = found.slice(0, limit);
      const rows = page.flatMap(({ runId, runNo, ordinal }) => {
        const active = this.#source.activeUsers(runNo, runId);
        const run = runs.getRun(connection, runId);
        const user = users.getUser({ connection, runId, runNo, active }, ordinal);
        return run && user ? [{ run, user }] : [];
      });
      return { rows, next: found.length > limit ? (page.at(-1)?.runNo ?? null) : null };
    });
  }

  async sumUsers(query: UserSumQuery): Promise<UserSummary> {
    return this.#readUsers(query.runId, NO_USERS, (of) => users.sumUsers(of, query));
  }

  async listUsersByStatus(
    runId: string,
    status: UserStatus,
    afterOrdinal: number,
    limit: number,
    toOrdinal?: number,
  ): Promise<readonly UserRecord[]> {
    return this.#readUsers<readonly UserRecord[]>(runId, [], (of) =>
      users.listUsersByStatus(of, status, afterOrdinal, limit, toOrdinal),
    );
  }

  async listFailureGroups(runId: string): Promise<readonly FailureGroupRecord[]> {
    return this.#readUsers<readonly FailureGroupRecord[]>(runId, [], ({ connection, runNo }) =>
      failures.listFailureGroups(connection, runNo, runId),
    );
  }

  async listUsersOfFailureGroup(
    runId: string,
    key: string,
    afterOrdinal: number,
    limit: number,
  ): Promise<readonly UserRecord[]> {
    return this.#readUsers<readonly UserRecord[]>(runId, [], (of) =>
      failures
        .membersOf(of.connection, of.runNo, key, afterOrdinal, limit)
        .flatMap((ordinal) => users.getUser(of, ordinal) ?? []),
    );
  }

  async listRunsWithFailures(workflowId: string, sinceMs: number, limit: number): Promise<readonly string[]> {
    return this.#read((connection) => failures.listRunsWithFailures(connection, workflowId, sinceMs, limit));
  }

  async countRepaired(query: RepairedQuery): Promise<RepairedCount> {
    const { runId, key, byRunIds, afterOrdinal, limit } = query;
    return this.#readUsers<RepairedCount>(runId, { count: 0, lastOrdinal: null }, (of) => {
      const runs = byRunIds.flatMap((id) => this.#usersOf(of.connection, id) ?? []);
      const ordinals = failures.membersOf(of.connection, of.runNo, key, afterOrdinal, limit);
      const isRepaired = (ordinal: number): boolean => {
        const subjectId = users.getUser(of, ordinal)?.subjectId ?? '';
        return runs.some((run) => users.getUserBySubject(run, subjectId)?.processingStatus === 'completed');
      };
      return { count: ordinals.filter(isRepaired).length, lastOrdinal: ordinals.at(-1) ?? null };
    });
  }

  async getAdmissions(workflowId: string, subjectIds: readonly string[]): Promise<readonly Admission[]> {
    return this.#read((connection) => {
      const sql = 'SELECT due_at_ms, run_id FROM admissions WHERE workflow_id = ? AND subject_id = ?';
      return subjectIds.flatMap((subjectId) => {
        const row = connection.get(sql, workflowId, subjectId);
        return row ? [{ workflowId, subjectId, dueAtMs: Number(row[0]), runId: String(row[1]) }] : [];
      });
    });
  }

  async listAdmissions(query: AdmissionQuery): Promise<readonly Admission[]> {
    const { sql, params } = admissionsAfter('admissions', query);
    return this.#read((connection) =>
      connection.all(sql, ...params).map((row) => admissionFromRow(query.workflowId, row)),
    );
  }

  async getNotes(collection: string, keys: readonly string[]): Promise<readonly Note[]> {
    return this.#read((connection) => getNotes(connection, collection, keys));
  }

  async listNotes(query: NoteQuery): Promise<readonly Note[]> {
    return this.#read((connection) => listNotes(connection, query));
  }

  async getSetting(name: string): Promise<string | null> {
    return this.#read((connection) => {
      const row = connection.get('SELECT value FROM settings WHERE name = ?', name);
      return row ? String(row[0]) : null;
    });
  }

  #read<T>(read: (connection: Connection) => T): T {
    const { connection } = this.#source;
    this.#source.checkOpen();
    try {
      return this.#source.snapshot(() => read(connection));
    } catch (error) {
      throw storeError(error, connection.file);
    }
  }

  #readUsers<T>(runId: string, none: T, read: (of: users.RunUsers) => T): T {
    return this.#read((connection) => {
      const of = this.#usersOf(connection, runId);
      return of === null ? none : read(of);
    });
  }

  #usersOf(connection: Connection, runId: string): users.RunUsers | null {
    const runNo = runs.runNoOf(connection, runId);
    if (runNo === null) return null;
    return { connection, runId, runNo, active: this.#source.activeUsers(runNo, runId) };
  }
}
