/** Results of users that an external worker reports (domain §2.9). */
import { describe, expect, it } from 'vitest';
import type { UserResultInput } from '../../../../src/ledger/input/user.ts';
import type { UserStatus } from '../../../../src/model/status.ts';
import {
  allUsers,
  codeOf,
  expectRecount,
  expectSound,
  makeWorld,
  workflowInput,
} from '../../../helpers/world.ts';
import { counts, makeDesk, walk } from '../support.ts';

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

describe('the list of the user results of a run', () => {
  it('comes by ordinal, has each user once, and counts all of them', async () => {
    const { create, report, ledger } = await makeDesk();
    const run = await create(7);
    for (let no = 1; no <= 7; no++) await report(run, 'queued', { subject: { id: `s${no}` } });
    const pages = await walk((options) => ledger.userProcessingResults.list(run.id, options), { top: 3 });
    expect(pages.map((page) => page.map(({ subject }) => subject.id))).toEqual([
      ['s1', 's2', 's3'],
      ['s4', 's5', 's6'],
      ['s7'],
    ]);
    const page = await ledger.userProcessingResults.list(run.id, { top: 2, count: true });
    expect([page.count, page.value.length]).toEqual([7, 2]);
  });

  it('counts the matches of its filter, and orders them as asked', async () => {
    const { create, report, ledger } = await makeDesk();
    const run = await create(4);
    for (const [index, status] of (['completed', 'failed', 'completed', 'queued'] as const).entries())
      await report(run, status, { subject: { id: `s${index}` } });
    const page = await ledger.userProcessingResults.list(run.id, {
      filter: "processingStatus eq 'completed'",
      orderBy: 'id desc',
      count: true,
    });
    expect([page.count, ...page.value.map(({ subject }) => subject.id)]).toEqual([2, 's2', 's0']);
  });

  it('of a run that has declared users, but no results, is empty and counts 0', async () => {
    const { create, ledger } = await makeDesk();
    const run = await create(3);
    expect(await ledger.userProcessingResults.list(run.id, { count: true })).toEqual({
      value: [],
      nextToken: null,
      count: 0,
    });
  });

  it('has no count unless one is asked for', async () => {
    const { create, ledger } = await makeDesk();
    const run = await create(1);
    expect(await ledger.userProcessingResults.list(run.id)).not.toHaveProperty('count');
  });

  it.each<[string, object, string]>([
    ['an unknown option', { limit: 5 }, 'InvalidArgument'],
    ['a filter of a property that users do not have', { filter: "color eq 'red'" }, 'InvalidFilter'],
    ['a filter that cannot be read', { filter: '((' }, 'InvalidFilter'],
    ['an order by a property that has none', { orderBy: 'color' }, 'InvalidArgument'],
    ['the token of another run', {}, 'InvalidPageToken'],
  ])('is refused with %s', async (_, options, code) => {
    const { create, report, ledger } = await makeDesk();
    const [run, other] = [await create(2), await create(2)];
    for (const id of ['a', 'b']) await report(other, 'queued', { subject: { id } });
    const { nextToken } = await ledger.userProcessingResults.list(other.id, { top: 1 });
    const given = code === 'InvalidPageToken' ? { after: nextToken ?? '' } : options;
    expect(await codeOf(ledger.userProcessingResults.list(run.id, given as never))).toBe(code);
  });
});

describe('a user result', () => {
  it('is got by its id in any letter case, as it was returned when it was reported', async () => {
    const { create, report, ledger, clock } = await makeDesk();
    const run = await create(1, 2, { workflowExecutionType: 'scheduled' });
    const made = await report(run, 'completed', {
      subject: { id: 'ada' },
      startedDateTime: clock.iso(),
      completedDateTime: clock.iso(),
    });
    expect(made).toEqual({
      id: made.id,
      subject: { id: 'ada' },
      processingStatus: 'completed',
      workflowExecutionType: 'scheduled',
      workflowVersion: 1,
      scheduledDateTime: run.scheduledDateTime,
      startedDateTime: clock.iso(),
      completedDateTime: clock.iso(),
      totalTasksCount: 2,
      failedTasksCount: 0,
      totalUnprocessedTasksCount: 0,
    });
    for (const [runId, id] of [
      [run.id, made.id],
      [run.id.toUpperCase(), made.id.toUpperCase()],
    ] as const)
      expect(await ledger.userProcessingResults.get(runId, id)).toEqual(made);
  });

  it('is not found in another run, by the id of its run, or after its run is deleted', async () => {
    const { create, report, ledger } = await makeDesk();
    const [run, other] = [await create(1), await create(1)];
    const { id } = await report(run, 'completed');
    const get = (runId: string, resultId: string) =>
      codeOf(ledger.userProcessingResults.get(runId, resultId));
    expect([await get(other.id, id), await get(run.id, run.id)]).toEqual(['NotFound', 'NotFound']);
    await ledger.runs.delete(run.id);
    expect(await get(run.id, id)).toBe('NotFound');
  });

  it('without a subject is of one that the ledger names, a new one for each user', async () => {
    const { create, report } = await makeDesk();
    const run = await create(2);
    const ids = [await report(run, 'queued'), await report(run, 'queued')].map(({ subject }) => subject.id);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('the messages of refused results', () => {
  it.each<[string, UserStatus, Partial<UserResultInput>, object]>([
    [
      'a user with too few tasks for those who are still to come',
      'completed',
      { totalTasksCount: 6 },
      { field: 'totalTasksCount', expected: 4, got: 6 },
    ],
    [
      'a user with more single results than the workflow has tasks',
      'completed',
      {
        totalTasksCount: 3,
        taskProcessingResults: Array(3).fill({ processingStatus: 'completed' }),
      },
      { field: 'totalTasksCount', expected: 2, got: 3 },
    ],
  ])('say what the ledger expects of %s', async (_, status, more, details) => {
    const { create, report } = await makeDesk();
    const run = await create(3, 6);
    await expect(report(run, status, more)).rejects.toMatchObject({ code: 'CounterMismatch', details });
  });

  it('name how many users were declared when one more is reported', async () => {
    const { create, report } = await makeDesk();
    const run = await create(2);
    for (const id of ['a', 'b']) await report(run, 'queued', { subject: { id } });
    await expect(report(run, 'queued', { subject: { id: 'c' } })).rejects.toMatchObject({
      message: 'Expected totalUsersCount to be 2, as the ledger counts, got `3`',
    });
  });

  it('name subject and run of a second result', async () => {
    const { create, report } = await makeDesk();
    const run = await create(2);
    await report(run, 'queued', { subject: { id: 'ada' } });
    await expect(report(run, 'completed', { subject: { id: 'ada' } })).rejects.toMatchObject({
      code: 'Duplicate',
      message: `Expected the first result of subject \`ada\` in run ${run.id}, got a second one`,
      details: { runId: run.id, subjectId: 'ada' },
    });
  });

  it('name user and status when a task is recorded for a user with counts only', async () => {
    const { create, report, ledger } = await makeDesk();
    const run = await create(1);
    const { id } = await report(run, 'inProgress');
    await expect(
      ledger.userProcessingResults.recordTask(run.id, id, { processingStatus: 'completed' }),
    ).rejects.toMatchObject({
      code: 'IllegalTransition',
      message: `Expected a legal move of user 1 of run ${run.id} from \`inProgress\`, got \`completed\``,
    });
  });

  it('say that a run is driven by the engine', async () => {
    const { engine } = makeWorld();
    const { id } = await engine.workflows.create(workflowInput(['a', 'b']));
    const run = await engine.runs.activate(id, { subjects: ['u1'] });
    await expect(
      engine.userProcessingResults.create(run.id, counts('queued') as UserResultInput),
    ).rejects.toMatchObject({
      code: 'NotDrivenHere',
      message: `Expected run ${run.id} to be driven from outside, got one that the engine drives`,
      details: { runId: run.id },
    });
  });
});

describe('the moments of tasks that are recorded', () => {
  it('follow each other: a task begins when the one before it ended, unless it says otherwise', async () => {
    const { create, report, ledger, clock } = await makeDesk();
    const run = await create(1);
    const { id } = await report(run, 'queued');
    await clock.advance(5_000);
    const first = clock.iso();
    await ledger.userProcessingResults.recordTask(run.id, id, {
      processingStatus: 'completed',
      startedDateTime: clock.iso(-3_000),
    });
    await clock.advance(7_000);
    await ledger.userProcessingResults.recordTask(run.id, id, { processingStatus: 'completed' });
    const tasks = await ledger.taskProcessingResults.listOfUser(run.id, id);
    expect(tasks.map((one) => [one.startedDateTime, one.completedDateTime])).toEqual([
      [clock.iso(-10_000), first],
      [first, clock.iso()],
    ]);
  });

  it('cannot lie before the end of the task before', async () => {
    const { create, report, ledger, clock } = await makeDesk();
    const run = await create(1);
    const { id } = await report(run, 'queued');
    await clock.advance(5_000);
    const record = (startedDateTime: string) =>
      ledger.userProcessingResults.recordTask(run.id, id, { processingStatus: 'completed', startedDateTime });
    await record(clock.iso(-3_000));
    expect(await codeOf(record(clock.iso(-1)))).toBe('InvalidArgument');
    expect((await record(clock.iso())).processingStatus).toBe('completed');
  });

  it('never let the run change backwards when the clock is set back', async () => {
    const { create, report, get, clock, store } = await makeDesk();
    const run = await create(2);
    await clock.advance(60_000);
    await report(run, 'queued', { subject: { id: 'a' } });
    const before = await get(run);
    clock.jump(-30_000);
    await report(run, 'queued', { subject: { id: 'b' } });
    expect(Date.parse((await get(run)).lastUpdatedDateTime)).toBeGreaterThanOrEqual(
      Date.parse(before.lastUpdatedDateTime),
    );
    await expectSound(store);
  });
});

describe('the events of reported users', () => {
  it('are run.started with the first who started, user.finished for each end, run.finished with the last end', async () => {
    const { create, report, events, ledger } = await makeDesk();
    const run = await create(2);
    const since = async (status: UserStatus, id: string) => {
      events.length = 0;
      await report(run, status, { subject: { id } });
      return events.filter((name) => name !== 'run.progress' && name !== 'audit.recorded');
    };
    expect(await since('inProgress', 'a')).toEqual(['run.started']);
    expect(await since('completed', 'b')).toEqual(['user.finished']);
    events.length = 0;
    await ledger.runs.cancel(run.id);
    expect(events.filter((name) => name.endsWith('.finished'))).toEqual(['user.finished', 'run.finished']);
  });
});
