/** Everything that can be read of the records that tests make, as one comparable value. */
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { USER_STATUSES } from '../../model/status.ts';
import type { StoreReader } from '../../ports/store.ts';
import { runId, subjectId, workflowId } from './records/records.ts';

/** The collection of the tests' notes. */
export const NOTES = 'tests';

/** Which of the tests' records a dump reads: numbers of workflows, runs, users and names of settings. */
export interface DumpRange {
  readonly workflows: number;
  readonly runs: number;
  readonly users: number;
  readonly settings: readonly string[];
  /** The runs whose users are also read one by one and by status, which is most of the reads. Default all. */
  readonly closely?: readonly number[];
}

/** Reads everything in range through every read method. Results without a promised order are sorted. */
export async function dump(reader: StoreReader, range: DumpRange): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {
    listWorkflows: [...(await reader.listWorkflows())].sort((a, b) =>
      a.workflow.id < b.workflow.id ? -1 : 1,
    ),
    listUnfinishedRuns: byId(await reader.listUnfinishedRuns()),
    listRuns: await listAllRuns(reader),
    countRuns: await reader.countRuns({ where: null }),
  };
  for (let n = 0; n < range.workflows; n += 1) {
    for (const [key, value] of Object.entries(await dumpWorkflow(reader, n, range))) {
      result[`workflow ${n}: ${key}`] = value;
    }
  }
  for (let n = 0; n < range.runs; n += 1) {
    for (const [key, value] of Object.entries(await dumpRun(reader, n, range))) {
      result[`run ${n}: ${key}`] = value;
    }
  }
  const all = { collection: NOTES, prefix: '', after: null, limit: 1_000 };
  result.notes = [...(await reader.listNotes(all))].sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const name of range.settings) result[`setting ${name}`] = await reader.getSetting(name);
  return result;
}

async function dumpWorkflow(reader: StoreReader, n: number, range: DumpRange) {
  const id = workflowId(n);
  const subjects = Array.from({ length: range.users }, (_, index) => subjectId(index + 1));
  const admissions = [...(await reader.getAdmissions(id, subjects))];
  return {
    getWorkflow: await reader.getWorkflow(id),
    getWorkflowVersion: [await reader.getWorkflowVersion(id, 1), await reader.getWorkflowVersion(id, 2)],
    listWorkflowVersions: await reader.listWorkflowVersions(id),
    listRuns: await listAllRuns(reader, id),
    countRuns: await reader.countRuns({ workflowId: id, where: null }),
    sumRuns: await reader.sumRuns(id, 0, Number.MAX_SAFE_INTEGER),
    getAdmissions: admissions.sort((a, b) => (a.subjectId < b.subjectId ? -1 : 1)),
    listAdmissions: await reader.listAdmissions({ workflowId: id, after: null, limit: 1_000 }),
  };
}

/** The contract does not say how the users of an unpublished run read; those are left out. */
async function dumpRun(reader: StoreReader, n: number, range: DumpRange) {
  const run = await reader.getRun(runId(n));
  if (run?.published === false) return { getRun: run };
  const isRead = range.closely?.includes(n) ?? true;
  const users = await (isRead ? dumpUsers : dumpUserLists)(reader, n, range.users);
  return { getRun: run, ...users };
}

/** The users 1 … `count` of run `n` through every read method. */
export async function dumpUsers(reader: StoreReader, n: number, count: number) {
  const id = runId(n);
  const getUser: (UserRecord | null)[] = [];
  const getUserBySubject: (UserRecord | null)[] = [];
  for (let ordinal = 1; ordinal <= count; ordinal += 1) {
    getUser.push(await reader.getUser(id, ordinal));
    getUserBySubject.push(await reader.getUserBySubject(id, subjectId(ordinal)));
  }
  const byStatus: Record<string, readonly UserRecord[]> = {};
  for (const status of USER_STATUSES) byStatus[status] = await reader.listUsersByStatus(id, status, 0, 1_000);
  return { getUser, getUserBySubject, byStatus, ...(await dumpUserLists(reader, n, count)) };
}

/** The users 1 … `count` of run `n` as a list, a count and sums. */
async function dumpUserLists(reader: StoreReader, n: number, count: number) {
  const id = runId(n);
  return {
    listUsers: await listAllUsers(reader, id),
    countUsers: await reader.countUsers({ runId: id, where: null }),
    sumUsers: await reader.sumUsers({
      runId: id,
      afterOrdinal: 0,
      toOrdinal: count,
      fromMs: 0,
      toMs: Number.MAX_SAFE_INTEGER,
    }),
  };
}

/** All published runs by schedule, in one page. */
export function listAllRuns(reader: StoreReader, ofWorkflow?: string): Promise<readonly RunRecord[]> {
  const query = {
    where: null,
    order: { property: 'scheduledDateTime', descending: false },
    after: null,
    limit: 1_000,
  } as const;
  return reader.listRuns(ofWorkflow === undefined ? query : { ...query, workflowId: ofWorkflow });
}

/** All users of a run by schedule, in one page. */
export function listAllUsers(reader: StoreReader, ofRun: string): Promise<readonly UserRecord[]> {
  return reader.listUsers({
    runId: ofRun,
    where: null,
    order: { property: 'scheduledDateTime', descending: false },
    after: null,
    limit: 1_000,
  });
}

/** The runs ordered by id. */
export function byId(runs: readonly RunRecord[]): RunRecord[] {
  return [...runs].sort((a, b) => (a.id < b.id ? -1 : 1));
}
