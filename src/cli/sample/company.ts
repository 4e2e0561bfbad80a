/** The company of samples. */

/** A department: its share of the staff, its titles by frequency, and its place in the organisation. */
export interface Department {
  readonly name: string;
  readonly weight: number;
  readonly division: string;
  readonly costCenter: string;
  readonly titles: readonly [string, ...string[]];
  readonly manager: string;
  readonly head: string;
}

export const DEPARTMENTS: readonly [Department, ...Department[]] = [
  department('Engineering', 26, 'Product', 'CC1100', [
    'Software Engineer',
    'Senior Software Engineer',
    'Test Engineer',
    'Site Reliability Engineer',
  ]),
  department('Sales', 20, 'Revenue', 'CC2100', [
    'Account Executive',
    'Sales Representative',
    'Sales Engineer',
  ]),
  department('Customer Support', 16, 'Revenue', 'CC2200', [
    'Support Agent',
    'Senior Support Agent',
    'Support Engineer',
  ]),
  department('Operations', 12, 'Operations', 'CC3100', [
    'Operations Specialist',
    'Logistics Planner',
    'Buyer',
  ]),
  department('Marketing', 9, 'Revenue', 'CC2300', [
    'Marketing Specialist',
    'Content Designer',
    'Event Planner',
  ]),
  department('Finance', 6, 'Corporate', 'CC4100', ['Accountant', 'Financial Analyst', 'Payroll Specialist']),
  department('Human Resources', 5, 'Corporate', 'CC4200', ['HR Partner', 'Recruiter', 'HR Assistant']),
  department('IT', 4, 'Corporate', 'CC4300', [
    'Systems Administrator',
    'Service Desk Analyst',
    'Security Analyst',
  ]),
  department('Legal', 2, 'Corporate', 'CC4400', ['Counsel', 'Paralegal']),
];

function department(
  name: string,
  weight: number,
  division: string,
  costCenter: string,
  titles: Department['titles'],
): Department {
  return { name, weight, division, costCenter, titles, manager: `${name} Manager`, head: `Head of ${name}` };
}

/** A place of work, with the employing company. */
export interface Location {
  readonly weight: number;
  readonly city: string;
  readonly country: string;
  readonly companyName: string;
}

export const LOCATIONS: readonly [Location, ...Location[]] = [
  { weight: 30, city: 'Chicago', country: 'United States', companyName: 'Woodgrove, Inc.' },
  { weight: 14, city: 'Washington, D.C.', country: 'United States', companyName: 'Woodgrove, Inc.' },
  { weight: 18, city: 'London', country: 'United Kingdom', companyName: 'Woodgrove Ltd' },
  { weight: 14, city: 'Berlin', country: 'Germany', companyName: 'Woodgrove GmbH' },
  { weight: 10, city: 'Lisboa', country: 'Portugal', companyName: 'Woodgrove Lda.' },
  { weight: 8, city: 'Bengaluru', country: 'India', companyName: 'Woodgrove India' },
  { weight: 6, city: 'São Paulo', country: 'Brazil', companyName: 'Woodgrove Brasil' },
];

export const EMPLOYEE_TYPES: readonly [EmployeeType, ...EmployeeType[]] = [
  { weight: 84, name: 'Employee' },
  { weight: 11, name: 'Contractor' },
  { weight: 5, name: 'Intern' },
];

interface EmployeeType {
  readonly weight: number;
  readonly name: string;
}
