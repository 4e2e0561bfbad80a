import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunNews } from '../../../../../src/model/slices.ts';
import { postgresStore } from '../../../../../src/postgres.ts';
import type { PostgresPool } from '../../../../../src/stores/postgres/database.ts';
import { Session, Statements } from '../../../../../src/stores/postgres/session.ts';
import { News } from '../../../../../src/stores/postgres/slices/news.ts';
import { describePostgres, newSchema, serverUrl } from '../../../../postgres/support.ts';
import { makeRun } from '../../sqlite/records.ts';

/** A connection that listens, without a server. */
class Listening extends EventEmitter {
  readonly queries: string[] = [];
  released = 0;

  async query(text: unknown): Promise<void> {
    this.queries.push(String(text));
  }

  release(): void {
    this.released += 1;
  }

  hear(payload: string): void {
    this.emit('notification', { payload });
  }
}

function setUp() {
  const clients: Listening[] = [];
  const pool = {
    connect: async () => {
      const client = new Listening();
      clients.push(client);
      return client;
    },
    end: async () => {},
    on: () => {},
  };
  return { news: new News(pool as unknown as PostgresPool, 'hr'), clients };
}

const OFFERED: RunNews = { kind: 'offered', runId: 'r' };

describe('listening', () => {
  it('takes one connection for all listeners, with the first of them', async () => {
    const { news, clients } = setUp();
    expect(clients).toEqual([]);
    const heard: string[] = [];
    news.watch(({ runId }) => heard.push(`first ${runId}`));
    await nextTurn();
    news.watch(({ runId }) => heard.push(`second ${runId}`));
    await nextTurn();
    expect(clients.map(({ queries }) => queries)).toEqual([
      [expect.stringMatching(/^LISTEN tenure_[0-9a-f]{16}$/)],
    ]);
    clients[0]?.hear(JSON.stringify(OFFERED));
    expect(heard).toEqual(['first r', 'second r']);
  });

  it('ends with the last listener, and gives the connection up', async () => {
    const { news, clients } = setUp();
    const watches = [news.watch(() => {}), news.watch(() => {})];
    await nextTurn();
    watches[0]?.close();
    expect(clients[0]?.released).toBe(0);
    watches[1]?.close();
    expect(clients[0]?.released).toBe(1);
    expect(clients[0]?.eventNames()).toEqual([]);
    watches[1]?.close();
    expect(clients[0]?.released).toBe(1);
  });

  it('that is over before its connection is there gives it back, and listens to nothing', async () => {
    const { news, clients } = setUp();
    news.watch(() => {}).close();
    await nextTurn();
    expect(clients.map(({ queries, released }) => [queries, released])).toEqual([[[], 1]]);
  });

  it('on a connection that is lost releases it once, and the error goes no further', async () => {
    const { news, clients } = setUp();
    news.watch(() => {});
    await nextTurn();
    const [client] = clients;
    client?.emit('error', new Error('read ECONNRESET'));
    client?.emit('end');
    expect(client?.released).toBe(1);
    news.close();
  });

  it('does nothing where connections are too few', async () => {
    const news = new News(null, 'hr');
    news.watch(() => {}).close();
    news.close();
    await nextTurn();
  });
});

it.each([
  '',
  'no JSON',
  'null',
  '5',
  '"offered"',
  '{}',
  '{"kind":"offered"}',
  '{"kind":"offered","runId":5}',
  '{"kind":"dropped","runId":"r"}',
  '{"kind":["offered"],"runId":"r"}',
])('the notification %j of another program is not passed on', async (payload) => {
  const { news, clients } = setUp();
  const heard: RunNews[] = [];
  news.watch((one) => heard.push(one));
  await nextTurn();
  clients[0]?.hear(payload);
  clients[0]?.emit('notification', {});
  expect(heard).toEqual([]);
  clients[0]?.hear(JSON.stringify(OFFERED));
  expect(heard).toEqual([OFFERED]);
});

it('news are sent as values on a channel of their schema, whatever its name is', async () => {
  const asked: { text: string; values: readonly string[] }[] = [];
  const client = {
    query: async (query: unknown) => {
      asked.push(query as (typeof asked)[number]);
      return { rows: [] };
    },
  };
  for (const schema of ['hr', `o'hara "x"; --`])
    await new News(null, schema).publish(new Session(client, new Statements(schema)), OFFERED);
  expect(asked.map(({ text }) => text)).toEqual(['SELECT pg_notify($1, $2)', 'SELECT pg_notify($1, $2)']);
  const channels = asked.map(({ values }) => values[0]);
  expect(new Set(channels).size).toBe(2);
  for (const channel of channels) expect(channel).toMatch(/^tenure_[0-9a-f]{16}$/);
  expect(asked[0]?.values[1]).toBe('{"kind":"offered","runId":"r"}');
});

describePostgres('news of a commit', () => {
  it('are heard by another process after it, and never of a rollback', async () => {
    const options = { connectionString: serverUrl(), schema: newSchema() };
    const [here, there] = [await postgresStore(options), await postgresStore(options)];
    const { promise, resolve } = Promise.withResolvers<RunNews[]>();
    const heard: RunNews[] = [];
    const watch = there.slices?.watch((one) => {
      heard.push(one);
      if (one.runId === 'last') resolve(heard);
    });
    const publish = (id: string, fails: boolean) =>
      here.transaction(async (tx) => {
        const run = makeRun({ id, totalUsersCount: 1 });
        await tx.insertRun(run);
        await here.slices?.insert(tx, run);
        if (fails) throw new RangeError('mine');
      });
    // The connection that listens is made meanwhile: the first ones may not be heard.
    for (let no = 0; heard.length === 0; no++) await publish(`first ${no}`, false);
    await expect(publish('rolled back', true)).rejects.toThrow(RangeError);
    await publish('last', false);
    expect((await promise).map(({ runId }) => runId)).not.toContain('rolled back');
    watch?.close();
    await Promise.all([here.close(), there.close()]);
  });
});
