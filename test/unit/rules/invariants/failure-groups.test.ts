import { expect, it } from 'vitest';
import type { FailureGroupRecord } from '../../../../src/model/failures.ts';
import type { TaskOutcome, UserRecord } from '../../../../src/model/records.ts';
import { startGroupCheck } from '../../../../src/rules/invariants/failure-groups.ts';

const RUN = 'run';
const failed = (completedAtMs: number, group?: string): TaskOutcome => ({
  status: 'failed',
  startedAtMs: 0,
  completedAtMs,
  ...(group === undefined ? {} : { group }),
});
const user = (ordinal: number, ...outcomes: TaskOutcome[]) =>
  ({ runId: RUN, ordinal, outcomes }) as unknown as UserRecord;
const group = (key: string, usersCount: number, firstAtMs: number, lastAtMs: number): FailureGroupRecord => ({
  runId: RUN,
  key,
  taskId: 't',
  code: 'HandlerFailed',
  reason: 'no',
  usersCount,
  firstAtMs,
  lastAtMs,
  subjectIds: [],
});
const USERS = [
  user(1, failed(5, 'a'), failed(9, 'b')),
  user(2, failed(7, 'a'), { status: 'completed', startedAtMs: 0, completedAtMs: 8 }),
  user(3, failed(1)),
  { ...user(4), outcomes: null },
];
const GROUPS = [group('a', 2, 5, 7), group('b', 1, 9, 9)];
const messagesOf = (groups: readonly FailureGroupRecord[], users: readonly UserRecord[] = USERS) => {
  const check = startGroupCheck(RUN, groups);
  for (const one of users) check.add(one);
  return check.end().map(({ invariant, message }) => `${invariant}: ${message}`);
};

it('groups that count the failures that name them are sound; failures without a group are older than groups', () => {
  expect(messagesOf(GROUPS)).toEqual([]);
});

it.each([
  ['counts too many', group('a', 3, 5, 7)],
  ['begins too late', group('a', 2, 6, 7)],
  ['ends too early', group('a', 2, 5, 6)],
])('a group that %s is a violation', (_what, wrong) => {
  expect(messagesOf([wrong, group('b', 1, 9, 9)])).toEqual([
    expect.stringMatching(/^I15: Expected group a to have 2 users from 5 to 7, got/),
  ]);
});

it('a group without failures is a violation', () => {
  expect(messagesOf([...GROUPS, group('c', 1, 1, 1)])).toEqual([
    expect.stringContaining('group c to have 0 users'),
  ]);
});

it('a failure whose group is missing is a violation of its user', () => {
  const check = startGroupCheck(RUN, GROUPS.slice(0, 1));
  for (const one of USERS) check.add(one);
  expect(check.end()).toEqual([
    { invariant: 'I15', runId: RUN, userOrdinal: 1, message: 'Expected a group of the run, got `b`' },
  ]);
});

it('a task that has not failed and names a group is a violation', () => {
  const wrong = user(5, { ...failed(5, 'a'), status: 'completed' });
  expect(messagesOf(GROUPS, [...USERS, wrong])).toEqual([
    'I15: Expected no group for a task that has not failed, got `a`',
  ]);
});
