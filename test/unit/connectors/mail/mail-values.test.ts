import { describe, expect, it } from 'vitest';
import { displayNameOf, valuesOf } from '../../../../src/connectors/mail/mail-values.ts';

const SUBJECT = {
  id: 'E1',
  displayName: 'Ana Núñez',
  givenName: 'Ana',
  surname: 'Núñez',
  userPrincipalName: 'ana@example.org',
  employeeHireDate: '2026-03-01T23:30:00Z',
  employeeLeaveDateTime: 'soon',
  employeeOrgData: { division: 'Sales' },
  businessPhones: ['1', '2', { x: 1 }],
  accountEnabled: true,
};
const manager = { id: 'E2', displayName: 'Bo', mail: 'bo@example.org' };
const inLanguage = (language: string) => valuesOf({ subject: SUBJECT, manager, language, accessPass: null });

it.each([
  ['userDisplayName', 'Ana Núñez'],
  ['userGivenName', 'Ana'],
  ['userSurname', 'Núñez'],
  ['userPrincipalName', 'ana@example.org'],
  ['userEmployeeHireDate', 'March 1, 2026'],
  ['userEmployeeLeaveDateTime', 'soon'],
  ['managerDisplayName', 'Bo'],
  ['managerEmail', 'bo@example.org'],
  ['temporaryAccessPass', ''],
  ['user.accountEnabled', 'true'],
  ['user.employeeOrgData.division', 'Sales'],
  ['user.employeeOrgData/division', 'Sales'],
  ['user.employeeOrgData', ''],
  ['user.businessPhones', '1, 2'],
  ['user.city', ''],
  ['user.constructor', ''],
  ['user.displayName.length', ''],
])('{{%s}} is `%s`', (name, value) => expect(inLanguage('en')(name)).toBe(value));

it.each([
  ['de', '1. März 2026'],
  ['fr-ch', '1 mars 2026'],
  ['es', '1 de marzo de 2026'],
  ['en-gb', '1 March 2026'],
])('dates are written in the language: %s', (language, date) =>
  expect(inLanguage(language)('userEmployeeHireDate')).toBe(date),
);

describe('the name of a person', () => {
  it('is their display name, their names, or their principal name', () => {
    expect(displayNameOf({ id: 'E1', displayName: 'A', givenName: 'B' })).toBe('A');
    expect(displayNameOf({ id: 'E1', givenName: 'B', surname: 'C' })).toBe('B C');
    expect(displayNameOf({ id: 'E1', userPrincipalName: 'd@example.org' })).toBe('d@example.org');
    expect(displayNameOf({ id: 'E1', displayName: { toString: () => 'x' } })).toBeNull();
  });

  it('is the id in texts, when there is no other', () => {
    const values = valuesOf({ subject: { id: 'E1' }, manager: null, language: 'en', accessPass: 'secret' });
    expect(
      ['userDisplayName', 'managerDisplayName', 'managerEmail', 'temporaryAccessPass'].map(values),
    ).toEqual(['E1', '', '', 'secret']);
  });
});
