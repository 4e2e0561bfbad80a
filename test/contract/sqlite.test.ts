import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { type OpenedStore, storeContract } from '../../src/testing/store-contract.ts';

storeContract(
  { describe, it },
  { name: 'sqlite', capabilities: { durable: true, sharedWriters: false }, make: makeSqlite },
);

/** A store in a folder of its own. */
async function makeSqlite(): Promise<OpenedStore> {
  const folder = await mkdtemp(join(tmpdir(), 'tenure-contract-'));
  const opened: Store[] = [];
  const open = async () => {
    const store = await sqliteStore(join(folder, 'tenure.db'));
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
