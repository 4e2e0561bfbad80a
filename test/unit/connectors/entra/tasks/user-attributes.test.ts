import { describe, expect, it } from 'vitest';
import {
  describeDifference,
  differing,
  patchFor,
  selectOf,
} from '../../../../../src/connectors/entra/tasks/user-attributes.ts';

const USER = {
  id: 'a',
  jobTitle: 'Clerk',
  city: null,
  businessPhones: ['+351 1'],
  employeeHireDate: '2026-01-05T00:00:00Z',
  employeeOrgData: { costCenter: '7', division: 'North' },
};
const wanted = [
  { name: 'jobTitle', value: 'Lead' },
  { name: 'city', value: null },
  { name: 'businessPhones', value: '+351 2' },
  { name: 'employeeHireDate', value: '2026-01-05' },
  { name: 'employeeOrgData/division', value: null },
  { name: 'employeeOrgData/costCenter', value: '7' },
  { name: 'onPremisesExtensionAttributes/extensionAttribute1', value: 'x' },
];

describe('the attributes of a user that a task sets', () => {
  it('are compared one by one: dates as moments, lists by their first value, parts of objects by themselves', () => {
    const left = differing(USER, wanted);
    expect(left.map((one) => describeDifference(USER, one))).toEqual([
      'jobTitle: Clerk → Lead',
      'businessPhones: +351 1 → +351 2',
      'employeeOrgData/division: North → none',
      'onPremisesExtensionAttributes/extensionAttribute1: none → x',
    ]);
    expect(patchFor(USER, left)).toEqual({
      jobTitle: 'Lead',
      businessPhones: ['+351 2'],
      employeeOrgData: { costCenter: '7', division: null },
      onPremisesExtensionAttributes: { extensionAttribute1: 'x' },
    });
  });

  it('are cleared, and set together where they are parts of one object', () => {
    const both = [
      { name: 'businessPhones', value: null },
      { name: 'employeeOrgData/division', value: 'South' },
      { name: 'employeeOrgData/costCenter', value: '8' },
    ];
    expect(patchFor({ id: 'a' }, both)).toEqual({
      businessPhones: [],
      employeeOrgData: { division: 'South', costCenter: '8' },
    });
  });

  it('are what is asked for, and a date that cannot be read differs', () => {
    expect(selectOf(wanted)).toBe(
      'id,onPremisesSyncEnabled,jobTitle,city,businessPhones,employeeHireDate,employeeOrgData,onPremisesExtensionAttributes',
    );
    expect(differing(USER, [{ name: 'employeeHireDate', value: 'soon' }])).toHaveLength(1);
    expect(
      differing({ id: 'a', employeeHireDate: 'soon' }, [{ name: 'employeeHireDate', value: 'soon' }]),
    ).toHaveLength(1);
  });
});
