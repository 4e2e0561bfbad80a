import type {
  FailureGroupRecord,
  RecordedFailure,
  RepairedCount,
  RepairedQuery,
} from '../../../model/failures.ts';
import { addressOf, userResultId } from '../../../model/ids.ts';
import type { Admission, Note, RunRecord, UserRecord, WorkflowRecord } from '../../../model/records.ts';
import { type PropertyTable, RUN_PROPERTIES, USER_PROPERTIES } from '../../../model/resources/properties.ts';
import type { UserSummary } from '../../../model/resources/resources.ts';
import type { UserStatus } from '../../../model/status.ts';
import type { Workflow } from '../../../model/workflow/workflow.ts';
import type {
  AdmissionQuery,
  Cursor,
  NoteQuery,
  PageQuery,
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
import { matches } from '../lists/filters.ts';

/** Statuses that a run never leaves. Source: domain §6.3. */
const FINAL: readonly string[] = ['completed', 'completedWithErrors', 'failed', 'canceled', 'quarantined'];

/** Statuses of users who failed. Source: domain §6.5. */
const FAILED: readonly string[] = ['failed', 'completedWithErrors'];

/** The reads of a naive store: every one searches everything. */
export class NaiveReader implements StoreReader {
  readonly workflows = new Map<string, WorkflowRecord>();
  readonly versions = new Map<string, Workflow>();
  readonly runs = new Map<string, RunRecord>();
  /** Numbers of runs in order of creation; those of deleted runs stay. */
  readonly runNos = new Map<string, number>();
  readonly users = new Map<string, UserRecord>();
  readonly admissions = new Map<string, Admission>();
  readonly notes = new Map<string, Note>();
  readonly settings = new Map<string, string>();
  /** Every failure that was added, by run, key and ordinal. */
  readonly failures = new Map<string, RecordedFailure & { readonly runId: string }>();

  async getWorkflow(id: string): Promise<WorkflowRecord | null> {
    return this.workflows.get(id) ?? null;
  }

  async listWorkflows(): Promise<readonly WorkflowRecord[]> {
    return [...this.workflows.values()].sort((a, b) =>
      order(a.workflow.createdDateTime, b.workflow.createdDateTime),
    );
  }

  async getWorkflowVersion(id: string, version: number): Promise<Workflow | null> {
    return this.versions.get(JSON.stringify([id, version])) ?? null;
  }

  async listWorkflowVersions(id: string): Promise<readonly Workflow[]> {
    return [...this.versions.values()].filter((one) => one.id === id).sort((a, b) => b.version - a.version);
  }

  async getRun(id: string): Promise<RunRecord | null> {
    return this.runs.get(id) ?? null;
  }

  async listRuns(query: RunQuery): Promise<readonly RunRecord[]> {
    return page(this.shownRuns(query.workflowId), query, RUN_PROPERTIES, (run) => run.id);
  }

  async countRuns(query: Pick<RunQuery, 'workflowId' | 'where'>): Promise<number> {
    return this.shownRuns(query.workflowId).filter((run) => matches(query.where, RUN_PROPERTIES, run)).length;
  }

  async listUnfinishedRuns(): Promise<readonly RunRecord[]> {
    const unfinished = [...this.runs.values()].filter(
      (run) => !FINAL.includes(run.processingStatus) || !run.published,
    );
    return unfinished.sort((a, b) => a.scheduledAtMs - b.scheduledAtMs);
  }

  async sumRuns(workflowId: string, fromMs: number, toMs: number): Promise<RunSums> {
    const runs = this.shownRuns(workflowId).filter((run) => {
      const atMs = run.startedAtMs ?? run.scheduledAtMs;
      return run.workflowExecutionType !== 'preview' && atMs >= fromMs && atMs <= toMs;
    });
    const sum = (count: (run: RunRecord) => number) => runs.reduce((total, run) => total + count(run), 0);
    const withStatus = (...statuses: readonly string[]) =>
      runs.filter((run) => statuses.includes(run.processingStatus)).length;
    return {
      totalRuns: runs.length,
      successfulRuns: withStatus('completed'),
      failedRuns: withStatus('failed', 'completedWithErrors'),
      totalUsers: sum((run) => run.totalUsersCount),
      totalTasks: sum((run) => run.totalTasksCount),
      failedTasks: sum((run) => run.failedTasksCount),
    };
  }

  async getUser(runId: string, ordinal: number): Promise<UserRecord | null> {
    return this.users.get(JSON.stringify([runId, ordinal])) ?? null;
  }

  async getUserBySubject(runId: string, subjectId: string): Promise<UserRecord | null> {
    return this.usersOf(runId).find((user) => user.subjectId === subjectId) ?? null;
  }

  async listUsers(query: UserQuery): Promise<readonly UserRecord[]> {
    return page(this.#usersIn(query), query, USER_PROPERTIES, (user) => user.ordinal);
  }

  async countUsers(query: UserCountQuery): Promise<number> {
    return this.#usersIn(query).filter((user) => matches(query.where, USER_PROPERTIES, user)).length;
  }

  #usersIn({ runId, afterOrdinal, toOrdinal }: UserCountQuery): UserRecord[] {
    return this.usersOf(runId).filter(
      ({ ordinal }) => ordinal > (afterOrdinal ?? 0) && ordinal <= (toOrdinal ?? Number.POSITIVE_INFINITY),
    );
  }

  async listUsersOfWorkflow({
    workflowId,
    whereRun,
    where,
    after,
    limit,
  }: WorkflowUserQuery): Promise<WorkflowUserPage> {
    const byOrdinal = { property: 'id', descending: false };
    const newestFirst = { property: 'scheduledDateTime', descending: true };
    const listed = this.shownRuns(workflowId).filter((run) => matches(whereRun, RUN_PROPERTIES, run));
    const rows = sortedRows(listed, newestFirst, RUN_PROPERTIES, ({ id }) => id).flatMap((run) => {
      const users = this.usersOf(run.id).filter((user) => matches(where, USER_PROPERTIES, user));
      return sortedRows(users, byOrdinal, USER_PROPERTIES, ({ ordinal }) => ordinal).map((user) => ({
        run,
        user,
      }));
    });
    const placeOf = ({ run, user }: (typeof rows)[number]) => ({
      value: run.scheduledAtMs,
      key: userResultId(run.id, user.ordinal),
    });
    // Ids of one run are in the order of their ordinals, which is not that of the runs.
    const isAfter = (row: (typeof rows)[number]): boolean => {
      if (after === null) return true;
      const runIdAfter = addressOf(after.key)?.runId ?? after.key;
      if (row.run.id === runIdAfter) return placeOf(row).key > after.key;
      return (
        compareCursors(
          { value: row.run.scheduledAtMs, key: row.run.id },
          { value: after.value, key: runIdAfter },
          true,
        ) > 0
      );
    };
    const rest = rows.filter(isAfter);
    const last = rest[limit - 1];
    return { rows: rest.slice(0, limit), next: last && rest.length > limit ? placeOf(last) : null };
  }

  async listUsersOfSubject({ subjectId, after, limit }: SubjectUserQuery): Promise<SubjectUserPage> {
    const rows = [...this.runs.values()].flatMap((run) => {
      const no = this.runNos.get(run.id) ?? 0;
      const user = this.usersOf(run.id).find((one) => one.subjectId === subjectId);
      return user && run.published && (after === null || no < after) ? [{ no, run, user }] : [];
    });
    const page = rows.sort((a, b) => b.no - a.no).slice(0, limit);
    return {
      rows: page.map(({ run, user }) => ({ run, user })),
      next: rows.length > limit ? (page.at(-1)?.no ?? null) : null,
    };
  }

  async sumUsers({ runId, afterOrdinal, toOrdinal, fromMs, toMs }: UserSumQuery): Promise<UserSummary> {
    const users = this.usersOf(runId).filter((user) => {
      const at = user.startedAtMs ?? user.scheduledAtMs;
      return user.ordinal > afterOrdinal && user.ordinal <= toOrdinal && at >= fromMs && at <= toMs;
    });
    const sum = (of: (user: UserRecord) => number) => users.reduce((total, user) => total + of(user), 0);
    return {
      failedTasks: sum((user) => user.failedTasksCount),
      failedUsers: sum((user) => Number(FAILED.includes(user.processingStatus))),
      successfulUsers: sum((user) => Number(user.processingStatus === 'completed')),
      totalTasks: sum((user) => user.totalTasksCount),
      totalUsers: users.length,
    };
  }

  async listUsersByStatus(
    runId: string,
    status: UserStatus,
    afterOrdinal: number,
    limit: number,
    toOrdinal = Number.POSITIVE_INFINITY,
  ) {
    const users = this.usersOf(runId).filter(
      ({ processingStatus, ordinal }) =>
        processingStatus === status && ordinal > afterOrdinal && ordinal <= toOrdinal,
    );
    return users.sort((a, b) => a.ordinal - b.ordinal).slice(0, limit);
  }

  async listFailureGroups(runId: string): Promise<readonly FailureGroupRecord[]> {
    const groups = Map.groupBy(this.#failuresOf(runId), ({ key }) => key);
    const records = [...groups.values()].map((members): FailureGroupRecord => {
      const { key, taskId, code, reason } = members[0] as RecordedFailure;
      const sample = members.map(({ ordinal }) => ordinal).sort((a, b) => a - b);
      return {
        runId,
        key,
        taskId,
        code,
        reason,
        usersCount: members.length,
        firstAtMs: Math.min(...members.map(({ atMs }) => atMs)),
        lastAtMs: Math.max(...members.map(({ atMs }) => atMs)),
        subjectIds: sample.slice(0, 5).map((ordinal) => this.#userAt(runId, ordinal).subjectId),
      };
    });
    return records.sort((a, b) => order(a.key, b.key));
  }

  async listUsersOfFailureGroup(
    runId: string,
    key: string,
    afterOrdinal: number,
    limit: number,
  ): Promise<readonly UserRecord[]> {
    return this.#failuresOf(runId)
      .filter((failure) => failure.key === key && failure.ordinal > afterOrdinal)
      .map(({ ordinal }) => this.#userAt(runId, ordinal))
      .sort((a, b) => a.ordinal - b.ordinal)
      .slice(0, Math.max(0, limit));
  }

  async listRunsWithFailures(workflowId: string, sinceMs: number, limit: number): Promise<readonly string[]> {
    const runs = [...this.runs.values()]
      .filter((run) => run.workflowId === workflowId)
      .map(({ id }) => ({ id, lastAtMs: Math.max(...this.#failuresOf(id).map(({ atMs }) => atMs)) }))
      .filter(({ lastAtMs }) => lastAtMs >= sinceMs);
    return runs
      .sort((a, b) => b.lastAtMs - a.lastAtMs || order(b.id, a.id))
      .slice(0, Math.max(0, limit))
      .map(({ id }) => id);
  }

  async countRepaired({ runId, key, byRunIds, afterOrdinal, limit }: RepairedQuery): Promise<RepairedCount> {
    const members = await this.listUsersOfFailureGroup(runId, key, afterOrdinal, limit);
    const repaired = members.filter(({ subjectId }) =>
      byRunIds.some((id) =>
        this.usersOf(id).some(
          (user) => user.subjectId === subjectId && user.processingStatus === 'completed',
        ),
      ),
    );
    return { count: repaired.length, lastOrdinal: members.at(-1)?.ordinal ?? null };
  }

  #failuresOf(runId: string) {
    return [...this.failures.values()].filter((failure) => failure.runId === runId);
  }

  #userAt(runId: string, ordinal: number): UserRecord {
    return this.usersOf(runId).find((user) => user.ordinal === ordinal) as UserRecord;
  }

  async getAdmissions(workflowId: string, subjectIds: readonly string[]): Promise<readonly Admission[]> {
    return [...this.admissions.values()].filter(
      (one) => one.workflowId === workflowId && subjectIds.includes(one.subjectId),
    );
  }

  async listAdmissions({ workflowId, after, limit }: AdmissionQuery): Promise<readonly Admission[]> {
    const own = [...this.admissions.values()].filter((one) => one.workflowId === workflowId);
    const sorted = own.sort((a, b) => order(a.subjectId, b.subjectId));
    return sorted.filter(({ subjectId }) => after === null || order(subjectId, after) > 0).slice(0, limit);
  }

  async getNotes(collection: string, keys: readonly string[]): Promise<readonly Note[]> {
    return [...this.notes.values()].filter(
      (note) => note.collection === collection && keys.includes(note.key),
    );
  }

  async listNotes({ collection, prefix, after, limit }: NoteQuery): Promise<readonly Note[]> {
    const fits = (note: Note) => note.collection === collection && note.key.startsWith(prefix);
    const sorted = [...this.notes.values()].filter(fits).sort((a, b) => order(a.key, b.key));
    return sorted.filter(({ key }) => after === null || order(key, after) > 0).slice(0, limit);
  }

  async getSetting(name: string): Promise<string | null> {
    return this.settings.get(name) ?? null;
  }

  /** Published runs. */
  protected shownRuns(workflowId: string | undefined): RunRecord[] {
    const ofWorkflow = (run: RunRecord) => workflowId === undefined || run.workflowId === workflowId;
    return [...this.runs.values()].filter((run) => run.published && ofWorkflow(run));
  }

  /** Users of the run in no particular order. */
  protected usersOf(runId: string): UserRecord[] {
    return [...this.users.values()].filter((user) => user.runId === runId);
  }
}

function page<Row, Key extends string | number>(
  rows: readonly Row[],
  query: PageQuery<Key>,
  table: PropertyTable<Row>,
  keyOf: (row: Row) => Key,
): Row[] {
  const sorted = sortedRows(
    rows.filter((row) => matches(query.where, table, row)),
    query.order,
    table,
    keyOf,
  );
  const { after } = query;
  const rest =
    after === null
      ? sorted
      : sorted.filter(
          (row) =>
            compareCursors(cursorOf(row, query.order, table, keyOf), after, query.order.descending) > 0,
        );
  return rest.slice(0, query.limit);
}

/** The rows in the order that a store must give them. */
export function sortedRows<Row, Key extends string | number>(
  rows: readonly Row[],
  by: PageQuery<Key>['order'],
  table: PropertyTable<Row>,
  keyOf: (row: Row) => Key,
): Row[] {
  const cursor = (row: Row) => cursorOf(row, by, table, keyOf);
  return [...rows].sort((a, b) => compareCursors(cursor(a), cursor(b), by.descending));
}

/** Where a row stands in an order; by `id` it is the key alone, without a value. */
export function cursorOf<Row, Key extends string | number>(
  row: Row,
  by: PageQuery<Key>['order'],
  table: PropertyTable<Row>,
  keyOf: (row: Row) => Key,
): Cursor<Key> {
  if (by.property === 'id') return { value: null, key: keyOf(row) };
  const property = table[by.property];
  if (!property) throw new RangeError(`Expected an orderable property, got ${by.property}`);
  return { value: row[property.field] as string | number | null, key: keyOf(row) };
}

function compareCursors<Key extends string | number>(
  a: Cursor<Key>,
  b: Cursor<Key>,
  descending: boolean,
): number {
  const ascending = order(a.value, b.value) || order(a.key, b.key);
  return descending ? -ascending : ascending;
}

function order(a: string | number | null, b: string | number | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}
