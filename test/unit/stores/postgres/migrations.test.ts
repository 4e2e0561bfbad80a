import { describe, expect, it } from 'vitest';
import {
  migrate,
  requireCurrent,
  requireRights,
  versionOf,
} from '../../../../src/stores/postgres/migrations.ts';
import { SCHEMA_VERSION } from '../../../../src/stores/postgres/schema.ts';
import { Session, Statements } from '../../../../src/stores/postgres/session.ts';
import { refusal } from '../sqlite/support.ts';

/** A server that answers questions about itself so. */
interface Server {
  readonly server?: readonly [number: number, version: string, encoding: string];
  readonly relations?: readonly string[];
  readonly meta?: readonly (readonly unknown[])[] | null;
  readonly readOnly?: 'on' | 'off';
  readonly denied?: readonly string[];
}

function sessionOf({
  server = [180_001, '18.1', 'UTF8'],
  relations = [],
  meta = null,
  readOnly = 'off',
  denied = [],
}: Server) {
  const scripts: string[] = [];
  const client = {
    query: async (query: unknown) => {
      if (typeof query === 'string') {
        scripts.push(query);
        return { rows: [] };
      }
      const { text } = query as { text: string };
      if (text.includes('server_version_num')) return { rows: [server] };
      if (text.includes('transaction_read_only')) return { rows: [[readOnly]] };
      if (text.includes('has_table_privilege')) return { rows: denied.map((name) => [name]) };
      if (text.includes('pg_attribute')) return { rows: meta === null ? [] : [[1], [1]] };
      if (text.includes('.meta')) return { rows: meta ?? [] };
      return { rows: relations.map((name) => [name]) };
    },
  };
  return { session: new Session(client, new Statements('hr')), scripts };
}

const version = (server: Server) => versionOf(sessionOf(server).session, 'hr', 'the database');

describe('the version of a schema', () => {
  it('is 0 when it has no tables, and what its table says when they are ours', async () => {
    expect(await version({})).toBe(0);
    expect(await version({ relations: ['meta', 'runs'], meta: [[SCHEMA_VERSION, 'tenure']] })).toBe(
      SCHEMA_VERSION,
    );
  });

  it('is not asked of a server that is too old, which is named', async () => {
    const error = await refusal('StoreFailed', () => version({ server: [130_012, '13.12', 'UTF8'] }));
    expect(error.message).toBe(
      'Expected the database to be usable, got: Postgres 13.12; use Postgres 14 or newer',
    );
    expect(await version({ server: [140_000, '14.0', 'UTF8'] })).toBe(0);
  });

  it('is not asked of a database that cannot hold every text', async () => {
    const error = await refusal('StoreFailed', () => version({ server: [180_001, '18.1', 'SQL_ASCII'] }));
    expect(error.message).toBe(
      "Expected the database to be usable, got: the encoding SQL_ASCII; create the database with ENCODING 'UTF8' TEMPLATE template0",
    );
  });

  it.each<[string, Server['meta'], readonly string[], string]>([
    ['no table of versions', null, ['films'], 'films'],
    ['an empty table of versions', [], ['meta'], 'meta'],
    ['a version of another application', [[1, 'films']], ['films', 'meta'], 'films, meta'],
    ['a version that is no number', [['1', 'tenure']], ['a', 'b', 'c', 'meta'], 'a, b, c, … (4)'],
  ])('is not ours with %s: StoreForeign names up to three tables', async (_name, meta, relations, names) => {
    const error = await refusal('StoreForeign', () =>
      version({ relations, ...(meta === undefined ? {} : { meta }) }),
    );
    expect(error.message).toBe(
      `Expected the database to be for tenure alone, got: tables of another application: ${names}; name another schema: { schema: … }`,
    );
  });

  it('that is newer is StoreTooNew with both', async () => {
    const error = await refusal('StoreTooNew', () =>
      version({ relations: ['meta'], meta: [[99, 'tenure']] }),
    );
    expect(error.details).toEqual({ database: 'the database', found: 99, known: SCHEMA_VERSION });
  });
});

describe('rights', () => {
  const require = (server: Server) => requireRights(sessionOf(server).session, 'h"r', 'the database');

  it('of a database that takes no writes are StoreReadOnly', async () => {
    const error = await refusal('StoreReadOnly', () => require({ readOnly: 'on' }));
    expect(error.message).toContain(
      'got: a database, or a role, that is read-only; connect to the primary server',
    );
  });

  it('that are missing are named with their tables, and the statement that grants them, in quotes', async () => {
    const error = await refusal('StoreAccessDenied', () => require({ denied: ['runs', 'users'] }));
    expect(error.message).toContain('a role that may not write its tables (runs, users)');
    expect(error.message).toContain(
      'GRANT USAGE ON SCHEMA "h""r" TO …; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "h""r" TO …',
    );
  });

  it('that are there are enough', async () => {
    await require({});
  });
});

describe('migrating', () => {
  it('takes each step from the version that is found', async () => {
    const { session, scripts } = sessionOf({});
    await migrate(session, 'hr', 'the database');
    expect(scripts).toHaveLength(SCHEMA_VERSION);
    expect(scripts[0]).toContain('CREATE SCHEMA "hr"');
    expect(scripts.at(-1)?.endsWith(`UPDATE "hr".meta SET version = ${SCHEMA_VERSION};`)).toBe(true);
  });

  it('of a current schema does nothing', async () => {
    const { session, scripts } = sessionOf({ relations: ['meta'], meta: [[SCHEMA_VERSION, 'tenure']] });
    await migrate(session, 'hr', 'the database');
    expect(scripts).toEqual([]);
  });
});

describe('a schema that may not be migrated', () => {
  it('is taken when it is current', () => {
    requireCurrent(SCHEMA_VERSION, 'hr', 'the database');
  });

  it('without tables is refused with the command that prints them, which a shell can take', async () => {
    const error = await refusal('StoreReadOnly', async () => requireCurrent(0, 'h "r', 'the database'));
    expect(error.message).toBe(
      'Expected the database to take writes, got: no tables yet; have its owner apply what `tenure db sql --schema "h \\"r"` prints, or open it once without `migrate: false`',
    );
    expect(error.details).toEqual({ database: 'the database', version: 0 });
  });

  it('of an older version is refused with the command that prints the steps from there', async () => {
    const error = await refusal('StoreReadOnly', async () => requireCurrent(-1, 'hr', 'the database'));
    expect(error.message).toContain(`schema version -1, which is older than ${SCHEMA_VERSION}`);
    expect(error.message).toContain('`tenure db sql --schema "hr" --from -1`');
  });
});
