import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import { readUserResult } from '../../../../src/ledger/input/user.ts';
import { taskView } from '../../../../src/rules/status/task-view.ts';
import { AT, makeRun } from '../../stores/sqlite/records.ts';

const RUN = makeRun({ driver: 'external', workflowExecutionType: 'onDemand' });
const NOW = AT + 60_000;
const iso = (atMs: number) => new Date(atMs).toISOString();
const read = (body: object) => readUserResult(RUN, 1, body, NOW);
const refusalOf = (body: object): LifecycleError => {
  try {
    read(body);
  } catch (error) {
    if (LifecycleError.is(error)) return error;
    throw error;
  }
  throw new Error('Expected a refusal, got none');
};
const counts = (total: number, failed: number, unprocessed: number) => ({
  totalTasksCount: total,
  failedTasksCount: failed,
  totalUnprocessedTasksCount: unprocessed,
});
const subject = { id: 'u' };

describe('the counters of a reported user (I5)', () => {
  it.each([
    ['queued', counts(2, 0, 2)],
    ['inProgress', counts(2, 0, 2)],
    ['inProgress', counts(2, 1, 1)],
    ['completed', counts(2, 0, 0)],
    ['completedWithErrors', counts(2, 1, 0)],
    ['failed', counts(2, 1, 1)],
    ['failed', counts(2, 1, 0)],
    ['canceled', counts(2, 1, 1)],
  ])('fit %s with %j', (processingStatus, given) => {
    expect(read({ subject, processingStatus, ...given })).toMatchObject({ processingStatus, ...given });
  });

  it.each([
    ['queued', counts(2, 0, 1)],
    ['inProgress', counts(2, 0, 0)],
    ['completed', counts(2, 1, 0)],
    ['completed', counts(2, 0, 1)],
    ['completedWithErrors', counts(2, 0, 0)],
    ['failed', counts(2, 0, 0)],
    ['canceled', counts(2, 0, 0)],
    ['failed', counts(2, 2, 1)],
  ])('do not fit %s with %j', (processingStatus, given) => {
    expect(refusalOf({ subject, processingStatus, ...given }).code).toBe('CounterMismatch');
  });
});

describe('the times of a reported user', () => {
  const done = { subject, processingStatus: 'completed', ...counts(1, 0, 0) };

  it('default to the moment of the report and the schedule of the run', () => {
    expect(read(done)).toMatchObject({ scheduledAtMs: AT, startedAtMs: NOW, completedAtMs: NOW });
    expect(read({ ...done, completedDateTime: iso(AT + 5) })).toMatchObject({
      startedAtMs: AT + 5,
      completedAtMs: AT + 5,
    });
  });

  it('stay null for a user that was canceled before it started', () => {
    const canceled = { subject, processingStatus: 'canceled', ...counts(2, 0, 2) };
    expect(read(canceled)).toMatchObject({ startedAtMs: null, completedAtMs: NOW, outcomes: [] });
    expect(refusalOf({ ...canceled, startedDateTime: iso(AT) }).details).toMatchObject({
      field: 'startedDateTime',
    });
  });

  it.each([
    ['startedDateTime', { startedDateTime: iso(AT - 1) }],
    ['completedDateTime', { startedDateTime: iso(AT + 9), completedDateTime: iso(AT + 8) }],
  ])('are refused out of order, naming %s', (field, times) => {
    expect(refusalOf({ ...done, ...times }).details).toMatchObject({ field });
  });
});

describe('the tasks of a reported user', () => {
  const failed = { subject, processingStatus: 'failed', ...counts(3, 1, 1) };
  const tasks = (...statuses: string[]) =>
    statuses.map((processingStatus, index) => ({
      processingStatus,
      startedDateTime: iso(AT + 10 * index),
      completedDateTime: iso(AT + 10 * index + 9),
    }));

  it('are its outcomes, in order', () => {
    const user = read({
      ...failed,
      startedDateTime: iso(AT),
      completedDateTime: iso(AT + 50),
      taskProcessingResults: tasks('completed', 'failed'),
    });
    expect([1, 2, 3].map((nth) => taskView(user, nth)?.status)).toEqual(['completed', 'failed', 'canceled']);
  });

  it('are unknown when only counts are reported', () => {
    expect(read(failed).outcomes).toBeNull();
  });

  it.each([
    ['one too few', tasks('failed'), 'CounterMismatch'],
    ['another number of failures', tasks('completed', 'completed'), 'CounterMismatch'],
    ['tasks that overlap', tasks('completed', 'failed').toReversed(), 'InvalidArgument'],
  ])('are refused with %s', (_, taskProcessingResults, code) => {
    expect(refusalOf({ ...failed, startedDateTime: iso(AT), taskProcessingResults }).code).toBe(code);
  });

  it('are refused when one ends after the user', () => {
    const times = { startedDateTime: iso(AT), completedDateTime: iso(AT + 15) };
    const taskProcessingResults = tasks('completed', 'failed');
    expect(refusalOf({ ...failed, ...times, taskProcessingResults }).details).toMatchObject({
      field: 'taskProcessingResults[1].completedDateTime',
    });
  });
});

it('a report with another version or execution type than its run is refused', () => {
  const queued = { subject, processingStatus: 'queued', ...counts(1, 0, 1) };
  expect(refusalOf({ ...queued, workflowVersion: 2 }).details).toMatchObject({ field: 'workflowVersion' });
  expect(refusalOf({ ...queued, workflowExecutionType: 'scheduled' }).details).toMatchObject({
    field: 'workflowExecutionType',
  });
});

it('anything is read as a user, or refused with a LifecycleError', () => {
  fc.assert(
    fc.property(fc.anything(), (body) => {
      expect(refusalOf(body as object)).toBeInstanceOf(LifecycleError);
    }),
  );
});

describe('the code and changes of a reported task', () => {
  const one = (task: object) =>
    read({
      subject,
      processingStatus: 'completedWithErrors',
      ...counts(1, 1, 0),
      taskProcessingResults: [{ processingStatus: 'failed', ...task }],
    });

  it('are recorded, and the default code is not', () => {
    expect(one({ code: 'Http404', changes: ['left Sales'] }).outcomes).toMatchObject([
      { code: 'Http404', changes: ['left Sales'] },
    ]);
    for (const task of [{}, { code: null, changes: [] }, { code: 'HandlerFailed' }]) {
      const [outcome] = one(task).outcomes ?? [];
      expect(outcome).not.toHaveProperty('code');
      expect(outcome).not.toHaveProperty('changes');
    }
  });

  it.each([
    ['taskProcessingResults[0].code', { code: 'no such user' }],
    ['taskProcessingResults[0].code', { code: 'x'.repeat(65) }],
    ['taskProcessingResults[0].changes', { changes: 'left Sales' }],
    ['taskProcessingResults[0].changes', { changes: Array(101).fill('x') }],
    ['taskProcessingResults[0].changes[0]', { changes: ['x'.repeat(201)] }],
  ])('%s is refused by name (%#)', (field, task) => {
    const body = {
      subject,
      processingStatus: 'completedWithErrors',
      ...counts(1, 1, 0),
      taskProcessingResults: [{ processingStatus: 'failed', ...task }],
    };
    expect(refusalOf(body).details).toMatchObject({ field });
  });

  it('a code belongs to a failure', () => {
    const taskProcessingResults = [{ processingStatus: 'completed', code: 'Http404' }];
    const body = { subject, processingStatus: 'completed', ...counts(1, 0, 0), taskProcessingResults };
    expect(refusalOf(body).details).toMatchObject({ field: 'taskProcessingResults[0].code' });
  });
});
