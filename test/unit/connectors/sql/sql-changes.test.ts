import { describe, expect, it } from 'vitest';
import { sqlDirectory } from '../../../../src/connectors/sql/sql-directory.ts';
import type { SqlMomentType } from '../../../../src/connectors/sql/sql-options.ts';
import { virtualClock } from '../../../../src/system/virtual/virtual-clock.ts';
import { openDatabase } from './database.ts';

const NOW = Date.parse('2026-02-01T12:00:00Z');
const clock = virtualClock(NOW);
const people = (rows: string) =>
  openDatabase(`CREATE TABLE people (id TEXT, at); INSERT INTO people VALUES ${rows}`);

function directoryOf(
  { options }: ReturnType<typeof openDatabase>,
  type: SqlMomentType,
  overlapMs: number = 60_000,
) {
  const { changes } = sqlDirectory(options({ clock, updatedAt: { column: 'at', type, overlapMs } }));
  if (!changes) throw new Error('Expected a directory that reports changes');
  return changes;
}

describe('changes of a table', () => {
  it.each([
    ['text', "'2026-02-01 10:00:00'", "'2026-02-01 10:04:00.5'", "'2026-02-01 10:05:00'"],
    ['text', "'2026-02-01T10:00:00Z'", "'2026-02-01T10:04:00Z'", "'2026-02-01T10:05:00.000Z'"],
    ['epochMs', '1769940000000', '1769940240000', '1769940300000'],
    ['epochSeconds', '1769940000', '1769940240', '1769940300'],
  ] as const)('are the rows since a token, less the overlap: %s', async (type, first, second, third) => {
    const database = people(`('a', ${first}), ('b', ${second}), ('c', ${third}), ('d', NULL)`);
    const changes = directoryOf(database, type);
    const { subjectIds, token } = await changes(null);
    expect([subjectIds, token]).toEqual([null, String(Date.parse('2026-02-01T10:05:00Z'))]);
    expect(await changes(token)).toEqual({ subjectIds: ['b', 'c'], token });
    database.database.exec(`INSERT INTO people VALUES ('e', ${third})`);
    expect((await changes(token)).subjectIds).toEqual(['b', 'c', 'e']);
  });

  it('are not hidden by a row whose date is in the future', async () => {
    const database = people("('a', '2099-01-01 00:00:00')");
    const changes = directoryOf(database, 'text');
    const { token } = await changes(null);
    expect(token).toBe(String(NOW));
    database.database.exec("INSERT INTO people VALUES ('b', '2026-02-01 12:00:00')");
    expect((await changes(token)).subjectIds).toEqual(['a', 'b']);
  });

  it('keep their token when rows are deleted, and are unknown for a token of something else', async () => {
    const database = people("('a', '2026-02-01 10:00:00')");
    const changes = directoryOf(database, 'text');
    const { token } = await changes(null);
    database.database.exec('DELETE FROM people');
    expect(await changes(token)).toEqual({ subjectIds: [], token });
    expect(await changes(null)).toEqual({ subjectIds: null, token: '0' });
    expect((await changes('of another directory')).subjectIds).toBeNull();
  });

  it('begin with everything when the table was empty', async () => {
    const database = people("('a', NULL)");
    const changes = directoryOf(database, 'text');
    const { token } = await changes(null);
    database.database.exec("INSERT INTO people VALUES ('b', '2026-02-01 11:00:00')");
    expect((await changes(token)).subjectIds).toEqual(['b']);
  });

  it.each([
    ['date', "'2026-02-01 10:00:00'", 'what the driver gives as a Date', 'other text'],
    ['text', "'2026-02-01 10:00:00+02:00'", 'dates and times in UTC', 'other text'],
    ['text', '1769940000', 'dates and times in UTC', 'a whole number'],
    ['epochMs', "'2026'", '', ''],
    ['epochSeconds', "'yesterday'", 'seconds since 1970', 'other text'],
  ] as const)('fail where the column is not of its type: %s %s', async (type, value, expected, got) => {
    const changes = directoryOf(people(`('a', ${value})`), type);
    if (expected === '') return expect((await changes(null)).token).toBe('2026');
    const message = new RegExp(`Expected column .at. to have ${expected}.*got ${got}; set updatedAt.type`);
    await expect(changes(null)).rejects.toThrow(message);
  });
});
