import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPLOYEE_COLUMNS, employeeLine, sampleEmployees } from '../../../../src/cli/sample/employees.ts';
import { csvDirectory } from '../../../../src/directory/open-directory.ts';

const DATE = '2026-03-15';
const sample = (users: number, seed = 1) => [...sampleEmployees({ users, seed, date: DATE })];
const daysFrom = (iso: string): number => Math.floor((Date.parse(iso) - Date.parse(DATE)) / 86_400_000);

describe('a sample of employees', () => {
  it('is the same for the same input, and begins the same whatever its size', () => {
    expect(sample(300)).toEqual(sample(300));
    expect(sample(3_000).slice(0, 300)).toEqual(sample(300));
    expect(sample(300, 2)).not.toEqual(sample(300));
    expect(sample(300, 2 ** 32 + 1)).not.toEqual(sample(300, 1));
  });

  it('gives every employee but the first a manager, listed earlier', () => {
    const seen = new Set<string>();
    for (const { id, managerId } of sample(2_000)) {
      expect(seen.has(managerId)).toBe(seen.size > 0);
      seen.add(id);
    }
  });

  it('has managers of the own department below its head', () => {
    const byId = new Map(sample(2_000).map((one) => [one.id, one]));
    const others = [...byId.values()].filter((one) => byId.get(one.managerId)?.department !== one.department);
    expect(others.map((one) => one.jobTitle)).toEqual(
      expect.arrayContaining(['Chief Executive Officer', 'Head of Sales', 'Head of Legal']),
    );
    expect(others).toHaveLength(10);
  });

  it('has different ids, addresses and names of sign-in', () => {
    const people = sample(50_000);
    for (const name of ['id', 'userPrincipalName'] as const) {
      expect(new Set(people.map((one) => one[name])).size).toBe(50_000);
    }
    const mails = people.map((one) => one.mail).filter((mail) => mail !== '');
    expect(new Set(mails).size).toBe(mails.length);
    expect(mails.every((mail) => /^[a-z]+\.[a-z]+\d*@woodgrove\.example$/.test(mail))).toBe(true);
  });

  it('has some without mail, some who are new, some to come and some who leave', () => {
    const people = sample(5_000);
    const share = (test: (one: (typeof people)[number]) => boolean) =>
      people.filter(test).length / people.length;
    const hired = (one: (typeof people)[number]) => daysFrom(one.employeeHireDate);
    expect(share((one) => one.mail === '')).toBeCloseTo(0.03, 1);
    expect(share((one) => hired(one) <= 0 && hired(one) > -3)).toBeCloseTo(0.04, 1);
    expect(share((one) => hired(one) > 0)).toBeCloseTo(0.03, 1);
    expect(share((one) => one.employeeLeaveDateTime !== '')).toBeCloseTo(0.05, 1);
    for (const one of people.filter(({ employeeLeaveDateTime }) => employeeLeaveDateTime !== '')) {
      expect(Date.parse(one.employeeLeaveDateTime)).toBeGreaterThan(Date.parse(one.employeeHireDate));
    }
    expect(people.filter((one) => hired(one) > 0).every((one) => one.accountEnabled === 'false')).toBe(true);
  });

  it('has more people in large departments than in small ones', () => {
    const people = sample(5_000);
    const count = (department: string) => people.filter((one) => one.department === department).length;
    expect(count('Engineering')).toBeGreaterThan(count('Finance'));
    expect(count('Finance')).toBeGreaterThan(count('Legal'));
    expect(count('Legal')).toBeGreaterThan(10);
  });

  it('reads back from CSV as it was written, commas and all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tenure-sample-'));
    const people = sample(500);
    await writeFile(
      join(folder, 'staff.csv'),
      `${EMPLOYEE_COLUMNS.join(',')}\n${people.map(employeeLine).join('')}`,
    );
    const directory = await csvDirectory(join(folder, 'staff.csv'));
    const subjects = await directory.get(people.map(({ id }) => id));
    expect(subjects).toHaveLength(500);
    for (const [at, subject] of subjects.entries()) {
      const {
        'employeeOrgData/division': division,
        'employeeOrgData/costCenter': costCenter,
        ...rest
      } = people[at] as (typeof people)[number];
      const present = Object.fromEntries(Object.entries(rest).filter(([, cell]) => cell !== ''));
      expect(JSON.parse(JSON.stringify(subject))).toEqual({
        ...present,
        employeeOrgData: { division, costCenter },
      });
    }
    await directory.close();
    await rm(folder, { recursive: true });
  });
});
