/**
 * Recounts a whole store through its port, by nothing of the production rules, and asks every other method
 * whether it says the same: a lost write, a stale index and a wrong counter all show.
 */
import { isDeepStrictEqual } from 'node:util';
import { readFlag } from '../../input/fields.ts';
import { readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { readStoreReader } from '../../input/ports.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { USER_STATUSES } from '../../model/status.ts';
import type { StoreReader } from '../../ports/store.ts';
import { isTerminal } from '../model/edges.ts';
import { violationsOf } from '../model/invariants.ts';
import { aggregate, sum } from '../model/recount.ts';
import { type RunSnapshot, snapshotOfRecords } from '../model/snapshot.ts';
import { withUnreported } from './unreported.ts';
import { Findings, type OracleViolation } from './violation.ts';

/** What {@link checkDatabase} has seen. */
export interface DatabaseReport {
  readonly workflows: number;
  readonly runs: number;
  readonly users: number;
  readonly violations: readonly OracleViolation[];
}

/** Options of {@link checkDatabase}. */
export interface CheckDatabaseOptions {
  /** The engine's or ledger's own setting. Default `false`. */
  readonly strictFailed?: boolean;
}

const OPTIONS = { strictFailed: withDefault(readFlag, false) } satisfies ShapeOf<CheckDatabaseOptions>;
const PAGE = 500;

/**
 * Checks every run of a store that nobody is writing to. Holds one run's users in memory at a time; for a
 * store that is in use, or a run of millions, there is `checkStore` of the main entry.
 */
export async function checkDatabase(
  store: StoreReader,
  options?: CheckDatabaseOptions,
): Promise<DatabaseReport> {
  const { strictFailed } = readOptions(options, 'checkDatabase', OPTIONS);
  readStoreReader({ path: 'store', value: store });
  const findings = new Findings();
  const workflows = await store.listWorkflows();
  const runs: RunRecord[] = [];
  for (let last: string | null = null; ; ) {
    const page: readonly RunRecord[] = await store.listRuns({
      where: null,
      order: { property: 'id', descending: false },
      after: last === null ? null : { value: null, key: last },
      limit: PAGE,
    });
    runs.push(...page);
    last = page.at(-1)?.id ?? null;
    if (page.length < PAGE || last === null) break;
  }
  let users = 0;
  for (const run of runs) users += await checkRunRows(store, run, strictFailed, findings);
  await checkRunLists(store, runs, findings);
  return { workflows: workflows.length, runs: runs.length, users, violations: findings.violations };
}

async function checkRunRows(
  store: StoreReader,
  run: RunRecord,
  strictFailed: boolean,
  findings: Findings,
): Promise<number> {
  const users = await usersOf(store, run.id);
  const snapshot = snapshotOfRecords(run, users, await flagsOf(store, run, findings));
  for (const { rule, what, user } of violationsOf(
    run.driver === 'external' ? withUnreported(snapshot) : snapshot,
  )) {
    const row = user === undefined ? undefined : users[user];
    findings.expect(false, rule, what, ...(row ? [row] : [run, ...(rule === 'I2' ? users : [])]));
  }
  checkHidden(run, users, findings);
  checkEnding(run, snapshot, strictFailed, findings);
  await checkUserIndexes(store, run, users, findings);
  return users.length;
}

async function usersOf(store: StoreReader, runId: string): Promise<UserRecord[]> {
  const users: UserRecord[] = [];
  for (let afterNo = 0; ; afterNo = users.at(-1)?.no ?? 0) {
    const page = await store.listUsers({
      runId,
      where: null,
      order: { property: 'id', descending: false },
      after: { value: null, key: afterNo },
      limit: PAGE,
    });
    users.push(...page);
    if (page.length < PAGE) return users;
  }
}

/** `continueOnError` of the tasks that the pinned version runs; `null` for a run that tells only counts. */
async function flagsOf(
  store: StoreReader,
  run: RunRecord,
  findings: Findings,
): Promise<readonly boolean[] | null> {
  const workflow = await store.getWorkflowVersion(run.workflowId, run.workflowVersion);
  findings.expect(workflow !== null, 'keys', `Version ${run.workflowVersion} of its workflow is gone`, run);
  const flags = workflow?.tasks.filter((task) => task.isEnabled).map((task) => task.continueOnError) ?? null;
  const isSame = flags === null || flags.length === run.taskReports.length;
  findings.expect(isSame, 'I2', `${run.taskReports.length} task reports for ${flags?.length} tasks`, run);
  return run.driver === 'engine' ? flags : null;
}

/** The counters that Graph does not show, and the reports of what is known. */
function checkHidden(run: RunRecord, users: readonly UserRecord[], findings: Findings): void {
  const missing = run.totalUsersCount - users.length;
  const count = (status: string) => users.filter((user) => user.processingStatus === status).length;
  const isOver = isTerminal(run.processingStatus);
  const counted = {
    completedWithErrorsUsersCount: count('completedWithErrors'),
    canceledUsersCount: count('canceled') + (isOver ? missing : 0),
    knownUsersCount: users.length,
    knownTasksCount: sum(users.map((user) => user.totalTasksCount)),
  };
  const isWhole = run.driver !== 'engine' || missing === 0;
  const what = `${run.totalUsersCount} users were planned, ${users.length} are there`;
  findings.expect(isWhole, 'I2', what, run);
  for (const [name, value] of Object.entries(counted)) {
    const shown = run[name as keyof typeof counted];
    findings.expect(shown === value, 'I2', `${name} is ${shown}, the users give ${value}`, run, ...users);
  }
  for (const [index, report] of run.taskReports.entries()) {
    const nthOf = ({ positions }: UserRecord) => (positions ? positions.indexOf(index + 1) : index);
    const told = users.filter(
      (user) => user.outcomes !== null && nthOf(user) >= 0 && nthOf(user) < user.totalTasksCount,
    );
    const ended = (status: string) =>
      told.filter((user) => user.outcomes?.[nthOf(user)]?.status === status).length;
    const isSame =
      report.totalUsersCount === told.length &&
      report.successfulUsersCount === ended('completed') &&
      report.failedUsersCount === ended('failed');
    findings.expect(isSame, 'I2', `the report of task ${index + 1} is not what its users give`, run, ...told);
  }
}

/** §6.4: the status that the outcomes give, whoever canceled. */
function checkEnding(run: RunRecord, snapshot: RunSnapshot, strictFailed: boolean, findings: Findings): void {
  const status = run.processingStatus;
  if (!isTerminal(status) || status === 'quarantined') return;
  const count = (wanted: string) => snapshot.users.filter((user) => user.status === wanted).length;
  const ending = {
    C: count('completed'),
    E: count('completedWithErrors'),
    F: count('failed'),
    X: count('canceled') + run.totalUsersCount - snapshot.users.length,
    completedTasks: run.totalTasksCount - run.failedTasksCount - run.totalUnprocessedTasksCount,
    strictFailed,
  };
  const allowed = [false, true].map((wasCanceling) => aggregate({ ...ending, wasCanceling }));
  findings.expect(
    allowed.includes(status),
    '6.4',
    `the outcomes give \`${allowed[0]}\`, not \`${status}\``,
    run,
  );
}

/** Every way to a user leads to the same row. */
async function checkUserIndexes(
  store: StoreReader,
  run: RunRecord,
  users: readonly UserRecord[],
  findings: Findings,
): Promise<void> {
  const same = (what: string, found: unknown, user: UserRecord) => {
    const isSame = isDeepStrictEqual(found, user);
    findings.expect(isSame, 'keys', `${what} is not the row of the list`, user, ...(found ? [found] : []));
  };
  for (const [index, user] of users.entries()) {
    findings.expect(user.no === index + 1, 'keys', `User ${user.no} stands at place ${index + 1}`, user);
    same('getUser', await store.getUser(run.id, user.no), user);
    same('getUserBySubject', await store.getUserBySubject(run.id, user.subjectId), user);
  }
  const count = await store.countUsers({ runId: run.id, where: null });
  findings.expect(count === users.length, 'keys', `countUsers is ${count}, listed are ${users.length}`, run);
  for (const status of USER_STATUSES) {
    const listed = users.filter((user) => user.processingStatus === status).map(({ no }) => no);
    const found = await store.listUsersByStatus(run.id, status, 0, users.length + 1);
    const isSame = JSON.stringify(found.map(({ no }) => no)) === JSON.stringify(listed);
    findings.expect(isSame, 'keys', `listUsersByStatus(${status}) is not the list's`, run, ...found);
  }
}

/** Every way to a run leads to the same row; a schedule slot has one run. */
async function checkRunLists(
  store: StoreReader,
  runs: readonly RunRecord[],
  findings: Findings,
): Promise<void> {
  const unfinished = new Set((await store.listUnfinishedRuns()).map(({ id }) => id));
  const slots = new Map<string, RunRecord>();
  for (const run of runs) {
    const got = await store.getRun(run.id);
    const isSame = isDeepStrictEqual(got, run);
    findings.expect(isSame, 'keys', 'getRun is not the row of the list', run, ...(got ? [got] : []));
    const isOpen = !isTerminal(run.processingStatus);
    const isListed = unfinished.has(run.id);
    findings.expect(
      isOpen === isListed,
      'keys',
      `listUnfinishedRuns ${isListed ? 'has' : 'lacks'} the run`,
      run,
    );
    if (run.slotAtMs === null) continue;
    const slot = `${run.workflowId} ${run.slotAtMs}`;
    const other = slots.get(slot);
    findings.expect(!other, 'keys', 'Two runs of one schedule slot', run, ...(other ? [other] : []));
    slots.set(slot, run);
  }
  const count = await store.countRuns({ where: null });
  findings.expect(count === runs.length, 'keys', `countRuns is ${count}, listed are ${runs.length}`);
}
