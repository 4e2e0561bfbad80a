/** An engine on virtual time, seeded chance and a watched memory store, and what to check of it. */
import { expect } from 'vitest';
import { arrayDirectory } from '../../src/directory/array-directory.ts';
import { assembleEngine, type Engine } from '../../src/engine/engine.ts';
import { type EnginePorts, type EngineSettingsInput, readSettings } from '../../src/engine/settings.ts';
import type { EngineEventMap, EngineEventName } from '../../src/events/event-map.ts';
import { checkStore } from '../../src/ledger/check.ts';
import type { WorkflowInput } from '../../src/ledger/input/workflow.ts';
import type { LedgerMethods } from '../../src/ledger/ledger.ts';
import type { Run, TaskProcessingResult, UserProcessingResult } from '../../src/model/resources/resources.ts';
import type { Subject } from '../../src/model/subject.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { Store } from '../../src/ports/store.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { seededIds, seededRandom } from '../../src/system/virtual/random.ts';
import { VirtualClock } from './virtual-clock.ts';
import { type WatchedStore, watchedStore } from './watched-store.ts';

/** Ports of a world, all with a default, and the engine's settings. */
export interface WorldOptions extends EngineSettingsInput, Partial<Omit<EnginePorts, 'store' | 'clock'>> {
  readonly clock?: VirtualClock;
  readonly store?: Store;
  /** Subjects, or how many (`u1`, `u2` …). Default 10. */
  readonly subjects?: number | readonly Subject[];
  readonly seed?: number;
}

/** What a test holds in hand. */
export interface World {
  readonly clock: VirtualClock;
  readonly store: WatchedStore;
  readonly engine: Engine;
  /** All emitted events, in order. */
  readonly events: Emitted[];
  /** Errors that were reported. */
  readonly errors: () => readonly unknown[];
}

/** One event. */
type Emitted = {
  [Name in EngineEventName]: { readonly name: Name; readonly payload: EngineEventMap[Name] };
}[EngineEventName];

export const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const EVENTS = [
  'run.created',
  'run.started',
  'run.progress',
  'run.canceling',
  'run.finished',
  'run.purged',
  'user.finished',
  'task.completed',
  'task.failed',
  'task.retrying',
  'task.throttled',
  'schedule.evaluated',
  'schedule.skipped',
  'workflow.quarantined',
  'handler.unsettled',
  'engine.stalled',
  'engine.error',
] as const satisfies readonly EngineEventName[];

/** Makes a world; the engine is not started. */
export function makeWorld(options: WorldOptions = {}): World {
  const { clock: givenClock, store: givenStore, subjects: given = 10, seed = 1, ...rest } = options;
  const { directory, random, ids, logger, callout, work, aroundTask, ...settings } = rest;
  const clock = givenClock ?? new VirtualClock();
  const inner = givenStore ?? memoryStore();
  const store = 'hooks' in inner ? (inner as WatchedStore) : watchedStore(inner);
  const subjects = typeof given === 'number' ? people(given) : given;
  const engine = assembleEngine(
    {
      store,
      clock,
      directory: directory ?? arrayDirectory(subjects),
      random: random ?? seededRandom(seed),
      ids: ids ?? seededIds(seed),
      logger: logger ?? SILENT,
      ...(callout === undefined ? {} : { callout }),
      ...(work === undefined ? {} : { work }),
      ...(aroundTask === undefined ? {} : { aroundTask }),
    },
    readSettings({ tasks: { '*': () => {} }, ...settings }),
  );
  const events: Emitted[] = [];
  for (const name of EVENTS) engine.on(name, (payload) => events.push({ name, payload } as Emitted));
  const errors = () =>
    events.flatMap((event) => (event.name === 'engine.error' ? [event.payload.error] : []));
  return { clock, store, engine, events, errors };
}

/** `u1` … `u<count>`. */
export function people(count: number, attributes: (no: number) => object = () => ({})): Subject[] {
  return Array.from({ length: count }, (_, index) => ({ id: `u${index + 1}`, ...attributes(index + 1) }));
}

/** Their ids. */
export function idsOf(count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, index) => `u${from + index}`);
}

type TaskSpec = string | { id: string; continueOnError?: boolean; isEnabled?: boolean; arguments?: Pair[] };
interface Pair {
  readonly name: string;
  readonly value: string;
}

let workflowNo = 0;

/** What `workflows.create` takes: on demand unless `more` says otherwise. */
export function workflowInput(tasks: readonly TaskSpec[], more: Partial<WorkflowInput> = {}): WorkflowInput {
  workflowNo += 1;
  return {
    category: 'joiner',
    displayName: `Workflow ${workflowNo}`,
    executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    tasks: tasks.map((task) => {
      const spec = typeof task === 'string' ? { id: task } : task;
      const { id, ...settings } = spec;
      return { taskDefinitionId: id, ...settings };
    }),
    ...more,
  };
}

/** Scheduled by `employeeHireDate` for all people that `rule` selects. */
export function scheduledInput(
  tasks: readonly TaskSpec[],
  {
    rule = "department eq 'Sales'",
    offsetInDays = 0,
    ...more
  }: Partial<WorkflowInput> & {
    rule?: string;
    offsetInDays?: number;
  } = {},
): WorkflowInput {
  return workflowInput(tasks, {
    isSchedulingEnabled: true,
    executionConditions: {
      scope: { rule },
      trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays },
    },
    ...more,
  });
}

/** All user results of a run. */
export async function allUsers(ledger: LedgerMethods, runId: string): Promise<UserProcessingResult[]> {
  const found: UserProcessingResult[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await ledger.userProcessingResults.list(runId, {
      top: 999,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.value);
    after = page.nextToken;
  }
  return found;
}

/** All task results of a run. */
export async function allTasks(ledger: LedgerMethods, runId: string): Promise<TaskProcessingResult[]> {
  const found: TaskProcessingResult[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await ledger.taskProcessingResults.list(runId, {
      top: 999,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.value);
    after = page.nextToken;
  }
  return found;
}

/** Statuses of a run's users, in their order. */
export async function statusesOf(world: World, runId: string): Promise<string[]> {
  return (await allUsers(world.engine, runId)).map((user) => user.processingStatus);
}

/** Recounts a run from the lists that callers see, by nothing of the code under test. */
export async function expectRecount(ledger: LedgerMethods, run: Run): Promise<void> {
  const users = await allUsers(ledger, run.id);
  const tasks = await allTasks(ledger, run.id);
  const sum = (pick: (user: UserProcessingResult) => number) =>
    users.reduce((total, user) => total + pick(user), 0);
  const count = (...statuses: string[]) =>
    users.filter((user) => statuses.includes(user.processingStatus)).length;
  const countTasks = (...statuses: string[]) =>
    tasks.filter((task) => statuses.includes(task.processingStatus)).length;
  expect({
    totalUsersCount: run.totalUsersCount,
    successfulUsersCount: run.successfulUsersCount,
    failedUsersCount: run.failedUsersCount,
    totalTasksCount: run.totalTasksCount,
    failedTasksCount: run.failedTasksCount,
    totalUnprocessedTasksCount: run.totalUnprocessedTasksCount,
  }).toEqual({
    totalUsersCount: users.length,
    successfulUsersCount: count('completed'),
    failedUsersCount: count('failed', 'completedWithErrors'),
    totalTasksCount: tasks.length,
    failedTasksCount: countTasks('failed'),
    totalUnprocessedTasksCount: countTasks('queued', 'inProgress', 'canceled'),
  });
  expect(sum((user) => user.totalTasksCount)).toBe(tasks.length);
  expect(sum((user) => user.failedTasksCount)).toBe(run.failedTasksCount);
  expect(sum((user) => user.totalUnprocessedTasksCount)).toBe(run.totalUnprocessedTasksCount);
  const reports = await ledger.taskReports.list(run.id);
  const total = (pick: (report: (typeof reports)[number]) => number) =>
    reports.reduce((all, report) => all + pick(report), 0);
  expect(total((report) => report.totalUsersCount)).toBe(run.totalTasksCount);
  expect(total((report) => report.failedUsersCount)).toBe(run.failedTasksCount);
  expect(total((report) => report.unprocessedUsersCount)).toBe(run.totalUnprocessedTasksCount);
}

/** No invariant is broken, and no commit did what none may do. */
export async function expectSound(store: WatchedStore): Promise<void> {
  expect(store.faults).toEqual([]);
  expect((await checkStore(store.inner)).violations).toEqual([]);
}

/** The code that a refused call ends with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
