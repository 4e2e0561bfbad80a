import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { ErrorCode } from '../../../src/errors/codes.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { Subject } from '../../../src/model/subject.ts';
import type { Directory, ScopeRule } from '../../../src/ports/directory.ts';

/** A folder for one test file, gone afterwards; writes files into it. */
export function folder(): {
  write(name: string, content: string | Buffer): Promise<string>;
  /** Writes a file of a new name with this extension. */
  fresh(extension: string, content: string | Buffer): Promise<string>;
  path(name: string): string;
} {
  let root = '';
  let made = 0;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tenure-directory-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));
  const write = async (name: string, content: string | Buffer): Promise<string> => {
    await writeFile(join(root, name), content);
    return join(root, name);
  };
  return {
    path: (name) => join(root, name),
    write,
    fresh: (extension, content) => {
      made += 1;
      return write(`${made}${extension}`, content);
    },
  };
}

/** Everything that a query streams. */
export async function all(directory: Directory, rule: ScopeRule | null = null): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for await (const subject of directory.query(rule)) subjects.push(subject);
  return subjects;
}

/** The ids of subjects, in their order. */
export const idsOf = (subjects: readonly Subject[]): string[] => subjects.map(({ id }) => id);

/** The error with `code` that `promise` rejects with; fails for anything else. */
export async function rejection<Code extends ErrorCode = 'InvalidFile'>(
  promise: Promise<unknown>,
  code: Code = 'InvalidFile' as Code,
): Promise<LifecycleError<Code>> {
  const error: unknown = await promise.then(
    () => new Error(`Expected ${code}, got a value`),
    (reason: unknown) => reason,
  );
  if (!LifecycleError.is(error)) throw error;
  expect(error.code).toBe(code);
  return error as LifecycleError as LifecycleError<Code>;
}
