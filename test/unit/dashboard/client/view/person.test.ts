import { describe, expect, it } from 'vitest';
import { attributeTexts, nameOf } from '../../../../../src/dashboard/client/view/person.ts';

describe('a person', () => {
  it('has the name of the directory, or else the id', () => {
    expect(nameOf({ displayName: 'Ada' }, 'a1')).toBe('Ada');
    for (const attributes of [null, {}, { displayName: ' ' }, { displayName: 7 }])
      expect(nameOf(attributes, 'a1')).toBe('a1');
  });

  it('has attributes that have a value, nested ones by their path', () => {
    const attributes = {
      id: 'a1',
      mail: null,
      on: false,
      manager: { id: 'm1' },
      groups: ['g1', { id: 'g2' }],
      x: '',
    };
    expect(attributeTexts(attributes)).toEqual([
      ['id', 'a1'],
      ['on', 'false'],
      ['manager/id', 'm1'],
      ['groups', 'g1, {"id":"g2"}'],
    ]);
  });
});
