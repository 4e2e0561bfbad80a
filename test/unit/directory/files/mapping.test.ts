import { expect, it } from 'vitest';
import { emptyAttributes, parseMapping, putAttribute } from '../../../../src/directory/files/mapping.ts';
import { errorOf } from '../../filter/support.ts';

it('a mapping is a list of attribute=column', () => {
  expect([...parseMapping('id=WorkerID, employeeOrgData/division = Division ,a="x, ""y"""')]).toEqual([
    ['id', 'WorkerID'],
    ['employeeOrgData/division', 'Division'],
    ['a', 'x, "y"'],
  ]);
});

it('an empty text maps nothing, and a column may serve two attributes', () => {
  expect(parseMapping('').size).toBe(0);
  expect(parseMapping('id=A,employeeId=A').size).toBe(2);
});

it.each([
  'id',
  'id=',
  '=A',
  'a b=C',
  '5=C',
  'a/=C',
  'id=A,id=B',
  'a=X,a/b=Y',
  'a/b=X,a=Y',
  'id=A,,b=C',
  'id="A',
  '"id"=A',
])('%s is refused', (text) => {
  expect(errorOf(() => parseMapping(text), 'InvalidArgument').details).toMatchObject({
    field: 'map',
    value: text,
  });
});

it('no name reaches a prototype', () => {
  const attributes = Object.assign(emptyAttributes(), { a: JSON.parse('{"b": 1}') });
  for (const path of ['__proto__/polluted', 'a/__proto__/polluted', 'constructor/prototype/polluted']) {
    putAttribute(attributes, path.split('/'), true);
  }
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect((attributes as { a: { b: number } }).a.b).toBe(1);
});
