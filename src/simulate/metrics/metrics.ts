/**
 * Measures a simulation by what its store commits, so that finished runs can be removed at once: a year of
 * 50,000 people needs the memory of a day.
 */
import { enabledTasks, isoOf, isoOrNull, runResource } from '../../ledger/resources.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { Selection } from '../../model/selection.ts';
import { type DurationMs, type EpochMs, SECOND_MS } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { TaskContext } from '../../ports/task-handler.ts';
import { positionOf } from '../../rules/status/positions.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { Write } from '../process/observed-store.ts';
import type { SimulatedRun, SimulatedUser } from '../result.ts';
import { StatusText } from '../trace/status-text.ts';
import type { Trace } from '../trace/trace.ts';
import type { Calendar } from './calendar.ts';
import type { Station } from './delay-causes.ts';
import type { Delays, End, RateWait } from './delays.ts';
import { type Buckets, Gauge } from './gauge.ts';
import { Histogram } from './histogram.ts';
import { WorkflowMetrics } from './workflow-metrics.ts';

/** A workflow of the scenario, as it was created. */
export interface MeasuredWorkflow {
  readonly key: string;
  readonly workflow: Workflow;
}

/** What the metrics write to and notify. */
export interface MetricsDeps {
  readonly now: () => EpochMs;
  readonly trace: Trace;
  readonly calendar: Calendar;
  readonly buckets: Buckets;
  readonly delays: Delays;
  /** Time of the process's clock. */
  readonly processNow: () => EpochMs;
  /** Moment since which the directory has the date that makes a person due. */
  knownSince(subjectId: string): EpochMs;
  /** A person's own draw key in a run on demand with `drawKey`. */
  personal(drawKey: string, subjectId: string): string;
  readonly onRun?: ((run: SimulatedRun) => void) | undefined;
  readonly onUser?: ((user: SimulatedUser) => void) | undefined;
}

/** Where a person who has started is. */
interface Place {
  readonly station: Station;
  /** Ends the wait for the next attempt. */
  readonly endPause: End | null;
}

/** A run that is not finished, or not removed yet. */
interface LiveRun {
  readonly ordinal: number;
  readonly workflow: WorkflowMetrics;
  record: RunRecord;
  isTraced: boolean;
  /** Its last line in the trace. */
  text: string;
  /** Trigger moments by user, from index 0; `null` on demand. */
  readonly dues: (EpochMs | null)[];
  readonly drawKey: string;
  /** By user, from index 0: `undefined` before the start, `null` after the end. */
  readonly places: (Place | null)[];
}

/** Edges of the latency bars. */
const BAR_EDGES_MS = [
  0, 10, 60, 600, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 259_200, 604_800,
].map((seconds) => seconds * SECOND_MS);

/** Status and counters of a run, as the trace has them. */
function runText(run: RunRecord): string {
  const { processingStatus, successfulUsersCount: s, failedUsersCount: f, totalUsersCount: n } = run;
  const tasks = `${run.failedTasksCount}/${run.totalUnprocessedTasksCount}/${run.totalTasksCount}`;
  return `${processingStatus} users ${s}/${f}/${n} tasks ${tasks}`;
}

/** Metrics of a simulation. */
export class Metrics {
  readonly #deps: MetricsDeps;
  readonly #workflows = new Map<string, WorkflowMetrics>();
  readonly #live = new Map<string, LiveRun>();
  readonly #latency = new Histogram();
  readonly #latencySoFar = new Histogram();
  readonly #drawKeys = new Map<string, string>();
  readonly #statusText = new StatusText();
  readonly queued: Gauge;
  readonly busy: Gauge;
  /** Finished runs that can be removed from the store. */
  finished: RunRecord[] = [];
  /** Number of users of those. */
  finishedUsers = 0;
  runsCount = 0;
  retries = 0;

  constructor(deps: MetricsDeps) {
    this.#deps = deps;
    this.queued = new Gauge(deps.buckets);
    this.busy = new Gauge(deps.buckets);
  }

  addWorkflow({ key, workflow }: MeasuredWorkflow): void {
    const stations = enabledTasks(workflow).map(({ taskDefinitionId, displayName }) =>
      this.#deps.delays.station(taskDefinitionId, displayName),
    );
    const metrics = new WorkflowMetrics(this.#workflows.size + 1, key, workflow, stations);
    this.#workflows.set(workflow.id, metrics);
  }

  /** Records that a call has begun, which first waits for a rate; the returned function ends it. */
  called({ taskDefinitionId, displayName }: TaskContext['task'], wait: RateWait): End {
    const { delays, now } = this.#deps;
    this.busy.add(1, now());
    const end = delays.called(delays.station(taskDefinitionId, displayName), wait);
    return () => {
      this.busy.add(-1, now());
      end();
    };
  }

  /** Records that a person waits before a call, without a lane. */
  waits({ taskDefinitionId, displayName }: TaskContext['task'], ms: DurationMs): void {
    const { delays } = this.#deps;
    delays.paused(delays.station(taskDefinitionId, displayName), ms);
  }

  /** By workflow, in the order of the scenario. */
  get workflows(): readonly WorkflowMetrics[] {
    return [...this.#workflows.values()];
  }

  /** Sets the draw key of the next run on demand of a workflow. */
  expectOnDemand(workflowId: string, drawKey: string): void {
    this.#drawKeys.set(workflowId, drawKey);
  }

  drawKeyOf(runId: string): string {
    return this.#live.get(runId)?.drawKey ?? '';
  }

  workflowNo(workflowId: string): number {
    return this.#workflows.get(workflowId)?.ordinal ?? 0;
  }

  runNo(runId: string): number {
    return this.#live.get(runId)?.ordinal ?? 0;
  }

  /** Runs that are not terminal. */
  unfinished(): readonly RunRecord[] {
    return [...this.#live.values()]
      .map(({ record }) => record)
      .filter((run) => !isTerminal(run.processingStatus));
  }

  /** Hands the finished runs over to the caller, which removes them. */
  takeFinished(): readonly RunRecord[] {
    const taken = this.finished;
    this.finished = [];
    this.finishedUsers = 0;
    for (const { id } of taken) this.#live.delete(id);
    return taken;
  }

  /** Records that a slot or an activation left people out. */
  addLeftOut(workflowId: string, slotAtMs: EpochMs | null, selection: Selection): void {
    const workflow = this.#workflows.get(workflowId);
    if (!workflow) return;
    const { unreadableDate, unreadableScope } = selection.leftOutCounts;
    workflow.leftOut.add(selection);
    const { trace, now } = this.#deps;
    trace.add(now(), `leftOut ${workflow.ordinal} ${slotAtMs ?? '-'} ${unreadableDate + unreadableScope}`);
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
    const { record: before, text: textBefore } = live;
    const text = runText(record);
    Object.assign(live, { record, text });
    const { trace } = this.#deps;
    if (record.published && !live.isTraced) {
      live.isTraced = true;
      this.runsCount += 1;
      const {
        workflowExecutionType: type,
        scheduledAtMs,
        totalUsersCount: users,
        totalTasksCount: tasks,
      } = record;
      const about = `${type} ${scheduledAtMs} users ${users} tasks ${tasks} ${record.id}`;
      trace.add(nowMs, `run ${live.ordinal} ${live.workflow.ordinal} ${about}`);
      return;
    }
    // Claims and releases are not events of the run. Several processes may change it in one moment.
    const isSame = text === textBefore || !record.published;
    if (before.lastUpdatedAtMs === record.lastUpdatedAtMs && isSame) return;
    trace.add(nowMs, `run ${live.ordinal} ${text}`);
    if (isTerminal(record.processingStatus) && !isTerminal(before.processingStatus)) ended.push(live);
  }

  #runMade(record: RunRecord): LiveRun | null {
    const workflow = this.#workflows.get(record.workflowId);
    if (!workflow) return null;
    const drawKey = this.#drawKeys.get(record.workflowId) ?? '';
    const ordinal = this.#runsMade + 1;
    this.#runsMade = ordinal;
    const live = { ordinal, workflow, record, isTraced: false, text: '', dues: [], drawKey, places: [] };
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
    const { trace, delays, knownSince } = this.#deps;
    for (const user of users) {
      const due = run.record.slotAtMs === null ? undefined : admitted.get(user.subjectId);
      run.dues[user.ordinal - 1] = due ?? null;
      delays.queued(
        due ?? user.scheduledAtMs,
        due === undefined ? user.scheduledAtMs : knownSince(user.subjectId),
      );
      trace.addUser(nowMs, run.ordinal, user.ordinal, `${user.subjectId} queued due ${due ?? '-'}`);
    }
    this.queued.add(users.length, nowMs);
  }

  #userWritten(run: LiveRun, user: UserRecord, nowMs: EpochMs): void {
    const { processingStatus: status, attempts } = user;
    this.#deps.trace.addUser(nowMs, run.ordinal, user.ordinal, this.#statusText.of(user));
    if (attempts !== null && attempts.failures > 0) this.retries += 1;
    this.#move(run, user, nowMs);
    if (isTerminal(status)) this.#userEnded(run, user, status);
  }

  /** Moves a user who has started, goes on, waits for another attempt, or has ended. */
  #move(run: LiveRun, user: UserRecord, nowMs: EpochMs): void {
    const { delays, processNow } = this.#deps;
    const { processingStatus: status, outcomes, attempts } = user;
    const before = run.places[user.ordinal - 1];
    if (before) {
      before.endPause?.();
      delays.left(before.station);
    } else if (before === undefined) {
      this.queued.add(-1, nowMs);
      delays.unqueued();
    }
    run.places[user.ordinal - 1] = null;
    if (isTerminal(status)) return;
    const position = positionOf(user, (outcomes?.length ?? 0) + 1);
    const station = run.workflow.stations[position - 1] as Station;
    delays.arrived(station);
    const waitMs = attempts === null || attempts.failures === 0 ? 0 : attempts.notBeforeMs - processNow();
    run.places[user.ordinal - 1] = { station, endPause: waitMs > 0 ? delays.paused(station, waitMs) : null };
  }

  /** Counts a user result that is terminal, or unfinished at the horizon. */
  #userEnded(run: LiveRun, user: UserRecord, status: SimulatedUser['status']): void {
    const { workflow } = run;
    const { calendar, onUser, personal, now } = this.#deps;
    const due = run.dues[user.ordinal - 1] ?? null;
    const since = (atMs: EpochMs): DurationMs => Math.max(0, atMs - (due ?? user.scheduledAtMs));
    const latencyMs = user.completedAtMs === null ? null : since(user.completedAtMs);
    calendar.ended('users', user.scheduledAtMs, status);
    const isCounted = workflow.addUser(user, status, latencyMs);
    if (isCounted) this.#latency.add(latencyMs ?? 0);
    if (isCounted || status === 'unfinished') {
      const soFarMs = latencyMs ?? since(now());
      this.#latencySoFar.add(soFarMs);
      workflow.addSoFar(soFarMs);
    }
    onUser?.({
      workflow: workflow.key,
      runId: user.runId,
      subjectId: user.subjectId,
      drawKey: due === null ? personal(run.drawKey, user.subjectId) : String(due - workflow.offsetMs),
      status,
      failedTasks: user.failedTasksCount,
      failureReason: user.outcomes?.find((outcome) => outcome.status === 'failed')?.failureReason ?? null,
      latencyMs,
      scheduledDateTime: isoOf(user.scheduledAtMs),
      completedDateTime: isoOrNull(user.completedAtMs),
    });
  }

  #runEnded(live: LiveRun): void {
    const { record, workflow } = live;
    workflow.addRun(record.processingStatus);
    this.#deps.calendar.ended('runs', record.scheduledAtMs, record.processingStatus);
    this.#notify(live);
    this.finished.push(record);
    this.finishedUsers += record.totalUsersCount;
  }

  #notify({ workflow, record }: LiveRun): void {
    this.#deps.onRun?.({ workflow: workflow.key, run: runResource(record) });
  }

  // --- the end -----------------------------------------------------------------------------------

  /** Counts the unfinished users of a run that is unfinished at the horizon. */
  endUnfinished(runId: string, users: Iterable<UserRecord>): void {
    const live = this.#live.get(runId);
    if (!live) return;
    for (const user of users)
      if (!isTerminal(user.processingStatus)) this.#userEnded(live, user, 'unfinished');
  }

  /** Counts an unfinished run, after {@link endUnfinished} of all its users. */
  endRun(runId: string): void {
    const live = this.#live.get(runId);
    if (!live) return;
    live.workflow.addRun('unfinished');
    this.#deps.calendar.ended('runs', live.record.scheduledAtMs, 'unfinished');
    this.#notify(live);
  }

  /** Latency of all workflows, as figures and bars. */
  latency() {
    return {
      figures: this.#latency.figures(),
      bars: this.#latency.bars(BAR_EDGES_MS),
      soFar: this.#latencySoFar.figures(),
    };
  }
}
