import { expect, it } from 'vitest';
import { describePostgres, newSchema, serverUrl, sql } from '../postgres/support.ts';
import { tenure as inProcess } from '../unit/cli/support.ts';
import { workplace } from './support.ts';

const { tenure } = workplace();

it('a URL whose parts are not encoded is refused and not repeated', async () => {
  const { code, stderr } = await tenure('check', '--db', 'postgres://ada:se/cret@localhost/hr');
  expect([code, stderr]).toEqual([1, expect.stringContaining('URL like postgres://user@host:5432/database')]);
  expect(stderr).not.toContain('cret');
});

it('where no server answers, a command says so and ends', async () => {
  const { code, stderr } = await tenure('runs', 'list', '--db', 'postgres://ada:s3cret@127.0.0.1:1/hr');
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/postgres:\/\/ada@127\.0\.0\.1:1\/hr to answer.*ECONNREFUSED/),
  ]);
  expect(stderr).not.toContain('s3cret');
});

it('the SQL of the tables is printed for any schema', async () => {
  const { code, stdout } = await tenure('db', 'sql', '--schema', 'h"r');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^BEGIN;\n[\s\S]*CREATE TABLE "h""r"\.runs[\s\S]*UPDATE "h""r"\.meta SET version = 3;\nCOMMIT;\n$/,
  );
  expect((await tenure('db', 'sql', '--from', '3')).stdout).toBe('');
});

describePostgres('a database in Postgres', () => {
  it('is accepted by every command that takes a database file', async () => {
    const schema = newSchema();
    const url = new URL(serverUrl());
    url.searchParams.set('schema', schema);
    const db = ['--db', url.href];
    const before = await tenure('runs', 'list', ...db);
    expect([before.code, before.stderr]).toEqual([
      1,
      expect.stringContaining('to be a tenure database, got no tables'),
    ]);
    await tenure('sample', '--users', '20', '--seed', '1', '--out', 'staff.csv');
    const run = await tenure(
      ...[
        'run',
        '--users',
        'staff.csv',
        '--workflow',
        'Offboard an employee',
        '--no-op',
        '--json',
        '--quiet',
        ...db,
      ],
    );
    expect([run.code, run.stderr]).toEqual([0, '']);
    const { id } = JSON.parse(run.stdout);
    const commands = [
      ['runs', 'list'],
      ['runs', 'show', id],
      ['runs', 'users', id],
      ['workflows', 'list'],
      ['workflows', 'show', 'Offboard an employee'],
      ['workflows', 'disable', 'Offboard an employee'],
      ['workflows', 'enable', 'Offboard an employee'],
      ['runs', 'reprocess', id, '--all-users', '--all-tasks', '--dry-run'],
      ['runs', 'reprocess', id, '--all-users', '--all-tasks', '--quiet'],
      ['resume'],
      ['resume', '--dry-run'],
      ['serve', '--no-op', '--dry-run'],
      ['scenario', '--quiet'],
      ['check'],
      ['runs', 'delete', id],
    ];
    for (const command of commands) {
      const { code, stderr, stdout } = await inProcess(...command, ...db);
      expect([command, code, stderr]).toEqual([command, 0, '']);
      expect(stdout).not.toContain(url.password);
    }
    expect(await sql(`SELECT count(*)::int AS n FROM "${schema}".runs`)).toEqual([{ n: 1 }]);
  });
});
