import type { ErrorCode } from '../../../errors/codes.ts';
import { InvariantError, LifecycleError } from '../../../errors/lifecycle-error.ts';
import { DamagedRow } from '../../journal/damaged-row.ts';

/** SQLite's primary result codes (the low byte of an extended code) that map to a code of their own. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  3: 'StoreReadOnly', // SQLITE_PERM
  5: 'StoreLocked', // SQLITE_BUSY
  6: 'StoreLocked', // SQLITE_LOCKED
  8: 'StoreReadOnly', // SQLITE_READONLY
  11: 'StoreCorrupt', // SQLITE_CORRUPT
  13: 'StoreFull', // SQLITE_FULL
  26: 'StoreForeign', // SQLITE_NOTADB
};

/** What each code expected of the file, and what to do about it. */
const WORDS = {
  StoreReadOnly: ['to be writable, with its folder', 'give this user write permission, or only read it'],
  StoreLocked: ['to be free', 'another program has locked it; end that program and retry'],
  StoreCorrupt: ['to be sound', 'keep a copy, then restore a backup or try `sqlite3 FILE .recover`'],
  StoreFull: ['to have room to grow', 'nothing of the commit was kept; free disk space and retry'],
  StoreForeign: ['to be a tenure database', 'name another file'],
  StoreFailed: ['to be usable', 'https://www.sqlite.org/rescode.html says what the code means'],
} as const satisfies Partial<Record<ErrorCode, readonly [expected: string, remedy: string]>>;

/** SQLITE_CANTOPEN: the file, or one of those that SQLite needs beside it. */
const CANNOT_OPEN = 14;

/** SQLITE_READONLY_ROLLBACK: a crash of the first start left a rollback journal; opening the file for writing repairs it. */
export const NEEDS_ROLLBACK = 776;

/** Extended result codes of a key that exists: UNIQUE, PRIMARY KEY, ROWID. */
const DUPLICATE_CODES: ReadonlySet<unknown> = new Set([2067, 1555, 2579]);

/** SQLite's extended result code of an error that `node:sqlite` threw; `null` for any other error. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode : null;
}

/** `true` when a row could not be inserted because its key exists. */
export function isDuplicate(error: unknown): boolean {
  return DUPLICATE_CODES.has(sqliteCode(error));
}

/** The error that a caller sees for `error`; one that is not the database's comes back as it is. */
export function storeError(error: unknown, file: string): unknown {
  if (LifecycleError.is(error) || error instanceof InvariantError) return error;
  if (error instanceof SyntaxError || error instanceof DamagedRow)
    return fileError('StoreCorrupt', file, error.message, error);
  const sqlite = sqliteCode(error);
  if (sqlite === null) return error;
  const code = CODES[sqlite & 0xff] ?? 'StoreFailed';
  const message = error instanceof Error ? error.message : String(error);
  return fileError(
    code as keyof typeof WORDS,
    file,
    `${message} (SQLite code ${sqlite})`,
    error,
    remedyOf(sqlite, file),
  );
}

/** The remedy of a code that has one of its own. */
function remedyOf(sqlite: number, file: string): string | undefined {
  if (sqlite === NEEDS_ROLLBACK) return 'a crash left changes to roll back; open it for writing once';
  if ((sqlite & 0xff) !== CANNOT_OPEN) return undefined;
  return `let this user write to its folder, or copy it, with ${file}-wal if that is there, to a folder that can be written`;
}

/** An error about `file`: what was expected, `found`, and the remedy. */
export function fileError(
  code: keyof typeof WORDS,
  file: string,
  found: string,
  cause?: unknown,
  remedy: string = WORDS[code][1],
): LifecycleError {
  const [expected] = WORDS[code];
  const options = cause === undefined ? undefined : { cause };
  return new LifecycleError(
    code,
    `Expected ${file} ${expected}, got: ${found}; ${remedy}`,
    { file },
    options,
  );
}

/** The error of a file whose schema is newer than this version. Names both. */
export function tooNew(file: string, found: number, known: number): LifecycleError<'StoreTooNew'> {
  return new LifecycleError(
    'StoreTooNew',
    `Expected ${file} to have schema version ${known} or older, got ${found}; use a newer version of tenure`,
    { file, found, known },
  );
}
