/** Results of users that an external worker reports (domain §2.9). */
import { describe, expect, it } from 'vitest';
import type { UserResultInput } from '../../../../src/ledger/input/user.ts';
import {
  allUsers,
  codeOf,
  expectRecount,
  expectSound,
  makeWorld,
  workflowInput,
} from '../../../helpers/world.ts';
import { counts, makeDesk } from '../support.ts';

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
