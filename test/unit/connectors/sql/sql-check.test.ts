import { describe, expect, it } from 'vitest';
import { sqlDirectory } from '../../../../src/connectors/sql/sql-directory.ts';
import { openDatabase } from './database.ts';

const GROUPS = { table: 'memberships', personColumn: 'person', groupColumn: 'grp' };

describe('the check of a directory over SQL', () => {
  it('says what works, and how many people there are', async () => {
    const { options } = openDatabase(
      `CREATE TABLE people (id TEXT, name TEXT, at TEXT);
       INSERT INTO people VALUES ('a', 'Ada', '2026-01-31 08:00:00'), ('b', 'Bob', NULL), (NULL, 'Cid', NULL);
       CREATE TABLE memberships (person TEXT, grp TEXT)`,
    );
    const directory = sqlDirectory(
      options({
        columns: { displayName: 'name' },
        updatedAt: { column: 'at', type: 'text' },
        groups: GROUPS,
      }),
    );
    expect(await directory.check()).toEqual([
      { name: 'reach the table', detail: null, failure: null },
      { name: 'read a person', detail: null, failure: null },
      { name: 'count people', detail: '2 people; left out, since they have no id: 1 rows', failure: null },
      {
        name: 'read changes',
        detail: 'not used, since updatedAt.coversGroups is not set; the last at 2026-01-31T08:00:00.000Z',
        failure: null,
      },
      { name: 'read memberships', detail: null, failure: null },
    ]);
  });

  it('names the columns that are missing, and what to do', async () => {
    const { options } = openDatabase('CREATE TABLE people (id TEXT, name TEXT)');
    const columns = { displayName: 'name', department: 'departmnt', city: 'town' };
    expect(await sqlDirectory(options({ columns })).check()).toMatchObject([
      { name: 'reach the table', failure: null },
      {
        name: 'read column departmnt',
        failure:
          'no such column: departmnt; correct columns.department, or add the column to people; letter case counts in Postgres',
      },
      { name: 'read column town', failure: expect.stringContaining('correct columns.city') },
    ]);
  });

  it('says that a value is not of the type of its column, without the value', async () => {
    const { options } = openDatabase(
      "CREATE TABLE people (id TEXT, salary INTEGER); INSERT INTO people VALUES ('a', 123456)",
    );
    const [, read] = await sqlDirectory(options({ columns: { salary: 'salary' } })).check();
    expect(read).toEqual({
      name: 'read a person',
      detail: null,
      failure:
        'Expected column `salary` to have text, as its type is `text`, got a whole number; set the type of columns.salary, or cast it in a view',
    });
  });

  it('ends at a table that cannot be reached, and shows no credentials', async () => {
    const { options } = openDatabase('');
    expect(await sqlDirectory(options()).check()).toEqual([
      {
        name: 'reach the table',
        detail: null,
        failure: 'no such table: people; check the connection, and `table`: people',
      },
    ]);
    const query = () => Promise.reject(new Error('cannot reach postgres://hr:hunter2@db.example.com/hr'));
    const [line] = await sqlDirectory(options({ query })).check();
    expect(line?.failure).toContain('postgres://…@db.example.com/hr');
  });

  it('says that there is nothing yet, and ends when it is aborted', async () => {
    const { options } = openDatabase(
      'CREATE TABLE people (id TEXT, at TEXT); CREATE TABLE memberships (person TEXT)',
    );
    const directory = sqlDirectory(options({ updatedAt: 'at', groups: GROUPS }));
    expect(await directory.check()).toMatchObject([
      {},
      { name: 'read a person', detail: 'there is none yet' },
      { name: 'count people', detail: '0 people' },
      { name: 'read changes', detail: 'no row has at yet' },
      {
        name: 'read memberships',
        failure: expect.stringMatching(/grp; check `groups`: memberships, person, grp$/),
      },
    ]);
    await expect(directory.check(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});
