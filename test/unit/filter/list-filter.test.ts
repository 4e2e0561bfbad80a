import { describe, expect, it } from 'vitest';
import { checkFilter, matchesRow, parseListFilter } from '../../../src/filter/list-filter.ts';
import { parseFilter } from '../../../src/filter/parsing/parse-filter.ts';
import type { RunRecord, UserRecord } from '../../../src/model/records.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../../src/model/resources/properties.ts';
import { filterErrorOf } from './support.ts';

const run = {
  id: '0a1b2c3d-0000-8000-8000-000000000000',
  processingStatus: 'completed',
  workflowExecutionType: 'onDemand',
  scheduledAtMs: Date.UTC(2026, 0, 1),
  startedAtMs: null,
  completedAtMs: Date.UTC(2026, 0, 2),
  lastUpdatedAtMs: Date.UTC(2026, 0, 2),
  totalUsersCount: 10,
  failedUsersCount: 0,
} as RunRecord;

describe('a list filter selects', () => {
  it.each([
    ["processingStatus eq 'completed'", true],
    ["processingStatus eq 'Completed'", false],
    [
      "microsoft.graph.identityGovernance.lifecycleWorkflowProcessingStatus'completed' eq processingStatus",
      true,
    ],
    ["processingStatus eq 'noSuchStatus'", false],
    ["processingStatus ne 'noSuchStatus'", true],
    ["processingStatus in ('noSuchStatus', 'completed')", true],
    ['processingStatus eq null', false],
    ["startsWith(processingStatus, 'comp') and endsWith(processingStatus, 'ed')", true],
    ["contains(processingStatus, 'plet') eq true", true],
    ["contains(processingStatus, 'plet') eq false", false],
    ["contains(processingStatus, 'plet') ne false", true],
    ['totalUsersCount ge 10', true],
    ['9 lt totalUsersCount', true],
    ['11 le totalUsersCount', false],
    ['totalUsersCount in (1, 10)', true],
    ['scheduledDateTime ge 2026-01-01', true],
    ['scheduledDateTime gt 2026-01-01T00:00:00Z', false],
    ['2026-01-01T01:00:00+01:00 eq scheduledDateTime', true],
    ['startedDateTime eq null', true],
    ['startedDateTime lt 2027-01-01', false],
    ['not (startedDateTime lt 2027-01-01)', true],
    ['startedDateTime ne 2027-01-01', true],
    ['startedDateTime in (2027-01-01, null)', true],
    ['startedDateTime in (null)', true],
    ['completedDateTime in (null, 2027-01-01)', false],
    ['id eq 0A1B2C3D-0000-8000-8000-000000000000', true],
    ["id in ('0A1B2C3D-0000-8000-8000-000000000000')", true],
    ["not (processingStatus eq 'failed' or totalUsersCount gt 10)", true],
  ])('%s: %s', (text, expected) => {
    const filter = parseListFilter(text, RUN_PROPERTIES);
    expect(matchesRow(filter, RUN_PROPERTIES, run)).toBe(expected);
    expect(checkFilter(filter, RUN_PROPERTIES)).toEqual(filter);
  });

  it('users by their subject, letter case counts', () => {
    const user = { subjectId: 'Ann', workflowVersion: 2 } as UserRecord;
    const select = (text: string): boolean =>
      matchesRow(parseListFilter(text, USER_PROPERTIES), USER_PROPERTIES, user);
    expect(select("subject/id eq 'Ann' and workflowVersion eq 2")).toBe(true);
    expect(select("subject/id eq 'ann'")).toBe(false);
  });
});

describe('a list filter is brought into one form', () => {
  it('the property stands on the left', () => {
    expect(parseListFilter('5 lt totalUsersCount', RUN_PROPERTIES)).toMatchObject({
      operator: 'gt',
      left: { kind: 'path' },
      right: { kind: 'literal', value: 5 },
    });
  });

  it('a null in a list becomes a comparison', () => {
    expect(parseListFilter('startedDateTime in (2026-01-01, null)', RUN_PROPERTIES)).toMatchObject({
      kind: 'or',
      operands: [
        { kind: 'in', values: [{ type: 'dateTime' }] },
        { kind: 'compare', operator: 'eq', right: { type: 'null' } },
      ],
    });
  });
});

describe('a list filter refuses', () => {
  it.each([
    ['foo eq 1', 0, 'foo', 'There are id, processingStatus'],
    ['processingstatus eq 1', 0, 'processingstatus', 'Letter case counts: processingStatus'],
    ['__proto__ eq null', 0, '__proto__', 'There are'],
    ['toString eq null', 0, 'toString', 'There are'],
    ["scheduledDateTime gt '2026-01-01'", 21, 'scheduledDateTime', 'without quotes'],
    ['scheduledDateTime gt 5', 21, 'scheduledDateTime', 'a date without quotes'],
    ['processingStatus eq 5', 20, 'processingStatus', 'a text in quotes'],
    ['processingStatus eq true', 20, 'processingStatus', 'a text in quotes'],
    ["totalUsersCount in (1, 'x')", 23, 'totalUsersCount', 'a number'],
    ['totalUsersCount gt INF', 19, 'totalUsersCount', 'a number'],
    ["processingStatus gt 'a'", 17, 'processingStatus', 'eq, ne, in, startsWith'],
    ["processingStatus has 'a'", 17, 'processingStatus', 'eq, ne, in, startsWith'],
    ['startedDateTime gt null', 19, 'startedDateTime', 'startedDateTime eq null'],
    ['startedDateTime gt scheduledDateTime', 19, 'startedDateTime', 'a date without quotes'],
    ["startsWith(scheduledDateTime, '2026')", 11, 'scheduledDateTime', 'use eq, ne, gt'],
    ['startsWith(processingStatus, 5)', 29, 'processingStatus', 'a text in quotes'],
    ["startsWith('completed', processingStatus)", 11, undefined, 'a property'],
    ["tolower(processingStatus) eq 'x'", 0, undefined, 'not available'],
    ['totalUsersCount add 1 eq 2', 16, undefined, 'not available'],
    ["tags/any(t: t eq 'x')", 5, undefined, 'not available'],
    ['processingStatus', 0, undefined, 'not available'],
    ['true', 0, undefined, 'not available'],
    ['1 eq 1', 0, undefined, 'a property'],
    ["startsWith(processingStatus,'a') gt false", 33, undefined, 'eq or ne'],
    ["processingStatus eq 'x", 20, undefined, 'closing quote'],
  ])('%s', (text, position, property, words) => {
    const error = filterErrorOf(() => parseListFilter(text, RUN_PROPERTIES));
    expect(error.details.position).toBe(position);
    expect(error.details.property).toBe(property);
    expect(error.message).toContain(words);
    expect(error.message).toContain('^');
  });

  it('an unchecked tree that a store cannot answer, at the first row', () => {
    const filter = parseFilter('length(processingStatus) eq 9');
    expect(filterErrorOf(() => matchesRow(filter, RUN_PROPERTIES, run)).message).toContain('a property');
  });
});
