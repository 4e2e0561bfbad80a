import { describe, expect, it } from 'vitest';
import { parseListFilter } from '../../../../src/filter/list-filter.ts';
import { RUN_PROPERTIES } from '../../../../src/model/resources/properties.ts';
import { NO_USERS } from '../../../../src/rules/counters/user-sums.ts';
import { PostgresReader } from '../../../../src/stores/postgres/reader.ts';
import { Session, Statements } from '../../../../src/stores/postgres/session.ts';
import { PAGE, READS, WINDOW } from '../reads.ts';
import { makeUser, RUN } from '../sqlite/records.ts';

/** A reader of a database that is empty, and what it asked. */
function setUp(run: { readonly runNo: number } | null = null) {
  const asked: { text: string; values: readonly unknown[] }[] = [];
  const kinds: string[] = [];
  const client = {
    query: async (query: unknown) => {
      asked.push(query as (typeof asked)[number]);
      const { text } = query as { text: string };
      return { rows: /^SELECT (?:coalesce\(sum|count)/.test(text) ? [[0, 0, 0, 0, 0, 0]] : [] };
    },
  };
  const reader = new PostgresReader({
    read: (statements, read) => {
      kinds.push(statements);
      return read(new Session(client, new Statements('tenure')));
    },
    activeUsers: async () => run && { ...run, active: new Map() },
    user: async (_session, _runId, column, value) =>
      run ? makeUser(1, { subjectId: `${column} ${value}` }) : null,
  });
  return { reader, asked, kinds };
}

describe('every read', () => {
  it('of the port is in this list', () => {
    const methods = Object.getOwnPropertyNames(PostgresReader.prototype).filter(
      (name) => name !== 'constructor',
    );
    expect(READS.map(([name]) => name).sort()).toEqual(methods.sort());
  });

  it.each(READS)('is one call of its source: %s', async (_name, read) => {
    const { reader, kinds } = setUp({ runNo: 1 });
    await read(reader, RUN);
    expect(kinds).toHaveLength(1);
  });

  it.each(READS)('that asks more than one statement is read as of one commit: %s', async (_name, read) => {
    const { reader, asked, kinds } = setUp({ runNo: 1 });
    await read(reader, RUN);
    if (asked.length > 1) expect(kinds).toEqual(['many']);
  });

  it.each(READS.filter(([name]) => name !== 'listWorkflows' && name !== 'listUnfinishedRuns'))(
    'of an id that Postgres cannot hold finds nothing, and sends nothing: %s',
    async (_name, read) => {
      for (const id of ['a\0', '\ud800']) {
        const { reader, asked } = setUp({ runNo: 1 });
        const found = await read(reader, id);
        expect(asked).toEqual([]);
        const values = found === null || Array.isArray(found) ? [found ?? []] : [found];
        for (const value of values.flat())
          expect(typeof value === 'object' ? JSON.stringify(value) : value).toEqual(
            typeof value === 'object' ? expect.stringMatching(/^\{"(?:rows":\[\],"next":null|\w+":0)/) : 0,
          );
      }
    },
  );

  it.each(READS)('has no id in the text of a statement: %s', async (_name, read) => {
    const { reader, asked } = setUp({ runNo: 1 });
    await read(reader, "x'; DROP TABLE runs; --");
    for (const { text } of asked) expect(text).not.toContain('DROP');
  });
});

it('a run that does not exist has no users, and their table is not asked', async () => {
  const { reader, asked } = setUp(null);
  expect(await reader.getUser('x', 1)).toBeNull();
  expect(await reader.listUsers({ ...PAGE, runId: 'x' })).toEqual([]);
  expect(await reader.countUsers({ runId: 'x', where: null })).toBe(0);
  expect(await reader.sumUsers({ ...WINDOW, runId: 'x' })).toEqual(NO_USERS);
  expect(await reader.listUsersByStatus('x', 'queued', 0, 5)).toEqual([]);
  expect(asked).toEqual([]);
});

it('a user is found by its ordinal or by its subject', async () => {
  const { reader } = setUp({ runNo: 1 });
  expect((await reader.getUser(RUN, 7))?.subjectId).toBe('no 7');
  expect((await reader.getUserBySubject(RUN, 'ada'))?.subjectId).toBe('subject_id ada');
  expect(await reader.getUserBySubject(RUN, 'a\0')).toBeNull();
});

it('keys that Postgres cannot hold are left out of those that are asked for', async () => {
  const { reader, asked } = setUp();
  await reader.getNotes('c', ['a', 'b\0', '"']);
  await reader.getAdmissions('w', ['\ud800', 'x']);
  expect(asked.map(({ values }) => values)).toEqual([
    ['c', '{"a","\\""}'],
    ['w', '{"x"}'],
  ]);
});

it('notes of a prefix are a range of keys, after the one of the page before', async () => {
  const { reader, asked } = setUp();
  await reader.listNotes({ collection: 'c', prefix: 'ab', after: 'ab1', limit: 7 });
  expect(asked[0]).toMatchObject({
    text: 'SELECT key, body FROM "tenure".notes WHERE collection = $1 AND key >= $2 AND key < $3 AND key > $4 ORDER BY key LIMIT $5',
    values: ['c', 'ab', 'ac', 'ab1', 7],
  });
});

it('a filter that a list cannot have is refused before anything is asked', async () => {
  const { reader, asked } = setUp({ runNo: 1 });
  const where = parseListFilter("id eq 'a'", RUN_PROPERTIES);
  await expect(reader.listUsers({ ...PAGE, runId: RUN, where })).rejects.toMatchObject({
    code: 'InvalidFilter',
  });
  await expect(reader.countUsers({ runId: RUN, where })).rejects.toMatchObject({ code: 'InvalidFilter' });
  expect(asked).toEqual([]);
});
