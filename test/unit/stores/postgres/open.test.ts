import { connect, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { type PostgresOptions, postgresSql, postgresStore } from '../../../../src/postgres.ts';
import { describePostgres, newSchema, serverUrl, sql } from '../../../postgres/support.ts';
import { fill, makeRun, makeUser } from '../sqlite/support.ts';

const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

async function open(options: PostgresOptions): Promise<Store> {
  const store = await postgresStore(options);
  stores.push(store);
  return store;
}

async function refusal(act: () => Promise<unknown>): Promise<LifecycleError> {
  const error = await act().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!LifecycleError.is(error)) throw new Error('Expected a LifecycleError', { cause: error });
  return error;
}

/** The server's URL with changes. */
function urlWith(change: (url: URL) => void): string {
  const url = new URL(serverUrl());
  change(url);
  return url.href;
}

const tablesIn = (schema: string) => sql(`SELECT 1 FROM pg_tables WHERE schemaname = '${schema}'`);

describe('options', () => {
  it.each([
    ['http://localhost/x'],
    ['localhost'],
    [''],
    ['postgres://ada:se/cret@localhost/x'],
    ['postgres://ada:se#cret@localhost/x'],
    ['postgres://ada:1?secret@localhost/x'],
    ['postgres://ada:%zz@localhost/x'],
    ['postgres://ada:\0@localhost/x'],
  ])('%j is refused as a connection string, and not repeated', async (connectionString) => {
    const { code, message, details } = await refusal(() => postgresStore({ connectionString }));
    expect(code).toBe('InvalidArgument');
    expect(message).toMatch(/^Expected connectionString to be a URL like postgres:\/\/user@host/);
    expect(JSON.stringify(details) + message).not.toMatch(/secret|cret@/);
  });

  it('a connection string or a pool is needed, and no pool of one connection is enough', async () => {
    expect(await refusal(() => postgresStore({}))).toMatchObject({ code: 'InvalidArgument' });
    const pool = new pg.Pool({ max: 1 });
    expect(await refusal(() => postgresStore({ pool }))).toMatchObject({ code: 'InvalidArgument' });
  });

  it.each(['', 'pg_tenure', 'x'.repeat(64), 'a\0b'])('%j is no name of a schema', async (schema) => {
    const { code } = await refusal(() =>
      postgresStore({ connectionString: 'postgres://localhost/x', schema }),
    );
    expect(code).toBe('InvalidArgument');
  });
});

it('where no server answers, the message says so, with the address and without the password', async () => {
  const { code, message, details } = await refusal(() =>
    postgresStore({ connectionString: 'postgres://ada:s3cret@127.0.0.1:1/hr?application_name=x' }),
  );
  expect(code).toBe('StoreUnavailable');
  expect(message).toBe(
    'Expected schema tenure of postgres://ada@127.0.0.1:1/hr to answer, got: connect ECONNREFUSED 127.0.0.1:1; check that the server runs and can be reached, and retry',
  );
  expect(JSON.stringify(details)).not.toContain('s3cret');
});

describePostgres('a database that cannot be used is refused with a remedy', () => {
  const role = `limited ${process.pid}`;
  beforeAll(async () => {
    await sql(`CREATE ROLE "${role}" LOGIN PASSWORD 'limited'`);
    return async () => {
      await sql(`DROP OWNED BY "${role}"; DROP ROLE "${role}"`);
    };
  });
  const asLimited = () =>
    urlWith((url) => {
      url.username = encodeURIComponent(role);
      url.password = 'limited';
    });

  it('a wrong password', async () => {
    const connectionString = urlWith((url) => {
      url.password = 's3cret';
    });
    const { code, message } = await refusal(() => postgresStore({ connectionString }));
    expect(code).toBe('StoreAccessDenied');
    expect(message).toMatch(/password authentication failed.*check user and password/);
    expect(message).not.toContain('s3cret');
  });

  it('a database that does not exist', async () => {
    const connectionString = urlWith((url) => {
      url.pathname = '/nowhere';
    });
    const { code, message } = await refusal(() => postgresStore({ connectionString }));
    expect([code, message]).toEqual([
      'NotFound',
      expect.stringMatching(/"nowhere" does not exist.*createdb/),
    ]);
  });

  it('a role that may not make the schema; nothing is left of the attempt', async () => {
    const schema = newSchema();
    const { code, message } = await refusal(() => postgresStore({ connectionString: asLimited(), schema }));
    expect(code).toBe('StoreAccessDenied');
    expect(message).toMatch(/GRANT CREATE ON DATABASE .*`tenure db sql`/);
    expect(await tablesIn(schema)).toEqual([]);
  });

  it('a role that may read only is named the rights that are missing, and may read', async () => {
    const schema = newSchema();
    await open({ connectionString: serverUrl(), schema });
    await sql(
      `GRANT USAGE ON SCHEMA "${schema}" TO "${role}"; GRANT SELECT ON ALL TABLES IN SCHEMA "${schema}" TO "${role}"`,
    );
    const { code, message } = await refusal(() => postgresStore({ connectionString: asLimited(), schema }));
    expect([code, message]).toEqual([
      'StoreAccessDenied',
      expect.stringMatching(/GRANT SELECT, INSERT, UPDATE, DELETE/),
    ]);
    const reader = await open({ connectionString: asLimited(), schema, readOnly: true });
    expect(await reader.listWorkflows()).toEqual([]);
  });

  it('a schema with tables of another application, which stay as they are', async () => {
    const schema = newSchema();
    await sql(
      `CREATE SCHEMA "${schema}"; CREATE TABLE "${schema}".meta (version int); CREATE TABLE "${schema}".films ()`,
    );
    const { code, message } = await refusal(() => postgresStore({ connectionString: serverUrl(), schema }));
    expect(code).toBe('StoreForeign');
    expect(message).toMatch(/tables of another application: films, meta; name another schema/);
    expect(await tablesIn(schema)).toHaveLength(2);
  });

  it('a schema of a newer version', async () => {
    const schema = newSchema();
    await open({ connectionString: serverUrl(), schema });
    await sql(`UPDATE "${schema}".meta SET version = 99`);
    const { code, details } = await refusal(() => postgresStore({ connectionString: serverUrl(), schema }));
    expect([code, details]).toEqual(['StoreTooNew', expect.objectContaining({ found: 99 })]);
  });

  it('a read-only database', async () => {
    const connectionString = urlWith((url) => {
      url.searchParams.set('options', '-c default_transaction_read_only=on');
    });
    const schema = newSchema();
    const { code, message } = await refusal(() => postgresStore({ connectionString, schema }));
    expect([code, message]).toEqual([
      'StoreReadOnly',
      expect.stringMatching(/connect to the primary server/),
    ]);
    expect(await tablesIn(schema)).toEqual([]);
  });

  it('without `migrate`, a schema without tables, until the SQL of this version is applied', async () => {
    const schema = newSchema();
    const options = { connectionString: serverUrl(), schema, migrate: false };
    const { code, message } = await refusal(() => postgresStore(options));
    expect(code).toBe('StoreReadOnly');
    expect(message).toContain(`tenure db sql --schema ${JSON.stringify(schema)}`);
    await sql(postgresSql(schema));
    const store = await open(options);
    await store.transaction((tx) => tx.putSetting('a', '1'));
    expect(await store.getSetting('a')).toBe('1');
  });
});

describePostgres('opening', () => {
  it('eight processes that open a new schema at once all find it, made once', async () => {
    const schema = newSchema();
    const all = await Promise.all(
      Array.from({ length: 8 }, () => open({ connectionString: serverUrl(), schema })),
    );
    await Promise.all(all.map((store, index) => store.transaction((tx) => tx.putSetting(`${index}`, 'x'))));
    expect(await sql(`SELECT count(*)::int AS n FROM "${schema}".settings`)).toEqual([{ n: 8 }]);
  });

  it('a given pool is used and stays open', async () => {
    const pool = new pg.Pool({ connectionString: serverUrl(), max: 2 });
    const store = await postgresStore({ pool, schema: newSchema() });
    await fill(store, makeRun(), [makeUser(1)]);
    expect(await store.getUser(makeRun().id, 1)).toEqual(makeUser(1));
    await store.close();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  it('a store that is opened to be read refuses transactions', async () => {
    const schema = newSchema();
    await open({ connectionString: serverUrl(), schema });
    const reader = await open({ connectionString: serverUrl(), schema, readOnly: true });
    const { code } = await refusal(() => reader.transaction((tx) => tx.putSetting('a', '1')));
    expect(code).toBe('StoreReadOnly');
  });

  it('transactions of several processes lose no update', async () => {
    const schema = newSchema();
    const both = [
      await open({ connectionString: serverUrl(), schema }),
      await open({ connectionString: serverUrl(), schema }),
    ];
    const add = (store: Store) =>
      store.transaction(async (tx) =>
        tx.putSetting('n', String(Number((await tx.getSetting('n')) ?? 0) + 1)),
      );
    await Promise.all(Array.from({ length: 40 }, (_, index) => add(both[index % 2] as Store)));
    expect(await both[0]?.getSetting('n')).toBe('40');
  });
});

describePostgres('a lost connection', () => {
  /** A server in between that can drop what the database answers. */
  async function proxy() {
    const { hostname, port } = new URL(serverUrl());
    const sockets = new Set<Socket>();
    let cutAt: string | null = null;
    const server = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket
          .on('error', () => {})
          .on('close', () => {
            client.destroy();
            upstream.destroy();
          });
      }
      client.on('data', (data) => upstream.write(data));
      upstream.on('data', (data) => {
        if (cutAt !== null && data.includes(cutAt)) {
          cutAt = null;
          client.destroy(); // the answer is lost
        } else client.write(data);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return {
      url: urlWith((url) => {
        url.port = String(typeof address === 'object' ? address?.port : '');
      }),
      /** Breaks the connection instead of passing on the next answer with this text. */
      cutAt(text: string) {
        cutAt = text;
      },
      cutAll() {
        for (const socket of sockets) socket.destroy();
        sockets.clear();
      },
      close: () => server.close(),
    };
  }

  async function withProxy(
    work: (store: Store, link: Awaited<ReturnType<typeof proxy>>) => Promise<void>,
  ): Promise<void> {
    const link = await proxy();
    try {
      const store = await open({ connectionString: link.url, schema: newSchema(), reconnectMs: 5_000 });
      await work(store, link);
    } finally {
      for (const store of stores.splice(0)) await store.close();
      link.close();
    }
  }

  it('between calls goes unnoticed', () =>
    withProxy(async (store, link) => {
      await store.transaction((tx) => tx.putSetting('a', '1'));
      link.cutAll();
      expect(await store.getSetting('a')).toBe('1');
      link.cutAll();
      await store.transaction((tx) => tx.putSetting('a', '2'));
      expect(await store.getSetting('a')).toBe('2');
    }));

  it('with the answer to COMMIT: the server is asked, and the transaction resolves once', () =>
    withProxy(async (store, link) => {
      let works = 0;
      const value = await store.transaction(async (tx) => {
        works += 1;
        await tx.putSetting('a', 'kept');
        link.cutAt('COMMIT');
        return 'value';
      });
      expect([value, works, await store.getSetting('a')]).toEqual(['value', 1, 'kept']);
    }));

  it('inside a transaction keeps nothing, is retryable, and is over with the next one', () =>
    withProxy(async (store, link) => {
      const error = await refusal(() =>
        store.transaction(async (tx) => {
          await tx.putSetting('a', 'never');
          link.cutAll();
          await tx.putSetting('b', 'never');
        }),
      );
      expect([error.code, error.retryable]).toEqual(['StoreUnavailable', true]);
      await store.transaction((tx) => tx.putSetting('c', 'kept'));
      expect([await store.getSetting('a'), await store.getSetting('c')]).toEqual([null, 'kept']);
    }));
});

describePostgres('a statement that takes too long', () => {
  it('is ended, and the transaction is not kept', async () => {
    const schema = newSchema();
    const store = await open({ connectionString: serverUrl(), schema, statementTimeoutMs: 200 });
    const client = new pg.Client({ connectionString: serverUrl() });
    await client.connect();
    await client.query(`BEGIN; LOCK TABLE "${schema}".settings`);
    const { code, message } = await refusal(() => store.transaction((tx) => tx.putSetting('a', '1')));
    await client.end();
    expect([code, message]).toEqual([
      'StoreUnavailable',
      expect.stringMatching(/took longer than `statementTimeoutMs`/),
    ]);
    expect(await store.getSetting('a')).toBeNull();
  });
});
