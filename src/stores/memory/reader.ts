import { matchesRow } from '../../filter/list-filter.ts';
import type { FailureGroupRecord, RepairedCount, RepairedQuery } from '../../model/failures.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Admission, Note, RunRecord, UserRecord, WorkflowRecord } from '../../model/records.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../model/resources/properties.ts';
import type { UserSummary } from '../../model/resources/resources.ts';
import type { SliceRecord } from '../../model/slices.ts';
import type { UserStatus } from '../../model/status.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type {
  AdmissionQuery,
  NoteQuery,
  OrdinalRange,
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
import { runSums } from '../../rules/counters/run-sums.ts';
import { userSums } from '../../rules/counters/user-sums.ts';
import { runWithSlices } from '../../rules/status/slice.ts';
import { pageOfWorkflow } from '../workflow-users.ts';
import { FailureTable } from './failure-table.ts';
import { LayeredMap } from './layered-map.ts';
import { pageOf } from './page.ts';
import { RunTable } from './run-table.ts';
import { UserTable } from './run-users.ts';
import { StagedNews } from './staged-news.ts';

/** Everything that a memory store holds. */
export class Tables {
  readonly workflows = new LayeredMap<string, WorkflowRecord>();
  /** By workflow id; a version list is replaced as a whole. */
  readonly versions = new LayeredMap<string, readonly Workflow[]>();
  readonly runs = new RunTable();
  readonly users = new UserTable();
  /** Key: {@link pairKey} of workflow and slot; value: the run's id. */
  readonly slots = new LayeredMap<string, string>();
  /** Key: {@link pairKey} of workflow and subject. */
  readonly admissions = new LayeredMap<string, Admission>();
  /** Key: {@link pairKey} of collection and key. */
  readonly notes = new LayeredMap<string, Note>();
  readonly settings = new LayeredMap<string, string>();
  readonly failures = new FailureTable();
  /** By run, in their order. */
  readonly slices = new LayeredMap<string, readonly StoredSlice[]>();
  /** Committed last, so that what news are about can be read by then. */
  readonly news = new StagedNews();
}

/** A slice, its holder, and when that one was last heard of. */
export interface StoredSlice {
  readonly slice: SliceRecord;
  readonly holder: string;
  readonly heardAtMs: EpochMs;
}

/** One key of two parts; JSON keeps any two pairs apart. */
export function pairKey(first: string, second: string | number): string {
  return JSON.stringify([first, second]);
}

const TERMINAL = new Set(['completed', 'completedWithErrors', 'failed', 'canceled', 'quarantined']);

/** The reads of a memory store; `staged`: whether they see the running transaction's writes. */
export class MemoryReader implements StoreReader {
  readonly tables: Tables;
  readonly #staged: boolean;
  readonly #check: () => void;

  constructor(tables: Tables, staged: boolean, check: () => void) {
    this.tables = tables;
    this.#staged = staged;
    this.#check = check;
  }

  async getWorkflow(id: string): Promise<WorkflowRecord | null> {
    this.#check();
    return this.tables.workflows.get(id, this.#staged) ?? null;
  }

  async listWorkflows(): Promise<readonly WorkflowRecord[]> {
    this.#check();
    return [...this.tables.workflows.values(this.#staged)];
  }

  async getWorkflowVersion(id: string, version: number): Promise<Workflow | null> {
    return (await this.listWorkflowVersions(id)).find((workflow) => workflow.version === version) ?? null;
  }

  async listWorkflowVersions(id: string): Promise<readonly Workflow[]> {
    this.#check();
    return this.tables.versions.get(id, this.#staged) ?? [];
  }

  async getRun(id: string): Promise<RunRecord | null> {
    this.#check();
    const run = this.tables.runs.get(id, this.#staged);
    return run ? this.#withSlices(run) : null;
  }

  async listRuns(query: RunQuery): Promise<readonly RunRecord[]> {
    return this.#listRuns(query);
  }

  async countRuns({ workflowId, where }: Pick<RunQuery, 'workflowId' | 'where'>): Promise<number> {
    return countOf(
      this.#publishedRuns(workflowId),
      (run) => !where || matchesRow(where, RUN_PROPERTIES, run),
    );
  }

  async listUnfinishedRuns(): Promise<readonly RunRecord[]> {
    this.#check();
    const runs = [...this.tables.runs.values(this.#staged)];
    return runs
      .filter((run) => !run.published || !TERMINAL.has(run.processingStatus))
      .map((run) => this.#withSlices(run));
  }

  async sumRuns(workflowId: string, fromMs: number, toMs: number): Promise<RunSums> {
    return runSums(this.#publishedRuns(workflowId), fromMs, toMs);
  }

  async getUser(runId: string, ordinal: number): Promise<UserRecord | null> {
    this.#check();
    return this.tables.users.get(runId, this.#staged)?.get(ordinal, this.#staged) ?? null;
  }

  async getUserBySubject(runId: string, subjectId: string): Promise<UserRecord | null> {
    this.#check();
    return this.tables.users.get(runId, this.#staged)?.getBySubject(subjectId, this.#staged) ?? null;
  }

  async listUsers(query: UserQuery): Promise<readonly UserRecord[]> {
    return this.#listUsers(query);
  }

  async countUsers({ where, ...of }: UserCountQuery): Promise<number> {
    return countOf(this.#usersIn(of), (user) => !where || matchesRow(where, USER_PROPERTIES, user));
  }

  async listUsersOfWorkflow(query: WorkflowUserQuery): Promise<WorkflowUserPage> {
    this.#check();
    return pageOfWorkflow(query, {
      run: (id) => {
        const run = this.tables.runs.get(id, this.#staged);
        return run ? this.#withSlices(run) : null;
      },
      runs: (page) => this.#listRuns(page),
      users: (page) => this.#listUsers(page),
    });
  }

  /** The subjects of each run are in a map: some 50 ns a run. */
  async listUsersOfSubject({ subjectId, after, limit }: SubjectUserQuery): Promise<SubjectUserPage> {
    this.#check();
    const found: (SubjectUserPage['rows'][number] & { readonly no: number })[] = [];
    for (const users of this.tables.users.values(this.#staged)) {
      const user = users.getBySubject(subjectId, this.#staged);
      const run = user && this.tables.runs.get(user.runId, this.#staged);
      if (user && run?.published && (after === null || users.runNo < after))
        found.push({ no: users.runNo, run, user });
    }
    const page = found.sort((a, b) => b.no - a.no).slice(0, limit);
    return {
      rows: page.map(({ run, user }) => ({ run: this.#withSlices(run), user })),
      next: found.length > limit ? (page.at(-1)?.no ?? null) : null,
    };
  }

  async sumUsers({ runId, afterOrdinal, toOrdinal, fromMs, toMs }: UserSumQuery): Promise<UserSummary> {
    return userSums(this.#usersIn({ runId, afterOrdinal, toOrdinal }), fromMs, toMs);
  }

  async listUsersByStatus(
    runId: string,
    status: UserStatus,
    afterOrdinal: number,
    limit: number,
    toOrdinal = Number.POSITIVE_INFINITY,
  ): Promise<readonly UserRecord[]> {
    this.#check();
    const users = this.tables.users.get(runId, this.#staged);
    return users?.inStatus(status, afterOrdinal, limit, toOrdinal, this.#staged) ?? [];
  }

  async listFailureGroups(runId: string): Promise<readonly FailureGroupRecord[]> {
    this.#check();
    const { failures } = this.tables;
    return failures.groups(runId, this.#staged).map((group) => {
      const sample = this.#usersOfGroup(runId, group.key, 0, LIMITS.failureSampleMax);
      return { ...group, subjectIds: sample.map(({ subjectId }) => subjectId) };
    });
  }

  async listUsersOfFailureGroup(
    runId: string,
    key: string,
    afterOrdinal: number,
    limit: number,
  ): Promise<readonly UserRecord[]> {
    this.#check();
    return this.#usersOfGroup(runId, key, afterOrdinal, limit);
  }

  async listRunsWithFailures(workflowId: string, sinceMs: number, limit: number): Promise<readonly string[]> {
    this.#check();
    return [...this.tables.failures.latest(this.#staged)]
      .filter(
        ([runId, lastAtMs]) =>
          lastAtMs >= sinceMs && this.tables.runs.get(runId, this.#staged)?.workflowId === workflowId,
      )
      .sort(([runA, a], [runB, b]) => b - a || (runA < runB ? 1 : -1))
      .slice(0, Math.max(0, limit))
      .map(([runId]) => runId);
  }

  async countRepaired(query: RepairedQuery): Promise<RepairedCount> {
    this.#check();
    const { runId, key, byRunIds, afterOrdinal, limit } = query;
    const users = this.#usersOfGroup(runId, key, afterOrdinal, limit);
    const runs = byRunIds.map((id) => this.tables.users.get(id, this.#staged));
    const isRepaired = ({ subjectId }: UserRecord): boolean =>
      runs.some((run) => run?.getBySubject(subjectId, this.#staged)?.processingStatus === 'completed');
    return { count: users.filter(isRepaired).length, lastOrdinal: users.at(-1)?.ordinal ?? null };
  }

  async getAdmissions(workflowId: string, subjectIds: readonly string[]): Promise<readonly Admission[]> {
    this.#check();
    const found = subjectIds.map((id) => this.tables.admissions.get(pairKey(workflowId, id), this.#staged));
    return found.filter((admission) => admission !== undefined);
  }

  async listAdmissions({ workflowId, after, limit }: AdmissionQuery): Promise<readonly Admission[]> {
    this.#check();
    const found: Admission[] = [];
    for (const one of this.tables.admissions.values(this.#staged))
      if (one.workflowId === workflowId && (after === null || one.subjectId > after)) found.push(one);
    return found.sort((a, b) => (a.subjectId < b.subjectId ? -1 : 1)).slice(0, limit);
  }

  async getNotes(collection: string, keys: readonly string[]): Promise<readonly Note[]> {
    this.#check();
    const found = keys.map((key) => this.tables.notes.get(pairKey(collection, key), this.#staged));
    return found.filter((note) => note !== undefined);
  }

  async listNotes({ collection, prefix, after, limit }: NoteQuery): Promise<readonly Note[]> {
    this.#check();
    const found: Note[] = [];
    for (const note of this.tables.notes.values(this.#staged)) {
      const fits = note.collection === collection && note.key.startsWith(prefix);
      if (fits && (after === null || note.key > after)) found.push(note);
    }
    return found.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
  }

  async getSetting(name: string): Promise<string | null> {
    this.#check();
    return this.tables.settings.get(name, this.#staged) ?? null;
  }

  #listRuns(query: RunQuery): readonly RunRecord[] {
    this.#check();
    const { runs } = this.tables;
    // Changes of a running transaction are in no index.
    if (this.#staged && runs.isChanged)
      return pageOf(this.#publishedRuns(query.workflowId), query, RUN_PROPERTIES, (run) => run.id);
    const { workflowId, where, limit } = query;
    const isListed = (run: RunRecord) =>
      run.published && (workflowId === undefined || run.workflowId === workflowId);
    const page: RunRecord[] = [];
    for (const run of runs.inOrder(query.order, query.after)) {
      if (page.length >= limit) break;
      const isWanted = isListed(run) && !this.#isMoving(run);
      if (isWanted && (!where || matchesRow(where, RUN_PROPERTIES, run))) page.push(run);
    }
    // What slices have moved is in no index either, and few runs are at work.
    const moving: RunRecord[] = [];
    for (const [first] of this.tables.slices.values(this.#staged)) {
      const run = first && runs.get(first.slice.runId, this.#staged);
      if (run && isListed(run) && this.#isMoving(run)) moving.push(this.#withSlices(run));
    }
    if (moving.length === 0) return page;
    return pageOf([...page, ...moving], query, RUN_PROPERTIES, (run) => run.id);
  }

  /** Whether open slices can move the run: its record is not all of it. */
  #isMoving({ id, processingStatus }: RunRecord): boolean {
    return !TERMINAL.has(processingStatus) && this.tables.slices.get(id, this.#staged) !== undefined;
  }

  #listUsers(query: UserQuery): readonly UserRecord[] {
    const { order, after, limit, where } = query;
    if (order.property !== 'id' || order.descending)
      return pageOf(this.#usersIn(query), query, USER_PROPERTIES, (user) => user.ordinal);
    // Users are kept in this order, so that a page does not read all of them.
    const page: UserRecord[] = [];
    const afterOrdinal = Math.max(query.afterOrdinal ?? 0, after?.key ?? 0);
    for (const user of this.#usersIn({ ...query, afterOrdinal })) {
      if (page.length >= limit) break;
      if (!where || matchesRow(where, USER_PROPERTIES, user)) page.push(user);
    }
    return page;
  }

  *#publishedRuns(workflowId: string | undefined): Generator<RunRecord> {
    this.#check();
    for (const run of this.tables.runs.values(this.#staged)) {
      if (run.published && (workflowId === undefined || run.workflowId === workflowId))
        yield this.#withSlices(run);
    }
  }

  #withSlices(run: RunRecord): RunRecord {
    if (!this.#isMoving(run)) return run;
    const stored = this.tables.slices.get(run.id, this.#staged) ?? [];
    return runWithSlices(
      run,
      stored.flatMap(({ slice }) => (slice.state === 'ended' ? [] : slice)),
    );
  }

  #usersOfGroup(runId: string, key: string, afterOrdinal: number, limit: number): UserRecord[] {
    const users = this.tables.users.get(runId, this.#staged);
    return this.tables.failures
      .ordinals(runId, key, afterOrdinal, limit, this.#staged)
      .flatMap((ordinal) => users?.get(ordinal, this.#staged) ?? []);
  }

  #usersIn({
    runId,
    afterOrdinal = 0,
    toOrdinal = Number.POSITIVE_INFINITY,
  }: Pick<UserQuery, 'runId' | keyof OrdinalRange>): Iterable<UserRecord> {
    this.#check();
    return this.tables.users.get(runId, this.#staged)?.within(afterOrdinal, toOrdinal, this.#staged) ?? [];
  }
}

function countOf<Row>(rows: Iterable<Row>, matches: (row: Row) => boolean): number {
  let count = 0;
  for (const row of rows) if (matches(row)) count += 1;
  return count;
}
