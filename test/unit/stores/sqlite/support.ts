import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { ErrorCode } from '../../../../src/errors/codes.ts';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { RUN } from './records.ts';

export * from './records.ts';

const folders: string[] = [];
const stores: Store[] = [];

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder that goes after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-sqlite-'));
  folders.push(folder);
  return folder;
}

/** The path of a file that does not exist yet. */
export function newFile(): string {
  return join(newFolder(), 'tenure.db');
}

/** Closes the store after the test. */
export async function opened<S extends Store>(store: Promise<S>): Promise<S> {
  stores.push(await store);
  return store;
}

/** Puts a run with its users into the store. */
export function fill(store: Store, run: RunRecord, users: readonly UserRecord[]): Promise<void> {
  return store.transaction(async (tx) => {
    await tx.insertRun(run);
    await tx.insertUsers(users);
  });
}

export function put(store: Store, users: readonly UserRecord[]): Promise<void> {
  return store.transaction((tx) => tx.putUsers(users));
}

/** All users of {@link RUN}, by number. */
export function allUsers(store: Pick<Store, 'listUsers'>): Promise<readonly UserRecord[]> {
  return store.listUsers({
    runId: RUN,
    where: null,
    order: { property: 'id', descending: false },
    after: null,
    limit: 9_999,
  });
}

/** The error that `act` ends in; it must have `code`. */
export async function refusal<Code extends ErrorCode>(
  code: Code,
  act: () => Promise<unknown>,
): Promise<LifecycleError<Code>> {
  try {
    await act();
  } catch (error) {
    if (LifecycleError.is(error) && error.code === code)
      return error as LifecycleError as LifecycleError<Code>;
    throw new Error(`Expected ${code}, got ${String(error)}`, { cause: error });
  }
  throw new Error(`Expected ${code}, got no error`);
}
