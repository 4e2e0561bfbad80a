import { describe, expect, it } from 'vitest';
import { parseListFilter } from '../../../../src/filter/list-filter.ts';
import { USER_PROPERTIES } from '../../../../src/model/resources/properties.ts';
import { USER_STATUSES } from '../../../../src/model/status.ts';
import { fits } from '../../../../src/stores/sql/merge-users.ts';
import {
  conditionsOf,
  needsFailed,
  statusesIn,
  subjectIn,
} from '../../../../src/stores/sql/user-conditions.ts';
import { makeUser } from '../sqlite/records.ts';

const where = (text: string) => parseListFilter(text, USER_PROPERTIES);

describe('the subject that a filter names', () => {
  it.each([
    ["subject/id eq 'a'", 'a'],
    ["'a' eq subject/id", 'a'],
    ["processingStatus eq 'failed' and subject/id eq 'a'", 'a'],
    ["subject/id ne 'a'", null],
    ["subject/id eq 'a' or subject/id eq 'b'", null],
    ["not (subject/id eq 'a')", null],
    ["startsWith(subject/id, 'a')", null],
    ["processingStatus eq 'failed'", null],
  ])('of %s is %j', (text, subject) => {
    expect(subjectIn(where(text))).toBe(subject);
  });

  it('of no filter is none', () => {
    expect([subjectIn(null), conditionsOf(null)]).toEqual([null, []]);
  });
});

describe('the statuses that a condition can match', () => {
  it.each([
    "processingStatus eq 'failed'",
    "'failed' eq processingStatus",
    "processingStatus ne 'failed'",
    "processingStatus in ('failed', 'queued')",
    "processingStatus eq 'failed' or processingStatus eq 'canceled'",
    "processingStatus ne 'failed' or processingStatus in ('failed')",
  ])('are exactly those of the users that match %s', (text) => {
    const condition = where(text);
    const matching = USER_STATUSES.filter((status) =>
      fits(makeUser(1, { processingStatus: status }), condition),
    );
    expect([...(statusesIn(condition) ?? [])].sort()).toEqual([...matching].sort());
  });

  it.each([
    "subject/id eq 'a'",
    "processingStatus eq 'failed' or subject/id eq 'a'",
    "not (processingStatus eq 'failed')",
    "startsWith(processingStatus, 'f')",
    'failedTasksCount in (1, 2)',
  ])('are not known from %s', (text) => {
    expect(statusesIn(where(text))).toBeNull();
  });
});

describe('a condition on failed tasks', () => {
  it.each(['gt 0', 'gt 3', 'ge 1', 'eq 2'])('failedTasksCount %s holds only for users with one', (text) => {
    const condition = where(`failedTasksCount ${text}`);
    expect(needsFailed(condition)).toBe(true);
    expect(fits(makeUser(1), condition)).toBe(false);
  });

  it.each(['gt -1', 'ge 0', 'eq 0', 'lt 5', 'ne 1'])('failedTasksCount %s can hold for others', (text) => {
    const condition = where(`failedTasksCount ${text}`);
    expect(needsFailed(condition)).toBe(false);
    expect(fits(makeUser(1), condition)).toBe(true);
  });
});
