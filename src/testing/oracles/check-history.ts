/** Checks the events that an engine or a ledger emitted, one by one. */
import type { EngineEventMap, EngineEventName } from '../../events/event-map.ts';
import type { Run } from '../../model/resources/resources.ts';
import { isTerminal, RUN_EDGES, reachable } from '../model/edges.ts';
import { violationsOf } from '../model/invariants.ts';
import { violationsOfResult } from './check-result.ts';
import { snapshotOfGraph } from './graph-rows.ts';
import { Findings, type OracleViolation } from './violation.ts';

/** One event, as it was emitted. */
export type HistoryEvent = {
  [Name in EngineEventName]: { readonly name: Name; readonly payload: EngineEventMap[Name] };
}[EngineEventName];

/** A source of events: an engine or a ledger. */
export interface EventSource {
  on<Name extends EngineEventName>(name: Name, listener: (payload: EngineEventMap[Name]) => void): void;
}

const NAMES = [
  'run.created',
  'run.started',
  'run.progress',
  'run.canceling',
  'run.finished',
  'user.finished',
  'task.completed',
  'task.failed',
  'task.retrying',
  'schedule.evaluated',
  'schedule.skipped',
  'engine.error',
] as const satisfies readonly EngineEventName[];

/**
 * Records all events that `source` emits from now on, in order, into `history`. Pass the same list for each
 * engine that continues on the same store. Call it before `start()`.
 */
export function recordHistory(source: EventSource, history: HistoryEvent[] = []): HistoryEvent[] {
  for (const name of NAMES)
    source.on(name, (payload) => void history.push({ name, payload } as HistoryEvent));
  return history;
}

/** What events have reported of one run so far. */
interface Reported {
  /** Whether the history has the run from its creation on, so that it can be counted. */
  readonly isWhole: boolean;
  /** The last resource that was reported. */
  run: Run | null;
  hasStarted: boolean;
  isOver: boolean;
  /** Ids of subjects (or results) that are final, by status. */
  readonly finished: Map<string, string>;
  /** Failed attempts, and `null` once a task has ended, by subject and position. */
  readonly tasks: Map<string, number | null>;
  failures: number;
}

/**
 * What is wrong with a recorded history; empty when all is well. Statuses and counters go one way only,
 * no event follows the end of a run, every user ends once, and the reported counters agree with the
 * reported users. Runs whose creation is not in the history are checked for order only.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { checkHistory, recordHistory } from 'tenure/testing';
 *
 * const engine = await createEngine();
 * const history = recordHistory(engine);
 * await engine.start();
 * await engine.close();
 * console.log(checkHistory(history)); // → []
 * ```
 */
export function checkHistory(history: Iterable<HistoryEvent>): readonly OracleViolation[] {
  const findings = new Findings();
  const runs = new Map<string, Reported>();
  for (const event of history) {
    const runId = runIdOf(event);
    if (runId === null) continue;
    const reported = runs.get(runId) ?? begin(event);
    runs.set(runId, reported);
    findings.expect(!reported.isOver, 'events', `${event.name} after run.finished`, event);
    if ('run' in event.payload) checkRunEvent(event as RunEvent, reported, findings);
    else if (event.name === 'user.finished') checkUserEvent(event, reported, findings);
    else checkTaskEvent(event, reported, findings);
  }
  return findings.violations;
}

type RunEvent = Extract<HistoryEvent, { payload: { readonly run: Run } }>;

function runIdOf(event: HistoryEvent): string | null {
  if ('run' in event.payload) return event.payload.run.id;
  return event.name === 'user.finished' || isOfTask(event) ? event.payload.runId : null;
}

function begin(event: HistoryEvent): Reported {
  const isWhole = event.name === 'run.created';
  return {
    isWhole,
    run: null,
    hasStarted: false,
    isOver: false,
    finished: new Map(),
    tasks: new Map(),
    failures: 0,
  };
}

function checkRunEvent(event: RunEvent, reported: Reported, findings: Findings): void {
  const { run } = event.payload;
  const expect = (holds: boolean, rule: string, message: string, ...rows: readonly object[]) =>
    findings.expect(holds, rule, `${event.name}: ${message}`, ...rows, event);
  for (const { rule, what, needsAllUsers } of violationsOf(snapshotOfGraph(run, [], findings)))
    if (!needsAllUsers) expect(false, rule, what);
  if (reported.run) checkChange(reported.run, run, expect);
  if (event.name === 'run.created') expect(reported.run === null, 'events', 'the run is known already');
  if (event.name === 'run.started') {
    expect(!reported.hasStarted, 'events', 'the run has started already');
    expect(run.startedDateTime !== null, 'I8', 'startedDateTime is null');
    reported.hasStarted = true;
  }
  if (event.name === 'run.canceling')
    expect(run.processingStatus === 'canceling', 'events', `the run is \`${run.processingStatus}\``);
  if (event.name === 'run.finished') {
    expect(isTerminal(run.processingStatus), 'events', `the run is \`${run.processingStatus}\``);
    reported.isOver = true;
  }
  if (reported.isWhole && (event.name === 'run.progress' || event.name === 'run.finished'))
    checkCounts(run, reported, expect);
  reported.run = run;
}

type Expect = (holds: boolean, rule: string, message: string, ...rows: readonly object[]) => void;

/** Checks I4, I12 and the edges between two events. */
function checkChange(before: Run, after: Run, expect: Expect): void {
  for (const name of ['totalUsersCount', 'totalTasksCount'] as const)
    expect(before[name] === after[name], 'I4', `${name} went from ${before[name]} to ${after[name]}`, before);
  for (const name of ['failedTasksCount', 'successfulUsersCount', 'failedUsersCount'] as const)
    expect(before[name] <= after[name], 'I4', `${name} fell from ${before[name]} to ${after[name]}`, before);
  const [was, is] = [before.totalUnprocessedTasksCount, after.totalUnprocessedTasksCount];
  expect(was >= is, 'I4', `totalUnprocessedTasksCount rose from ${was} to ${is}`, before);
  const isReachable = reachable(RUN_EDGES, before.processingStatus).has(after.processingStatus);
  expect(
    isReachable,
    'edges',
    `from \`${before.processingStatus}\` to \`${after.processingStatus}\``,
    before,
  );
  const isSame = JSON.stringify(before) === JSON.stringify(after);
  const isLater = before.lastUpdatedDateTime < after.lastUpdatedDateTime;
  expect(isSame || isLater, 'I12', 'the run changed and lastUpdatedDateTime did not grow', before);
}

/** Checks that the counters agree with the reported users. */
function checkCounts(run: Run, { finished, failures }: Reported, expect: Expect): void {
  const count = (...statuses: readonly string[]) =>
    [...finished.values()].filter((status) => statuses.includes(status)).length;
  const successful = count('completed');
  const failed = count('failed', 'completedWithErrors');
  const shown = `${run.successfulUsersCount} successful and ${run.failedUsersCount} failed users`;
  const isEqual = run.successfulUsersCount === successful && run.failedUsersCount === failed;
  expect(isEqual, 'I2', `${shown}, reported were ${successful} and ${failed}`);
  expect(
    run.failedTasksCount >= failures,
    'I2',
    `failedTasksCount is ${run.failedTasksCount}, reported were ${failures} failed tasks`,
  );
}

function checkUserEvent(
  event: Extract<HistoryEvent, { name: 'user.finished' }>,
  { finished }: Reported,
  findings: Findings,
): void {
  const { result } = event.payload;
  const expect = (holds: boolean, rule: string, message: string) =>
    findings.expect(holds, rule, `user.finished: ${message}`, event);
  expect(!finished.has(result.id), 'events', 'the user ended already');
  expect(isTerminal(result.processingStatus), 'events', `the user is \`${result.processingStatus}\``);
  for (const { rule, what } of violationsOfResult(result, null, findings)) expect(false, rule, what);
  finished.set(result.id, result.processingStatus);
}

type TaskEvent = Extract<HistoryEvent, { name: `task.${string}` }>;

function isOfTask(event: HistoryEvent): event is TaskEvent {
  return event.name === 'task.completed' || event.name === 'task.failed' || event.name === 'task.retrying';
}

function checkTaskEvent(event: HistoryEvent, reported: Reported, findings: Findings): void {
  if (!isOfTask(event)) return;
  const { subjectId, position } = event.payload;
  const key = `${position} ${subjectId}`;
  const before = reported.tasks.get(key) ?? 0;
  findings.expect(
    reported.tasks.get(key) !== null,
    'events',
    `${event.name} of a task that has ended`,
    event,
  );
  if (event.name !== 'task.retrying') {
    if (event.name === 'task.failed') reported.failures += 1;
    reported.tasks.set(key, null);
    return;
  }
  const { attempt } = event.payload;
  findings.expect(attempt > before, 'events', `attempt ${attempt} after attempt ${before}`, event);
  reported.tasks.set(key, attempt);
}
