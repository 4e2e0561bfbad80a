import { expect, it } from 'vitest';
import { groupsOf, inGroup } from '../../../src/input/member-of.ts';
import type { Identified } from '../../../src/model/subject.ts';

it.each<[string, unknown, string[]]>([
  ['ids', ['G1', 'g2'], ['g1', 'g2']],
  ['objects with ids', [{ id: 'G1', displayName: 'Sales' }, { id: 'g1' }], ['g1']],
  ['a cell of a CSV file', ' g1, G2;g3 ;; ', ['g1', 'g2', 'g3']],
  ['anything else', [7, null, {}, '', '  ', [], 'g1'], ['g1']],
  ['a number', 7, []],
  ['null', null, []],
])('the groups of a subject are read from %s', (_, memberOf, groups) => {
  expect([...groupsOf({ id: 'u', memberOf } as Identified)]).toEqual(groups);
});

it('a subject without memberOf is in no group', () => {
  expect(groupsOf({ id: 'u' }).size).toBe(0);
  expect(groupsOf(Object.create({ memberOf: ['g'] }, { id: { value: 'u' } })).size).toBe(0);
});

it('a group selects the people whose memberOf has it, in any letter case', () => {
  const rule = inGroup(' Sales ');
  expect(rule.matches({ id: 'u', memberOf: 'x; SALES' } as never)).toBe(true);
  expect(rule.matches({ id: 'u', memberOf: ['salesforce'] } as never)).toBe(false);
});
