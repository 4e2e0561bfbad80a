/** People that are made up: plausible, and the same for the same seed. */
import { startOfISOWeek } from 'date-fns/startOfISOWeek';
import type { Subject } from '../model/subject.ts';
import { DAY_MS, type EpochMs } from '../model/time.ts';
import type { Random } from '../ports/random.ts';
import { below, weighted } from './chance.ts';
import { ln } from './exact-math.ts';
import { isoDay, utc, type Zone } from './zone.ts';

const GIVEN_NAMES = [
  'Ada', 'Amara', 'Anton', 'Bela', 'Carla', 'Chen', 'Dario', 'Elif', 'Emil', 'Farah', 'Grace', 'Hugo', 'Ines',
  'Ivan', 'Jonas', 'Kavya', 'Lena', 'Luis', 'Mara', 'Noah', 'Olga', 'Omar', 'Paula', 'Ravi', 'Sofia', 'Tariq',
  'Uma', 'Vera', 'Wen', 'Yusuf', 'Zoe', 'Mikko',
] as const; // biome-ignore format: a list
const SURNAMES = [
  'Abe',
  'Bauer',
  'Costa',
  'Diaz',
  'Eriksen',
  'Fischer',
  'Garcia',
  'Haddad',
  'Ito',
  'Jansen',
  'Kaya',
  'Lopez',
  'Meyer',
  'Nguyen',
  'Okafor',
  'Petrov',
  'Quinn',
  'Rossi',
  'Santos',
  'Tanaka',
  'Ueda',
  'Virtanen',
  'Weber',
  'Xu',
  'Yilmaz',
  'Zhang',
  'Novak',
  'Smith',
  'Singh',
  'Larsen',
] as const;
const CITIES = ['Berlin', 'Leeds', 'Lyon', 'Porto', 'Turku', 'Zagreb'] as const;
const JOB_TITLES = ['Analyst', 'Assistant', 'Engineer', 'Manager', 'Specialist', 'Technician'] as const;

/** Departments, when a scenario names none. */
export const DEFAULT_DEPARTMENTS = [
  { name: 'Engineering', weight: 30 },
  { name: 'Production', weight: 28 },
  { name: 'Sales', weight: 18 },
  { name: 'Marketing', weight: 10 },
  { name: 'Finance', weight: 8 },
  { name: 'People', weight: 6 },
] as const;

/** A department and how many of a thousand, say, are in it. */
export interface Department {
  readonly name: string;
  readonly weight: number;
}

/** Makes people, one after the other. */
export interface PeopleMaker {
  /** Somebody who starts at `hireMs`, and whom the directory knows from `knownMs`. */
  make(hireMs: EpochMs, knownMs: EpochMs, department?: string): Subject;
  /** A department, by weight. */
  department(): string;
  /** Another department than this one, by weight; the same when there is no other. */
  otherThan(department: string): string;
}

/** What a {@link PeopleMaker} is made from. */
export interface PeopleMakerOptions {
  readonly departments: readonly Department[];
  readonly peoplePerManager: number;
  /** Before the number in their ids: `p` for `p000001`. */
  readonly idPrefix: string;
  readonly random: Random;
}

/** Makes people with ids in order: `p000001`, `p000002` … */
export function peopleMaker({
  departments,
  peoplePerManager,
  idPrefix,
  random,
}: PeopleMakerOptions): PeopleMaker {
  let made = 0;
  const managers = new Map<string, { readonly id: string; people: number }>();
  const pick = (list: readonly string[]): string => list[below(random, list.length)] ?? '';
  const departmentOf = (among: readonly Department[]): string =>
    among[
      weighted(
        among.map(({ weight }) => weight),
        random.next(),
      )
    ]?.name ?? '';
  const managerOf = (department: string, id: string): string | null => {
    const manager = managers.get(department);
    if (manager && manager.people < peoplePerManager) {
      manager.people += 1;
      return manager.id;
    }
    managers.set(department, { id, people: 0 });
    return manager?.id ?? null;
  };
  return {
    department: () => departmentOf(departments),
    otherThan: (department) =>
      departmentOf(departments.filter(({ name }) => name !== department)) || department,
    make(hireMs, knownMs, chosen) {
      made += 1;
      const id = `${idPrefix}${String(made).padStart(6, '0')}`;
      const [givenName, surname] = [pick(GIVEN_NAMES), pick(SURNAMES)];
      const department = chosen ?? departmentOf(departments);
      const manager = managerOf(department, id);
      return {
        id,
        displayName: `${givenName} ${surname}`,
        mail: `${givenName}.${surname}.${made}@example.com`.toLowerCase(),
        department,
        jobTitle: pick(JOB_TITLES),
        city: pick(CITIES),
        employeeType: random.next() < 0.9 ? 'Employee' : 'Contractor',
        employeeHireDate: new Date(hireMs).toISOString(),
        createdDateTime: new Date(knownMs).toISOString(),
        ...(manager === null ? {} : { manager }),
      };
    },
  };
}

const TENURE_MEAN_DAYS = 1_500;
const TENURE_MAX_DAYS = 40 * 365;

/** A first day before `startMs`: most came lately, some long ago, on a Monday. */
export function pastHireMs(zone: Zone, startMs: EpochMs, random: Random): EpochMs {
  const days = Math.min(TENURE_MAX_DAYS, 1 + Math.floor(-TENURE_MEAN_DAYS * ln(1 - random.next())));
  const day = zone.dayOf(startMs - days * DAY_MS);
  return zone.startOf(isoDay(startOfISOWeek(day, { in: utc }).getTime()));
}
