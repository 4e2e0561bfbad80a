import type { ErrorCode } from '../../errors/codes.ts';
import { InvariantError, LifecycleError } from '../../errors/lifecycle-error.ts';
import { DamagedRow } from '../journal/damaged-row.ts';

/** What each code expected of the database, and what to do about it. */
const WORDS = {
  StoreUnavailable: ['to answer', 'check that the server runs and can be reached, and retry'],
  StoreAccessDenied: ['to allow this login what tenure does', 'check the user, the password and the rights'],
  StoreReadOnly: [
    'to take writes',
    'connect to the primary server, and see `default_transaction_read_only` of the database and the role',
  ],
  StoreFull: [
    'to have room to grow',
    'nothing of the commit was kept; free disk space on the server and retry',
  ],
  StoreCorrupt: ['to be sound', 'restore a backup'],
  StoreForeign: ['to be for tenure alone', 'name another schema: { schema: … }'],
  StoreFailed: [
    'to be usable',
    'https://www.postgresql.org/docs/current/errcodes-appendix.html says what the code means',
  ],
  NotFound: ['to exist', 'create it: createdb NAME'],
} as const satisfies Partial<Record<ErrorCode, readonly [expected: string, remedy: string]>>;

type StoreCode = keyof typeof WORDS;

/** A prepared statement that is missing, or there already. */
const POOLED =
  'a pooler gives connections to several clients: use PgBouncer 1.21 or newer with `max_prepared_statements`, or its session mode';

/** Codes of SQLSTATE, whole or by their class (the first two characters), with a remedy of their own if need be. */
const STATES: Readonly<Record<string, readonly [code: StoreCode, remedy?: string]>> = {
  '08': ['StoreUnavailable'],
  '28': ['StoreAccessDenied', 'check user and password of the connection string, or PGUSER and PGPASSWORD'],
  '57': ['StoreUnavailable'],
  XX: ['StoreCorrupt'],
  '25006': ['StoreReadOnly'],
  '25P03': ['StoreUnavailable', 'the transaction was idle for too long, and nothing of it was kept; retry'],
  '3D000': ['NotFound'],
  '42501': [
    'StoreAccessDenied',
    'let the owner of the database grant the rights (GRANT CREATE ON DATABASE …), or apply `tenure db sql` and open with { migrate: false }',
  ],
  '53100': ['StoreFull'],
  '53300': ['StoreUnavailable', 'raise `max_connections` of the server, or lower `connections`'],
  '55P03': ['StoreUnavailable', 'another process holds a lock for too long; retry'],
  '57014': ['StoreUnavailable', 'the statement took longer than `statementTimeoutMs`; retry, or raise it'],
  XX000: ['StoreFailed'],
  '26000': ['StoreFailed', POOLED],
  '42P05': ['StoreFailed', POOLED],
};

/** Of Node's sockets and name resolution. */
const SOCKET_CODES: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'ENOENT', 'EACCES', 'EHOSTDOWN'],
]);
/** How `pg` says that a connection was lost or could not be made; it gives these errors no code. */
const LOST =
  /connection (?:terminated|error|ended)|timeout exceeded|timeout expired|not queryable|ended the connection/i;

/** The error that a caller sees for `error`; one that is not the database's comes back as it is. */
export function storeError(error: unknown, database: string): unknown {
  if (LifecycleError.is(error) || error instanceof InvariantError) return error;
  if (error instanceof SyntaxError || error instanceof DamagedRow)
    return databaseError('StoreCorrupt', database, error.message, error);
  if (!(error instanceof Error)) return error;
  const state = stateOf(error);
  if (state !== null) {
    const [code, remedy] = STATES[state] ?? STATES[state.slice(0, 2)] ?? (['StoreFailed'] as const);
    return databaseError(code, database, `${error.message} (SQLSTATE ${state})`, error, remedy);
  }
  if (isLost(error)) return databaseError('StoreUnavailable', database, messageOf(error), error);
  const remedy = remedyOfTls(error);
  if (remedy !== null) return databaseError('StoreUnavailable', database, messageOf(error), error, remedy);
  return error;
}

/** Whether the connection broke, or none could be made: what was asked of it can be asked of another one. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = stateOf(error);
  if (state !== null) return /^(?:08|57P0[123]|53300|25P03)/.test(state);
  const { code, syscall } = error as NodeJS.ErrnoException;
  return LOST.test(error.message) || (SOCKET_CODES.has(String(code)) && syscall !== 'open');
}

/** What to do about an error of TLS, whose files `pg` reads itself; `null`: it is of another kind. */
function remedyOfTls(error: Error): string | null {
  if ((error as NodeJS.ErrnoException).syscall === 'open')
    return 'check the files that `sslrootcert`, `sslcert` and `sslkey` name';
  if (/certificate|altnames/i.test(error.message))
    return 'name the certificate of its authority by `sslrootcert` in the connection string, or `ssl: { ca }`';
  return /\bSSL\b/i.test(error.message) ? 'check `sslmode` and `ssl`' : null;
}

/** An error about the database: what was expected, `found`, and the remedy. */
export function databaseError(
  code: StoreCode,
  database: string,
  found: string,
  cause?: unknown,
  remedy: string = WORDS[code][1],
): LifecycleError {
  const message = `Expected ${database} ${WORDS[code][0]}, got: ${found}; ${remedy}`;
  return new LifecycleError(code, message, { database }, cause === undefined ? undefined : { cause });
}

/** The error of a schema that is newer than this version. Names both. */
export function tooNew(database: string, found: number, known: number): LifecycleError<'StoreTooNew'> {
  return new LifecycleError(
    'StoreTooNew',
    `Expected ${database} to have schema version ${known} or older, got ${found}; use a newer version of tenure`,
    { database, found, known },
  );
}

/** The five characters of SQLSTATE of an error that the server sent. */
function stateOf(error: Error): string | null {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof code === 'string' && severity !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** Node's error for several addresses has an empty message. */
function messageOf(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors : [error];
  return [...new Set(inner.map((one: Error) => one.message))].join(', ');
}
