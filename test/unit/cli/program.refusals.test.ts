import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenure } from './support.ts';

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenure-refusals-'));
  const files = {
    'all.csv': 'id,department\nu1,Sales\nu2,Legal\n',
    'semicolons.csv': 'id;department\nu1;Sales\n',
    'empty.csv': '',
    'header.csv': 'id,department\n',
    'people.txt': 'id\nu1\n',
    'bad.json': '{"category": "joiner",',
    'list.json': '[1]',
    'unknown-task.json': JSON.stringify(workflow([{ taskDefinitionId: 'adduserToGroups' }])),
    'no-tasks.json': JSON.stringify(workflow([])),
    'own.json': JSON.stringify(workflow([{ taskDefinitionId: 'ownTask' }])),
    'slip.json': JSON.stringify(
      workflow([{ taskDefinitionId: 'disableUsrAccount' }, { taskDefinitionId: 'ownTask' }]),
    ),
    'slip.mjs': 'export const disableUserAcount = () => {}, removeUserFromAllGroups = () => {};',
    'no-handlers.mjs': 'const private_ = 1;',
    'broken.mjs': 'export const = 1;',
    'number.mjs': 'export const ownTask = 42;',
    'other.mjs': 'export const other = () => {};',
    'notes.db': 'These are notes, and no database.'.repeat(40),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function workflow(tasks: readonly object[]): object {
  const executionConditions = { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' };
  return { category: 'joiner', displayName: 'Own', executionConditions, tasks };
}

const OFFBOARD = 'Offboard an employee';
const ONBOARD = 'Onboard new hire employee';

/** What is wrong → the arguments (a name with `@` is a file of the folder) and what the message says. */
const REFUSALS: Readonly<Record<string, readonly [args: readonly string[], message: RegExp]>> = {
  'no users': [['run', '--workflow', OFFBOARD], /^error: required option '--users <file>' not specified\n/],
  'no workflow': [['run', '--users', '@all.csv'], /^error: required option '--workflow <file\|template>'/],
  'a missing file of users': [
    ['run', '--users', '@none.csv', '--workflow', OFFBOARD],
    /got none \(.*none\.csv\)/,
  ],
  'an empty file of users': [['run', '--users', '@empty.csv', '--workflow', OFFBOARD], /empty file/],
  'a file of users with a header only': [
    ['run', '--users', '@header.csv', '--workflow', OFFBOARD],
    /header\.csv to hold at least one user, got none/,
  ],
  'a file of users of another kind': [
    ['run', '--users', '@people.txt', '--workflow', OFFBOARD],
    /ends in \.csv/,
  ],
  'a mapping to a column that is not there': [
    ['run', '--users', '@all.csv', '--map', 'id=Nummer', '--workflow', OFFBOARD],
    /Nummer/,
  ],
  'a mapping that is none': [
    ['run', '--users', '@all.csv', '--map', 'id', '--workflow', OFFBOARD],
    /id=WorkerID/,
  ],
  'another delimiter': [
    ['run', '--users', '@semicolons.csv', '--delimiter', ',', '--workflow', OFFBOARD],
    /The cells seem to be separated by `;`/,
  ],
  'a spreadsheet': [['run', '--users', '@all.xlsx', '--workflow', OFFBOARD], /Export the sheet as CSV/],
  'an unknown template': [
    ['run', '--users', '@all.csv', '--workflow', 'Ofboard an employee'],
    /got `Ofboard an employee`\nDid you mean "Offboard an employee"\?\n(.*\n)* {2}Onboard pre-hire employee\n/,
  ],
  'a missing workflow file': [['run', '--users', '@all.csv', '--workflow', '@none.json'], /got no file/],
  'a workflow file that is no JSON': [
    ['run', '--users', '@all.csv', '--workflow', '@bad.json'],
    /to be JSON, got: /,
  ],
  'a workflow file with a list': [
    ['run', '--users', '@all.csv', '--workflow', '@list.json'],
    /one workflow, an object/,
  ],
  'a slip in a task': [
    ['run', '--users', '@all.csv', '--workflow', '@unknown-task.json'],
    /tasks\[0\]\.taskDefinitionId to be `addUserToGroups`/,
  ],
  'a workflow without tasks': [
    ['run', '--users', '@all.csv', '--workflow', '@no-tasks.json'],
    /tasks to be at least one/,
  ],
  'an argument left open': [
    ['run', '--users', '@all.csv', '--workflow', ONBOARD],
    /a value for groupID of the task "Add user to groups", got none\nFill it in: --arg groupID=VALUE/,
  ],
  'an unknown argument': [
    ['run', '--users', '@all.csv', '--workflow', ONBOARD, '--arg', 'groupId=x'],
    /got `groupId`\nDid you mean groupID\?\nThese exist:\n/,
  ],
  'an argument without a value': [
    ['run', '--users', '@all.csv', '--workflow', ONBOARD, '--arg', 'groupID'],
    /Expected name=value, such as groupID=all-staff\./,
  ],
  'an argument given twice': [
    ['run', '--users', '@all.csv', '--workflow', ONBOARD, '--arg', 'groupID=a', 'groupID=b'],
    /Expected groupID to be given once\./,
  ],
  'a bad rule': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--rule', "department eq 'Sales' annd x"],
    /^error: Expected .*got `annd`\n {2}department eq 'Sales' annd x\n {24}\^\n$/,
  ],
  'a rule that selects nobody': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--rule', "department eq 'sales'"],
    /select at least one user, got none: department eq 'sales'\nValues and attribute names are case-sensitive/,
  ],
  'an unknown id': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--ids', 'u1,u7'],
    /that the directory knows, got `u7`/,
  ],
  'ids and a rule': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--ids', 'u1', '--rule', 'x eq 1'],
    /'--ids <ids>' cannot be used with option '--rule <rule>'/,
  ],
  'ids and a tick': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--ids', 'u1', '--scheduled'],
    /cannot be used with option/,
  ],
  'a moment without a tick': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--at', '2026-01-01'],
    /Expected --at together with --scheduled/,
  ],
  'a moment that is none': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--scheduled', '--at', '2026-02-30'],
    /Expected a date such as 2026-01-31/,
  ],
  'a moment to come': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--scheduled', '--at', '2999-01-01'],
    /--at to be in the past, got 2999-01-01/,
  ],
  'a tick of a workflow without a trigger': [
    ['run', '--users', '@all.csv', '--workflow', 'Real-time employee termination', '--scheduled'],
    /to have a trigger for --scheduled/,
  ],
  'a missing module': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--tasks', '@none.mjs'],
    /--tasks to be an ES module, got no file/,
  ],
  'a module that cannot be read': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--tasks', '@broken.mjs'],
    /broken\.mjs to be an ES module that loads, got /,
  ],
  'a module without handlers': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--tasks', '@no-handlers.mjs'],
    /to export handlers, got none/,
  ],
  'a module without the handler that is needed': [
    ['run', '--users', '@all.csv', '--workflow', '@own.json', '--tasks', '@other.mjs', '--db', '@new.db'],
    /got none for ownTask.*\nExport a function under each of these names/,
  ],
  'tasks that nothing is said of': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--db', '@new.db'],
    /got none for disableUserAccount, removeUserFromAllGroups, removeUserFromAllTeams\nChoose what the tasks do:\n(.*\n)*.*--no-op/,
  ],
  'a scheduled tick without handlers': [
    [
      'run',
      '--users',
      '@all.csv',
      '--workflow',
      ONBOARD,
      '--arg',
      'groupID=x',
      '--scheduled',
      '--db',
      '@new.db',
    ],
    /got none for .*addUserToGroups/,
  ],
  'a slip in the definition of a task, with the nearest right one': [
    ['run', '--users', '@all.csv', '--workflow', '@slip.json', '--tasks', '@other.mjs', '--db', '@new.db'],
    /got none for disableUsrAccount \(nearest: disableUserAccount\), ownTask\nExport a function/,
  ],
  'a slip in the name of a handler, and no effects file is left behind': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--tasks', '@slip.mjs', '--effects', '@new.jsonl'],
    /got none for disableUserAccount \(nearest: disableUserAcount\), removeUserFromAllTeams\nExport a function/,
  ],
  'nothing to do and something': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--no-op', '--effects', '@new.jsonl'],
    /'--no-op' cannot be used with option '--effects <file>'/,
  ],
  'a module with a handler that is none': [
    ['run', '--users', '@all.csv', '--workflow', '@own.json', '--tasks', '@number.mjs', '--db', '@new.db'],
    /tasks\.ownTask to be a function/,
  ],
  'an effects file that cannot be written': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--effects', '@none/x.jsonl', '--db', '@new.db'],
    /to write .*none.x\.jsonl, got ENOENT/,
  ],
  'a file that is no database': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--no-op', '--db', '@notes.db'],
    /notes\.db to be a tenure database/,
  ],
  'a database to read that is none': [['check', '--db', '@notes.db'], /notes\.db to be a tenure database/],
  'a database that is not there': [
    ['runs', 'list', '--db', '@none.db'],
    /none\.db to be a tenure database, got no file\nCreate one with: tenure run --db/,
  ],
  'nothing to resume from': [['resume', '--db', '@none.db'], /got no file/],
  'a concurrency of none': [
    ['run', '--users', '@all.csv', '--workflow', OFFBOARD, '--concurrency', '0'],
    /Expected a whole number in 1\.\.100000\./,
  ],
  'a negative number of users': [['sample', '--users', '-5'], /'-5' is invalid\. Expected a whole number/],
  'a seed that is no number': [['sample', '--seed', 'x'], /Expected a whole number/],
  'a date that is none': [['sample', '--date', '2026-13-01'], /Expected a date such as 2026-01-31/],
  'a sample that cannot be written': [
    ['sample', '--out', '@none/staff.csv'],
    /to write .*staff\.csv, got ENOENT/,
  ],
  'a bad page size': [
    ['runs', 'list', '--db', '@none.db', '--top', '1000'],
    /Expected a whole number in 1\.\.999/,
  ],
  'an argument too many': [['tasks', 'addUserToGroups'], /too many arguments/],
};

describe('the command line', () => {
  it.each(Object.entries(REFUSALS))('refuses %s', async (_, [args, message]) => {
    const before = await readdir(folder);
    const { code, stdout, stderr } = await tenure(
      ...args.map((arg) => (arg.startsWith('@') ? at(arg.slice(1)) : arg)),
    );
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect([code, stdout]).toEqual([1, '']);
    expect(
      (await readdir(folder)).filter((name) => !before.includes(name) && !name.endsWith('-lock')),
    ).toEqual([]);
  });
});
