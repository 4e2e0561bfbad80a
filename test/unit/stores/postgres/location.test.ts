import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import {
  isPostgresUrl,
  nameOfUrl,
  readConnectionString,
  readSchemaName,
} from '../../../../src/stores/postgres/location.ts';

function refused(act: () => unknown): LifecycleError {
  try {
    act();
  } catch (error) {
    if (LifecycleError.is(error)) return error;
  }
  throw new Error('Expected a LifecycleError');
}

it.each([
  ['postgres://localhost/x', true],
  ['PostgreSQL://localhost', true],
  ['postgres:', true],
  ['postgre://localhost', false],
  ['/home/ada/postgres:copy.db', false],
  ['file.db', false],
  ['', false],
])('%j is meant as the URL of a database: %s', (text, isUrl) => {
  expect(isPostgresUrl(text)).toBe(isUrl);
});

describe('a connection string', () => {
  it.each([
    'postgres://localhost/x',
    'postgresql://ada:s3cret@db.example:5433/hr?sslmode=require&application_name=x%20y',
    'postgres://ada%40home:p%2Fw%3F%23@[::1]:5432/a%20b',
    'postgres:///hr?host=/var/run/postgresql',
  ])('%s is taken as it is', (value) => {
    expect(readConnectionString({ path: 'connectionString', value })).toBe(value);
  });

  it.each([
    'http://localhost/x',
    'localhost:5432',
    '',
    'postgres://ada:se/cret@localhost/x',
    'postgres://ada:se#cret@localhost/x',
    'postgres://ada:se?cret@localhost/x',
    'postgres://ada:1#cret@localhost/x',
    'postgres://ada:1/cret@localhost/x',
    'postgres://ada:1?cret@localhost/x',
    'postgres://ada:%zzcret@localhost/x',
    'postgres://ada:cret\0@localhost/x',
  ])('%j is refused without a part of it in the message: it may be the password', (value) => {
    const error = refused(() => readConnectionString({ path: 'connectionString', value }));
    expect(error.message).toBe(
      'Expected connectionString to be a URL like postgres://user@host:5432/database, with special characters of its parts percent-encoded, got a text that is none',
    );
    expect(JSON.stringify(error.details)).not.toContain('cret');
  });

  it.each([5, null, undefined, {}, ['postgres://localhost/x']])('%j is refused as it is', (value) => {
    const { code, message } = refused(() => readConnectionString({ path: 'connectionString', value }));
    expect([code, message]).toEqual(['InvalidArgument', expect.stringMatching(/percent-encoded, got /)]);
  });
});

it.each([
  ['postgres://ada:s3cret@db.example:5433/hr?password=s3cret', 'postgres://ada@db.example:5433/hr'],
  ['postgresql://localhost/hr', 'postgres://localhost/hr'],
  ['postgres://ada%40home:x@[::1]/a%20b', 'postgres://ada%40home@[::1]/a%20b'],
])('messages call %s by its place and user, never by password or parameters', (url, name) => {
  expect(nameOfUrl(url)).toBe(name);
});

describe('the name of a schema', () => {
  it.each(['tenure', 'a b', "o'hara", 'a"b', 'x'.repeat(63), 'é'.repeat(31), '$$', '{s}', 'pgtenure', '?'])(
    '%j can be one',
    (value) => {
      expect(readSchemaName({ path: 'schema', value })).toBe(value);
    },
  );

  it.each(['', 'x'.repeat(64), 'é'.repeat(32), 'pg_x', 'PG_X', 'a\0b', 'a\nb', '\ud800', 5, null])(
    '%j is refused, with what can be',
    (value) => {
      const error = refused(() => readSchemaName({ path: 'schema', value }));
      expect(error.message).toMatch(
        /^Expected schema to be the name of a schema: 1\.\.63 bytes, not beginning with pg_, got /,
      );
    },
  );
});
