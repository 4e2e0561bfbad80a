import { describe, expect, it } from 'vitest';
import {
  attributesOf,
  describeDifference,
  differing,
  operationFor,
} from '../../../../src/connectors/scim/scim-attributes.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const USER = {
  id: 'u1',
  displayName: 'Ana',
  title: '',
  name: { givenName: 'Ana', familyName: 'Núñez' },
  emails: [
    { type: 'home', value: 'home@example.org' },
    { type: 'work', value: 'ana@example.org' },
  ],
  [ENTERPRISE]: { department: 'Sales' },
};

it('What is no text, number or boolean is no value of an attribute', () => {
  const hostile = {
    id: 'u1',
    displayName: { toString: 1 },
    title: ['x'],
    userType: 7,
    name: 'x',
    emails: [null],
  };
  expect(attributesOf(hostile)).toEqual({ userType: '7' });
});

describe('the differences of an account', () => {
  it('are the attributes whose value is another one, in core, name, enterprise and lists', () => {
    const wanted = [
      { name: 'displayName', value: 'Ana' },
      { name: 'surname', value: 'Silva' },
      { name: 'department', value: 'Sales' },
      { name: 'mail', value: 'new@example.org' },
      { name: 'jobTitle', value: null },
      { name: 'city', value: 'Porto' },
    ];
    const left = differing(USER, wanted);
    expect(left.map((one) => describeDifference(USER, one))).toEqual([
      'surname: Núñez → Silva',
      'mail: ana@example.org → new@example.org',
      'city: none → Porto',
    ]);
    expect(left.map((one) => operationFor(USER, one))).toEqual([
      { op: 'replace', path: 'name.familyName', value: 'Silva' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'new@example.org' },
      { op: 'add', path: 'addresses', value: [{ type: 'work', locality: 'Porto' }] },
    ]);
  });

  it('are cleared by a removal', () => {
    const clear = { name: 'department', value: null };
    expect(describeDifference(USER, clear)).toBe('department: Sales → none');
    expect(operationFor(USER, clear)).toEqual({ op: 'remove', path: `${ENTERPRISE}:department` });
  });
});

describe('the attributes of an account', () => {
  it('have the names of Graph, and are absent where the account has none', () => {
    expect(attributesOf(USER)).toEqual({
      displayName: 'Ana',
      givenName: 'Ana',
      surname: 'Núñez',
      mail: 'ana@example.org',
      department: 'Sales',
    });
  });

  it('are read from whatever a server sends', () => {
    for (const emails of [null, 'text', [null], [7], {}])
      expect(attributesOf({ id: 'u1', emails, name: null, [ENTERPRISE]: 7 })).toEqual({});
  });
});
