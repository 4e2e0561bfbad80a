import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../../src/embed.ts';
import type { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import { type PgBossOptions, pgBossSource } from '../../../../src/pg-boss.ts';
import type { Store } from '../../../../src/ports/store.ts';
import type { WorkSource } from '../../../../src/ports/work-source.ts';
import { postgresStore } from '../../../../src/postgres.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { describePostgres, newSchema, serverUrl, sql } from '../../../postgres/support.ts';

async function refusal(act: () => Promise<unknown>): Promise<LifecycleError> {
  return act().then(
    () => {
      throw new Error('Expected a refusal, got a value');
    },
    (error: LifecycleError) => error,
  );
}

describe('options', () => {
  it.each<[PgBossOptions, string]>([
    [{ queue: 'a b' }, 'queue'],
    [{ heartbeatSeconds: 9 }, 'heartbeatSeconds'],
    [{ schema: 'a'.repeat(51) }, 'schema'],
    [{ schema: 'a.b' }, 'schema'],
    [{ migrate: 1 as never }, 'migrate'],
    [{ clock: {} as never }, 'clock'],
  ])('%j is refused, naming the option', async (options, name) => {
    const error = await refusal(() => pgBossSource(memoryStore(), options));
    expect(error.code).toBe('InvalidArgument');
    expect(error.message).toMatch(new RegExp(`^Expected ${name} to be `));
  });

  it('a store without a database is refused', async () => {
    const error = await refusal(() => pgBossSource(memoryStore()));
    expect(error.message).toMatch(/^Expected store to be a store that postgresStore\(\) has opened, got /);
  });

  it('an engine on a store of one process refuses a source of work', async () => {
    const methods = 'open offer published take renew complete giveBack drop sweep close'.split(' ');
    const work = Object.fromEntries(methods.map((name) => [name, () => {}])) as unknown as WorkSource;
    const error = await refusal(() => createEngine({ work }));
    expect(error.message).toMatch(/^Expected work to be given with a store that several processes write/);
  });
});

it('without the package, the error says what to install', () => {
  const program = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name === 'pg-boss') throw Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    } });
    const { pgBossSource } = await import(${JSON.stringify(join(resolve('src'), 'pg-boss.ts'))});
    const { PostgresStore } = await import(${JSON.stringify(join(resolve('src'), 'stores/postgres/store.ts'))});
    const store = Object.create(PostgresStore.prototype);
    await pgBossSource(store, { schema: 'jobs' }).catch((error) => console.log(error.code, error.message));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toBe(
    'InvalidArgument Expected the package pg-boss to be installed beside tenure, got none; install it: npm install pg-boss\n',
  );
});

describePostgres('on a server', () => {
  const withStore = async (
    options: { schema: string; readOnly?: boolean },
    body: (store: Store) => unknown,
  ) => {
    const store = await postgresStore({ connectionString: serverUrl(), ...options });
    try {
      await body(store);
    } finally {
      await store.close();
    }
  };

  it('the tables are in a schema of their own; a queue outlives its sources and takes new options', async () => {
    const schema = newSchema();
    const jobs = `${schema}_jobs`;
    await withStore({ schema }, async (store) => {
      for (const heartbeatSeconds of [10, 20])
        await (await pgBossSource(store, { heartbeatSeconds })).close();
      const queues = `SELECT policy, heartbeat_seconds, retry_limit FROM "${jobs}".queue WHERE name = 'slices'`;
      expect(await sql(queues)).toEqual([
        { policy: 'exclusive', heartbeat_seconds: 20, retry_limit: 1_000_000_000 },
      ]);
      await sql(`DROP SCHEMA "${jobs}" CASCADE`);
      const error = await refusal(() => pgBossSource(store, { migrate: false }));
      expect(error.code).toBe('StoreReadOnly');
      expect(error.message).toMatch(
        /^Expected schema .+ to have the tables of this version of pg-boss, got: .*not installed; have its owner run `npx pg-boss migrate --schema .*`, or open/,
      );
    });
    await withStore({ schema, readOnly: true }, async (store) => {
      expect((await refusal(() => pgBossSource(store))).code).toBe('StoreReadOnly');
    });
  });
});
