import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUserProperty, userOf } from '../../../../src/graph/lists/user.ts';

const ada = {
  id: 'ada',
  displayName: 'Ada',
  mail: 'ada@example.com',
  businessPhones: ['1', 2, null],
  accountEnabled: 'TRUE',
  onPremisesSyncEnabled: false,
  employeeHireDate: '2026-01-12',
  createdDateTime: new Date('2026-01-02T03:04:05.600Z'),
  employeeOrgData: { division: 'Engines', salary: 100 },
  otherMails: 'a@example.com',
  salary: 100,
};

describe('a user', () => {
  it('has what Graph gives by default, and null for what the directory has not', () => {
    expect(userOf(ada, null)).toEqual({
      businessPhones: ['1'],
      displayName: 'Ada',
      givenName: null,
      id: 'ada',
      jobTitle: null,
      mail: 'ada@example.com',
      mobilePhone: null,
      officeLocation: null,
      preferredLanguage: null,
      surname: null,
      userPrincipalName: null,
    });
  });

  it.each([
    ['accountEnabled', true],
    ['onPremisesSyncEnabled', false],
    ['employeeHireDate', '2026-01-12T00:00:00Z'],
    ['createdDateTime', '2026-01-02T03:04:05.6Z'],
    ['employeeLeaveDateTime', null],
    ['employeeOrgData', { costCenter: null, division: 'Engines' }],
    ['onPremisesExtensionAttributes', null],
    ['otherMails', ['a@example.com']],
    ['proxyAddresses', []],
  ])('has %s as %j, when it is selected', (name, value) => {
    expect(userOf(ada, [name])).toEqual({ [name]: value });
  });

  it('has every property of Graph’s for *, and none of the host’s own', () => {
    const all = userOf(ada, ['*']);
    expect(Object.keys(all).every(isUserProperty)).toBe(true);
    expect(all).toMatchObject({ id: 'ada', onPremisesSyncEnabled: false, city: null });
    expect(JSON.stringify(all)).not.toContain('100');
    expect(isUserProperty('salary')).toBe(false);
    expect(isUserProperty('__proto__')).toBe(false);
    expect(isUserProperty('constructor')).toBe(false);
  });

  it('is plain JSON, whatever the directory has', () => {
    const everything = fc.dictionary(fc.constantFrom(...Object.keys(userOf(ada, ['*']))), fc.anything());
    fc.assert(
      fc.property(everything, (attributes) => {
        const user = userOf({ ...attributes, id: 'x' }, ['*']);
        expect(JSON.parse(JSON.stringify(user))).toEqual(user);
      }),
    );
  });
});
