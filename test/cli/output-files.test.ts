import { link, readFile, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createEngine, csvDirectory } from '../../src/index.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { tenure } from '../unit/cli/support.ts';
import { SMALL } from '../unit/simulate/scenarios.ts';
import { peopleCsv, workplace } from './support.ts';

const place = workplace();
const { write, read, path } = place;
const OFFBOARD = 'Offboard an employee';

const BY_ID = { property: 'id', descending: false };

/** Runs in this process; arguments with `@` are files of the workplace. */
const run = (...args: readonly string[]) =>
  tenure(...args.map((arg) => (arg.startsWith('@') ? path(arg.slice(1)) : arg)));

/** The command is refused before it begins, and these files are as they were. */
async function expectRefused(args: readonly string[], message: RegExp, ...files: readonly string[]) {
  const before = await Promise.all(files.map((name) => readFile(path(name))));
  const { code, stdout, stderr } = await run(...args);
  expect(stderr).toMatch(message);
  expect([code, stdout]).toEqual([1, '']);
  const after = await Promise.all(files.map((name) => readFile(path(name))));
  expect(after).toEqual(before);
}

describe('tenure simulate and compare', () => {
  it('do not overwrite the scenario that they read, by any path or link', async () => {
    await write('small.json', JSON.stringify(SMALL));
    await symlink('small.json', path('link.html'));
    await link(path('small.json'), path('hard.json'));
    for (const [report, got] of [
      ['@small.html', 'small.json'],
      ['@small.json', 'small.json'],
      ['@link.html', 'link.html'],
      ['@hard.html', 'hard.json'],
    ] as const) {
      const message = new RegExp(`to name no input file of the command, got .*${got}`);
      await expectRefused(['simulate', '@small.json', '--report', report], message, 'small.json');
      const compared = ['compare', 'onboarding-year', '@small.json', '--report', report];
      await expectRefused(compared, message, 'small.json');
    }
  });

  it('do not overwrite the people that a scenario reads', async () => {
    await write('people.days.csv', peopleCsv(3));
    const population = { kind: 'file', path: 'people.days.csv' };
    await write('from-file.json', JSON.stringify({ ...SMALL, population, turnover: undefined }));
    const args = ['simulate', '@from-file.json', '--report', '@people.html'];
    await expectRefused(args, /input file of the command, got .*people\.days\.csv/, 'people.days.csv');
  });

  it('replace an earlier report, and other files only with --force', async () => {
    await write('small.json', JSON.stringify(SMALL));
    const args = ['simulate', '@small.json', '--horizon', 'P1D', '--quiet', '--report', '@day.html'];
    for (const _ of ['first', 'again']) expect((await run(...args)).code).toBe(0);
    const report = ['day.html', 'day.json', 'day.runs.csv', 'day.days.csv'];
    for (const name of report) {
      const text = read(name);
      await write(name, name.endsWith('.json') ? JSON.stringify(SMALL) : 'a,b\n1,2\n');
      await expectRefused(args, new RegExp(`got .*${name}, which tenure did not write`), ...report);
      expect((await run(...args, '--force')).code).toBe(0);
      expect(read(name)).toBe(text);
    }
    const compared = ['compare', '@small.json', '@small.json', '--horizon', 'P1D', '--report', '@both.html'];
    for (const _ of ['first', 'again']) expect((await run(...compared, '--quiet')).code).toBe(0);
    await expectRefused(
      [...compared.slice(0, -1), '@day.html'],
      /day\.json, which tenure did not write/,
      ...report,
    );
  });
});

describe('tenure sample', () => {
  it('replaces an earlier sample, and other files only with --force', async () => {
    await write('staff.csv', peopleCsv(3));
    const args = ['sample', '--users', '5', '--out', '@staff.csv'];
    await expectRefused(args, /got .*staff\.csv, which tenure did not write\n.*--force\n/, 'staff.csv');
    expect((await run(...args, '--force')).code).toBe(0);
    const five = read('staff.csv');
    expect((await run(...args.with(2, '6'))).code).toBe(0);
    expect(read('staff.csv').split('\n')).toHaveLength(five.split('\n').length + 1);
    const header = five.slice(0, five.indexOf('\n') + 1);
    await write('staff.csv', `${header}${'1,Ann,'.padEnd(40, ',')}\n`);
    await expectRefused(args, /which tenure did not write/, 'staff.csv');
  });
});

describe('tenure run, resume and serve', () => {
  it('do not write into their input files', async () => {
    await write('people.csv', peopleCsv(3));
    await write('done.mjs', "export { run as '*' }; const run = () => {};");
    await write('token.txt', 'a-token-of-some-length');
    const ran = ['run', '--users', '@people.csv', '--workflow', OFFBOARD, '--tasks', '@done.mjs'];
    for (const [name, more] of [
      ['people.csv', ['--effects', '@people.csv']],
      ['people.csv', ['--effects', '@people.csv', '--force']],
      ['people.csv', ['--db', '@people.csv']],
      ['done.mjs', ['--effects', '@done.mjs']],
    ] as const)
      await expectRefused([...ran, ...more], new RegExp(`input file of the command, got .*${name}`), name);
    const served = ['serve', '--port', '0', '--token-file', '@token.txt', '--effects', '@token.txt'];
    await expectRefused(served, /input file of the command, got .*token\.txt/, 'token.txt');
  });

  it('refuse one file as both database and effects file', async () => {
    await write('people.csv', peopleCsv(3));
    const ran = ['run', '--users', '@people.csv', '--workflow', OFFBOARD, '--db', '@one.db', '--effects'];
    for (const name of ['one.db', 'one.db-wal', 'one.db-lock'])
      await expectRefused([...ran, `@${name}`], /--effects .* and --db .* to be two files, got one/);
    expect(place.exists('one.db')).toBe(false);
    expect((await run(...ran, '@one.jsonl', '--quiet')).code).toBe(0);
    const store = await sqliteStore(path('one.db'));
    const [done] = await store.listRuns({ where: null, order: BY_ID, after: null, limit: 1 });
    const again = ['runs', 'reprocess', done?.id ?? '', '--all-users', '--all-tasks', '--db', '@one.db'];
    const directory = await csvDirectory(path('people.csv'));
    const engine = await createEngine({ store, directory, tasks: { '*': () => {} } });
    const unfinished = await engine.runs.activate(done?.workflowId ?? '', { subjects: ['u1'] });
    await engine.close();
    const both = /--effects .* and --db .* to be two files, got one/;
    await expectRefused(['resume', '--db', '@one.db', '--effects', '@one.db'], both);
    expect((await run('resume', '--db', '@one.db', '--json')).stdout).toContain(unfinished.id);
    await expectRefused([...again, '--effects', '@one.db'], both);
  });

  it('append to an effects file, and overwrite other files only with --force', async () => {
    await write('people.csv', peopleCsv(2));
    await write('log.jsonl', '{"mine":true}\n');
    const args = [
      'run',
      '--users',
      '@people.csv',
      '--workflow',
      OFFBOARD,
      '--quiet',
      '--effects',
      '@log.jsonl',
    ];
    await expectRefused(args, /got .*log\.jsonl, which tenure did not write/, 'log.jsonl');
    expect((await run(...args, '--force')).code).toBe(0);
    expect(read('log.jsonl').split('\n')).toHaveLength(1 + 6 + 1);
    expect((await run(...args.with(-1, '@new.jsonl'))).code).toBe(0);
    expect((await run(...args.with(-1, '@new.jsonl'))).code).toBe(0);
    expect(read('new.jsonl').split('\n')).toHaveLength(6 + 6 + 1);
  });
});
