/**
 * Keeps account of a simulation from what its store commits, so that finished runs can be removed at once: a
 * year of 50,000 people needs the memory of a day.
 */
import { runResource } from '../ledger/resources.ts';
import type { RunRecord, UserRecord } from '../model/records.ts';
import { type EpochMs, SECOND_MS } from '../model/time.ts';
import type { Workflow } from '../model/workflow.ts';
import { isTerminal } from '../rules/index.ts';
import type { Calendar } from './calendar.ts';
import { type Buckets, Gauge } from './gauge.ts';
import { Histogram } from './histogram.ts';
import type { Write } from './observed-store.ts';
import type { SimulatedRun, SimulatedUser } from './result.ts';
import { Standings } from './standings.ts';
import type { Trace } from './trace.ts';
import { WorkflowAccount } from './workflow-account.ts';

/** A workflow of the scenario, as it was created. */
export interface AccountedWorkflow {
  readonly key: string;
  readonly workflow: Workflow;
}

/** What an account writes to, and whom it tells. */
export interface AccountDeps {
  readonly now: () => EpochMs;
  readonly trace: Trace;
  readonly calendar: Calendar;
  readonly buckets: Buckets;
  /** A person's own occasion in a run on demand for `occasion`. */
  personal(occasion: string, subjectId: string): string;
  readonly onRun?: ((run: SimulatedRun) => void) | undefined;
  readonly onUser?: ((user: SimulatedUser) => void) | undefined;
}

/** A run that is not finished, or not removed yet. */
interface LiveRun {
  readonly no: number;
  readonly workflow: WorkflowAccount;
  record: RunRecord;
  isTold: boolean;
  /** Trigger moments by user, from index 0; `null` on demand. */
  readonly dues: (EpochMs | null)[];
  readonly occasion: string;
  /** Users who have not started. */
  queued: number;
}

/** Edges of the latency bars. */
const BAR_EDGES_MS = [
  0, 10, 60, 600, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 259_200, 604_800,
].map((seconds) => seconds * SECOND_MS);

/** The account of a simulation. */
export class Account {
  readonly #deps: AccountDeps;
  readonly #workflows = new Map<string, WorkflowAccount>();
  readonly #live = new Map<string, LiveRun>();
  readonly #latency = new Histogram();
  readonly #occasions = new Map<string, string>();
  readonly #standings = new Standings();
  readonly queued: Gauge;
  readonly busy: Gauge;
  /** Finished runs that can be removed from the store. */
  finished: RunRecord[] = [];
  /** Users of those. */
  finishedUsers = 0;
  runsCount = 0;
  retries = 0;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
    this.queued = new Gauge(deps.buckets);
    this.busy = new Gauge(deps.buckets);
  }

  addWorkflow({ key, workflow }: AccountedWorkflow): void {
    this.#workflows.set(workflow.id, new WorkflowAccount(this.#workflows.size + 1, key, workflow));
  }

  /** By workflow, in the order of the scenario. */
  get workflows(): readonly WorkflowAccount[] {
    return [...this.#workflows.values()];
  }

  /** The next run on demand of a workflow is for this occasion. */
  expectOnDemand(workflowId: string, occasion: string): void {
    this.#occasions.set(workflowId, occasion);
  }

  occasionOf(runId: string): string {
    return this.#live.get(runId)?.occasion ?? '';
  }

  workflowNo(workflowId: string): number {
    return this.#workflows.get(workflowId)?.no ?? 0;
  }

  runNo(runId: string): number {
    return this.#live.get(runId)?.no ?? 0;
  }

  /** Runs that are not terminal. */
  unfinished(): readonly RunRecord[] {
    return [...this.#live.values()]
      .map(({ record }) => record)
      .filter((run) => !isTerminal(run.processingStatus));
  }

  /** Takes the finished runs over to whoever removes them. */
  takeFinished(): readonly RunRecord[] {
    const taken = this.finished;
    this.finished = [];
    this.finishedUsers = 0;
    for (const { id } of taken) this.#live.delete(id);
    return taken;
  }

  // --- commits -----------------------------------------------------------------------------------

  committed(writes: readonly Write[]): void {
    const nowMs = this.#deps.now();
    const ended: LiveRun[] = [];
    const admitted = new Map<string, EpochMs>();
    for (const write of writes)
      if (write.kind === 'admissions')
        for (const one of write.admissions) admitted.set(one.subjectId, one.dueAtMs);
    for (const write of writes) {
      if (write.kind === 'run') this.#runWritten(write.run, ended, nowMs);
      else if (write.kind === 'users') {
        const run = this.#live.get(write.users[0]?.runId ?? '');
        if (run && write.areNew) this.#usersQueued(run, write.users, admitted, nowMs);
        else if (run) for (const user of write.users) this.#userWritten(run, user, nowMs);
      }
    }
    for (const run of ended) this.#runEnded(run);
  }

  #runWritten(record: RunRecord, ended: LiveRun[], nowMs: EpochMs): void {
    const live = this.#live.get(record.id) ?? this.#runMade(record);
    if (!live) return;
    const before = live.record;
    live.record = record;
    const { trace } = this.#deps;
    if (record.published && !live.isTold) {
      live.isTold = true;
      this.runsCount += 1;
      const {
        workflowExecutionType: type,
        scheduledAtMs,
        totalUsersCount: users,
        totalTasksCount: tasks,
      } = record;
      const text = `${type} ${scheduledAtMs} users ${users} tasks ${tasks} ${record.id}`;
      trace.add(nowMs, `run ${live.no} ${live.workflow.no} ${text}`);
      return;
    }
    // Claims and hand-backs are no events of the run.
    if (before.lastUpdatedAtMs === record.lastUpdatedAtMs) return;
    const { successfulUsersCount: s, failedUsersCount: f, totalUsersCount: n } = record;
    const tasks = `${record.failedTasksCount}/${record.totalUnprocessedTasksCount}/${record.totalTasksCount}`;
    trace.add(nowMs, `run ${live.no} ${record.processingStatus} users ${s}/${f}/${n} tasks ${tasks}`);
    if (isTerminal(record.processingStatus) && !isTerminal(before.processingStatus)) ended.push(live);
  }

  #runMade(record: RunRecord): LiveRun | null {
    const workflow = this.#workflows.get(record.workflowId);
    if (!workflow) return null;
    const occasion = this.#occasions.get(record.workflowId) ?? '';
    const no = this.#runsMade + 1;
    this.#runsMade = no;
    const live = { no, workflow, record, isTold: false, dues: [], occasion, queued: 0 };
    this.#live.set(record.id, live);
    return live;
  }

  #runsMade = 0;

  #usersQueued(
    run: LiveRun,
    users: readonly UserRecord[],
    admitted: ReadonlyMap<string, EpochMs>,
    nowMs: EpochMs,
  ): void {
    const { trace } = this.#deps;
    for (const user of users) {
      const due = run.record.slotAtMs === null ? undefined : admitted.get(user.subjectId);
      run.dues[user.no - 1] = due ?? null;
      trace.addUser(nowMs, run.no, user.no, `${user.subjectId} queued due ${due ?? '-'}`);
    }
    run.queued += users.length;
    this.queued.add(users.length, nowMs);
  }

  #userWritten(run: LiveRun, user: UserRecord, nowMs: EpochMs): void {
    const { processingStatus: status, outcomes, attempts } = user;
    this.#deps.trace.addUser(nowMs, run.no, user.no, this.#standings.of(user));
    if (attempts !== null && attempts.failures > 0) this.retries += 1;
    const hasStarted = status === 'inProgress' && outcomes?.length === 0 && attempts === null;
    const neverStarted = status === 'canceled' && user.startedAtMs === null;
    if (hasStarted || neverStarted) {
      run.queued -= 1;
      this.queued.add(-1, nowMs);
    }
    if (isTerminal(status)) this.#userEnded(run, user, status);
  }

  /** Accounts a user who is terminal, or unfinished at the horizon. */
  #userEnded(run: LiveRun, user: UserRecord, status: SimulatedUser['status']): void {
    const { workflow } = run;
    const { calendar, onUser, personal } = this.#deps;
    const due = run.dues[user.no - 1] ?? null;
    const latencyMs =
      user.completedAtMs === null ? null : Math.max(0, user.completedAtMs - (due ?? user.scheduledAtMs));
    calendar.ended('users', user.scheduledAtMs, status);
    if (workflow.addUser(user, status, latencyMs)) this.#latency.add(latencyMs ?? 0);
    onUser?.({
      workflow: workflow.key,
      runId: user.runId,
      subjectId: user.subjectId,
      occasion: due === null ? personal(run.occasion, user.subjectId) : String(due - workflow.offsetMs),
      status,
      failedTasks: user.failedTasksCount,
      failureReason: user.outcomes?.find((outcome) => outcome.status === 'failed')?.failureReason ?? null,
      latencyMs,
    });
  }

  #runEnded(live: LiveRun): void {
    const { record, workflow } = live;
    workflow.addRun(record.processingStatus);
    this.#deps.calendar.ended('runs', record.scheduledAtMs, record.processingStatus);
    this.#tell(live);
    this.finished.push(record);
    this.finishedUsers += record.totalUsersCount;
  }

  #tell({ workflow, record }: LiveRun): void {
    this.#deps.onRun?.({ workflow: workflow.key, run: runResource(record) });
  }

  // --- the end -----------------------------------------------------------------------------------

  /** Accounts a run that is unfinished at the horizon, with its users, whatever they are. */
  endUnfinished(runId: string, users: Iterable<UserRecord>): void {
    const live = this.#live.get(runId);
    if (!live) return;
    for (const user of users)
      if (!isTerminal(user.processingStatus)) this.#userEnded(live, user, 'unfinished');
  }

  /** After {@link endUnfinished} of all its users. */
  endRun(runId: string): void {
    const live = this.#live.get(runId);
    if (!live) return;
    live.workflow.addRun('unfinished');
    this.#deps.calendar.ended('runs', live.record.scheduledAtMs, 'unfinished');
    this.#tell(live);
  }

  /** Waits of all workflows, and their bars. */
  latency() {
    return { figures: this.#latency.figures(), bars: this.#latency.bars(BAR_EDGES_MS) };
  }
}
