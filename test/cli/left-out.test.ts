/** People whose dates cannot be read, columns that do not exist: what the command line says of them. */
import { describe, expect, it } from 'vitest';
import { tenure as inProcess } from '../unit/cli/support.ts';
import { expectCode, workplace } from './support.ts';

const { tenure, write, path } = workplace();

/** Runs a command in this process: a start costs more than what is tested here. Words with a dot are files. */
async function here(...args: readonly string[]): ReturnType<typeof tenure> {
  const result = await inProcess(
    ...args.map((arg) => (/^\w+\.(?:csv|json|db)$/.test(arg) ? path(arg) : arg)),
  );
  return { ...result, signal: null };
}

/** One day, in spellings that people really use. */
const SPELLINGS = [
  '31/12/2025',
  '12/31/2025',
  '46022',
  '31.12.2025',
  '2025-12-31 00:00:00',
  '20251231',
  '2025-12-31',
  '2025-12-31T00:00',
  '31-Dec-25',
  '2025-12-31T00:00:00.0000000Z',
  '2025-12-30T24:00:00Z',
  '2025-12-31T00:00:00+0000',
  ' 2025-12-31 ',
  '2025-12-31T00:00:00+00',
];
const FORMATS = ['dd/MM/yyyy', 'MM/dd/yyyy', 'excel', 'dd.MM.yyyy', 'yyyyMMdd', 'dd-MMM-yy'].flatMap(
  (format) => ['--dates', format],
);

const peopleCsv = (attribute = 'employeeLeaveDateTime'): string =>
  [
    `id,department,${attribute}`,
    ...SPELLINGS.map((text, at) => `u${at + 1},Sales,${text}`),
    'none,Sales,',
    'other,IT,31/12/2025',
  ].join('\n');

const leaver = (rule = "department eq 'Sales'"): string =>
  JSON.stringify({
    category: 'leaver',
    displayName: 'Last day',
    executionConditions: {
      scope: { rule },
      trigger: { timeBasedAttribute: 'employeeLeaveDateTime', offsetInDays: 0 },
    },
    tasks: [{ taskDefinitionId: 'disableUserAccount' }],
  });

const SLOT = ['--no-op', '--scheduled', '--at', '2025-12-31T01:00:00Z'];

async function slot(...more: readonly string[]) {
  await write('people.csv', peopleCsv());
  await write('leaver.json', leaver());
  return here('run', '--users', 'people.csv', '--workflow', 'leaver.json', ...SLOT, ...more);
}

describe('a slot that leaves people out', () => {
  it('names the users whose date cannot be read, and counts them in the table', async () => {
    const { stdout, stderr } = expectCode(await slot(), 0);
    expect(stdout).toMatch(
      / {2}in scope {2}15\n {2}left out {2}6 with a date that cannot be read · 1 without a date\n/,
    );
    expect(stdout).toContain('users     8 total · 8 ok');
    expect(stderr).toContain(
      'warning: 6 left out, whose employeeLeaveDateTime cannot be read as a date: u1 `"31/12/2025"`, u2 `"12/31/2025"`, u3 `"46022"`, ',
    );
    expect(stderr).toContain('--dates dd/MM/yyyy');
    expect(stderr).not.toContain('other `');
  });

  it('names them with --quiet, too', async () => {
    const { stdout, stderr } = expectCode(await slot('--quiet'), 0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^warning: 6 left out.*\nwarning: Dates are read as .*\n$/);
  });

  it('prints run and selection with --json', async () => {
    const { stdout } = expectCode(await slot('--json'), 0);
    const printed = JSON.parse(stdout);
    expect(Object.keys(printed)).toEqual(['slotDateTime', 'run', 'selection']);
    expect(printed).toMatchObject({
      slotDateTime: '2025-12-31T00:00:00.000Z',
      run: { processingStatus: 'completed', totalUsersCount: 8 },
      selection: { inScopeCount: 15, takenCount: 8, leftOutCounts: { unreadableDate: 6, noDate: 1 } },
    });
    expect(printed.selection.leftOut[1]).toMatchObject({
      subjectId: 'u2',
      attribute: 'employeeLeaveDateTime',
      value: '12/31/2025',
    });
  });

  it('is refused with --strict, and makes no run', async () => {
    const { stdout, stderr } = expectCode(await slot('--strict', '--db', 'strict.db'), 1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/warning: 6 left out[\s\S]*\nerror: .*--strict.*no run was created\n$/);
    const list = expectCode(await here('runs', 'list', '--db', 'strict.db', '--json'), 0);
    expect(JSON.parse(list.stdout).value).toEqual([]);
  });

  it('selects all users when the date formats are named', async () => {
    const { stdout, stderr } = expectCode(await slot('--strict', '--json', ...FORMATS), 0);
    expect(JSON.parse(stdout).selection).toMatchObject({ inScopeCount: 15, takenCount: 14 });
    expect(stderr).not.toContain('warning');
  });

  it('never decides between day and month by itself', async () => {
    await write('slashes.csv', 'id,department,employeeLeaveDateTime\nu1,Sales,01/02/2025\n');
    const both = ['--dates', 'dd/MM/yyyy', '--dates', 'MM/dd/yyyy'];
    for (const more of [[], both]) {
      const args = [
        'run',
        '--users',
        'slashes.csv',
        '--workflow',
        'leaver.json',
        '--scheduled',
        '--no-op',
        '--json',
      ];
      const done = expectCode(await here(...args, '--at', '2025-02-01', ...more), 0);
      expect(JSON.parse(done.stdout)).toMatchObject({
        run: null,
        selection: { leftOutCounts: { unreadableDate: 1 } },
      });
    }
  });

  it('reads the attribute of the trigger in the formats of --dates, whatever its name', async () => {
    await write('contracts.csv', 'id,department,contractEnd\nu1,Sales,31/12/2025\n');
    const conditions = {
      scope: { rule: "department eq 'Sales'" },
      trigger: {
        '@odata.type': '#microsoft.graph.identityGovernance.timeBasedAttributeTriggerV2',
        attribute: 'contractEnd',
        operator: {
          '@odata.type': '#microsoft.graph.identityGovernance.operatorEqualTo',
          eventTiming: 'on',
          offsetInDays: 0,
        },
      },
    };
    await write(
      'contract.json',
      JSON.stringify({ ...JSON.parse(leaver()), executionConditions: conditions }),
    );
    const args = ['run', '--users', 'contracts.csv', '--workflow', 'contract.json', ...SLOT, '--json'];
    const done = expectCode(await here(...args, '--dates', 'dd/MM/yyyy'), 0);
    expect(JSON.parse(done.stdout).selection).toMatchObject({ takenCount: 1 });
  });

  it('refuses a date format without a year', async () => {
    const { stderr } = expectCode(await slot('--dates', 'dd/MM'), 1);
    expect(stderr).toContain('error: Expected dates[0] to be excel, or a pattern of date-fns');
  });
});

describe('a column that does not exist', () => {
  it('is reported with the columns of the file and the likely one, also with --quiet', async () => {
    await write('people.csv', peopleCsv('EmployeeLeaveDateTime'));
    await write('leaver.json', leaver());
    const args = ['run', '--users', 'people.csv', '--workflow', 'leaver.json', ...SLOT];
    const { stdout, stderr } = expectCode(await here(...args, '--quiet'), 0);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      [
        'warning: No person has employeeLeaveDateTime, which the trigger needs; there are id, department, EmployeeLeaveDateTime; EmployeeLeaveDateTime may be meant',
        'warning: If that is the one: --map employeeLeaveDateTime=EmployeeLeaveDateTime',
        '',
      ].join('\n'),
    );
    expectCode(await here(...args, '--strict'), 1);
    const typo = ['--map', 'employeLeaveDateTime=EmployeeLeaveDateTime', '--quiet'];
    expect(expectCode(await here(...args, ...typo), 0).stderr).toContain(
      'No person has employeeLeaveDateTime',
    );
    const mapped = ['--map', 'employeeLeaveDateTime=EmployeeLeaveDateTime', '--quiet', '--json'];
    expect(JSON.parse(expectCode(await here(...args, ...mapped), 0).stdout).selection.takenCount).toBe(8);
  });

  it('is reported when the scope names it, too', async () => {
    await write('people.csv', peopleCsv());
    await write('scope.json', leaver("Department eq 'Sales'"));
    const args = ['run', '--users', 'people.csv', '--workflow', 'scope.json', ...SLOT, '--quiet'];
    const { stderr } = expectCode(await here(...args), 0);
    expect(stderr).toContain('No person has Department, which the scope rule needs');
    expect(stderr).toContain('use it in the rule, or --map Department=department');
  });

  it('is reported when a --rule names it, before anything is written', async () => {
    await write('people.csv', peopleCsv());
    const args = [
      'run',
      '--users',
      'people.csv',
      '--workflow',
      'leaver.json',
      '--rule',
      "Department eq 'Sales'",
    ];
    const { stderr } = expectCode(await here(...args), 1);
    expect(stderr).toContain('got none');
    expect(stderr).toContain('department may be meant');
  });
});

it('a scope rule compares dates by value, however the file spells them', async () => {
  const rows = [
    '2025-12-31T00:00:00Z',
    '2025-12-31 00:00:00',
    '2025-12-31T00:00:00+0000',
    '/Date(1767139200000)/',
  ];
  await write(
    'same.csv',
    ['id,employeeLeaveDateTime', ...rows.map((text, at) => `u${at},${text}`)].join('\n'),
  );
  const taken = async (operator: string): Promise<number> => {
    await write('one.json', leaver(`employeeLeaveDateTime ${operator} 2025-12-31T00:00:00Z`));
    const args = ['run', '--users', 'same.csv', '--workflow', 'one.json', ...SLOT, '--json'];
    return JSON.parse(expectCode(await here(...args), 0).stdout).selection.takenCount;
  };
  expect([await taken('eq'), await taken('ne')]).toEqual([4, 0]);
});

it('--strict is refused without --scheduled or --rule', async () => {
  const { stderr } = expectCode(
    await here('run', '--users', 'people.csv', '--workflow', 'leaver.json', '--strict'),
    1,
  );
  expect(stderr).toContain('Expected --strict together with --scheduled or --rule');
});
