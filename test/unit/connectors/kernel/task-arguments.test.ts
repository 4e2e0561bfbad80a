import { describe, expect, it } from 'vitest';
import { readAttributeUpdates, readIds } from '../../../../src/connectors/kernel/task-arguments.ts';

const read = (text: string | undefined) =>
  readAttributeUpdates(text, ['jobTitle', 'department', 'mail'], 'SCIM');

describe('the argument attributeUpdates', () => {
  it('is JSON with names and values, of which an empty one clears', () => {
    expect(read('{"jobTitle":"Lead","department":"","mail":null}')).toEqual([
      { name: 'jobTitle', value: 'Lead' },
      { name: 'department', value: null },
      { name: 'mail', value: null },
    ]);
  });

  it.each([
    [undefined, /^Expected JSON with attributes/],
    ['nonsense', /^Expected JSON with attributes/],
    ['[1]', /^Expected JSON with attributes/],
    ['null', /^Expected JSON with attributes/],
    ['{}', /^Expected 1 to 10 attributes in attributeUpdates, got 0$/],
    [JSON.stringify(Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, '']))), /got 11$/],
    ['{"shoeSize":"42"}', /^Expected an attribute that SCIM has .* got `shoeSize`$/],
    ['{"__proto__":"x"}', /got `__proto__`$/],
    ['{"jobTitle":7}', /^Expected a text for jobTitle, got number$/],
  ])('%s is refused', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        kind: 'refused',
        code: 'BadArgument',
        message: expect.stringMatching(message),
      }),
    );
  });
});

describe('the ids of an argument', () => {
  it('stand between commas, or what else separates them, each once', () => {
    expect(readIds(' g1, g2,,g1 ', 'groupID', 'groups')).toEqual(['g1', 'g2']);
    expect(readIds('cn=a,dc=b; cn=c,dc=b', 'groupID', 'groups', ';')).toEqual(['cn=a,dc=b', 'cn=c,dc=b']);
  });

  it('are refused when there are none, or too many', () => {
    const many = Array.from({ length: 1_001 }, (_, n) => `g${n}`).join();
    for (const [text, count] of [
      [undefined, 0],
      [' , ', 0],
      [many, 1_001],
    ] as const)
      expect(() => readIds(text, 'groupID', 'groups')).toThrow(
        `Expected 1 to 1000 groups in groupID, separated by commas, got ${count}`,
      );
  });
});
