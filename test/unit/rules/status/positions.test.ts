import { expect, it } from 'vitest';
import { positionOf } from '../../../../src/rules/status/positions.ts';

it('the nth task of a user is the nth task of the version', () => {
  expect(positionOf({}, 3)).toBe(3);
});

it('the nth task of a user that repeats only some tasks is the nth of those', () => {
  expect(positionOf({ positions: [2, 5] }, 1)).toBe(2);
  expect(positionOf({ positions: [2, 5] }, 2)).toBe(5);
});

it('a task beyond those that a user repeats, in a damaged record, keeps its number', () => {
  expect(positionOf({ positions: [2] }, 4)).toBe(4);
});
