import { expect, it } from 'vitest';
import { FailureTable } from '../../../../src/stores/memory/failure-table.ts';

const failure = (ordinal: number, atMs = ordinal, key = 'a') => ({
  key,
  taskId: 't',
  code: 'HandlerFailed',
  reason: 'no',
  ordinal,
  atMs,
});

it('users of a group are listed in their order, however they were added', () => {
  const table = new FailureTable();
  table.add('r', [failure(5), failure(1)]);
  table.commit();
  table.add('r', [failure(3)]);
  table.commit();
  expect(table.ordinals('r', 'a', 0, 9, false)).toEqual([1, 3, 5]);
  expect(table.ordinals('r', 'a', 1, 1, false)).toEqual([3]);
  expect(table.ordinals('r', 'b', 0, 9, false)).toEqual([]);
});

it('what a transaction adds or removes is seen by it alone, until the commit', () => {
  const table = new FailureTable();
  table.add('r', [failure(2)]);
  table.commit();
  table.add('r', [failure(1), failure(1, 9, 'b')]);
  expect(table.groups('r', false).map(({ usersCount }) => usersCount)).toEqual([1]);
  expect(table.groups('r', true).map(({ usersCount }) => usersCount)).toEqual([2, 1]);
  expect(table.ordinals('r', 'a', 0, 9, true)).toEqual([1, 2]);
  table.delete('r');
  expect([...table.latest(true)]).toEqual([]);
  expect([...table.latest(false)]).toEqual([['r', 2]]);
  table.rollback();
  expect(table.groups('r', true).map(({ usersCount }) => usersCount)).toEqual([1]);
  table.delete('r');
  table.commit();
  expect(table.groups('r', false)).toEqual([]);
});
