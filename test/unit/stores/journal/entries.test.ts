import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UserRecord } from '../../../../src/model/records.ts';
import { DamagedRow } from '../../../../src/stores/journal/damaged-row.ts';
import { hasSameOrigin, packEntry, packState, replayBody } from '../../../../src/stores/journal/entries.ts';
import { AT, makeUser, RUN, step } from '../sqlite/records.ts';

const replayed = (entries: readonly string[]): Map<number, UserRecord> => {
  const users = new Map<number, UserRecord>();
  for (const entry of entries) replayBody(`[${entry}]`, RUN, users);
  return users;
};

/** Changes of one user, as drivers make them and as they could make them. */
const change = fc.constantFrom<(user: UserRecord) => UserRecord>(
  step,
  (user) => ({ ...user, processingStatus: 'inProgress', startedAtMs: AT + 1 }),
  (user) => ({ ...user, attempts: { failures: 1, interruptions: 2, notBeforeMs: AT + 500 } }),
  (user) => ({ ...user, attempts: null }),
  (user) => ({ ...user, processingStatus: 'canceled', completedAtMs: AT + 90 }),
  (user) => ({
    ...step(user),
    failedTasksCount: user.failedTasksCount + 1,
    outcomes: [
      ...(user.outcomes ?? []),
      { status: 'failed', startedAtMs: null, completedAtMs: AT + 70, failureReason: 'no “mail”' },
    ],
  }),
);

it('a journal gives the last state of each user, whatever changed between two entries', () => {
  const user = fc.record({ total: fc.integer({ min: 1, max: 9 }), subjectId: fc.string({ minLength: 1 }) });
  fc.assert(
    fc.property(user, fc.array(change, { maxLength: 12 }), ({ total, subjectId }, changes) => {
      let state = makeUser(3, { subjectId, totalTasksCount: total, totalUnprocessedTasksCount: total });
      const entries = [packEntry(state, undefined)];
      for (const next of changes) {
        const after = next(state);
        entries.push(packEntry(after, state));
        state = after;
      }
      expect([...replayed(entries).values()]).toEqual([state]);
    }),
  );
});

describe('an entry of the journal', () => {
  const started = { ...step(makeUser(1, { totalTasksCount: 3, totalUnprocessedTasksCount: 3 })) };

  it('has the outcome alone when nothing else has changed', () => {
    expect(packEntry(step(started), started)).toBe('[1,"c",7,3]');
  });

  it.each<[string, Partial<UserRecord>]>([
    ['the status', { processingStatus: 'completed' }],
    ['the end', { completedAtMs: AT + 50 }],
    ['a counter', { failedTasksCount: 1 }],
    ['the attempts', { attempts: { failures: 1, interruptions: 0, notBeforeMs: AT } }],
    ['the positions', { positions: [2, 3] }],
    ['the unprocessed tasks', { totalUnprocessedTasksCount: 9 }],
    ['the start', { startedAtMs: AT + 99 }],
    ['the scheduled moment', { scheduledAtMs: AT + 1 }],
    ['the outcomes, which are not kept,', { outcomes: null }],
  ])('has the whole state when %s changed too', (_, more) => {
    const user = { ...step(started), ...more };
    expect(packEntry(user, started)).toBe(packState(user));
  });

  it('has the whole state when two outcomes were added', () => {
    const user = { ...step(step(started)), processingStatus: 'inProgress', completedAtMs: null } as const;
    expect(packEntry(user, started)).toBe(packState(user));
  });

  it('has the whole state when the outcomes before are equal, but not the same', () => {
    const user = structuredClone(step(started));
    expect(packEntry(user, started)).toBe(packState(user));
  });

  it('has moments that count from the creation of the user', () => {
    expect(packEntry(step(makeUser(7)), undefined)).toBe(
      `[7,["inProgress",0,null,0,1,[["c",0,3]],null,"subject-7",1,${AT},0,2]]`,
    );
  });

  it('that is an ordinal gives the user back to its row', () => {
    expect(replayed([packState(makeUser(1)), packState(makeUser(2)), '1'])).toEqual(
      new Map([[2, makeUser(2)]]),
    );
  });

  it('of an outcome is damage without the entry before it', () => {
    expect(() => replayed(['[7,"c",0,1]'])).toThrow(DamagedRow);
    expect(() => replayed([packState(makeUser(7, { outcomes: null })), '[7,"c",0,1]'])).toThrow('user 7');
  });
});

it('replaying a body returns the number of its entries', () => {
  expect(replayBody(`[${packState(makeUser(1))},2,3]`, RUN, new Map())).toBe(3);
});

it.each<[keyof UserRecord, Partial<UserRecord>]>([
  ['createdAtMs', { createdAtMs: AT + 1 }],
  ['scheduledAtMs', { scheduledAtMs: AT + 1 }],
  ['workflowVersion', { workflowVersion: 2 }],
  ['totalTasksCount', { totalTasksCount: 5 }],
  ['positions', { positions: [1] }],
  ['subjectId', { subjectId: 'another' }],
])('two states with different %s are not of one user', (_, more) => {
  expect(hasSameOrigin(makeUser(1), step(makeUser(1)))).toBe(true);
  expect(hasSameOrigin(makeUser(1), makeUser(1, more))).toBe(false);
});
