import { describe, expect, it } from 'vitest';
import { postgresStore } from '../../../../src/postgres.ts';
import { quoted, SCHEMA_VERSION, stepFrom } from '../../../../src/stores/postgres/schema.ts';
import { describePostgres, newSchema, serverUrl, sql } from '../../../postgres/support.ts';
import { fill, makeRun, makeUser, makeUsers, RUN } from '../sqlite/support.ts';

it.each([
  ['tenure', '"tenure"'],
  ['a"b""c', '"a""b""""c"'],
  ['A b', '"A b"'],
  ['', '""'],
])('%j is quoted as %s', (name, text) => {
  expect(quoted(name)).toBe(text);
});

describe('a step', () => {
  it('ends with the version that it leads to', () => {
    for (let version = 0; version < SCHEMA_VERSION; version++)
      expect(stepFrom(version, 'x').endsWith(`\nUPDATE "x".meta SET version = ${version + 1};`)).toBe(true);
  });

  it.each(['{s}', '{S}', 'a{$}b', '$$', '$q$ $$', "a'b", '$&'])(
    'for the schema %j has the name as it is, in each of its places',
    (schema) => {
      const name = quoted(schema);
      for (let version = 0; version < SCHEMA_VERSION; version++) {
        const plain = stepFrom(version, 'plain').replaceAll('"plain"', '"…"').replaceAll('$$', '…$');
        const text = stepFrom(version, schema)
          .replaceAll(name.replaceAll("'", "''"), '"…"')
          .replaceAll(name, '"…"')
          .replaceAll(/\$q*\$/g, '…$');
        expect(text).toBe(plain);
      }
    },
  );

  it('has no block quote that is part of the name', () => {
    const first = stepFrom(0, 'a$$b$q$c');
    const [, quote = ''] = /^DO (\$q*\$) BEGIN/.exec(first) ?? [];
    expect(quote).toBe('$qq$');
    expect(first.split(quote)).toHaveLength(3);
  });
});

describePostgres('the tables', () => {
  it.each(['$$; DROP SCHEMA public; --', '{s} {S} {$}', `o'hara "quoted" ?`, 'ä🙂'])(
    'are made in a schema of the name %j, and used',
    async (suffix) => {
      const schema = `${newSchema().slice(0, 24)}${suffix}`;
      const connectionString = serverUrl();
      const store = await postgresStore({ connectionString, schema });
      try {
        await fill(store, makeRun(), makeUsers(2));
        expect(await store.getUser(RUN, 2)).toEqual(makeUser(2));
      } finally {
        await store.close();
        await sql(`DROP SCHEMA ${quoted(schema)} CASCADE`);
      }
    },
  );

  it('refuse counts below zero, unknown drivers and states, and ordinals below 1', async () => {
    const schema = newSchema();
    const store = await postgresStore({ connectionString: serverUrl(), schema });
    await fill(store, makeRun(), makeUsers(1));
    await store.close();
    for (const change of [
      'runs SET failed_tasks_count = -1',
      'runs SET slices_left = -1',
      "runs SET driver = 'x'",
      'users SET no = 0',
    ])
      await expect(sql(`UPDATE "${schema}".${change}`)).rejects.toMatchObject({ code: '23514' });
    await expect(sql(`INSERT INTO "${schema}".meta VALUES (1, 'films')`)).rejects.toMatchObject({
      code: '23514',
    });
  });
});
