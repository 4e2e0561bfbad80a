/** What a user's result refuses, in every status that is not final. */
import { describe, expect, it } from 'vitest';
import { decideUser, queuedUser, type UserEvent } from '../../../../src/rules/status/user.ts';

const QUEUED = queuedUser({ id: 'r', workflowVersion: 1, scheduledAtMs: 0 }, 1, 'u', 2, 0);
const IN_PROGRESS = { ...QUEUED, processingStatus: 'inProgress', startedAtMs: 5 } as const;
const ENDED: UserEvent = {
  kind: 'taskEnded',
  outcome: { status: 'completed', startedAtMs: 6, completedAtMs: 7 },
  continueOnError: false,
};
const ILLEGAL = { kind: 'refused', code: 'IllegalTransition' };

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

  it('of whom only counts are known has no task that could end', () => {
    expect(decideUser({ ...IN_PROGRESS, outcomes: null }, ENDED)).toEqual(ILLEGAL);
  });
});
