import { describe, expect, it } from 'vitest';
import type { PostgresClient } from '../../../../src/stores/postgres/database.ts';
import { Database } from '../../../../src/stores/postgres/database.ts';
import { News } from '../../../../src/stores/postgres/slices/news.ts';
import { PostgresStore } from '../../../../src/stores/postgres/store.ts';
import { READS } from '../reads.ts';
import { RUN, refusal } from '../sqlite/support.ts';

/** A store without a server: every statement is kept, and finds nothing. */
function setUp(isReadOnly = false) {
  const log: string[] = [];
  let isEnded = false;
  const client: PostgresClient = {
    query: async (query) => {
      const text = typeof query === 'string' ? query : (query as { text: string }).text;
      log.push(text);
      if (text.startsWith('BEGIN;')) return [{ rows: [{ id: '7' }] }];
      return { rows: [], command: text };
    },
    release: () => {},
    on: () => {},
    removeListener: () => {},
  };
  const end = async () => {
    isEnded = true;
  };
  const database = new Database(
    { connect: async () => client, end, on: () => {} },
    { schema: 'hr', name: 'schema hr of the database', ownsPool: true, reconnectMs: 0 },
  );
  const store = new PostgresStore(database, isReadOnly, new News(null, 'hr'));
  return { store, log, isEnded: () => isEnded };
}

it('the store says what it can do, and which schema it is in', () => {
  const { store } = setUp();
  expect([store.capabilities, store.schema]).toEqual([{ durable: true, sharedWriters: true }, 'hr']);
});

describe('transactions of one process', () => {
  it('begin when the one before has ended, whatever became of it: each takes a connection only then', async () => {
    const { store, log } = setUp();
    const first = store.transaction(async (tx) => {
      await tx.putSetting('a', 'b');
      throw new RangeError('mine');
    });
    const second = store.transaction(async (tx) => {
      await tx.putSetting('a', 'c');
      return 5;
    });
    await expect(first).rejects.toThrow(RangeError);
    expect(await second).toBe(5);
    expect(log.map((text) => text.split(/[ ;]/)[0])).toEqual([
      'BEGIN',
      'INSERT',
      'ROLLBACK',
      'BEGIN',
      'INSERT',
      'COMMIT',
    ]);
  });
});

describe('a store that was opened to be read', () => {
  it('refuses transactions and statements of other packages before it asks the server, with what to do', async () => {
    const { store, log } = setUp(true);
    for (const act of [() => store.transaction(async () => {}), () => store.executeSql('SELECT 1')]) {
      const error = await refusal('StoreReadOnly', act);
      expect(error.message).toBe(
        'Expected schema hr of the database to take writes, got: a transaction on a store that was opened to be read; open it without `readOnly`',
      );
    }
    expect(log).toEqual([]);
    expect(await store.getSetting('a')).toBeNull();
  });
});

describe('closing', () => {
  it('waits for the transactions before it, and refuses those after it', async () => {
    const { store, log, isEnded } = setUp();
    const before = store.transaction((tx) => tx.putSetting('a', 'b'));
    const closing = store.close();
    const after = refusal('StoreClosed', () => store.transaction(async () => {}));
    await before;
    expect(log.at(-1)).toBe('COMMIT');
    await closing;
    expect((await after).message).toBe('The store is closed; open it again to use it');
    expect(isEnded()).toBe(true);
    await store.close();
  });

  it.each(READS)('refuses every read, and asks nothing: %s', async (_name, read) => {
    const { store, log } = setUp();
    await store.close();
    await refusal('StoreClosed', () => read(store, RUN));
    expect(log).toEqual([]);
  });

  it('refuses statements of other packages and the calls of slices', async () => {
    const { store, log } = setUp();
    await store.close();
    await refusal('StoreClosed', () => store.executeSql('SELECT 1'));
    await refusal('StoreClosed', () => store.slices.renew([], 0));
    await refusal('StoreClosed', () => store.slices.list({ leaseMs: 1, nowMs: 0, limit: 1 }));
    expect(log).toEqual([]);
  });
});

it('an error of the database becomes one of stores, and others come back as they are', () => {
  const { store } = setUp();
  const mine = new RangeError('mine');
  expect(store.explained(mine)).toBe(mine);
  const sent = Object.assign(new Error('no'), { code: '53100', severity: 'ERROR' });
  expect(store.explained(sent)).toMatchObject({ code: 'StoreFull', cause: sent });
});
