/** The state machine of a user's result: domain §6.2. */
import { describe, expect, it } from 'vitest';
import type { UserRecord } from '../../../../src/model/records.ts';
import { decideUser, queuedUser, type UserEvent } from '../../../../src/rules/status/user.ts';

const QUEUED = queuedUser({ id: 'r', workflowVersion: 1, scheduledAtMs: 0 }, 1, 'u', 2, 0);
const IN_PROGRESS = { ...QUEUED, processingStatus: 'inProgress', startedAtMs: 5 } as const;
const ENDED: UserEvent = {
  kind: 'taskEnded',
  outcome: { status: 'completed', startedAtMs: 6, completedAtMs: 7 },
  continueOnError: false,
};
const ILLEGAL = { kind: 'refused', code: 'IllegalTransition' };

const ended = (status: 'completed' | 'failed', continueOnError = false): UserEvent => ({
  kind: 'taskEnded',
  outcome: { status, startedAtMs: 6, completedAtMs: 7 },
  continueOnError,
});

/** The user after `event`, and the counter events. */
function moved(user: UserRecord, event: UserEvent, canceling = false) {
  const decision = decideUser(user, event, canceling);
  if (decision.kind === 'refused') throw new Error(decision.code);
  return decision;
}

describe('a queued user', () => {
  it.each<UserEvent>([ENDED, { kind: 'attemptFailed', notBeforeMs: 9, reason: '' }, { kind: 'interrupted' }])(
    'has no task that could be $kind',
    (event) => {
      expect(decideUser(QUEUED, event)).toEqual(ILLEGAL);
    },
  );

  it('does not start once the run is being canceled', () => {
    expect(decideUser(QUEUED, { kind: 'start', atMs: 5 }, true)).toEqual(ILLEGAL);
    expect(decideUser(QUEUED, { kind: 'start', atMs: 5 }, false)).toMatchObject({ kind: 'moved' });
  });
});

describe('a user in progress', () => {
  it.each([false, true])('does not start again (canceling: %s)', (canceling) => {
    expect(decideUser(IN_PROGRESS, { kind: 'start', atMs: 5 }, canceling)).toEqual(ILLEGAL);
  });

  it('with only counts reported has no task that could end', () => {
    expect(decideUser({ ...IN_PROGRESS, outcomes: null }, ENDED)).toEqual(ILLEGAL);
  });
});

describe('the end of a task', () => {
  const last = moved(IN_PROGRESS, ended('completed')).user;
  const lastAfterFailure = moved(IN_PROGRESS, ended('failed', true)).user;

  it('leaves the user in progress while another task follows', () => {
    expect(last).toMatchObject({
      processingStatus: 'inProgress',
      completedAtMs: null,
      totalUnprocessedTasksCount: 1,
    });
    expect(lastAfterFailure).toMatchObject({ processingStatus: 'inProgress', failedTasksCount: 1 });
  });

  it.each<
    readonly [string, UserRecord, UserEvent, boolean, UserRecord['processingStatus'], readonly string[]]
  >([
    [
      'the last task completes',
      last,
      ended('completed'),
      false,
      'completed',
      ['taskCompleted', 'userCompleted'],
    ],
    [
      'the last task completes after one failed',
      lastAfterFailure,
      ended('completed'),
      false,
      'completedWithErrors',
      ['taskCompleted', 'userCompletedWithErrors'],
    ],
    [
      'the last task fails, and may',
      last,
      ended('failed', true),
      false,
      'completedWithErrors',
      ['taskFailed', 'userCompletedWithErrors'],
    ],
    [
      'a task fails that the others need',
      IN_PROGRESS,
      ended('failed'),
      false,
      'failed',
      ['taskFailed', 'userFailed'],
    ],
    [
      'a task completes in a run that is being canceled',
      IN_PROGRESS,
      ended('completed'),
      true,
      'canceled',
      ['taskCompleted', 'taskCanceled', 'userCanceled'],
    ],
    [
      'a task fails, and may, in a run that is being canceled',
      IN_PROGRESS,
      ended('failed', true),
      true,
      'canceled',
      ['taskFailed', 'taskCanceled', 'userCanceled'],
    ],
    [
      'the last task completes in a run that is being canceled',
      last,
      ended('completed'),
      true,
      'completed',
      ['taskCompleted', 'userCompleted'],
    ],
  ])('ends the user when %s', (_, user, event, canceling, status, moves) => {
    const after = moved(user, event, canceling);
    expect(after.moves).toEqual(moves);
    expect(after.user).toMatchObject({ processingStatus: status, completedAtMs: 7, attempts: null });
  });

  it('does not lie before what is already recorded, even if the clock ran backwards', () => {
    const event = { ...ENDED, outcome: { status: 'completed', startedAtMs: 1, completedAtMs: 2 } } as const;
    expect(moved(IN_PROGRESS, event).user.outcomes).toEqual([
      { status: 'completed', startedAtMs: 5, completedAtMs: 5 },
    ]);
    const unknownStart = {
      ...ENDED,
      outcome: { status: 'completed', startedAtMs: null, completedAtMs: 9 },
    } as const;
    expect(moved(IN_PROGRESS, unknownStart).user.outcomes).toEqual([
      { status: 'completed', startedAtMs: 5, completedAtMs: 9 },
    ]);
  });

  it('is illegal for a user that has no task left', () => {
    expect(decideUser({ ...IN_PROGRESS, totalTasksCount: 0 }, ENDED)).toEqual(ILLEGAL);
  });
});

describe('attempts of a task', () => {
  const failure: UserEvent = { kind: 'attemptFailed', notBeforeMs: 90, reason: 'no network' };

  it('are counted, failures and interruptions apart, and the moment of the next one is kept', () => {
    const failed = moved(IN_PROGRESS, failure).user;
    expect(failed.attempts).toEqual({ failures: 1, interruptions: 0, notBeforeMs: 90 });
    const interrupted = moved(failed, { kind: 'interrupted' }).user;
    expect(interrupted.attempts).toEqual({ failures: 1, interruptions: 1, notBeforeMs: 90 });
    expect(moved(interrupted, failure).user.attempts).toEqual({
      failures: 2,
      interruptions: 1,
      notBeforeMs: 90,
    });
  });

  it('that are interrupted at first wait for nothing', () => {
    expect(moved(IN_PROGRESS, { kind: 'interrupted' }).user.attempts).toEqual({
      failures: 0,
      interruptions: 1,
      notBeforeMs: 0,
    });
  });

  it('move no counter', () => {
    expect(moved(IN_PROGRESS, failure).moves).toEqual([]);
  });
});

describe('a canceled user', () => {
  it('keeps no outcome of a task that did not run', () => {
    const { user, moves } = moved(IN_PROGRESS, { kind: 'cancel', atMs: 9, runningSinceMs: null });
    expect(moves).toEqual(['taskCanceled', 'userCanceled']);
    expect(user).toMatchObject({ processingStatus: 'canceled', completedAtMs: 9, outcomes: [] });
  });

  it('keeps the outcome of the task that ran', () => {
    const { user } = moved(IN_PROGRESS, { kind: 'cancel', atMs: 9, runningSinceMs: 6 });
    expect(user.outcomes).toEqual([{ status: 'canceled', startedAtMs: 6, completedAtMs: 9 }]);
  });

  it('of which only counts are known gets no outcome', () => {
    const counted = { ...IN_PROGRESS, outcomes: null };
    expect(moved(counted, { kind: 'cancel', atMs: 9, runningSinceMs: 6 }).user.outcomes).toBeNull();
  });

  it('is final: it refuses every event', () => {
    const { user } = moved(QUEUED, { kind: 'cancel', atMs: 9, runningSinceMs: null });
    for (const event of [ENDED, { kind: 'start', atMs: 5 }, { kind: 'interrupted' }] as const) {
      expect(decideUser(user, event)).toEqual({ kind: 'refused', code: 'AlreadyFinal' });
    }
  });
});
