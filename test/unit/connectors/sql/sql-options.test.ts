import { describe, expect, it } from 'vitest';
import { sqlDirectory } from '../../../../src/connectors/sql/sql-directory.ts';
import type { SqlDirectoryOptions } from '../../../../src/connectors/sql/sql-options.ts';

const make = (more: object) =>
  sqlDirectory({
    query: () => [],
    dialect: 'sqlite',
    table: 'people',
    id: 'id',
    columns: {},
    ...more,
  } as SqlDirectoryOptions);

describe('the options of a directory over SQL', () => {
  it.each([
    [{ table: 'hr..people' }, 'Expected table to be a table or view, such as people or hr.people'],
    [{ table: 'a\nb' }, 'Expected table to be one line'],
    [{ id: '' }, 'Expected id.column to be one line'],
    [{ id: { column: 'id', type: 'guid' } }, 'Expected id.type to be one of text, integer, uuid'],
    [{ dialect: 'oracle' }, 'Expected dialect to be one of postgres, sqlite, mysql'],
    [{ columns: [] }, 'Expected columns to be an object'],
    [{ columns: { id: 'x' } }, 'Expected columns.id to be for an attribute such as department'],
    [
      { columns: { ['__proto__']: 'x' } },
      'Expected columns.__proto__ to be for an attribute such as department',
    ],
    [
      { columns: { manager: 'm', 'manager/mail': 'mm' } },
      'one value, or several such as manager/mail, got both',
    ],
    [{ columns: { city: { column: 'c', typ: 'text' } } }, 'did you mean `type`?'],
    [{ pageSize: 0 }, 'Expected pageSize to be a whole number in 1..10000'],
    [{ updatedAt: { column: 'at', overlapMs: -1 } }, 'Expected updatedAt.overlapMs to be a whole number'],
    [{ placeholder: '@' }, 'Expected placeholder to be one of ?, $'],
    [{ quer: 1 }, 'did you mean `query`?'],
  ])('refuses %j', (more, message) => {
    expect(() => make(more)).toThrow(message);
  });

  it('reads a table of a schema', async () => {
    const sent: string[] = [];
    const query = (sql: string) => {
      sent.push(sql);
      return [];
    };
    for (const dialect of ['postgres', 'mysql', 'sqlite'])
      await make({ query, dialect, table: 'hr.people' }).get(['a']);
    expect(sent).toEqual([
      'SELECT "id" AS id FROM "hr"."people" WHERE "id" IN ($1)',
      'SELECT `id` AS id FROM `hr`.`people` WHERE `id` IN (?)',
      'SELECT `id` AS id FROM `hr`.`people` WHERE `id` IN (?)',
    ]);
  });

  it('takes another style of placeholders', async () => {
    const sent: string[] = [];
    const query = (sql: string) => {
      sent.push(sql);
      return [];
    };
    await make({ query, dialect: 'postgres', placeholder: '?' }).get(['a', 'b']);
    expect(sent).toEqual(['SELECT "id" AS id FROM "people" WHERE "id" IN (?, ?)']);
  });
});
