import { expect, it } from 'vitest';
import { AttributeNames } from '../../../src/input/attribute-names.ts';

function namesOf(...objects: object[]): readonly string[] {
  const found = new AttributeNames();
  for (const object of objects) found.add(object);
  return found.names;
}

it('names of nested attributes are paths, and lists and dates are values', () => {
  const person = {
    id: 'a',
    org: { division: 'x', head: { name: 'y' } },
    mails: ['m'],
    hired: new Date(0),
    left: null,
  };
  expect(namesOf(person, { city: 'c', id: 'b' })).toEqual([
    'id',
    'org/division',
    'org/head/name',
    'mails',
    'hired',
    'left',
    'city',
  ]);
});

it('deep objects and many names are bounded', () => {
  expect(namesOf({ a: { b: { c: { d: { e: 1 } } } } })).toEqual(['a/b/c/d']);
  const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, no) => [`n${no}`, no]));
  expect(namesOf(wide)).toHaveLength(1_000);
});
