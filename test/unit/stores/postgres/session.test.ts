import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { canHold, Session, Statements, textArray, wholeMs } from '../../../../src/stores/postgres/session.ts';
import { describePostgres, serverUrl } from '../../../postgres/support.ts';
import { refusal } from '../sqlite/support.ts';

/** A session whose statements are kept, and answered with `rows`. */
function setUp(schema = 'tenure', rows: readonly unknown[] = []) {
  const asked: { text: string; name?: string; values: unknown }[] = [];
  const client = {
    query: async (query: unknown) => {
      asked.push(query as (typeof asked)[number]);
      return { rows };
    },
  };
  return { session: new Session(client, new Statements(schema)), asked };
}

describe('statements', () => {
  it.each([
    ['tenure', '"tenure"'],
    ['a"; DROP TABLE x; --', '"a""; DROP TABLE x; --"'],
    ["o'hara $& $1", `"o'hara $& $1"`],
  ])('name the schema %j as an identifier, wherever it stands', async (schema, name) => {
    const { session, asked } = setUp(schema);
    await session.rows('SELECT * FROM {s}.a JOIN {s}.b');
    expect(asked[0]?.text).toBe(`SELECT * FROM ${name}.a JOIN ${name}.b`);
  });

  it('of a list have numbered placeholders, and none is taken from the schema or the values', async () => {
    const { session, asked } = setUp('a?b');
    await session.list('SELECT ? FROM {s}.a WHERE b = ? LIMIT ?', ['?', '$1', 5]);
    expect(asked[0]).toMatchObject({
      text: 'SELECT $1 FROM "a?b".a WHERE b = $2 LIMIT $3',
      values: ['?', '$1', 5],
    });
  });

  it('have one name for one text in one schema, which fits a name of Postgres', async () => {
    const [first, other] = [new Statements('a'), new Statements('b')];
    expect(first.prepared('SELECT 1 FROM {s}.a')).toBe(first.prepared('SELECT 1 FROM {s}.a'));
    const names = [
      first.prepared('SELECT {s}').name,
      other.prepared('SELECT {s}').name,
      first.prepared('SELECT  {s}').name,
    ];
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^tenure_[0-9a-f]{16}$/);
  });

  it('of lists are prepared while they are fewer than 256; fixed ones always are', () => {
    const statements = new Statements('a');
    for (let no = 0; no < 256; no++) expect(statements.listed(`SELECT ${no}`)).toHaveProperty('name');
    expect(statements.listed('SELECT 256')).toEqual({ text: 'SELECT 256' });
    expect(statements.listed('SELECT 255')).toHaveProperty('name');
    expect(statements.prepared('SELECT 257')).toHaveProperty('name');
  });

  it('of a script go as they are: a schema may be called `{s}`', async () => {
    const { session, asked } = setUp();
    await session.script('CREATE TABLE "{s}".c ()');
    expect(asked).toEqual(['CREATE TABLE "{s}".c ()']);
  });

  it('of other packages go as they are', async () => {
    const { session, asked } = setUp();
    await session.foreign('SELECT {s} ?', [1]);
    expect(asked).toEqual([{ text: 'SELECT {s} ?', values: [1] }]);
  });
});

describe('a text that Postgres cannot hold', () => {
  it.each(['a\0b', '\0', 'a\ud800', '\udc00b'])('%j is refused before it is sent', async (text) => {
    const { session, asked } = setUp();
    expect(canHold(text)).toBe(false);
    const error = await refusal('InvalidArgument', () => session.rows('SELECT $1', [1, text]));
    expect(error.message).toBe(
      'Expected texts that Postgres can hold, got one with a NUL or half of a surrogate pair; leave it out',
    );
    await refusal('InvalidArgument', () => session.list('SELECT ?', [text]));
    // In an array as well.
    await refusal('InvalidArgument', () => session.rows('SELECT $1', [textArray(['a', text])]));
    expect(asked).toEqual([]);
  });

  it.each(['', 'é🙂', '\n\t', '\ufffd', "'", '\\0'])('is none of %j', (text) => {
    expect(canHold(text)).toBe(true);
  });
});

it('the first value of no row is null', async () => {
  expect(await setUp('a', []).session.value('SELECT 1')).toBeNull();
  expect(await setUp('a', [[]]).session.value('SELECT 1')).toBeNull();
  expect(await setUp('a', [[7, 8], [9]]).session.value('SELECT 1')).toBe(7);
});

it.each([
  [1.2, 2, 1],
  [-1.2, -1, -2],
  [5, 5, 5],
  [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  [-1e300, Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
])('the bound %d is %i as a lower one, and %i as an upper one', (ms, lower, upper) => {
  expect([wholeMs(ms, Math.ceil), wholeMs(ms, Math.floor)]).toEqual([lower, upper]);
});

describe('an array', () => {
  it.each<[readonly (string | number | null)[], string]>([
    [[], '{}'],
    [[1, -2, 1.5], '{1,-2,1.5}'],
    [[null, 'NULL', ''], '{NULL,"NULL",""}'],
    [['a,b', '{x}', '"', '\\', "'"], String.raw`{"a,b","{x}","\"","\\","'"}`],
  ])('of %j is %s', (values, text) => {
    expect(textArray(values)).toBe(text);
  });

  it('is read by another reader as it was written, whatever texts it has', () => {
    const parse = pg.types.getTypeParser(1009 as never) as (text: string) => unknown;
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }))), (values) => {
        expect(parse(textArray(values))).toEqual(values);
      }),
    );
  });
});

describePostgres('a session with a server', () => {
  async function withSession(work: (session: Session) => Promise<void>) {
    const client = new pg.Client({ connectionString: serverUrl() });
    await client.connect();
    try {
      await work(new Session(client, new Statements('tenure')));
    } finally {
      await client.end();
    }
  }

  it('has rows as arrays: integers and floats as numbers, flags as such, all else as texts', () =>
    withSession(async (session) => {
      const [row] = await session.rows(
        "SELECT 1::int8, 2::int4, 3::int2, 1.5::float8, true, false, NULL, 'a', 9007199254740991::int8, '{1,2}'::int[], '1.10'::numeric",
      );
      expect(row).toEqual([1, 2, 3, 1.5, true, false, null, 'a', Number.MAX_SAFE_INTEGER, '{1,2}', '1.10']);
    }));

  it('sends arrays that the server reads as they were meant', () =>
    withSession(async (session) => {
      const text = fc.string({ unit: 'binary' }).filter(canHold);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.option(text), { maxLength: 6 }), async (values) => {
          const rows = await session.rows('SELECT * FROM unnest($1::text[])', [textArray(values)]);
          expect(rows.map(([value]) => value)).toEqual(values);
        }),
        { numRuns: 40 },
      );
    }));
});
