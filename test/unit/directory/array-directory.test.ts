import { expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/array-directory.ts';
import { parseScopeRule } from '../../../src/filter/parsing/scope-rule.ts';
import type { Subject } from '../../../src/model/subject.ts';
import { errorOf } from '../filter/support.ts';
import { all, idsOf } from './support.ts';

const people = [
  { id: 'a', city: 'Rome' },
  { id: 'b', city: 'Oslo' },
  { id: 'c', city: 'Rome' },
];

it('get gives the subjects that exist, each once', async () => {
  const directory = arrayDirectory(people);
  expect(idsOf(await directory.get(['c', 'missing', 'a', 'c']))).toEqual(['c', 'a']);
  expect(await directory.get([])).toEqual([]);
});

it('query streams the people that the rule selects', async () => {
  const directory = arrayDirectory(people);
  expect(idsOf(await all(directory))).toEqual(['a', 'b', 'c']);
  expect(idsOf(await all(directory, parseScopeRule("city eq 'Rome'")))).toEqual(['a', 'c']);
});

it('any iterable of subjects serves', async () => {
  expect(idsOf(await all(arrayDirectory(new Set(people))))).toEqual(['a', 'b', 'c']);
});

it('ids that occur twice are refused, all of them named', () => {
  const error = errorOf(
    () => arrayDirectory([...people, { id: 'b' }, { id: 'a' }, { id: 'a' }]),
    'Duplicate',
  );
  expect(error.details.ids).toEqual(['b', 'a']);
  expect(error.message).toContain('b, a');
});

it('ids are normalized, and looked for in any spelling', async () => {
  const given = [{ id: 'Zoe\u0308\u00a0', city: 'Rome' }, people[0] as Subject];
  const directory = arrayDirectory(given);
  expect(await all(directory)).toEqual([{ id: 'Zo\u00eb', city: 'Rome' }, people[0]]);
  expect(idsOf(await directory.get(['Zo\u00eb', ' Zoe\u0308', 'a\u200b']))).toEqual(['Zo\u00eb', 'a']);
  expect(given[0]?.id).toBe('Zoe\u0308\u00a0');
});

it('ids that differ only in what is normalized occur twice', () => {
  const error = errorOf(() => arrayDirectory([...people, { id: 'b ' }, { id: '\ufeffb' }]), 'Duplicate');
  expect(error.details.ids).toEqual(['b']);
});

it.each([
  ['only invisible', { id: '\u200b' }],
  ['with a control character', { id: 'a\u0007b' }],
  ['with a NUL', { id: 'a\u0000' }],
  ['empty', { id: '' }],
  ['blank', { id: ' ' }],
  ['a number', { id: 5 }],
  ['missing', {}],
  ['too long', { id: 'x'.repeat(257) }],
  ['of null', null],
])('an id that is %s is refused with its position', (_name, subject) => {
  const error = errorOf(() => arrayDirectory([{ id: 'a' }, subject as Subject]), 'InvalidArgument');
  expect(error.details).toEqual({ field: 'subjects[1].id' });
});

it('an id of 256 characters is accepted', async () => {
  expect(await arrayDirectory([{ id: 'x'.repeat(256) }]).get(['x'.repeat(256)])).toHaveLength(1);
});

it('membersOf streams the people whose memberOf has the group', async () => {
  const directory = arrayDirectory<Subject>([
    { id: 'a', memberOf: ['G'] },
    { id: 'b', memberOf: 'x,g' },
    { id: 'c' },
  ]);
  const members: string[] = [];
  for await (const { id } of directory.membersOf?.('g') ?? []) members.push(id);
  expect(members).toEqual(['a', 'b']);
});
