/** Copies between stores of all kinds have everything, and go on where they were interrupted. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { copyStore } from '../../src/ledger/copy/copy-store.ts';
import type { Store } from '../../src/ports/store.ts';
import { postgresStore } from '../../src/postgres.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { everythingOf, fullStore } from '../helpers/whole-store.ts';
import { describePostgres, newSchema, serverUrl } from '../postgres/support.ts';

const folder = await mkdtemp(join(tmpdir(), 'tenure-copy-'));
const opened: Store[] = [];
afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await rm(folder, { recursive: true, force: true });
});

async function copied(from: Store, to: Store): Promise<Store> {
  opened.push(to);
  await copyStore(from, to, { settings: ['host'], onProgress: () => {} });
  return to;
}

describe('a copy', () => {
  it('has everything, from memory to a file, from there to slices in memory, and back', async () => {
    const source = await fullStore();
    const all = await everythingOf(source);
    const file = await copied(source, await sqliteStore(join(folder, 'a.db')));
    expect(await everythingOf(file)).toEqual(all);
    const slices = await copied(file, memoryStore({ slices: true }));
    expect(await everythingOf(slices)).toEqual(all);
    expect(await everythingOf(await copied(slices, memoryStore()))).toEqual(all);
  });

  describePostgres('with a server', () => {
    it('has everything, from a file to Postgres and back', async () => {
      const file = await copied(await fullStore(), await sqliteStore(join(folder, 'b.db')));
      const all = await everythingOf(file);
      const there = await postgresStore({ connectionString: serverUrl(), schema: newSchema() });
      const postgres = await copied(file, there);
      expect(await everythingOf(postgres)).toEqual(all);
      expect(await everythingOf(await copied(postgres, memoryStore()))).toEqual(all);
    });
  });
});
