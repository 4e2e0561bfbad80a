import { afterEach, describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { postgresStore } from '../../../../src/postgres.ts';
import { isLost, storeError } from '../../../../src/stores/postgres/errors.ts';
import { describePostgres, newSchema, serverUrl, sql } from '../../../postgres/support.ts';
import { fill, makeRun, makeUser, RUN } from '../sqlite/support.ts';

/** An error as `pg` makes it of one that the server sent. */
const sent = (code: string, message = 'no') => Object.assign(new Error(message), { code, severity: 'ERROR' });

describe('errors of the server', () => {
  it.each([
    ['08006', 'StoreUnavailable', true],
    ['28P01', 'StoreAccessDenied', false],
    ['42501', 'StoreAccessDenied', false],
    ['25006', 'StoreReadOnly', false],
    ['3D000', 'NotFound', false],
    ['53100', 'StoreFull', true],
    ['53300', 'StoreUnavailable', true],
    ['55P03', 'StoreUnavailable', true],
    ['57014', 'StoreUnavailable', true],
    ['57P03', 'StoreUnavailable', true],
    ['XX001', 'StoreCorrupt', false],
    ['XX000', 'StoreFailed', true],
    ['40P01', 'StoreFailed', true],
    ['42P05', 'StoreFailed', true],
  ])('%s is %s, retryable: %s', (state, code, retryable) => {
    const error = storeError(sent(state), 'the database');
    if (!LifecycleError.is(error)) throw new Error('Expected a LifecycleError');
    expect([error.code, error.retryable]).toEqual([code, retryable]);
    expect(error.message).toMatch(
      new RegExp(`^Expected the database to .*, got: no \\(SQLSTATE ${state}\\); .+`),
    );
  });

  it.each([
    [sent('57P01'), true],
    [sent('53300'), true],
    [Object.assign(new Error('read'), { code: 'ECONNRESET' }), true],
    [new Error('Connection terminated unexpectedly'), true],
    [sent('57014'), false],
    [sent('23505'), false],
    [new Error('a bug'), false],
  ])('%s: the connection is lost: %s', (error, lost) => {
    expect(isLost(error)).toBe(lost);
  });

  it.each([
    [new Error('The server does not support SSL connections'), /; check `sslmode` and `ssl`$/],
    [
      Object.assign(new Error('unable to verify the first certificate'), {
        code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      }),
      /; name the certificate of its authority by `sslrootcert` in the connection string, or `ssl: \{ ca \}`$/,
    ],
    [
      Object.assign(new Error("ENOENT: no such file or directory, open 'ca.crt'"), {
        code: 'ENOENT',
        syscall: 'open',
      }),
      /open 'ca\.crt'; check the files that `sslrootcert`, `sslcert` and `sslkey` name$/,
    ],
  ])('%s says what to do about TLS, and is not tried again', (error, remedy) => {
    expect(storeError(error, 'x')).toMatchObject({
      code: 'StoreUnavailable',
      message: expect.stringMatching(remedy),
    });
    expect(isLost(error)).toBe(false);
  });

  it('a prepared statement that is there already is the fault of a pooler', () => {
    expect(String(storeError(sent('42P05'), 'x'))).toMatch(
      /PgBouncer 1\.21 or newer .* or its session mode$/,
    );
  });

  it('what is not of the database comes back as it is', () => {
    const bug = new Error('a bug');
    expect(storeError(bug, 'x')).toBe(bug);
    expect(storeError('text', 'x')).toBe('text');
  });
});

describePostgres('while a store is open', () => {
  const stores: Store[] = [];
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });
  async function open(): Promise<{ readonly store: Store; readonly schema: string }> {
    const schema = newSchema();
    const url = new URL(serverUrl());
    url.searchParams.set('application_name', schema);
    const store = await postgresStore({ connectionString: url.href, schema });
    stores.push(store);
    return { store, schema };
  }

  it('a full disk keeps nothing of the transaction, and the next one works when there is room', async () => {
    const { store, schema } = await open();
    await sql(`CREATE FUNCTION "${schema}".full() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON "${schema}".notes EXECUTE FUNCTION "${schema}".full()`);
    const work = store.transaction(async (tx) => {
      await tx.putSetting('a', '1');
      await tx.putNotes([{ collection: 'c', key: 'k', body: '' }]);
    });
    await expect(work).rejects.toMatchObject({
      code: 'StoreFull',
      message: expect.stringMatching(/nothing of the commit was kept; free disk space on the server/),
    });
    await sql(`DROP TRIGGER full_disk ON "${schema}".notes`);
    expect(await store.getSetting('a')).toBeNull();
    await store.transaction((tx) => tx.putSetting('a', '2'));
    expect(await store.getSetting('a')).toBe('2');
  });

  it('a call that failed fails the transaction, even when its error is caught', async () => {
    const { store, schema } = await open();
    await sql(`ALTER TABLE "${schema}".notes RENAME TO away`);
    const work = store.transaction(async (tx) => {
      await tx.putNotes([{ collection: 'c', key: 'k', body: '' }]).catch(() => {});
      return 'value';
    });
    await expect(work).rejects.toMatchObject({ code: 'StoreFailed' });
  });

  it('connections that the server ends are replaced', async () => {
    const { store, schema } = await open();
    await store.transaction((tx) => tx.putSetting('a', '1'));
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = '${schema}' AND state = 'idle'`;
    for (let round = 0; round < 3; round += 1) {
      await sql(end);
      expect(await store.getSetting('a')).toBe('1');
    }
  });

  it('ordinals beyond any user are found nowhere', async () => {
    const { store } = await open();
    await fill(store, makeRun(), [makeUser(1)]);
    const far = Number.MAX_SAFE_INTEGER;
    expect(await store.getUser(RUN, far)).toBeNull();
    expect(await store.transaction((tx) => tx.getUser(RUN, far))).toBeNull();
    expect(await store.listUsersByStatus(RUN, 'queued', far - 1, 9, far)).toEqual([]);
    expect(await store.listUsersByStatus(RUN, 'queued', 0, 9, far)).toEqual([makeUser(1)]);
    const all = { afterOrdinal: 0, toOrdinal: far, fromMs: 0, toMs: far };
    expect((await store.sumUsers({ runId: RUN, ...all })).totalUsers).toBe(1);
  });

  it('a text with a NUL is refused before it is sent, and names the reason', async () => {
    const { store } = await open();
    await expect(store.transaction((tx) => tx.putSetting('a', 'b\u0000'))).rejects.toMatchObject({
      code: 'InvalidArgument',
      message: expect.stringMatching(/one with a NUL/),
    });
  });
});
