import { expect, it } from 'vitest';
import { parseOData } from '../../../src/filter/parsing/parse.ts';
import { conjuncts, mentions } from '../../../src/filter/tree.ts';
import { writeFilter } from '../../../src/filter/write-filter.ts';

it.each([
  ["subject/id eq 'ada'", 'subject', true],
  ["subject/id eq 'ada'", 'subject/id', true],
  ["subject/id eq 'ada'", 'subject/displayName', false],
  ["subject/id eq 'ada'", 'id', false],
  ['startedDateTime eq null', 'startedDateTime', true],
  ["processingStatus eq 'startedDateTime'", 'startedDateTime', false],
  ['startedDateTimes eq null', 'startedDateTime', false],
  ['not (1 lt length(concat(a, b)))', 'b', true],
  ['(a add 1) mul 2 gt 3', 'a', true],
  ['(a eq 1) eq true', 'a', true],
  ["1 in (1, 2) or a in ('x')", 'a', true],
  ['$it/a eq 1', 'a', true],
  ["tags/any(t: t/name eq 'x')", 'tags', true],
  ["tags/any(t: t/name eq 'x')", 'name', false],
  ["tags/any(t: t/name eq 'x')", 't', false],
  ['tags/any(t: t/name eq owner)', 'owner', true],
  ["tags/any(a: a eq 'x') and a eq 1", 'a', true],
  ['a/any(a: a eq 1)', 'a', true],
])('%s mentions %s: %s', (text, property, expected) => {
  expect(mentions(parseOData(text), property)).toBe(expected);
});

it('what has to hold at once is found at any depth of and', () => {
  const parts = conjuncts(
    parseOData('a eq 1 and (b eq 2 and (c eq 3 or d eq 4)) and not (e eq 5 and f eq 6)'),
  );
  expect(parts.map(writeFilter)).toEqual(['a eq 1', 'b eq 2', 'c eq 3 or d eq 4', 'not (e eq 5 and f eq 6)']);
});
