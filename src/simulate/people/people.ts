/** Made-up people of a company, for samples and for simulations: plausible, and the same for the same draws. */
import type { Random } from '../../ports/random.ts';
import { Choices } from '../../system/virtual/choices.ts';
import { ln } from '../../system/virtual/exact-math.ts';
import {
  DEPARTMENTS,
  type Department,
  type DepartmentSize,
  departmentNamed,
  EMPLOYEE_TYPES,
  EXECUTIVE_OFFICE,
  LOCATIONS,
} from './company.ts';
import { GIVEN_NAMES, mailName, SURNAMES } from './names.ts';

/** A person; the names are those of Graph's user. */
export interface Person {
  readonly id: string;
  readonly displayName: string;
  readonly givenName: string;
  readonly surname: string;
  /** An address in a domain that no real person has one in; no other person of the same maker has it. */
  readonly userPrincipalName: string;
  readonly department: string;
  readonly jobTitle: string;
  readonly companyName: string;
  readonly city: string;
  readonly country: string;
  readonly employeeType: string;
  readonly employeeOrgData?: Department['employeeOrgData'];
  /** The id of the manager, who was made earlier; absent when there is none. */
  readonly manager?: string;
}

/** Options of {@link PeopleMaker}. */
export interface PeopleMakerOptions {
  readonly random: Random;
  /** The id of the n-th person, from 1. */
  readonly idOf: (ordinal: number) => string;
  /** Default: those of an ordinary company. */
  readonly departments?: readonly DepartmentSize[];
  /** On average. Default 10. */
  readonly peoplePerManager?: number;
  /** Whether the first person leads the company, and the next ones a department each. Default `false`. */
  readonly isLed?: boolean;
}

/** The domain of addresses. */
export const DOMAIN = 'woodgrove.example';
/** Managers of a department that can still get reports: bounds memory, whatever the size. */
const MANAGERS_OPEN_MAX = 24;

/** Makes people, one after another. */
export class PeopleMaker {
  readonly #random: Choices;
  readonly #idOf: (ordinal: number) => string;
  readonly #departments: readonly DepartmentSize[];
  readonly #managerShare: number;
  readonly #isLed: boolean;
  /** Number of addresses by name; bounded by the combinations of names. */
  readonly #addresses = new Map<string, number>();
  /** By department, the head first. */
  readonly #managers = new Map<string, [string, ...string[]]>();
  #made = 0;

  constructor({ random, idOf, departments, peoplePerManager = 10, isLed = false }: PeopleMakerOptions) {
    this.#random = new Choices(random);
    this.#idOf = idOf;
    this.#departments = departments ?? DEPARTMENTS;
    this.#managerShare = 1 / peoplePerManager;
    this.#isLed = isLed;
  }

  /** @param department default: drawn by weight. */
  make(department?: string): Person {
    const random = this.#random;
    const id = this.#idOf(++this.#made);
    const [givenName, surname] = [random.pick(GIVEN_NAMES), random.pick(SURNAMES)];
    const { companyName, city, country } = random.weighted(LOCATIONS);
    const where = this.#leads() ?? departmentNamed(department ?? this.department());
    const { jobTitle, manager } = this.#position(where, id);
    return {
      id,
      displayName: `${givenName} ${surname}`,
      givenName,
      surname,
      userPrincipalName: this.#address(givenName, surname),
      department: where.name,
      jobTitle,
      companyName,
      city,
      country,
      employeeType: jobTitle === where.head ? 'Employee' : random.weighted(EMPLOYEE_TYPES).name,
      ...(where.employeeOrgData === undefined ? {} : { employeeOrgData: where.employeeOrgData }),
      ...(manager === undefined ? {} : { manager }),
    };
  }

  /** A department, drawn by weight. */
  department(): string {
    return this.#random.weighted(this.#departments).name;
  }

  /** Another department than this one, drawn by weight; the same if there is no other. */
  otherThan(department: string): string {
    const others = this.#departments.filter(({ name }) => name !== department);
    return others.length === 0 ? department : this.#random.weighted(others).name;
  }

  /** The department that the person who is made now leads because of the order; `null` for all others. */
  #leads(): Department | null {
    if (!this.#isLed) return null;
    if (this.#made === 1) return EXECUTIVE_OFFICE;
    const department = this.#departments[this.#made - 2];
    return department ? departmentNamed(department.name) : null;
  }

  #position(
    { name, head, manager, titles }: Department,
    id: string,
  ): { readonly jobTitle: string; readonly manager?: string | undefined } {
    const random = this.#random;
    const managers = this.#managers.get(name);
    if (!managers) {
      this.#managers.set(name, [id]);
      const [chief] = (name !== EXECUTIVE_OFFICE.name && this.#managers.get(EXECUTIVE_OFFICE.name)) || [];
      return { jobTitle: head, manager: chief };
    }
    if (random.chance(this.#managerShare)) {
      managers.push(id);
      if (managers.length > MANAGERS_OPEN_MAX) managers.splice(1, 1);
      return { jobTitle: manager, manager: managers[0] };
    }
    // The first title is the most frequent; each further one is half as frequent.
    const jobTitle = titles.find(() => random.chance(0.5)) ?? titles[0];
    return { jobTitle, manager: random.pick(managers) };
  }

  /** `anna.li@…`, then `anna.li2@…`. */
  #address(givenName: string, surname: string): string {
    const base = `${mailName(givenName)}.${mailName(surname)}`;
    const times = (this.#addresses.get(base) ?? 0) + 1;
    this.#addresses.set(base, times);
    return `${base}${times === 1 ? '' : times}@${DOMAIN}`;
  }
}

const TENURE_MEAN_DAYS = 1_500;
const TENURE_MAX_DAYS = 40 * 365;

/** How many days ago a person was hired: 1 or more; most a few years, some long ago. */
export function tenureDays(random: Random): number {
  return Math.min(TENURE_MAX_DAYS, 1 + Math.floor(-TENURE_MEAN_DAYS * ln(1 - random.next())));
}
