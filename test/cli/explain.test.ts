import { beforeAll, describe, expect, it } from 'vitest';
import { expectCode, workplace } from './support.ts';

const { tenure, write } = workplace();

const WORKFLOW = {
  category: 'joiner',
  displayName: 'First day',
  isSchedulingEnabled: true,
  executionConditions: {
    scope: { rule: "department eq 'Sales' and accountEnabled eq true" },
    trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
  },
  tasks: [{ taskDefinitionId: 'enableUserAccount' }],
};

beforeAll(async () => {
  await write('first-day.json', JSON.stringify(WORKFLOW));
  await write(
    'staff.csv',
    [
      'id,department,accountEnabled,employeeHireDate',
      'ada,Sales,true,2026-01-12',
      'bob,IT,true,2026-01-12',
      'cleo,Sales,true,2026-02-01',
      '',
    ].join('\n'),
  );
  await write('tasks.mjs', `export const enableUserAccount = () => { throw new Error('no such account'); };`);
  const run = ['run', '--users', 'staff.csv', '--workflow', 'first-day.json', '--tasks', 'tasks.mjs'];
  expectCode(await tenure(...run, '--db', 'hr.db', '--scheduled', '--at', '2026-01-12T08:00:00Z'), 2);
  expectCode(await tenure('workflows', 'enable', 'First day', '--schedule', '--db', 'hr.db'), 0);
});

const explain = (...args: string[]) =>
  tenure('explain', 'first day', ...args, '--db', 'hr.db', '--at', '2026-01-13T08:00:00Z');

describe('tenure explain', () => {
  it('prints the chain for a person who was processed, with the result, from the file of the last run', async () => {
    const { stdout, stderr } = expectCode(await explain('ada'), 0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('First day · version 1 · ada');
    expect(lines[2]).toMatch(
      /^The slot of 2026-01-13 06:00:00Z does not take `ada` for 2026-01-12 00:00:00Z: run \S+ has taken the person for this moment; .* failed: no such account\.$/,
    );
    expect(lines.slice(4, 17).map((line) => line.slice(0, 16).trim())).toEqual([
      '✓ directory',
      '✓ workflow',
      '✓ scope',
      '',
      '',
      '',
      '✓ trigger',
      '✓ slot',
      '✓ catchUp',
      '✗ admission',
      '✓ quarantine',
      '✗ run',
      '',
    ]);
    expect(stdout).toContain("✓ department eq 'Sales'   department: Sales\n");
    expect(stdout).toMatch(/\nDetails: .*runs show [0-9a-f]{8} --db hr\.db\n$/);
    expect(stderr).toBe('');
  });

  it('names the clause that leaves a person out, and with --json has the values for programs', async () => {
    const { stdout } = expectCode(await explain('bob', '--users', 'staff.csv'), 0);
    expect(stdout).toContain(
      "  ✗ scope       the scope rule does not select the person: department eq 'Sales'",
    );
    expect(stdout).toContain("✗ department eq 'Sales'   department: IT\n");
    const explained = JSON.parse(expectCode(await explain('cleo', '--json'), 0).stdout);
    expect(explained).toMatchObject({
      subjectId: 'cleo',
      qualifies: false,
      slotDateTime: '2026-01-13T06:00:00.000Z',
      dueDateTime: '2026-02-01T00:00:00.000Z',
    });
    expect(
      explained.steps.map(({ condition, result }: Record<string, string>) => [condition, result]),
    ).toContainEqual(['slot', 'notMet']);
  });

  it('suggests the workflow and the person that may be meant', async () => {
    const person = expectCode(await explain('cloe'), 0);
    expect(person.stdout).toContain('✗ directory   the directory does not have `cloe`');
    expect(person.stderr).toBe('Did you mean cleo?\n');
    const workflow = expectCode(await tenure('explain', 'Frist day', 'ada', '--db', 'hr.db'), 1);
    expect(workflow.stderr).toContain('Did you mean "First day"?');
    const none = expectCode(await tenure('explain', 'First day', 'ada'), 1);
    expect(none.stderr).toContain("required option '--db <file|url>' not specified");
  });
});
