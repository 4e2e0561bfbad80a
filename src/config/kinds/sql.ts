import { type AnswerKind, ConnectorError } from '../../connectors/kernel/connector-error.ts';
import { codeOfSocketError, kindOfSocketError } from '../../connectors/kernel/http-answer.ts';
import { saidLine, withoutUrlCredentials } from '../../connectors/kernel/said.ts';
import type { SqlDialect } from '../../connectors/sql/sql-dialect.ts';
import type {
  SqlColumn,
  SqlDirectoryOptions,
  SqlId,
  SqlQuery,
  SqlUpdatedAt,
} from '../../connectors/sql/sql-options.ts';
import { missingPackage } from '../../errors/missing-package.ts';
import { invalid } from '../../input/refuse.ts';
import { code, loose, record, text, textOr, whole, word } from '../../input/schema.ts';
import { connectionKind, type OpenContext } from '../connection-kind.ts';
import { type Secret, secret } from '../secret.ts';

const CONNECT_MS = 10_000;

/** People of a table or view. */
export const SQL = connectionKind(
  [
    {
      table: text(1, 256, 'Table or view with one row a person: hr.people.'),
      id: textOr(
        text(1, 128),
        loose<SqlId>(),
        'The column that is the person’s id; { "column": "id", "type": "integer" } where it is no text.',
      ),
      columns: record(
        textOr(text(1, 128), loose<SqlColumn>()),
        'Columns by the attributes that they are: { "department": "dept", "accountEnabled": { "column": "active", "type": "boolean" } }.',
      ),
    },
    {
      sqlite: text(1, 4_096, 'A file of SQLite, relative to the folder of this file; or postgres, or query.'),
      postgres: secret(
        'The URL of a Postgres database, postgres://user:password@host/name; or sqlite, or query.',
      ),
      query: code<SqlQuery>(
        'Runs a statement with another driver, and returns its rows; with dialect; or sqlite, or postgres.',
      ),
      dialect: word(['postgres', 'sqlite', 'mysql'], 'Of query, and needed with it; or none.'),
      updatedAt: textOr(
        text(1, 128),
        loose<SqlUpdatedAt>(),
        'The column that says when a row was changed: { "column": "updated_at", "type": "text" }. Default: each slot examines everyone.',
      ),
      groups: loose<NonNullable<SqlDirectoryOptions['groups']>>(
        'Memberships: { "table": …, "personColumn": …, "groupColumn": … }. Default: people have no memberOf.',
      ),
      pageSize: whole(1, 10_000, 'Rows of a page. Default 1000.'),
    },
  ],
  {
    name: 'hr',
    about: 'The people of a table or view; needs: npm install pg',
    fields: {
      postgres: { env: 'DATABASE_URL' },
      table: 'hr.people',
      id: 'worker_id',
      columns: { displayName: 'name', mail: 'mail', department: 'dept' },
    },
    isDirectory: true,
    tasks: [],
  },
  async ({ sqlite, postgres, query, dialect, ...options }, context) => {
    const { sqlDirectory } = await import('../../connectors/sql/sql-directory.ts');
    const database = await openDatabase({ sqlite, postgres, query, dialect }, context);
    const directory = sqlDirectory({
      ...options,
      query: explained(database.query),
      dialect: database.dialect,
    });
    return {
      tasks: {},
      directory: async () => directory,
      check: (signal) => directory.check(signal),
      close: database.close,
    };
  },
);

interface Source {
  readonly sqlite: string | undefined;
  readonly postgres: Secret | undefined;
  readonly query: SqlQuery | undefined;
  readonly dialect: SqlDialect | undefined;
}

interface Database {
  readonly query: SqlQuery;
  readonly dialect: SqlDialect;
  readonly close: () => Promise<void>;
}

async function openDatabase(source: Source, context: OpenContext): Promise<Database> {
  const { sqlite, postgres, query, dialect } = source;
  const given = Object.entries({ sqlite, postgres, query }).filter(([, value]) => value !== undefined);
  if (given.length !== 1)
    throw invalid(
      { path: '', value: source, name: 'the connection' },
      'one with sqlite, postgres or query',
      given.length === 0 ? 'none of them' : `${given.map(([name]) => name).join(' and ')}`,
    );
  if (dialect !== undefined && query === undefined)
    throw invalid({ path: 'dialect', value: dialect }, 'absent without query');
  if (sqlite !== undefined) return openSqlite(context.file(sqlite));
  if (postgres !== undefined) return openPostgres(context.secret('postgres', postgres));
  if (dialect === undefined) throw invalid({ path: 'dialect', value: dialect }, 'given beside query');
  return { query: query as SqlQuery, dialect, close: async () => {} };
}

/** Errors of drivers as those of a system that is not well, which they are: not of tenure, nor of a program. */
function explained(query: SqlQuery): SqlQuery {
  return async (sql, parameters) => {
    try {
      return await query(sql, parameters);
    } catch (error) {
      const { code, message = '' } = (error ?? {}) as { readonly code?: unknown; readonly message?: string };
      const said = saidLine(withoutUrlCredentials(message)) || codeOfSocketError(error) || 'no reason';
      throw new ConnectorError(kindOfError(code, error), `The database answered: ${said}`, {
        code: 'QueryFailed',
      });
    }
  };
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html for 28: invalid authorization. */
function kindOfError(code: unknown, error: unknown): AnswerKind {
  if (typeof code === 'string' && /^28\w{3}$/.test(code)) return 'unauthorized';
  return kindOfSocketError(error) === 'unreachable' ? 'unreachable' : 'refused';
}

async function openSqlite(path: string): Promise<Database> {
  const { DatabaseSync } = await import('node:sqlite');
  let database: InstanceType<typeof DatabaseSync>;
  try {
    database = new DatabaseSync(path, { readOnly: true });
  } catch (cause) {
    throw invalid({ path: 'sqlite', value: path }, 'a database that can be opened', (cause as Error).message);
  }
  return {
    query: (sql, parameters) => database.prepare(sql).all(...(parameters as string[])),
    dialect: 'sqlite',
    close: async () => database.close(),
  };
}

async function openPostgres(url: () => string | Promise<string>): Promise<Database> {
  const { Pool } = await import('pg').then(
    ({ default: pg }) => pg,
    (error: unknown) => {
      throw missingPackage('pg', error);
    },
  );
  const pool = new Pool({ connectionString: await url(), max: 4, connectionTimeoutMillis: CONNECT_MS });
  // A connection that is lost while idle is replaced at the next statement.
  pool.on('error', () => {});
  return {
    query: async (sql, parameters) => (await pool.query(sql, [...parameters])).rows,
    dialect: 'postgres',
    close: () => pool.end(),
  };
}
