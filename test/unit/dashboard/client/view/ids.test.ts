import { expect, it } from 'vitest';
import { idsIn } from '../../../../../src/dashboard/client/view/ids.ts';

it('ids are found between commas, spaces and lines, each once', () => {
  expect(idsIn(' p1, p2\np3;p1\t')).toEqual(['p1', 'p2', 'p3']);
  expect(idsIn(' \n')).toEqual([]);
});
