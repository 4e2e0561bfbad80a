import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEPARTMENTS } from '../../../../src/simulate/people/company.ts';
import { mailName } from '../../../../src/simulate/people/names.ts';
import {
  PeopleMaker,
  type PeopleMakerOptions,
  type Person,
  tenureDays,
} from '../../../../src/simulate/people/people.ts';
import { randomFor } from '../../../../src/system/virtual/random.ts';

function people(
  count: number,
  options: Partial<PeopleMakerOptions> & { readonly seed?: number } = {},
): Person[] {
  const { seed = 1, ...rest } = options;
  const maker = new PeopleMaker({
    random: randomFor(seed, 'people'),
    idOf: (ordinal) => `p${ordinal}`,
    ...rest,
  });
  return Array.from({ length: count }, () => maker.make());
}

const anySeed = fc.integer({ min: 0, max: 1_000_000 });

describe('made-up people', () => {
  it('are the same for the same draws, and begin the same whatever their number', () => {
    fc.assert(
      fc.property(anySeed, fc.boolean(), (seed, isLed) => {
        expect(people(60, { seed, isLed }).slice(0, 20)).toEqual(people(20, { seed, isLed }));
      }),
      { numRuns: 20 },
    );
  });

  it('have a manager who was made earlier, of the same department or the head of the company', () => {
    fc.assert(
      fc.property(anySeed, fc.boolean(), (seed, isLed) => {
        const seen = new Map<string, Person>();
        for (const person of people(200, { seed, isLed })) {
          const manager = person.manager === undefined ? undefined : seen.get(person.manager);
          const isFirst = ![...seen.values()].some(({ department }) => department === person.department);
          expect(manager === undefined).toBe(isFirst && (!isLed || seen.size === 0));
          if (manager && !isFirst) expect(manager.department).toBe(person.department);
          if (manager && isFirst) expect(manager.jobTitle).toBe('Chief Executive Officer');
          seen.set(person.id, person);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('have addresses of their own, in a domain of no one', () => {
    const addresses = people(20_000).map(({ userPrincipalName }) => userPrincipalName);
    expect(new Set(addresses).size).toBe(20_000);
    expect(addresses.every((address) => /^[a-z]+\.[a-z]+\d*@woodgrove\.example$/.test(address))).toBe(true);
  });

  it('have about as many reports as configured', () => {
    const managers = people(10_000, { peoplePerManager: 20 }).filter(({ jobTitle }) =>
      / Manager$/.test(jobTitle),
    );
    expect(Math.abs(managers.length - 500)).toBeLessThan(100);
  });

  it('are in departments by weight, and with division and cost center in those of the company', () => {
    const departments = [
      { name: 'Fields', weight: 3 },
      { name: 'Sales', weight: 1 },
    ];
    const made = people(4_000, { departments });
    const sales = made.filter(({ department }) => department === 'Sales');
    expect(Math.abs(sales.length - 1_000)).toBeLessThan(150);
    expect(sales.every(({ employeeOrgData }) => employeeOrgData?.costCenter === 'CC2100')).toBe(true);
    expect(made.filter(({ department }) => department === 'Fields').some((one) => one.employeeOrgData)).toBe(
      false,
    );
    expect(made[0]?.jobTitle).toBe(`Head of ${made[0]?.department}`);
  });

  it('move to another department, if there is one', () => {
    const random = randomFor(1, 'moves');
    const all = new PeopleMaker({ random, idOf: String });
    for (const { name } of DEPARTMENTS) expect(all.otherThan(name)).not.toBe(name);
    const only = new PeopleMaker({ random, idOf: String, departments: [{ name: 'Sales', weight: 1 }] });
    expect(only.otherThan('Sales')).toBe('Sales');
  });

  it('were hired on a day before today', () => {
    const random = randomFor(3, 'tenure');
    const days = Array.from({ length: 10_000 }, () => tenureDays(random));
    expect(days.every((count) => Number.isInteger(count) && count >= 1 && count <= 40 * 365)).toBe(true);
    expect(days.filter((count) => count < 1_500).length).toBeGreaterThan(5_000);
  });

  it.each([
    ['Łukasz', 'lukasz'],
    ['Sørensen', 'sorensen'],
    ['O’Brien', 'obrien'],
    ['Yıldız', 'yildiz'],
  ])('have %s in an address as %s', (name, expected) => {
    expect(mailName(name)).toBe(expected);
  });
});
