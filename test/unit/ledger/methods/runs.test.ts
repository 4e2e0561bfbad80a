/** Runs driven by an external worker, without an engine (domain §2.9). */
import { describe, expect, it } from 'vitest';
import { assembleLedger } from '../../../../src/ledger/ledger.ts';
import type { RunInput } from '../../../../src/ledger/methods/runs.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { below, seededIds, seededRandom } from '../../../../src/system/virtual/random.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { watchedStore } from '../../../helpers/watched-store.ts';
import { allUsers, codeOf, expectSound, makeWorld, workflowInput } from '../../../helpers/world.ts';
import { makeDesk, withRuns } from '../support.ts';

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

describe('summaries', () => {
  it('count runs whose start, or schedule when never started, lies in the window, ends included', async () => {
    const { engine, clock, workflow } = await withRuns(0);
    const zero = clock.now();
    const iso = (ms: number) => new Date(ms).toISOString();
    const input = (atMs: number) => ({
      scheduledDateTime: iso(atMs),
      workflowExecutionType: 'onDemand' as const,
      totalUsersCount: 1,
      totalUnprocessedTasksCount: 2,
    });
    const result = {
      processingStatus: 'failed',
      totalTasksCount: 2,
      failedTasksCount: 1,
      totalUnprocessedTasksCount: 1,
    } as const;
    const queued = await engine.runs.create(workflow.id, input(zero));
    const started = await engine.runs.create(workflow.id, input(zero));
    await clock.advance(5_000);
    await engine.userProcessingResults.create(started.id, result);
    const sum = (from: number, to: number) => engine.runs.summary(workflow.id, iso(from), iso(to));
    expect((await sum(zero, zero)).totalRuns).toBe(1);
    expect((await sum(zero + 1, zero + 4_999)).totalRuns).toBe(0);
    expect(await sum(zero + 5_000, zero + 5_000)).toEqual({
      totalRuns: 1,
      successfulRuns: 0,
      failedRuns: 1,
      totalUsers: 1,
      totalTasks: 2,
      failedTasks: 1,
    });
    expect((await sum(zero - 1, zero - 1)).totalRuns).toBe(0);
    expect(await codeOf(sum(zero + 1, zero))).toBe('InvalidArgument');
    expect(await codeOf(engine.runs.summary(workflow.id, 'yesterday', iso(zero)))).toBe('InvalidArgument');
    expect(await codeOf(engine.runs.summary('nobody', iso(zero), iso(zero)))).toBe('NotFound');
    expect(queued.processingStatus).toBe('queued');
  });
});

describe('the messages of refused runs', () => {
  it.each<[string, Partial<RunInput> | Record<string, unknown>, string, string]>([
    [
      'a start that has happened',
      { startedDateTime: '2026-03-02T00:00:00Z' },
      'startedDateTime',
      'Expected startedDateTime to be null: a new run has not begun, got `"2026-03-02T00:00:00Z"`',
    ],
    [
      'fewer tasks than users',
      { totalUnprocessedTasksCount: 1 },
      'totalTasksCount',
      'Expected totalTasksCount to be at least one for each of the 2 users, got `1`',
    ],
    [
      'no tasks',
      { totalUnprocessedTasksCount: undefined },
      'totalUnprocessedTasksCount',
      'Expected totalUnprocessedTasksCount to be the tasks of the run, got nothing',
    ],
  ])('name what is wrong with a new run: %s', async (_, more, field, message) => {
    const { create } = await makeDesk();
    await expect(create(2, 4, more as Partial<RunInput>)).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { field },
      message,
    });
  });

  it('name the status that a new run cannot have', async () => {
    const { create } = await makeDesk();
    await expect(create(2, 4, { processingStatus: 'inProgress' } as never)).rejects.toMatchObject({
      code: 'IllegalTransition',
      message: 'Expected a legal move of a new run from `nothing`, got `inProgress`',
    });
  });

  it('name both totals of tasks when they differ', async () => {
    const { create } = await makeDesk();
    await expect(create(2, 4, { totalTasksCount: 5 })).rejects.toMatchObject({
      code: 'CounterMismatch',
      details: { field: 'totalUnprocessedTasksCount', expected: 5, got: 4 },
    });
  });

  it('tell a run that is in progress from one that can be deleted', async () => {
    const { create, report, ledger } = await makeDesk();
    const run = await create(2);
    await report(run, 'inProgress');
    await expect(ledger.runs.delete(run.id)).rejects.toMatchObject({
      code: 'RunActive',
      message: `Expected run ${run.id} to be queued or final to be deleted, got \`inProgress\`; cancel it first`,
      details: { runId: run.id, status: 'inProgress' },
    });
  });

  it('name the moment that the ledger has when a patch has another one', async () => {
    const { create, ledger } = await makeDesk();
    const run = await create(1);
    await expect(
      ledger.runs.update(run.id, { startedDateTime: '2026-03-02T00:00:00Z' }),
    ).rejects.toMatchObject({
      details: { field: 'startedDateTime' },
      message: expect.stringContaining('to be null, as the ledger has it'),
    });
  });

  it.each<[string, object]>([
    ['isNoOp', { isNoOp: true }],
    ['activatedOnScope', { activatedOnScope: {} }],
    ['workflow', { workflow: { id: 'x', displayName: 'x', version: 1 } }],
    ['createdBy', { createdBy: { id: 'eve' } }],
  ])('name %s, which no patch can change', async (field, patch) => {
    const { create, ledger, get } = await makeDesk();
    const run = await create(1);
    await expect(ledger.runs.update(run.id, patch as never)).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { field },
      message: expect.stringContaining('as the ledger has it'),
    });
    expect(await get(run)).toEqual(run);
  });
});

describe('a patch of a run', () => {
  it('that changes nothing writes nothing, and emits nothing', async () => {
    const { create, ledger, get, events } = await makeDesk();
    const run = await create(1);
    events.length = 0;
    for (const patch of [{}, run, { processingStatus: 'queued' as const }])
      expect(await ledger.runs.update(run.id, patch)).toEqual(run);
    expect([await get(run), events]).toEqual([run, []]);
  });

  it('that moves its schedule changes it 1 ms later at least, and counts as a change', async () => {
    const { create, ledger, store, clock } = await makeDesk();
    const run = await create(1);
    const before = await store.getRun(run.id);
    await ledger.runs.update(run.id, { scheduledDateTime: clock.iso(-1_000) });
    const after = await store.getRun(run.id);
    expect(after).toMatchObject({
      scheduledAtMs: clock.now() - 1_000,
      lastUpdatedAtMs: (before?.lastUpdatedAtMs ?? 0) + 1,
      revision: (before?.revision ?? 0) + 1,
    });
  });

  it('that starts it before its schedule lets it begin with the schedule', async () => {
    const { create, ledger, clock, store } = await makeDesk();
    const run = await create(1, 2, { scheduledDateTime: clock.iso(60_000) });
    const started = await ledger.runs.update(run.id, { processingStatus: 'inProgress' });
    expect(started.startedDateTime).toBe(clock.iso(60_000));
    await expectSound(store);
  });

  it('that moves the schedule of a run with results is refused', async () => {
    const { create, report, ledger, clock } = await makeDesk();
    const run = await create(2);
    await report(run, 'queued');
    await expect(ledger.runs.update(run.id, { scheduledDateTime: clock.iso(-1_000) })).rejects.toMatchObject({
      details: { field: 'scheduledDateTime' },
      message: expect.stringContaining('only a queued external run without results can be moved'),
    });
  });

  it('cannot start a run that the engine drives, or move its schedule, but can cancel it', async () => {
    const { engine, clock } = makeWorld();
    const { id: workflowId } = await engine.workflows.create(workflowInput(['a']));
    const { id } = await engine.runs.activate(workflowId, { subjects: ['u1'] });
    expect(await codeOf(engine.runs.update(id, { processingStatus: 'inProgress' }))).toBe(
      'IllegalTransition',
    );
    expect(await codeOf(engine.runs.update(id, { scheduledDateTime: clock.iso(-1_000) }))).toBe(
      'InvalidArgument',
    );
    const canceled = await engine.runs.update(id, { processingStatus: 'canceled' });
    expect(['canceling', 'canceled']).toContain(canceled.processingStatus);
  });

  it('of an unknown run is refused, and so is an unknown field', async () => {
    const { create, ledger } = await makeDesk();
    const run = await create(1);
    expect(await codeOf(ledger.runs.update('x', {}))).toBe('NotFound');
    expect(await codeOf(ledger.runs.update(run.id, { color: 'red' } as never))).toBe('InvalidArgument');
    expect(await codeOf(ledger.runs.update(run.id, null as never))).toBe('InvalidArgument');
  });
});

describe('the author of an external run', () => {
  it('is kept with it, and null when none is named', async () => {
    const { ledger, workflow, clock, create } = await makeDesk();
    const input: RunInput = {
      scheduledDateTime: clock.iso(),
      workflowExecutionType: 'onDemand',
      totalUsersCount: 1,
      totalTasksCount: 1,
    };
    const { id } = await ledger.runs.create(workflow.id, input, { by: 'ada' });
    expect((await ledger.runs.get(id.toUpperCase())).createdBy).toEqual({ id: 'ada' });
    expect((await create(1)).createdBy).toBeNull();
    expect(await codeOf(ledger.runs.create(workflow.id, input, { by: '' }))).toBe('InvalidArgument');
  });
});
