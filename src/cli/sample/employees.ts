import { DAY_MS } from '../../model/time.ts';
import { Choices } from '../../system/virtual/choices.ts';
import { DEPARTMENTS, type Department, EMPLOYEE_TYPES, LOCATIONS } from './company.ts';
import { GIVEN_NAMES, mailName, SURNAMES } from './names.ts';

/** Columns of a sample, with Graph's names. */
export const EMPLOYEE_COLUMNS = [
  'id',
  'displayName',
  'givenName',
  'surname',
  'mail',
  'userPrincipalName',
  'department',
  'jobTitle',
  'managerId',
  'companyName',
  'city',
  'country',
  'employeeType',
  'employeeHireDate',
  'employeeLeaveDateTime',
  'accountEnabled',
  'employeeOrgData/division',
  'employeeOrgData/costCenter',
] as const;

/** An employee; an empty text stands for an absent attribute. */
export type Employee = Readonly<Record<(typeof EMPLOYEE_COLUMNS)[number], string>>;

/** Size, seed and date of a sample. */
export interface SampleInput {
  readonly users: number;
  readonly seed: number;
  /** Day around which hires and leaves lie: `2026-01-31`. */
  readonly date: string;
}

const FIRST_NUMBER = 100_001;
const DOMAIN = 'woodgrove.example';
/** Managers of a department that can still get reports: bounds memory, whatever the size. */
const MANAGERS_OPEN_MAX = 24;
const MANAGER_SHARE = 0.1;
const NO_MAIL_SHARE = 0.03;
/** Share of people hired in the last three days, and of those hired in the next two weeks. */
const NEW_HIRE_SHARE = 0.04;
const FUTURE_HIRE_SHARE = 0.03;
const LEAVER_SHARE = 0.05;
const YEARS = 18;

/**
 * Generates employees, the same for the same input: the first leads the company, the next ones a department
 * each, and managers come before their reports.
 */
export function* sampleEmployees(input: SampleInput): Generator<Employee> {
  const company = new Company(input);
  for (let index = 0; index < input.users; index++) yield company.hire(index);
}

const CHIEF = {
  department: 'Executive Office',
  jobTitle: 'Chief Executive Officer',
  managerId: '',
  'employeeOrgData/division': 'Corporate',
  'employeeOrgData/costCenter': 'CC4000',
} as const;

class Company {
  readonly #random: Choices;
  readonly #todayMs: number;
  /** Number of addresses by name; bounded by the combinations of names. */
  readonly #addresses = new Map<string, number>();
  readonly #managers = new Map<Department, [string, ...string[]]>();

  constructor({ seed, date }: SampleInput) {
    this.#random = new Choices(stateOf(seed));
    this.#todayMs = Date.parse(`${date}T00:00:00Z`);
  }

  hire(index: number): Employee {
    const random = this.#random;
    const id = `E${FIRST_NUMBER + index}`;
    const [givenName, surname] = [random.pick(GIVEN_NAMES), random.pick(SURNAMES)];
    const location = random.weighted(LOCATIONS);
    const address = this.#address(givenName, surname);
    const { hireMs, leaveMs } = this.#dates(index);
    const isAtWork = hireMs <= this.#todayMs && (leaveMs === null || leaveMs > this.#todayMs);
    const position = this.#position(index, id);
    return {
      id,
      displayName: `${givenName} ${surname}`,
      givenName,
      surname,
      mail: random.chance(NO_MAIL_SHARE) ? '' : address,
      userPrincipalName: address,
      ...position,
      companyName: location.companyName,
      city: location.city,
      country: location.country,
      employeeType: index <= DEPARTMENTS.length ? 'Employee' : random.weighted(EMPLOYEE_TYPES).name,
      employeeHireDate: isoOf(hireMs),
      employeeLeaveDateTime: leaveMs === null ? '' : isoOf(leaveMs),
      accountEnabled: String(isAtWork),
    };
  }

  /** Department, title and manager. */
  #position(
    index: number,
    id: string,
  ): Pick<
    Employee,
    'department' | 'jobTitle' | 'managerId' | 'employeeOrgData/division' | 'employeeOrgData/costCenter'
  > {
    const random = this.#random;
    const chief = `E${FIRST_NUMBER}`;
    const drawn = random.weighted(DEPARTMENTS);
    const headed = DEPARTMENTS[index - 1];
    const department = headed ?? drawn;
    const org = {
      department: department.name,
      'employeeOrgData/division': department.division,
      'employeeOrgData/costCenter': department.costCenter,
    };
    if (index === 0) return CHIEF;
    if (headed) {
      this.#managers.set(headed, [id]);
      return { ...org, jobTitle: headed.head, managerId: chief };
    }
    const managers = this.#managers.get(department) ?? [chief];
    const [head] = managers;
    if (random.chance(MANAGER_SHARE)) {
      managers.push(id);
      if (managers.length > MANAGERS_OPEN_MAX) managers.splice(1, 1);
      return { ...org, jobTitle: department.manager, managerId: head };
    }
    // The first title is the most frequent; each further one is half as frequent.
    const title = department.titles.find(() => random.chance(0.5)) ?? department.titles[0];
    return { ...org, jobTitle: title, managerId: random.pick(managers) };
  }

  #dates(index: number): { readonly hireMs: number; readonly leaveMs: number | null } {
    const random = this.#random;
    const kind = random.next();
    const age = random.next();
    const leave = random.next();
    const leaveDays = random.int(-3, 60);
    const day = (days: number): number => this.#todayMs + days * DAY_MS;
    if (index > DEPARTMENTS.length && kind < NEW_HIRE_SHARE)
      return { hireMs: day(-random.int(0, 2)), leaveMs: null };
    if (index > DEPARTMENTS.length && kind < NEW_HIRE_SHARE + FUTURE_HIRE_SHARE) {
      return { hireMs: day(random.int(1, 14)), leaveMs: null };
    }
    // Recent hires are more frequent than old ones.
    const hireMs = day(-Math.round(7 + age ** 2 * YEARS * 365));
    const leaves = index > 0 && leave < LEAVER_SHARE;
    return { hireMs, leaveMs: leaves ? day(leaveDays) + LAST_HOUR_MS : null };
  }

  /** `anna.li@…`, then `anna.li2@…`. */
  #address(givenName: string, surname: string): string {
    const base = `${mailName(givenName)}.${mailName(surname)}`;
    const times = (this.#addresses.get(base) ?? 0) + 1;
    this.#addresses.set(base, times);
    return `${base}${times === 1 ? '' : times}@${DOMAIN}`;
  }
}

/** A state of 32 bits for a seed: seeds above 2³² differ in their upper half, too. */
function stateOf(seed: number): number {
  return (Math.imul(seed % 2 ** 32, 0x9e3779b1) ^ Math.floor(seed / 2 ** 32)) >>> 0;
}

/** The last day of work ends at 17:00. */
const LAST_HOUR_MS = 17 * 3_600_000;

function isoOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** CSV line of an employee; cells with a comma or quote are quoted. */
export function employeeLine(employee: Employee): string {
  const cells = EMPLOYEE_COLUMNS.map((name) => {
    const cell = employee[name];
    return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  });
  return `${cells.join(',')}\n`;
}

/** Header line of a sample in a CSV file. */
export const EMPLOYEE_HEADER = `${EMPLOYEE_COLUMNS.join(',')}\n`;

/** Whether a file with this beginning is a sample: no real person has an address in its domain. */
export function isSample(beginning: string): boolean {
  const [first = ''] = beginning.slice(EMPLOYEE_HEADER.length).split('\n');
  const isFirst = first.startsWith(`E${FIRST_NUMBER},`) && first.includes(`@${DOMAIN},`);
  return beginning.startsWith(EMPLOYEE_HEADER) && isFirst;
}
