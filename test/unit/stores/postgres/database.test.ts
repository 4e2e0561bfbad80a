import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import { Database, type Ending, type PostgresClient } from '../../../../src/stores/postgres/database.ts';
import type { Session } from '../../../../src/stores/postgres/session.ts';
import { refusal } from '../sqlite/support.ts';

const LOST = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const SENT = (code: string) => Object.assign(new Error('no'), { code, severity: 'ERROR' });

/** What a server answers to a statement: rows, an error, or `undefined` for the usual answer. */
type Answer = (text: string) => Error | readonly unknown[] | { command: string } | undefined;

/** A pool without a server: every statement is kept, and answered as `answer` says. */
function setUp(answer: Answer = () => undefined, options: { reconnectMs?: number; ownsPool?: boolean } = {}) {
  const log: string[] = [];
  const released: string[] = [];
  let connections = 0;
  let refusals = 0;
  let ended = 0;
  const connect = async (): Promise<PostgresClient> => {
    if (refusals > 0) {
      refusals -= 1;
      throw LOST();
    }
    connections += 1;
    const name = `client ${connections}`;
    const listeners = new Set<unknown>();
    return {
      query: async (query) => {
        const text = typeof query === 'string' ? query : (query as { text: string }).text;
        log.push(text);
        const given = answer(text);
        if (given instanceof Error) throw given;
        if (given !== undefined) return Array.isArray(given) ? { rows: given } : given;
        if (text.startsWith('BEGIN;')) return [{ rows: [] }, { rows: [{ id: '77' }] }];
        return { rows: [], command: text };
      },
      release: (destroy) =>
        released.push(`${name}${destroy === true ? ' destroyed' : ''}, ${listeners.size} listeners`),
      on: (_, listener) => listeners.add(listener),
      removeListener: (_, listener) => listeners.delete(listener),
    };
  };
  const end = async () => {
    ended += 1;
  };
  const pool = { connect, end, on: () => {} };
  const database = new Database(pool, {
    schema: 'tenure',
    name: 'the database',
    ownsPool: options.ownsPool ?? true,
    reconnectMs: options.reconnectMs ?? 10_000,
  });
  return {
    database,
    log,
    released,
    refuse: (times: number) => {
      refusals = times;
    },
    ends: () => ended,
  };
}

/** A transaction that writes down what is asked of it. */
function ending(
  log: string[],
  fault: Error | null = null,
): (session: Session) => Ending & { session: Session } {
  return (session) => ({
    session,
    end: async () => void log.push('end'),
    requireSound: () => {
      log.push('requireSound');
      if (fault) throw fault;
    },
    undo: () => void log.push('undo'),
  });
}

const BEGUN = expect.stringMatching(
  /^BEGIN; SET LOCAL idle_in_transaction_session_timeout = 15000; SELECT pg_advisory_xact_lock\(-?\d+\); SELECT pg_current_xact_id/,
);

describe('reads', () => {
  it('of several statements see one state, and give the client back', async () => {
    const { database, log, released } = setUp();
    expect(await database.read(async (session) => (await session.rows('SELECT 1')).length)).toBe(0);
    expect(log).toEqual(['BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', 'SELECT 1', 'COMMIT']);
    expect(released).toEqual(['client 1, 0 listeners']);
  });

  it('of one statement need no transaction', async () => {
    const { database, log } = setUp();
    await database.readOnce((session) => session.rows('SELECT 1'));
    expect(log).toEqual(['SELECT 1']);
  });

  it('that fail are rolled back, and the error names the database', async () => {
    const { database, log, released } = setUp((text) => (text === 'SELECT 1' ? SENT('42P01') : undefined));
    const error = await refusal('StoreFailed', () => database.read((session) => session.rows('SELECT 1')));
    expect(error.message).toMatch(/^Expected the database to be usable, got: no \(SQLSTATE 42P01\); https/);
    expect(log.slice(-2)).toEqual(['SELECT 1', 'ROLLBACK']);
    expect(released).toEqual(['client 1, 0 listeners']);
  });

  it('give errors of their callers back as they are', async () => {
    const { database } = setUp();
    const mine = new RangeError('mine');
    await expect(database.read(() => Promise.reject(mine))).rejects.toBe(mine);
  });

  it('on a connection that is lost destroy it, and while the store opens say so at once', async () => {
    let asked = 0;
    const { database, released } = setUp((text) => {
      if (text !== 'SELECT 1') return undefined;
      asked += 1;
      return LOST();
    });
    const error = await refusal('StoreUnavailable', () =>
      database.readOnce((session) => session.rows('SELECT 1')),
    );
    expect(error.retryable).toBe(true);
    expect([asked, released]).toEqual([1, ['client 1 destroyed, 0 listeners']]);
  });

  it('are repeated on another connection once the store is open', async () => {
    let losses = 2;
    const { database, released } = setUp((text) => {
      if (text !== 'SELECT 1') return undefined;
      losses -= 1;
      return losses >= 0 ? LOST() : [[5]];
    });
    database.waitForServer(true);
    expect(await database.readOnce((session) => session.value('SELECT 1'))).toBe(5);
    expect(released).toEqual([
      'client 1 destroyed, 0 listeners',
      'client 2 destroyed, 0 listeners',
      'client 3, 0 listeners',
    ]);
  });

  it('give up when the server is away for longer than `reconnectMs`', async () => {
    const { database, refuse } = setUp(() => undefined, { reconnectMs: 60 });
    database.waitForServer(true);
    refuse(99);
    await refusal('StoreUnavailable', () => database.readOnce((session) => session.rows('SELECT 1')));
    refuse(1);
    expect(await database.readOnce((session) => session.rows('SELECT 1'))).toEqual([]);
  });
});

describe('a transaction', () => {
  it('begins with its number under the lock of the schema, and commits when its work and its calls have ended', async () => {
    const { database, log, released } = setUp();
    const value = await database.transaction(ending(log), async ({ session }) => {
      await session.rows('INSERT');
      return 'value';
    });
    expect(value).toBe('value');
    expect(log).toEqual([BEGUN, 'INSERT', 'end', 'requireSound', 'COMMIT']);
    expect(released).toEqual(['client 1, 0 listeners']);
  });

  it('has a lock of its own for each schema, and none where it is concurrent', async () => {
    const locks = ['a', 'b', 'a'].map(async (schema) => {
      const { log } = setUp();
      const pool = {
        connect: async () => Promise.reject(new Error('unused')),
        end: async () => {},
        on: () => {},
      };
      const texts: string[] = [];
      const one = new Database(
        {
          ...pool,
          connect: async () => ({
            query: async (query) => {
              texts.push(String(query));
              return texts.length === 1 ? [{ rows: [{ id: '1' }] }] : { command: 'COMMIT' };
            },
            release: () => {},
            on: () => {},
            removeListener: () => {},
          }),
        },
        { schema, name: schema, ownsPool: true, reconnectMs: 0 },
      );
      await one.transaction(ending(log), async () => {});
      return /xact_lock\((-?\d+)\)/.exec(texts[0] ?? '')?.[1];
    });
    const [a, b, again] = await Promise.all(locks);
    expect([a === again, a === b]).toEqual([true, false]);
    const { database, log } = setUp();
    await database.transaction(ending([]), async () => {}, 'concurrent');
    expect(log[0]).not.toContain('advisory');
  });

  it('whose work fails is rolled back and undone, with the same error', async () => {
    const { database, log, released } = setUp();
    const mine = new RangeError('mine');
    await expect(database.transaction(ending(log), () => Promise.reject(mine))).rejects.toBe(mine);
    expect(log).toEqual([BEGUN, 'end', 'ROLLBACK', 'undo']);
    expect(released).toEqual(['client 1, 0 listeners']);
  });

  it('in which a call failed is not committed, even when its work swallowed the error', async () => {
    const { database, log } = setUp();
    const fault = new LifecycleError('Duplicate', 'twice');
    await expect(database.transaction(ending(log, fault), async () => 'value')).rejects.toBe(fault);
    expect(log).toEqual([BEGUN, 'end', 'requireSound', 'end', 'ROLLBACK', 'undo']);
  });

  it('that the server has rolled back at its COMMIT was not kept', async () => {
    const { database, log } = setUp((text) => (text === 'COMMIT' ? { command: 'ROLLBACK' } : undefined));
    const error = await refusal('StoreFailed', () => database.transaction(ending(log), async () => 'value'));
    expect(error.message).toContain('got: a transaction that a failed statement had ended;');
    expect(log.at(-1)).toBe('undo');
  });

  it('is begun on another connection, but its work is never run twice', async () => {
    const { database, refuse, log } = setUp((text) => (text === 'INSERT' ? LOST() : undefined));
    database.waitForServer(true);
    refuse(2);
    let works = 0;
    await refusal('StoreUnavailable', () =>
      database.transaction(ending(log), async ({ session }) => {
        works += 1;
        await session.rows('INSERT');
      }),
    );
    expect(works).toBe(1);
    expect(log).toEqual([BEGUN, 'INSERT', 'end', 'undo']);
  });
});

describe('a COMMIT whose answer is lost', () => {
  const outcomes = (status: (asked: number) => Error | readonly unknown[]) => {
    let asked = 0;
    return setUp((text) => {
      if (text === 'COMMIT') return LOST();
      if (!text.startsWith('SELECT pg_xact_status')) return undefined;
      asked += 1;
      return status(asked);
    });
  };

  it('is asked about by its number, and was kept when the server says so', async () => {
    const { database, log, released } = outcomes(() => [['committed']]);
    expect(await database.transaction(ending(log), async () => 'value')).toBe('value');
    expect(log.at(-1)).toBe('SELECT pg_xact_status($1::text::xid8)');
    expect(log).not.toContain('undo');
    expect(released).toEqual(['client 2, 0 listeners', 'client 1 destroyed, 0 listeners']);
  });

  it('was not kept when the server says so', async () => {
    const { database, log } = outcomes(() => [['aborted']]);
    const error = await refusal('StoreUnavailable', () =>
      database.transaction(ending(log), async () => 'value'),
    );
    expect(error.message).toContain('got: a connection that was lost; nothing of the transaction was kept;');
    expect(error.details).toEqual({ database: 'the database', commit: 'none' });
    expect(log.at(-1)).toBe('undo');
  });

  it('was not kept when a server that has taken over does not know its number yet', async () => {
    const { database } = outcomes(() => new Error('transaction ID 77 is in the future'));
    const error = await refusal('StoreUnavailable', () => database.transaction(ending([]), async () => {}));
    expect(error.details).toMatchObject({ commit: 'none' });
  });

  it.each<[string, () => Error | readonly unknown[]]>([
    ['has forgotten it', () => [[null]]],
    ['fails to say', () => SENT('42501')],
  ])('is unknown when the server %s, and the error says that', async (_name, status) => {
    const { database } = outcomes(status);
    const error = await refusal('StoreUnavailable', () => database.transaction(ending([]), async () => {}));
    expect(error.message).toContain('it is not known whether the transaction was kept');
    expect(error.details).toMatchObject({ commit: 'unknown' });
  });

  it('is asked about until the server answers', async () => {
    const { database, log } = outcomes((asked) =>
      asked === 1 ? LOST() : asked === 2 ? [['in progress']] : [['committed']],
    );
    database.waitForServer(true);
    expect(await database.transaction(ending(log), async () => 'value')).toBe('value');
    expect(log.filter((text) => text.startsWith('SELECT pg_xact_status'))).toHaveLength(3);
  });

  it('is given up when the store closes meanwhile', async () => {
    const { database } = outcomes(() => [['in progress']]);
    const error = await refusal('StoreUnavailable', () => database.transaction(ending([]), async () => {}));
    expect(error.details).toMatchObject({ commit: 'unknown' });
  });
});

it('a write of its own commits is made once, whatever becomes of it', async () => {
  let asked = 0;
  const { database } = setUp((text) => {
    if (text !== 'UPDATE') return undefined;
    asked += 1;
    return LOST();
  });
  database.waitForServer(true);
  await refusal('StoreUnavailable', () => database.write((session) => session.rows('UPDATE')));
  expect(asked).toBe(1);
});

it('closing ends the pool, unless it was given', async () => {
  const [own, given] = [setUp(), setUp(() => undefined, { ownsPool: false })];
  await own.database.close();
  await given.database.close();
  expect([own.ends(), given.ends()]).toEqual([1, 0]);
});
