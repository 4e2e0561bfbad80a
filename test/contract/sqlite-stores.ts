import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { type SqliteOptions, sqliteStore } from '../../src/sqlite.ts';
import type { OpenedStore } from '../../src/testing/contract/kit.ts';
import { storeContract } from '../../src/testing/contract/store-contract.ts';

/** Runs the contract over SQLite stores that are opened so. */
export function sqliteContract(name: string, options: SqliteOptions): void {
  storeContract(
    { describe, it },
    {
      name,
      capabilities: { durable: true, sharedWriters: false, synchronous: true },
      make: () => makeSqlite(options),
    },
  );
}

/** A store in a folder of its own. */
async function makeSqlite(options: SqliteOptions): Promise<OpenedStore> {
  const folder = await mkdtemp(join(tmpdir(), 'tenure-contract-'));
  const opened: Store[] = [];
  const open = async () => {
    const store = await sqliteStore(join(folder, 'tenure.db'), options);
    opened.push(store);
    return store;
  };
  return {
    store: await open(),
    reopen: open,
    dispose: async () => {
      await Promise.allSettled(opened.map((store) => store.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
