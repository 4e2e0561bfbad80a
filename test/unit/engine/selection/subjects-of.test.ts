import { expect, it } from 'vitest';
import { subjectsOf } from '../../../../src/engine/selection/subjects-of.ts';

it.each([
  ['in the order of the question', ['a', 'b', 'c'], ['a', 'b', 'c']],
  ['in another order', ['c', 'a', 'b'], ['a', 'b', 'c']],
  ['without the first', ['b', 'c'], [null, 'b', 'c']],
  ['without the last', ['a', 'b'], ['a', 'b', null]],
  ['with nobody', [], [null, null, null]],
  ['with more than was asked for, in order', ['a', 'b', 'c', 'd'], ['a', 'b', 'c']],
  ['with strangers', ['x', 'b', 'y', 'c'], [null, 'b', 'c']],
  ['with somebody twice', ['a', 'a', 'c', 'b'], ['a', 'b', 'c']],
])('a directory that answers %s', (_, answer, expected) => {
  const found = answer.map((id) => ({ id }));
  expect(subjectsOf(['a', 'b', 'c'], found).map((subject) => subject?.id ?? null)).toEqual(expected);
});

it('a subject of a run of an earlier version is found, whose id was stored as it was given', () => {
  const ada = { id: 'ada' };
  expect(subjectsOf(['ada '], [ada])).toEqual([ada]);
});
