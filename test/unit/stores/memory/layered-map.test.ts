import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LayeredMap } from '../../../../src/stores/memory/layered-map.ts';

type Operation = readonly ['set' | 'delete', key: number, value: number] | readonly ['commit' | 'rollback'];
const key = fc.nat(5);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('set' as const), key, fc.nat()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('delete' as const), key, fc.nat()) },
  fc.constantFrom<Operation>(['commit'], ['rollback']),
);

it('a layered map is two maps: as committed, and as the running transaction sees it', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const map = new LayeredMap<number, number>();
      let committed = new Map<number, number>();
      let seen = new Map<number, number>();
      for (const [kind, at = 0, value = 0] of operations) {
        if (kind === 'set') {
          map.set(at, value);
          seen.set(at, value);
        } else if (kind === 'delete') {
          map.delete(at);
          seen.delete(at);
        } else if (kind === 'commit') {
          map.commit();
          committed = new Map(seen);
        } else {
          map.rollback();
          seen = new Map(committed);
        }
        for (let index = 0; index <= 5; index++) {
          expect(map.get(index, false)).toBe(committed.get(index));
          expect(map.get(index, true)).toBe(seen.get(index));
        }
        expect(map.size).toBe(committed.size);
        expect([...map.values(false)].sort()).toEqual([...committed.values()].sort());
        expect([...map.values(true)].sort()).toEqual([...seen.values()].sort());
      }
    }),
  );
});

it('a replaced value keeps its place in the order of the values', () => {
  const map = new LayeredMap<string, string>();
  for (const name of ['a', 'b', 'c']) map.set(name, name);
  map.commit();
  map.set('d', 'd');
  map.set('a', 'A');
  expect([...map.values(true)]).toEqual(['A', 'b', 'c', 'd']);
  map.commit();
  expect([...map.values(false)]).toEqual(['A', 'b', 'c', 'd']);
});

it('a layered map is changed until the transaction ends', () => {
  const map = new LayeredMap<string, number>();
  expect(map.isChanged).toBe(false);
  map.delete('none');
  expect(map.isChanged).toBe(true);
  map.rollback();
  expect(map.isChanged).toBe(false);
});
