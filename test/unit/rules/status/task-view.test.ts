/** What is shown of one task of one user: decision 5. */
import { describe, expect, it } from 'vitest';
import type { TaskOutcome, UserRecord } from '../../../../src/model/records.ts';
import { taskView } from '../../../../src/rules/status/task-view.ts';
import { queuedUser } from '../../../../src/rules/status/user.ts';

const QUEUED = queuedUser({ id: 'r', workflowVersion: 1, scheduledAtMs: 0 }, 1, 'u', 3, 0);
const DONE: TaskOutcome = { status: 'completed', startedAtMs: 5, completedAtMs: 7, processingInfo: 'ok' };
const FAILED: TaskOutcome = { status: 'failed', startedAtMs: 7, completedAtMs: 9, failureReason: 'no' };
const inProgress: UserRecord = { ...QUEUED, processingStatus: 'inProgress', startedAtMs: 5 };
const statuses = (user: UserRecord) => [1, 2, 3].map((nth) => taskView(user, nth)?.status);

describe('a task without an outcome', () => {
  it('is queued while its user is', () => {
    expect(statuses(QUEUED)).toEqual(['queued', 'queued', 'queued']);
  });

  it('is in progress when it is the next one of a user in progress, since the one before it ended', () => {
    expect(statuses(inProgress)).toEqual(['inProgress', 'queued', 'queued']);
    expect(taskView(inProgress, 1)).toMatchObject({ startedAtMs: 5, completedAtMs: null });
    const further = { ...inProgress, outcomes: [DONE] };
    expect(statuses(further)).toEqual(['completed', 'inProgress', 'queued']);
    expect(taskView(further, 2)).toMatchObject({ startedAtMs: 7, completedAtMs: null });
  });

  it('is canceled with the end of its user', () => {
    const ended = {
      ...inProgress,
      processingStatus: 'failed',
      completedAtMs: 9,
      outcomes: [DONE, FAILED],
    } as const;
    expect(statuses(ended)).toEqual(['completed', 'failed', 'canceled']);
    expect(taskView(ended, 3)).toEqual({
      status: 'canceled',
      startedAtMs: null,
      completedAtMs: 9,
      failureReason: null,
      code: null,
      processingInfo: null,
      changes: [],
    });
  });

  it('is not shown when only counts are known', () => {
    expect(taskView({ ...inProgress, outcomes: null }, 1)).toBeNull();
  });
});

it('an outcome is shown as it was recorded', () => {
  const user = { ...inProgress, outcomes: [DONE, FAILED] };
  expect(taskView(user, 1)).toMatchObject({ processingInfo: 'ok', failureReason: null, completedAtMs: 7 });
  expect(taskView(user, 2)).toMatchObject({ processingInfo: null, failureReason: 'no', startedAtMs: 7 });
});

it('a failure has its code, or the default one, and nothing else has a code', () => {
  const outcomes = [DONE, FAILED, { ...FAILED, code: 'Http404' }];
  const codes = [1, 2, 3].map((nth) => taskView({ ...inProgress, outcomes }, nth)?.code);
  expect(codes).toEqual([null, 'HandlerFailed', 'Http404']);
});
