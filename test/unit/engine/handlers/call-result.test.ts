import { describe, expect, it } from 'vitest';
import { type EndedCall, eventOf, isWornOut, wornOut } from '../../../../src/engine/handlers/call-result.ts';
import type { BoundTask } from '../../../../src/engine/handlers/handlers.ts';
import { makeUser } from '../../stores/sqlite/records.ts';

const bound = {
  task: { continueOnError: true },
  handler: { retry: { attempts: 3, delayMs: 1_000, factor: 2, delayMsMax: 60_000 } },
} as unknown as BoundTask;
const ended = (result: EndedCall['result'], more: Partial<EndedCall> = {}) =>
  eventOf({
    bound,
    result,
    startedAtMs: 100,
    nowMs: 200,
    failures: 0,
    mayRetry: true,
    random: { next: () => 1 },
    ...more,
  });
const FAILED = { kind: 'failed', reason: 'no mail', code: 'HandlerFailed', mayRetry: true } as const;
const failedTask = {
  kind: 'taskEnded',
  outcome: { status: 'failed', startedAtMs: 100, completedAtMs: 200, failureReason: 'no mail' },
  continueOnError: true,
};

describe('the event of a call that completed', () => {
  it('has the times and the info of the task', () => {
    expect(ended({ kind: 'completed', processingInfo: 'sent', changes: null })).toEqual({
      kind: 'taskEnded',
      outcome: { status: 'completed', startedAtMs: 100, completedAtMs: 200, processingInfo: 'sent' },
      continueOnError: true,
    });
  });

  it('has what the task changed, and no empty fields', () => {
    expect(ended({ kind: 'completed', processingInfo: null, changes: ['left Sales'] })).toEqual({
      kind: 'taskEnded',
      outcome: { status: 'completed', startedAtMs: 100, completedAtMs: 200, changes: ['left Sales'] },
      continueOnError: true,
    });
  });

  it('without info is one object for tasks that ended alike, and another one for others', () => {
    const plain = { kind: 'completed', processingInfo: null, changes: null } as const;
    const first = ended(plain);
    expect(first).toEqual({
      kind: 'taskEnded',
      outcome: { status: 'completed', startedAtMs: 100, completedAtMs: 200 },
      continueOnError: true,
    });
    expect(ended(plain)).toBe(first);
    const strict = { ...bound, task: { ...bound.task, continueOnError: false } };
    for (const other of [{ nowMs: 201 }, { startedAtMs: 99 }, { bound: strict }]) {
      const event = ended(plain, other);
      expect(event).not.toEqual(first);
    }
    expect(ended(plain)).toEqual(first);
  });
});

describe('the event of a call that failed', () => {
  it('is a further attempt after the delay of the policy, while there are attempts left', () => {
    const first = ended(FAILED);
    expect(first).toMatchObject({ kind: 'attemptFailed', reason: 'no mail' });
    const second = ended(FAILED, { failures: 1 });
    const restOf = (event: typeof first) => (event?.kind === 'attemptFailed' ? event.notBeforeMs - 200 : 0);
    expect(restOf(first)).toBeGreaterThan(0);
    expect(restOf(second)).toBe(2 * restOf(first));
  });

  it('is the end of the task after the last attempt', () => {
    expect(ended(FAILED, { failures: 2 })).toEqual(failedTask);
  });

  it('has the code of the failure, unless it is the default one', () => {
    const [plain, coded] = [FAILED, { ...FAILED, code: 'Http404' }].map((one) => ended(one, { failures: 2 }));
    expect(plain).toEqual(failedTask);
    expect(coded).toEqual({ ...failedTask, outcome: { ...failedTask.outcome, code: 'Http404' } });
  });

  it('is the end of the task while the run is canceling', () => {
    expect(ended(FAILED, { mayRetry: false })).toEqual(failedTask);
  });

  it('is the end of the task when no further attempt may be made', () => {
    expect(ended({ ...FAILED, mayRetry: false })).toEqual(failedTask);
  });
});

it('a call that a cancel aborted cancels its user, since when it was running', () => {
  expect(ended({ kind: 'canceled' })).toEqual({ kind: 'cancel', atMs: 200, runningSinceMs: 100 });
});

it('a call that a stop aborted records nothing', () => {
  expect(ended({ kind: 'abandoned' })).toBeNull();
});

describe('a task that is interrupted repeatedly', () => {
  const interrupted = (interruptions: number) =>
    makeUser(1, { attempts: { failures: 0, interruptions, notBeforeMs: 0 } });

  it('is given up after more interruptions than are allowed', () => {
    const isGivenUp = (interruptions: number) =>
      isWornOut(interrupted(interruptions), { interruptionsMax: 2 });
    expect([0, 2, 3].map(isGivenUp)).toEqual([false, false, true]);
    expect(isWornOut(makeUser(1), { interruptionsMax: 0 })).toBe(false);
  });

  it('fails with their number', () => {
    expect(wornOut(interrupted(3), bound, 500)).toEqual({
      kind: 'taskEnded',
      outcome: {
        status: 'failed',
        startedAtMs: 500,
        completedAtMs: 500,
        failureReason: 'Interrupted 3 times by the end of its process',
        code: 'Interrupted',
      },
      continueOnError: true,
    });
  });
});
