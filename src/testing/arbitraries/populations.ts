import fc from 'fast-check';
import { readOptions } from '../../input/options.ts';
import type { Subject } from '../../model/subject.ts';
import { DAY_MS } from '../../model/time.ts';
import { POPULATION } from './options.ts';

/** What a population may look like. */
export interface PopulationOptions {
  /** People, at least and at most. Default 1 and 6. */
  readonly peopleMin?: number;
  readonly peopleMax?: number;
  readonly departments?: readonly string[];
  /** Middle of the hire dates, ISO 8601. Default 2026-01-05. */
  readonly around?: string;
  /** Hire dates lie at most so many days from `around`. Default 30. */
  readonly daysMax?: number;
}

const DEPARTMENTS = ['Sales', 'Research', "Workers' Council", 'Büro', ''] as const;

/**
 * A person as directories have them: attributes are missing, empty or `null`, dates are dates or instants,
 * names have quotes and accents. Shrinks to an id, a department, a hire date and a mail.
 */
export function subject(options?: PopulationOptions): fc.Arbitrary<Subject> {
  const { departments = DEPARTMENTS, around, daysMax } = readOptions(options, 'subject', POPULATION);
  const day = fc.integer({ min: -daysMax, max: daysMax }).map((days) => Date.parse(around) + days * DAY_MS);
  const date = fc.tuple(day, fc.boolean()).map(([ms, isInstant]) => {
    const iso = new Date(ms).toISOString();
    return isInstant ? iso : iso.slice(0, 10);
  });
  const sometimes = <T>(value: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) });
  return fc
    .record(
      {
        id: fc.nat({ max: 0xffff }).map((no) => `u${no.toString(16)}`),
        department: sometimes(fc.constantFrom(...departments)),
        employeeHireDate: sometimes(date),
        mail: sometimes(fc.nat({ max: 99 }).map((no) => `person${no}@example.com`)),
        displayName: sometimes(fc.constantFrom('Ada Lovelace', "Siobhán O'Neill", '山田太郎', '')),
        jobTitle: fc.constantFrom('Analyst', 'Clerk', 'Intern'),
        employeeLeaveDateTime: sometimes(date),
      },
      { requiredKeys: ['id', 'department', 'employeeHireDate', 'mail'] },
    )
    .map((drawn) => ({ ...drawn }));
}

/** People with ids of their own. Shrinks to as few as allowed. */
export function population(options?: PopulationOptions): fc.Arbitrary<readonly Subject[]> {
  const bounds = readOptions(options, 'population', POPULATION);
  return fc.uniqueArray(subject(bounds), {
    minLength: bounds.peopleMin,
    maxLength: bounds.peopleMax,
    selector: ({ id }) => id,
  });
}
