/** The company of made-up people. */

/** A department and its relative size. */
export interface DepartmentSize {
  readonly name: string;
  readonly weight: number;
}

/** A department: its titles by frequency, and its place in the organisation. */
export interface Department extends DepartmentSize {
  readonly titles: readonly [string, ...string[]];
  readonly manager: string;
  readonly head: string;
  /** Absent for a department that is none of the company's own. */
  readonly employeeOrgData?: { readonly division: string; readonly costCenter: string };
}

/** The departments of a company that names none of its own. */
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

/** Leads the company; only its head is in it. */
export const EXECUTIVE_OFFICE: Department = {
  ...department('Executive Office', 0, 'Corporate', 'CC4000', ['Assistant']),
  head: 'Chief Executive Officer',
};

function department(
  name: string,
  weight: number,
  division: string,
  costCenter: string,
  titles: Department['titles'],
): Department {
  return { ...otherDepartment(name, titles), weight, employeeOrgData: { division, costCenter } };
}

function otherDepartment(name: string, titles: Department['titles']): Department {
  return { name, weight: 1, titles, manager: `${name} Manager`, head: `Head of ${name}` };
}

/** A department of the company, or one of this name with titles that are found anywhere. */
export function departmentNamed(name: string): Department {
  const own = DEPARTMENTS.find((one) => one.name === name);
  return own ?? otherDepartment(name, ['Specialist', 'Assistant', 'Analyst']);
}

/** A place of work, with the employing company. */
export interface Location {
  readonly weight: number;
  readonly city: string;
  readonly country: string;
  readonly companyName: string;
}

/** Places of work. */
export const LOCATIONS: readonly [Location, ...Location[]] = [
  { weight: 30, city: 'Chicago', country: 'United States', companyName: 'Woodgrove, Inc.' },
  { weight: 14, city: 'Washington, D.C.', country: 'United States', companyName: 'Woodgrove, Inc.' },
  { weight: 18, city: 'London', country: 'United Kingdom', companyName: 'Woodgrove Ltd' },
  { weight: 14, city: 'Berlin', country: 'Germany', companyName: 'Woodgrove GmbH' },
  { weight: 10, city: 'Lisboa', country: 'Portugal', companyName: 'Woodgrove Lda.' },
  { weight: 8, city: 'Bengaluru', country: 'India', companyName: 'Woodgrove India' },
  { weight: 6, city: 'São Paulo', country: 'Brazil', companyName: 'Woodgrove Brasil' },
];

/** How people are employed. */
export const EMPLOYEE_TYPES: readonly [EmployeeType, ...EmployeeType[]] = [
  { weight: 84, name: 'Employee' },
  { weight: 11, name: 'Contractor' },
  { weight: 5, name: 'Intern' },
];

interface EmployeeType {
  readonly weight: number;
  readonly name: string;
}
