import { DAY_MS } from '../../model/time.ts';
import { DEPARTMENTS } from '../../simulate/people/company.ts';
import { DOMAIN, PeopleMaker, tenureDays } from '../../simulate/people/people.ts';
import { Choices } from '../../system/virtual/choices.ts';
import { randomFor } from '../../system/virtual/random.ts';

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
const NO_MAIL_SHARE = 0.03;
/** Share of people hired in the last three days, and of those hired in the next two weeks. */
const NEW_HIRE_SHARE = 0.04;
const FUTURE_HIRE_SHARE = 0.03;
const LEAVER_SHARE = 0.05;
/** Days for which people who have left stay in the sample; no one in it was hired later and left. */
const LEAVER_DAYS_MAX = 3;

/**
 * Generates employees, the same for the same input: the first leads the company, the next ones a department
 * each, and managers come before their reports.
 */
export function* sampleEmployees({ users, seed, date }: SampleInput): Generator<Employee> {
  const random = new Choices(randomFor(seed, 'sample'));
  const todayMs = Date.parse(`${date}T00:00:00Z`);
  const maker = new PeopleMaker({
    random: randomFor(seed, 'people'),
    idOf: (ordinal) => `E${FIRST_NUMBER + ordinal - 1}`,
    isLed: true,
  });
  for (let index = 0; index < users; index++) {
    const { employeeOrgData, manager = '', ...person } = maker.make();
    const { hireMs, leaveMs } = datesOf(index, todayMs, random);
    const isAtWork = hireMs <= todayMs && (leaveMs === null || leaveMs > todayMs);
    yield {
      ...person,
      mail: random.chance(NO_MAIL_SHARE) ? '' : person.userPrincipalName,
      managerId: manager,
      employeeHireDate: isoOf(hireMs),
      employeeLeaveDateTime: leaveMs === null ? '' : isoOf(leaveMs),
      accountEnabled: String(isAtWork),
      'employeeOrgData/division': employeeOrgData?.division ?? '',
      'employeeOrgData/costCenter': employeeOrgData?.costCenter ?? '',
    };
  }
}

function datesOf(
  index: number,
  todayMs: number,
  random: Choices,
): { readonly hireMs: number; readonly leaveMs: number | null } {
  const day = (days: number): number => todayMs + days * DAY_MS;
  const kind = index > DEPARTMENTS.length ? random.next() : 1;
  if (kind < NEW_HIRE_SHARE) return { hireMs: day(-random.int(0, 2)), leaveMs: null };
  if (kind < NEW_HIRE_SHARE + FUTURE_HIRE_SHARE) return { hireMs: day(random.int(1, 14)), leaveMs: null };
  const leaves = random.chance(LEAVER_SHARE) && index > 0;
  const hireMs = day(-LEAVER_DAYS_MAX - tenureDays(random));
  return { hireMs, leaveMs: leaves ? day(random.int(-LEAVER_DAYS_MAX, 60)) + LAST_HOUR_MS : null };
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
