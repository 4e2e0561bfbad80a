import { expect, it } from 'vitest';
import { subjectsOf } from '../../../src/engine/subjects-of.ts';
import type { Subject } from '../../../src/model/subject.ts';
import type { Directory } from '../../../src/ports/directory.ts';

const answering = (...ids: string[]): Directory => ({
  get: async () => ids.map((id): Subject => ({ id })),
  async *query() {},
});

it.each([
  ['in the order of the question', ['a', 'b', 'c'], ['a', 'b', 'c']],
  ['in another order', ['c', 'a', 'b'], ['a', 'b', 'c']],
  ['without the first', ['b', 'c'], [null, 'b', 'c']],
  ['without the last', ['a', 'b'], ['a', 'b', null]],
  ['with nobody', [], [null, null, null]],
  ['with more than was asked for, in order', ['a', 'b', 'c', 'd'], ['a', 'b', 'c']],
  ['with strangers', ['x', 'b', 'y', 'c'], [null, 'b', 'c']],
  ['with somebody twice', ['a', 'a', 'c', 'b'], ['a', 'b', 'c']],
])('a directory that answers %s', async (_, answer, expected) => {
  const ids = ['a', 'b', 'c'];
  const subjects = await subjectsOf(ids, answering(...answer));
  expect(subjects.map((subject) => subject?.id ?? null)).toEqual(expected);
});
