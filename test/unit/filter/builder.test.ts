import { expect, it } from 'vitest';
import { filter } from '../../../src/filter/builder.ts';
import { parseOData } from '../../../src/filter/parsing/parse.ts';
import { writeFilter } from '../../../src/filter/write-filter.ts';
import type { Filter } from '../../../src/model/filter.ts';
import { withoutPositions } from './support.ts';

const { and, or, not, eq, ne, gt, ge, lt, le } = filter;
const MOMENT = new Date('2026-01-31T09:00:00Z');

it.each<[string, Filter]>([
  ["processingStatus eq 'failed'", eq('processingStatus', 'failed')],
  ["subject/id ne 'O''Neill'", ne('subject/id', "O'Neill")],
  ['totalUsersCount gt 1.5', gt('totalUsersCount', 1.5)],
  ['startedDateTime ge 2026-01-31T09:00:00Z', ge('startedDateTime', MOMENT)],
  ['totalUsersCount lt 5', lt('totalUsersCount', 5)],
  ['totalUsersCount le -5', le('totalUsersCount', -5)],
  ['startedDateTime eq null', eq('startedDateTime', null)],
  ['accountEnabled eq true', eq('accountEnabled', true)],
  ["processingStatus in ('queued', 'failed')", filter.in('processingStatus', ['queued', 'failed'])],
  ["startsWith(displayName, 'A')", filter.startsWith('displayName', 'A')],
  ["endsWith(displayName, 'z')", filter.endsWith('displayName', 'z')],
  ["contains(displayName, '%')", filter.contains('displayName', '%')],
  ['a eq 1 and b eq 2 and c eq 3', and(eq('a', 1), eq('b', 2), eq('c', 3))],
  ['(a eq 1 or b eq 2) and not (c eq 3)', and(or(eq('a', 1), eq('b', 2)), not(eq('c', 3)))],
  ['a eq 1', and(or(eq('a', 1)))],
])('%s can be built, and is what the parser makes of it', (text, built) => {
  expect(withoutPositions(built)).toEqual(withoutPositions(parseOData(text)));
  expect(withoutPositions(parseOData(writeFilter(built)))).toEqual(withoutPositions(built));
});

it.each<[string, () => unknown]>([
  ['an undefined value', () => eq('a', undefined as never)],
  ['an invalid Date', () => eq('a', new Date(Number.NaN))],
  ['an object', () => filter.in('a', [{} as never])],
  ['no property', () => eq(undefined as never, 1)],
  ['no values', () => filter.in('a', [])],
  ['an and of nothing', () => and()],
  ['an or of nothing', () => or()],
])('%s is refused as InvalidFilter', (_, build) => {
  expect(build).toThrow(expect.objectContaining({ code: 'InvalidFilter' }));
});
