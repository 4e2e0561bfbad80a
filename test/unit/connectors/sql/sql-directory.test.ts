import { describe, expect, it } from 'vitest';
import { sqlDirectory } from '../../../../src/connectors/sql/sql-directory.ts';
import { parseScopeRule } from '../../../../src/filter/parsing/scope-rule.ts';
import { all, openDatabase } from './database.ts';

const PEOPLE = `
  CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT, dept TEXT, active INTEGER, hired TEXT);
  INSERT INTO people VALUES
    ('u1', 'Ada', 'Sales', 1, '2026-01-31'), ('u2', 'Bob', 'sales', 0, NULL), ('u3', 'Cid', NULL, 1, NULL);
  CREATE TABLE memberships (person TEXT, grp TEXT);
  INSERT INTO memberships VALUES ('u1', 'Blue'), ('u1', 'Amber'), ('u2', 'blue'), ('u9', 'Blue'), ('u3', NULL);
`;
const COLUMNS = {
  displayName: 'name',
  department: 'dept',
  accountEnabled: { column: 'active', type: 'boolean' },
  'employeeOrgData/hired': { column: 'hired', type: 'day' },
} as const;
const GROUPS = { table: 'memberships', personColumn: 'person', groupColumn: 'grp' };

describe('a directory over SQL', () => {
  it('streams people with their attributes, nested ones too, and leaves out NULL', async () => {
    const { options } = openDatabase(PEOPLE);
    const directory = sqlDirectory(options({ columns: COLUMNS }));
    expect(await all(directory.query(null))).toEqual([
      {
        id: 'u1',
        displayName: 'Ada',
        department: 'Sales',
        accountEnabled: true,
        employeeOrgData: { hired: '2026-01-31' },
      },
      { id: 'u2', displayName: 'Bob', department: 'sales', accountEnabled: false },
      { id: 'u3', displayName: 'Cid', accountEnabled: true },
    ]);
    expect(await directory.attributes?.()).toEqual([
      { name: 'displayName', column: 'name' },
      { name: 'department', column: 'dept' },
      { name: 'accountEnabled', column: 'active' },
      { name: 'employeeOrgData/hired', column: 'hired' },
    ]);
  });

  it('has the database select what a rule says, and examines the rest', async () => {
    const { options, sent } = openDatabase(PEOPLE);
    const directory = sqlDirectory(options({ columns: COLUMNS }));
    const rule = parseScopeRule("department eq 'Sales' and accountEnabled eq true");
    expect((await all(directory.query(rule))).map(({ id }) => id)).toEqual(['u1']);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ parameters: ['Sales', 1], rows: 1 });
  });

  it('streams everyone once over pages of every size, also where the database takes two ids for equal', async () => {
    const names = ['a', 'A', 'b', 'B', 'c', 'C', 'd'];
    const { options } = openDatabase(
      `CREATE TABLE people (id TEXT COLLATE NOCASE); INSERT INTO people VALUES ${names.map((name) => `('${name}')`).join(', ')}`,
    );
    for (const pageSize of [2, 3, 4, 7, 8]) {
      const people = await all(sqlDirectory(options({ pageSize })).query(null));
      expect(people.map(({ id }) => id).sort()).toEqual([...names].sort());
    }
    await expect(all(sqlDirectory(options({ pageSize: 1 })).query(null))).rejects.toMatchObject({
      code: 'InvalidArgument',
      message: expect.stringMatching(/^Expected ids of `people` to differ in the order of the database/),
    });
  });

  it('orders by the id also where a column has the name of an alias', async () => {
    const { options } = openDatabase(
      "CREATE TABLE people (c0 TEXT, name TEXT); INSERT INTO people VALUES ('a', 'z'), ('b', 'y'), ('c', 'x'), ('d', 'w')",
    );
    const directory = sqlDirectory(options({ id: 'c0', columns: { displayName: 'name' }, pageSize: 1 }));
    expect((await all(directory.query(null))).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses two rows of one id, wherever the page ends, and leaves out rows without an id', async () => {
    const { options } = openDatabase(
      "CREATE TABLE people (id TEXT); INSERT INTO people VALUES ('a'), ('b'), ('b'), (NULL), ('c')",
    );
    for (const pageSize of [2, 3, 10])
      await expect(all(sqlDirectory(options({ pageSize })).query(null))).rejects.toMatchObject({
        code: 'Duplicate',
        details: { ids: ['b'] },
      });
    expect(await sqlDirectory(options()).get(['a', 'c'])).toEqual([{ id: 'a' }, { id: 'c' }]);
  });

  it('gets people by id, more than fit into one statement, and no other spelling', async () => {
    const { options, sent } = openDatabase(
      "CREATE TABLE people (id TEXT COLLATE NOCASE); INSERT INTO people VALUES ('a'), ('A'), ('p700')",
    );
    const ids = ['A', 'p700', 'x\0y', ...Array.from({ length: 1_200 }, (_, n) => `p${n + 1_000}`)];
    const people = await sqlDirectory(options()).get(ids);
    expect(people.map(({ id }) => id).sort()).toEqual(['A', 'p700']);
    expect(sent.map(({ parameters }) => parameters.length)).toEqual([500, 500, 202]);
    expect(await sqlDirectory(options()).get([])).toEqual([]);
  });

  it('takes ids that are whole numbers, and knows texts that are none', async () => {
    const { options } = openDatabase(
      'CREATE TABLE people (id INTEGER PRIMARY KEY); INSERT INTO people VALUES (1), (10), (2)',
    );
    const directory = sqlDirectory(options({ id: { column: 'id', type: 'integer' }, pageSize: 2 }));
    expect((await all(directory.query(null))).map(({ id }) => id)).toEqual(['1', '2', '10']);
    expect(await directory.get(['10', '010', 'ten', '1.0', '-0'])).toEqual([{ id: '10' }]);
  });

  it('reads groups with people, and the members of a group in any letter case', async () => {
    const { options } = openDatabase(PEOPLE);
    const directory = sqlDirectory(options({ groups: GROUPS }));
    const ada = { id: 'u1', memberOf: ['Amber', 'Blue'] };
    const bob = { id: 'u2', memberOf: ['blue'] };
    expect(await all(directory.query(null))).toEqual([ada, bob, { id: 'u3', memberOf: [] }]);
    expect(await all(directory.membersOf?.(' BLUE '))).toEqual([ada, bob]);
    expect(await all(directory.membersOf?.('Amber'))).toEqual([ada]);
    expect(await all(directory.membersOf?.('none'))).toEqual([]);
    expect(await all(directory.membersOf?.(' '))).toEqual([]);
    expect((await directory.attributes?.())?.at(-1)).toEqual({ name: 'memberOf' });
  });

  it('does not take the members of a group for people whose ids the collation holds for equal', async () => {
    const { options } = openDatabase(
      `CREATE TABLE people (id TEXT COLLATE NOCASE); INSERT INTO people VALUES ('a'), ('A');
       CREATE TABLE memberships (person TEXT, grp TEXT); INSERT INTO memberships VALUES ('a', 'Blue')`,
    );
    const people = await all(sqlDirectory(options({ groups: GROUPS })).membersOf?.('blue'));
    expect(people).toEqual([{ id: 'a', memberOf: ['Blue'] }]);
  });

  it('puts names in quotes, and never values into a statement', async () => {
    const { options, sent, database } = openDatabase(
      'CREATE TABLE "pe`ople; --" ("i d" TEXT, "select" TEXT)',
    );
    database.exec(`INSERT INTO "pe\`ople; --" VALUES ('a', ''' OR 1=1 --')`);
    const directory = sqlDirectory(
      options({ table: 'pe`ople; --', id: 'i d', columns: { department: 'select' } }),
    );
    const rule = parseScopeRule("department eq ''' OR 1=1 --'");
    expect(await all(directory.query(rule))).toEqual([{ id: 'a', department: "' OR 1=1 --" }]);
    expect(sent.map(({ sql }) => sql).join()).not.toContain('1=1');
  });

  it('fails for a query that does not return rows, and passes on what it throws', async () => {
    const { options } = openDatabase('');
    const wrong = sqlDirectory(options({ query: (() => ({ rows: [] })) as never }));
    await expect(wrong.get(['a'])).rejects.toThrow('Expected query to return an array of rows, got none');
    await expect(sqlDirectory(options()).get(['a'])).rejects.toThrow('no such table: people');
  });

  it('reports changes only where they are all seen', () => {
    const { options } = openDatabase('');
    const of = (more: object) => sqlDirectory(options(more)).changes !== undefined;
    expect(of({})).toBe(false);
    expect(of({ updatedAt: 'at' })).toBe(true);
    expect(of({ updatedAt: 'at', groups: GROUPS })).toBe(false);
    expect(of({ updatedAt: { column: 'at', coversGroups: true }, groups: GROUPS })).toBe(true);
  });
});
