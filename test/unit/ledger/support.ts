/** A ledger without an engine, and an external worker that reports to it. */
import type { ListOptions } from '../../../src/ledger/input/list-options.ts';
import type { UserResultInput } from '../../../src/ledger/input/user.ts';
import { assembleLedger, type Ledger } from '../../../src/ledger/ledger.ts';
import type { RunInput } from '../../../src/ledger/methods/runs.ts';
import type { Page, Run } from '../../../src/model/resources/resources.ts';
import type { UserStatus } from '../../../src/model/status.ts';
import type { Workflow } from '../../../src/model/workflow/workflow.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { seededIds } from '../../../src/system/virtual/random.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { type WatchedStore, watchedStore } from '../../helpers/watched-store.ts';
import { makeWorld, type World, workflowInput } from '../../helpers/world.ts';

/** What a test holds in hand. */
export interface Desk {
  readonly clock: VirtualClock;
  readonly store: WatchedStore;
  readonly ledger: Ledger;
  readonly workflow: Workflow;
  readonly events: string[];
  create(users: number, tasks?: number, more?: Partial<RunInput>): Promise<Run>;
  report(
    run: Run,
    status: UserStatus,
    more?: Partial<UserResultInput>,
  ): ReturnType<Ledger['userProcessingResults']['create']>;
  get(run: Run): Promise<Run>;
}

/** A ledger of its own on a memory store, with a workflow of the tasks `a` and `b`. */
export async function makeDesk(tasks: Parameters<typeof workflowInput>[0] = ['a', 'b']): Promise<Desk> {
  const clock = new VirtualClock();
  const store = watchedStore(memoryStore());
  const events: string[] = [];
  const ledger = assembleLedger({
    store,
    clock,
    ids: seededIds(3),
    events: { emit: (name) => void events.push(name), has: () => true },
    aggregation: { strictFailed: false },
    planning: new Set(),
  });
  const workflow = await ledger.workflows.create(workflowInput(tasks));
  return {
    clock,
    store,
    ledger,
    workflow,
    events,
    create: (users, total = users * 2, more = {}) =>
      ledger.runs.create(workflow.id, {
        scheduledDateTime: clock.iso(),
        workflowExecutionType: 'onDemand',
        totalUsersCount: users,
        totalUnprocessedTasksCount: total,
        ...more,
      }),
    report: (run, status, more = {}) =>
      ledger.userProcessingResults.create(run.id, {
        ...counts(status),
        ...more,
      } as UserResultInput),
    get: (run) => ledger.runs.get(run.id),
  };
}

/** Counters of a user with two tasks that fit a status. */
export function counts(status: UserStatus): Omit<UserResultInput, 'subject'> {
  const [failed, unprocessed] = {
    queued: [0, 2],
    inProgress: [0, 1],
    completed: [0, 0],
    completedWithErrors: [1, 0],
    failed: [1, 1],
    canceled: [0, 2],
    quarantined: [0, 2],
  }[status] as [number, number];
  return {
    processingStatus: status as 'queued',
    totalTasksCount: 2,
    failedTasksCount: failed,
    totalUnprocessedTasksCount: unprocessed,
  };
}

const DAY = 86_400_000;

/** A world with a workflow of the tasks `a` and `b`, and `count` external runs of it, of two types, four sizes and three days. */
export async function withRuns(count: number): Promise<World & { workflow: Workflow; runs: Run[] }> {
  const world = makeWorld();
  const workflow = await world.engine.workflows.create(workflowInput(['a', 'b']));
  const runs: Run[] = [];
  for (let no = 0; no < count; no++) runs.push(await addRun(world, workflow, no));
  return { ...world, workflow, runs };
}

/** Adds external run `no`. */
export function addRun({ engine, clock }: World, workflow: Workflow, no: number): Promise<Run> {
  return engine.runs.create(workflow.id, {
    scheduledDateTime: clock.iso((no % 3) * DAY),
    workflowExecutionType: no % 2 === 0 ? 'onDemand' : 'scheduled',
    totalUsersCount: 1 + (no % 4),
    totalUnprocessedTasksCount: 2 * (1 + (no % 4)),
  });
}

/** All pages of a list. */
export async function walk<Row>(
  list: (options: ListOptions) => Promise<Page<Row>>,
  first: ListOptions,
): Promise<Row[][]> {
  const pages: Row[][] = [];
  for (let options: ListOptions = first; ; ) {
    const page = await list(options);
    pages.push([...page.value]);
    if (page.nextToken === null) return pages;
    options = { after: page.nextToken, ...(first.top === undefined ? {} : { top: first.top }) };
  }
}
