/** Runs driven by an external worker, without an engine (domain §2.9). */
import { describe, expect, it } from 'vitest';
import type { UserResultInput } from '../../../../src/ledger/input/user.ts';
import { assembleLedger, type Ledger } from '../../../../src/ledger/ledger.ts';
import type { RunInput } from '../../../../src/ledger/methods/runs.ts';
import type { Run } from '../../../../src/model/resources/resources.ts';
import type { UserStatus } from '../../../../src/model/status.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { below, seededIds, seededRandom } from '../../../../src/system/virtual/random.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { type WatchedStore, watchedStore } from '../../../helpers/watched-store.ts';
import {
  allUsers,
  codeOf,
  expectRecount,
  expectSound,
  makeWorld,
  workflowInput,
} from '../../../helpers/world.ts';

interface Desk {
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

async function makeDesk(tasks: Parameters<typeof workflowInput>[0] = ['a', 'b']): Promise<Desk> {
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
function counts(status: UserStatus): Omit<UserResultInput, 'subject'> {
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

describe('an externally driven run', () => {
  it('starts queued, with the declared totals and nothing processed', async () => {
    const { create, clock, store } = await makeDesk();
    expect(await create(3)).toMatchObject({
      processingStatus: 'queued',
      startedDateTime: null,
      completedDateTime: null,
      scheduledDateTime: clock.iso(),
      totalUsersCount: 3,
      successfulUsersCount: 0,
      failedUsersCount: 0,
      totalTasksCount: 6,
      totalUnprocessedTasksCount: 6,
      failedTasksCount: 0,
      workflowExecutionType: 'onDemand',
    });
    await expectSound(store);
  });

  it.each([
    [['completed', 'completed'], 'completed'],
    [['completed', 'failed'], 'completedWithErrors'],
    [['completed', 'completedWithErrors'], 'completedWithErrors'],
    [['completedWithErrors', 'completedWithErrors'], 'completedWithErrors'],
    [['failed', 'failed'], 'failed'],
    [['failed', 'canceled'], 'failed'],
    [['failed', 'completedWithErrors'], 'completedWithErrors'],
    [['completed', 'canceled'], 'completedWithErrors'],
    [['canceled', 'canceled'], 'completedWithErrors'],
  ] as const)('ends by itself: %s → %s', async (statuses, expected) => {
    const { create, report, get, store, ledger, events } = await makeDesk();
    const run = await create(2);
    for (const [index, status] of statuses.entries()) {
      expect((await get(run)).completedDateTime).toBeNull();
      const result = await report(run, status, { subject: { id: `s${index}` } });
      expect(result.processingStatus).toBe(status);
      await expectSound(store);
    }
    const done = await get(run);
    expect(done.processingStatus).toBe(expected);
    expect(done.completedDateTime).not.toBeNull();
    const users = await allUsers(ledger, run.id);
    const sum = (pick: (user: (typeof users)[number]) => number) =>
      users.reduce((total, user) => total + pick(user), 0);
    expect(done.failedTasksCount).toBe(sum((user) => user.failedTasksCount));
    expect(done.totalUnprocessedTasksCount).toBe(sum((user) => user.totalUnprocessedTasksCount));
    expect(events.filter((name) => name === 'run.finished')).toHaveLength(1);
    expect(events.filter((name) => name === 'user.finished')).toHaveLength(2);
  });

  it('a strict ledger calls a run with a completed task completedWithErrors, not failed', async () => {
    const store = watchedStore(memoryStore());
    const clock = new VirtualClock();
    const ledger = assembleLedger({
      store,
      clock,
      ids: seededIds(8),
      events: { emit: () => {}, has: () => false },
      aggregation: { strictFailed: true },
      planning: new Set(),
    });
    const workflow = await ledger.workflows.create(workflowInput(['a', 'b']));
    const run = await ledger.runs.create(workflow.id, {
      scheduledDateTime: clock.iso(),
      workflowExecutionType: 'scheduled',
      totalUsersCount: 1,
      totalUnprocessedTasksCount: 3,
    });
    await ledger.userProcessingResults.create(run.id, {
      processingStatus: 'failed',
      totalTasksCount: 3,
      failedTasksCount: 1,
      totalUnprocessedTasksCount: 1,
    });
    expect((await ledger.runs.get(run.id)).processingStatus).toBe('completedWithErrors');
  });

  it('starts with the first user who started, not with a queued or canceled one', async () => {
    const { create, report, get, clock } = await makeDesk();
    const run = await create(4);
    await report(run, 'queued', { subject: { id: 'q' } });
    expect((await get(run)).processingStatus).toBe('queued');
    await report(run, 'canceled', { subject: { id: 'c' } });
    expect(await get(run)).toMatchObject({ processingStatus: 'queued', startedDateTime: null });
    await clock.advance(1_000);
    await report(run, 'inProgress', { subject: { id: 'p' } });
    expect(await get(run)).toMatchObject({ processingStatus: 'inProgress', startedDateTime: clock.iso() });
  });

  it.each<[string, Partial<RunInput> | Record<string, unknown>, string]>([
    ['no schedule', { scheduledDateTime: undefined }, 'InvalidArgument'],
    ['a schedule of null', { scheduledDateTime: null }, 'InvalidArgument'],
    ['a schedule without a zone', { scheduledDateTime: '2026-03-02T00:00:00' }, 'InvalidArgument'],
    ['another type', { workflowExecutionType: 'preview' }, 'InvalidArgument'],
    ['no users', { totalUsersCount: 0 }, 'InvalidArgument'],
    ['half a user', { totalUsersCount: 1.5 }, 'InvalidArgument'],
    ['fewer tasks than users', { totalUnprocessedTasksCount: 1 }, 'InvalidArgument'],
    ['no tasks', { totalUnprocessedTasksCount: undefined }, 'InvalidArgument'],
    ['totals that differ', { totalTasksCount: 5 }, 'CounterMismatch'],
    ['a failed task', { failedTasksCount: 1 }, 'CounterMismatch'],
    ['a failed user', { failedUsersCount: 1 }, 'CounterMismatch'],
    ['a successful user', { successfulUsersCount: 1 }, 'CounterMismatch'],
    ['a start', { startedDateTime: '2026-03-02T00:00:00Z' }, 'InvalidArgument'],
    ['an end', { completedDateTime: '2026-03-02T00:00:00Z' }, 'InvalidArgument'],
    ['a status', { processingStatus: 'inProgress' }, 'IllegalTransition'],
    ['an unknown status', { processingStatus: 'done' }, 'InvalidArgument'],
    ['an id', { id: '00000000-0000-8000-8000-000000000000' }, 'InvalidArgument'],
    ['an unknown field', { color: 'red' }, 'InvalidArgument'],
  ])('is not created with %s', async (_what, more, code) => {
    const { create, store } = await makeDesk();
    expect(await codeOf(create(2, 4, more as Partial<RunInput>))).toBe(code);
    expect(await store.countRuns({ where: null })).toBe(0);
  });

  it.each([
    [null, 'InvalidArgument'],
    [[], 'InvalidArgument'],
    ['text', 'InvalidArgument'],
  ])('is not created from %j', async (body, code) => {
    const { ledger, workflow } = await makeDesk();
    expect(await codeOf(ledger.runs.create(workflow.id, body as never))).toBe(code);
  });

  it('is not created for an unknown or deleted workflow', async () => {
    const { ledger, workflow, create } = await makeDesk();
    expect(await codeOf(ledger.runs.create('nobody', {} as never))).toBe('InvalidArgument');
    const run = await create(1);
    await ledger.workflows.delete(workflow.id);
    expect(await codeOf(create(1))).toBe('NotFound');
    expect(await codeOf(ledger.runs.get(run.id))).toBe('NotFound');
  });
});

describe('results that are refused', () => {
  const cases: [string, Partial<UserResultInput> | Record<string, unknown>, string][] = [
    [
      'queued with a processed task',
      { processingStatus: 'queued', totalUnprocessedTasksCount: 1 },
      'CounterMismatch',
    ],
    [
      'inProgress with nothing left',
      { processingStatus: 'inProgress', totalUnprocessedTasksCount: 0 },
      'CounterMismatch',
    ],
    ['completed with a failure', { failedTasksCount: 1 }, 'CounterMismatch'],
    ['completed with a rest', { totalUnprocessedTasksCount: 1 }, 'CounterMismatch'],
    ['completedWithErrors without a failure', { processingStatus: 'completedWithErrors' }, 'CounterMismatch'],
    ['failed without a failure', { processingStatus: 'failed' }, 'CounterMismatch'],
    ['canceled with nothing left', { processingStatus: 'canceled' }, 'CounterMismatch'],
    [
      'more tasks counted than there are',
      { failedTasksCount: 2, totalUnprocessedTasksCount: 1 },
      'CounterMismatch',
    ],
    ['a quarantined one', { processingStatus: 'quarantined' }, 'InvalidArgument'],
    ['canceling', { processingStatus: 'canceling' }, 'InvalidArgument'],
    ['no status', { processingStatus: undefined }, 'InvalidArgument'],
    ['no tasks', { totalTasksCount: 0 }, 'InvalidArgument'],
    ['a negative count', { failedTasksCount: -1 }, 'InvalidArgument'],
    ['a count as text', { failedTasksCount: '0' }, 'InvalidArgument'],
    ['another version', { workflowVersion: 2 }, 'InvalidArgument'],
    ['another type', { workflowExecutionType: 'scheduled' }, 'InvalidArgument'],
    ['a subject without an id', { subject: {} }, 'InvalidArgument'],
    ['a subject with more than an id', { subject: { id: 'x', mail: 'y' } }, 'InvalidArgument'],
    ['a long id', { subject: { id: 'x'.repeat(257) } }, 'InvalidArgument'],
    ['a start before its schedule', { startedDateTime: '2020-01-01T00:00:00Z' }, 'InvalidArgument'],
    [
      'an end before its start',
      { startedDateTime: '2026-03-02T00:00:09Z', completedDateTime: '2026-03-02T00:00:05Z' },
      'InvalidArgument',
    ],
    [
      'outcomes that are too few',
      { taskProcessingResults: [{ processingStatus: 'completed' }] },
      'CounterMismatch',
    ],
    [
      'outcomes that contradict the counters',
      { taskProcessingResults: [{ processingStatus: 'completed' }, { processingStatus: 'failed' }] },
      'CounterMismatch',
    ],
    ['outcomes that are no list', { taskProcessingResults: 'both' }, 'InvalidArgument'],
    [
      'an outcome in another status',
      { taskProcessingResults: [{ processingStatus: 'completed' }, { processingStatus: 'canceled' }] },
      'InvalidArgument',
    ],
  ];

  it.each(cases)('%s', async (_what, more, code) => {
    const { create, report, get, store } = await makeDesk();
    const run = await create(2);
    expect(await codeOf(report(run, 'completed', more as Partial<UserResultInput>))).toBe(code);
    expect(await get(run)).toEqual(run);
    await expectSound(store);
  });

  it('a second one of the same subject', async () => {
    const { create, report, get, store } = await makeDesk();
    const run = await create(3);
    await report(run, 'queued', { subject: { id: 's' } });
    const before = await get(run);
    expect(await codeOf(report(run, 'completed', { subject: { id: 's' } }))).toBe('Duplicate');
    expect(await codeOf(report(run, 'completed', { subject: { id: '\u00a0s' } }))).toBe('Duplicate');
    expect(await codeOf(report(run, 'completed', { subject: { id: 's\u0000' } }))).toBe('InvalidArgument');
    expect(await get(run)).toEqual(before);
    await expectSound(store);
  });

  it('of one user too many', async () => {
    const { create, report, store } = await makeDesk();
    const run = await create(2);
    await report(run, 'queued');
    await report(run, 'queued');
    expect(await codeOf(report(run, 'completed'))).toBe('CounterMismatch');
    await expectSound(store);
  });

  it('that leave no task for who is still to come, or too many for the last', async () => {
    const { create, report } = await makeDesk();
    const tight = await create(2, 2);
    expect(await codeOf(report(tight, 'completed'))).toBe('CounterMismatch');
    const loose = await create(2, 5);
    await report(loose, 'completed');
    expect(await codeOf(report(loose, 'completed'))).toBe('CounterMismatch');
    await report(loose, 'completed', { totalTasksCount: 3 });
  });

  it('of a run that is final, or canceling, or that the engine drives', async () => {
    const { create, report, ledger } = await makeDesk();
    const done = await create(1);
    await report(done, 'completed');
    expect(await codeOf(report(done, 'completed', { subject: { id: 'late' } }))).toBe('AlreadyFinal');
    const canceled = await create(1);
    await ledger.runs.cancel(canceled.id);
    expect(await codeOf(report(canceled, 'completed'))).toBe('AlreadyFinal');

    const { engine } = makeWorld();
    const driven = await engine.workflows.create(workflowInput(['a', 'b']));
    const run = await engine.runs.activate(driven.id, { subjects: ['u1'] });
    const input = { ...counts('completed') } as UserResultInput;
    expect(await codeOf(engine.userProcessingResults.create(run.id, input))).toBe('NotDrivenHere');
    const [user] = await allUsers(engine, run.id);
    expect(
      await codeOf(
        engine.userProcessingResults.recordTask(run.id, user?.id ?? '', {
          processingStatus: 'completed',
        }),
      ),
    ).toBe('NotDrivenHere');
  });

  it('two at the same moment count once each', async () => {
    const { create, report, get, store } = await makeDesk();
    const run = await create(20);
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => report(run, 'completed', { subject: { id: `s${index}` } })),
    );
    expect(await get(run)).toMatchObject({ processingStatus: 'completed', successfulUsersCount: 20 });
    await expectSound(store);
  });
});

describe('single tasks', () => {
  const task = (processingStatus: 'completed' | 'failed', more: object = {}) => ({
    processingStatus,
    ...more,
  });

  it('move a queued user through inProgress to its final status, and the run with it', async () => {
    const { create, report, get, ledger, clock, store } = await makeDesk();
    const run = await create(1);
    const user = await report(run, 'queued', { subject: { id: 's' } });
    const record = (input: ReturnType<typeof task>) =>
      ledger.userProcessingResults.recordTask(run.id, user.id, input);
    await clock.advance(1_000);
    expect(await record(task('completed', { processingInfo: 'was so' }))).toMatchObject({
      processingStatus: 'inProgress',
      totalUnprocessedTasksCount: 1,
    });
    await expectSound(store);
    expect((await get(run)).processingStatus).toBe('inProgress');
    await clock.advance(1_000);
    expect(await record(task('failed', { failureReason: 'no mail' }))).toMatchObject({
      processingStatus: 'failed',
      failedTasksCount: 1,
    });
    await expectSound(store);
    const done = await get(run);
    expect(done.processingStatus).toBe('failed');
    expect(done.completedDateTime).toBe(clock.iso());
    await expectRecount(ledger, done);
    expect(await codeOf(record(task('completed')))).toBe('AlreadyFinal');
    const results = await ledger.taskProcessingResults.listOfUser(run.id, user.id);
    expect(results.map(({ failureReason, processingInfo }) => [failureReason, processingInfo])).toEqual([
      [null, 'was so'],
      ['no mail', null],
    ]);
  });

  it('a failure in a task that continues on error ends completedWithErrors; in one that does not, the rest is canceled', async () => {
    const { create, report, ledger, store } = await makeDesk([{ id: 'a', continueOnError: true }, 'b', 'c']);
    const run = await create(2, 6);
    const user = await report(run, 'queued', { totalTasksCount: 3, totalUnprocessedTasksCount: 3 });
    const record = (id: string, status: 'completed' | 'failed') =>
      ledger.userProcessingResults.recordTask(run.id, id, task(status));
    await record(user.id, 'failed');
    await record(user.id, 'completed');
    expect((await record(user.id, 'completed')).processingStatus).toBe('completedWithErrors');
    const other = await report(run, 'queued', { totalTasksCount: 3, totalUnprocessedTasksCount: 3 });
    await record(other.id, 'failed');
    expect((await record(other.id, 'failed')).processingStatus).toBe('failed');
    const results = await ledger.taskProcessingResults.listOfUser(run.id, other.id);
    expect(results.map((one) => one.processingStatus)).toEqual(['failed', 'failed', 'canceled']);
    await expectSound(store);
    await expectRecount(ledger, await ledger.runs.get(run.id));
  });

  it('are refused for a user with only counts reported, for an unknown user, and with an invalid body', async () => {
    const { create, report, ledger } = await makeDesk();
    const run = await create(3);
    const counted = await report(run, 'inProgress');
    const queued = await report(run, 'queued');
    const record = (id: string, body: object) =>
      codeOf(ledger.userProcessingResults.recordTask(run.id, id, body as never));
    expect(await record(counted.id, task('completed'))).toBe('IllegalTransition');
    expect(await record(run.id, task('completed'))).toBe('NotFound');
    expect(await record('nobody', task('completed'))).toBe('NotFound');
    expect(await record(queued.id, {})).toBe('InvalidArgument');
    expect(await record(queued.id, { processingStatus: 'canceled' })).toBe('InvalidArgument');
    expect(await record(queued.id, task('failed', { failureReason: 'x'.repeat(2_001) }))).toBe(
      'InvalidArgument',
    );
  });

  it('the first task of a queued user may have begun before it is reported', async () => {
    const { create, report, ledger, clock, store } = await makeDesk();
    const run = await create(1);
    const user = await report(run, 'queued');
    await clock.advance(60_000);
    const result = await ledger.userProcessingResults.recordTask(run.id, user.id, {
      processingStatus: 'completed',
      startedDateTime: clock.iso(-30_000),
      completedDateTime: clock.iso(-10_000),
    });
    expect(result.startedDateTime).toBe(clock.iso(-30_000));
    await expectSound(store);
  });
});

describe('updates', () => {
  it('a queued run can be moved to another schedule, and started by hand', async () => {
    const { create, ledger, store, clock } = await makeDesk();
    const run = await create(1);
    const at = clock.iso(-3_600_000);
    const moved = await ledger.runs.update(run.id, { scheduledDateTime: at });
    expect(moved.scheduledDateTime).toBe(at);
    await expectSound(store);
    const started = await ledger.runs.update(run.id, { processingStatus: 'inProgress' });
    expect(started).toMatchObject({ processingStatus: 'inProgress', startedDateTime: clock.iso() });
    await expectSound(store);
    expect(await codeOf(ledger.runs.update(run.id, { scheduledDateTime: clock.iso() }))).toBe(
      'InvalidArgument',
    );
  });

  it.each(['completed', 'completedWithErrors', 'failed', 'quarantined'] as const)(
    'a run cannot be set to %s by hand',
    async (status) => {
      const { create, ledger, get } = await makeDesk();
      const run = await create(1);
      expect(await codeOf(ledger.runs.update(run.id, { processingStatus: status }))).toBe(
        'IllegalTransition',
      );
      expect(await get(run)).toEqual(run);
    },
  );

  it.each(['canceled', 'canceling'] as const)('a patch to %s cancels', async (status) => {
    const { create, ledger, report, store } = await makeDesk();
    const run = await create(4);
    await report(run, 'completed', { subject: { id: 'done' } });
    await report(run, 'queued', { subject: { id: 'waits' } });
    await report(run, 'inProgress', { subject: { id: 'works' } });
    const canceled = await ledger.runs.update(run.id, { processingStatus: status });
    expect(canceled).toMatchObject({
      processingStatus: 'canceled',
      successfulUsersCount: 1,
      totalUnprocessedTasksCount: 5,
    });
    await expectSound(store);
    const users = await allUsers(ledger, run.id);
    expect(users.map((user) => user.processingStatus)).toEqual(['completed', 'canceled', 'canceled']);
  });

  it('counters and dates are accepted only as the ledger has them', async () => {
    const { create, ledger, get } = await makeDesk();
    const run = await create(2);
    const patch = (body: object) => codeOf(ledger.runs.update(run.id, body));
    expect(await patch(run)).toBe('no error');
    expect(await patch({ failedTasksCount: 1 })).toBe('CounterMismatch');
    expect(await patch({ totalUsersCount: 3 })).toBe('CounterMismatch');
    expect(await patch({ startedDateTime: '2026-03-02T00:00:00Z' })).toBe('InvalidArgument');
    expect(await patch({ scheduledDateTime: null })).toBe('InvalidArgument');
    expect(await patch({ id: 'another' })).toBe('InvalidArgument');
    expect(await patch({ workflowExecutionType: 'scheduled' })).toBe('InvalidArgument');
    expect(await get(run)).toEqual(run);
  });

  it('a final run stays as it is', async () => {
    const { create, report, ledger, get } = await makeDesk();
    const run = await create(1);
    await report(run, 'completed');
    const done = await get(run);
    const patch = (body: object) => codeOf(ledger.runs.update(run.id, body));
    expect(await patch({ processingStatus: 'inProgress' })).toBe('AlreadyFinal');
    expect(await patch({ processingStatus: 'canceled' })).toBe('AlreadyFinal');
    expect(await codeOf(ledger.runs.cancel(run.id))).toBe('AlreadyFinal');
    expect(await get(run)).toEqual(done);
  });
});

describe('deletion', () => {
  it('is refused while the run is in progress, allowed while it is queued and when it is final', async () => {
    const { create, report, ledger, store } = await makeDesk();
    const queued = await create(2);
    const active = await create(2);
    await report(active, 'completed');
    expect(await codeOf(ledger.runs.delete(active.id))).toBe('RunActive');
    await report(active, 'completed');
    for (const run of [queued, active]) {
      await ledger.runs.delete(run.id.toUpperCase());
      expect(await codeOf(ledger.runs.get(run.id))).toBe('NotFound');
      expect(await codeOf(ledger.userProcessingResults.list(run.id))).toBe('NotFound');
      expect(await codeOf(ledger.runs.delete(run.id))).toBe('NotFound');
    }
    expect(await store.countRuns({ where: null })).toBe(0);
  });
});

describe('canceling', () => {
  it('a run without reported users ends canceled, its declared users with it', async () => {
    const { create, ledger, store, events } = await makeDesk();
    const run = await create(3);
    expect(await ledger.runs.cancel(run.id)).toMatchObject({
      processingStatus: 'canceled',
      startedDateTime: null,
      totalUnprocessedTasksCount: 6,
      successfulUsersCount: 0,
    });
    await expectSound(store);
    expect(events.filter((name) => name === 'run.finished')).toHaveLength(1);
  });

  it('2,500 users are canceled in batches, and the run ends', async () => {
    const { create, report, ledger, store } = await makeDesk();
    const run = await create(2_501);
    for (let no = 0; no < 2_500; no++) await report(run, no % 2 === 0 ? 'queued' : 'inProgress');
    await ledger.runs.cancel(run.id);
    expect((await ledger.runs.get(run.id)).processingStatus).toBe('canceled');
    expect(await store.countUsers({ runId: run.id, where: null })).toBe(2_500);
    await expectSound(store);
  });

  it('deleting or disabling the workflow cancels its external runs too', async () => {
    const { create, report, ledger, workflow, store } = await makeDesk();
    const run = await create(2);
    await report(run, 'inProgress');
    await ledger.workflows.update(workflow.id, { isEnabled: false });
    expect((await ledger.runs.get(run.id)).processingStatus).toBe('canceled');
    await expectSound(store);
  });
});

describe('a random life of an external run', () => {
  it.each(Array.from({ length: 40 }, (_, index) => index + 1))(
    'keeps every rule at every step (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const { create, report, get, ledger, store, clock } = await makeDesk([
        { id: 'a', continueOnError: true },
        'b',
      ]);
      const users = 1 + below(random, 6);
      const run = await create(users);
      const ids: string[] = [];
      for (let step = 0; step < 30; step++) {
        const pick = random.next();
        if (pick < 0.45) {
          const status =
            (['queued', 'inProgress', 'completed', 'failed', 'canceled', 'completedWithErrors'] as const)[
              below(random, 6)
            ] ?? 'queued';
          const made = await report(run, status, {
            subject: { id: `s${below(random, 8)}` },
            ...(status === 'inProgress'
              ? { taskProcessingResults: [{ processingStatus: 'completed' }] }
              : {}),
          }).catch(() => null);
          if (made) ids.push(made.id);
        } else if (pick < 0.85) {
          const id = ids[below(random, Math.max(1, ids.length))] ?? run.id;
          const processingStatus = random.next() < 0.7 ? 'completed' : 'failed';
          await codeOf(ledger.userProcessingResults.recordTask(run.id, id, { processingStatus }));
        } else if (pick < 0.88) await codeOf(ledger.runs.cancel(run.id));
        else clock.jump(below(random, 2_000) - 800);
        await expectSound(store);
      }
      if ((await get(run)).completedDateTime === null) await ledger.runs.cancel(run.id);
      expect((await get(run)).completedDateTime).not.toBeNull();
      await expectSound(store);
    },
  );
});
