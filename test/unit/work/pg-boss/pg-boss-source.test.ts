/** Engines that share runs through pg-boss, on a real server. */
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { arrayDirectory } from '../../../../src/directory/array-directory.ts';
import { createEngine } from '../../../../src/embed.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { checkStore } from '../../../../src/ledger/check.ts';
import { pgBossSource } from '../../../../src/pg-boss.ts';
import type { TaskContext } from '../../../../src/ports/task-handler.ts';
import { type PostgresOptions, type PostgresPool, postgresStore } from '../../../../src/postgres.ts';
import { describePostgres, newSchema, serverUrl, sql } from '../../../postgres/support.ts';

/** Eight slices: an engine takes four at a time. */
const USERS = Array.from({ length: 400 }, (_, index) => ({ id: `u${index + 1}` }));
const WORKFLOW = {
  category: 'joiner',
  displayName: 'First day',
  executionConditions: 'onDemand',
  tasks: [{ taskDefinitionId: 'greet' }],
} as const;
const JOBS = newSchema();

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

type Handler = (context: TaskContext) => void | Promise<void>;

async function startEngine(options: PostgresOptions, greet: Handler): Promise<Engine> {
  const store = await postgresStore(options);
  const engine = await createEngine({
    store,
    work: pgBossSource(store, { schema: JOBS, queue: options.schema?.replace(' ', '-') ?? '' }),
    directory: arrayDirectory(USERS),
    concurrency: 20,
    tasks: { greet },
  });
  ends.push(() => engine.close({ deadlineMs: 500 }));
  await engine.start();
  return engine;
}

/** A pool whose connections can be cut, for good. */
function mortalPool(): { readonly pool: PostgresPool; die(): Promise<void> } {
  const inner = new pg.Pool({ connectionString: serverUrl(), max: 4, application_name: 'mortal' });
  inner.on('error', () => {});
  let isDead = false;
  const pool: PostgresPool = {
    connect: async () => {
      if (isDead) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      return inner.connect();
    },
    end: () => inner.end(),
    on: (event, listener) => inner.on(event, listener),
  };
  const die = async () => {
    isDead = true;
    await sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mortal'");
  };
  return { pool, die };
}

describePostgres('engines with pg-boss', () => {
  it('share a run: every user is processed once, and each engine has its part', async () => {
    const options = { connectionString: serverUrl(), schema: newSchema() };
    const calls: string[] = [];
    const engines: Engine[] = [];
    const arrived = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    for (const own of arrived)
      engines.push(
        await startEngine(options, async ({ subject }) => {
          calls.push(subject.id);
          own.resolve();
          await Promise.all(arrived.map(({ promise }) => promise));
        }),
      );
    const [engine] = engines as [Engine];
    const workflow = await engine.workflows.create(WORKFLOW);
    const { id } = await engine.runs.activate(workflow.id, { subjects: USERS.map((user) => user.id) });
    const run = await engine.runs.waitFor(id);
    expect(run).toMatchObject({ processingStatus: 'completed', successfulUsersCount: USERS.length });
    expect(calls.sort()).toEqual(USERS.map((user) => user.id).sort());
    const jobs = await sql<{ state: string }>(
      `SELECT DISTINCT state FROM "${JOBS}".job WHERE name = '${options.schema.replace(' ', '-')}'`,
    );
    expect(jobs).toEqual([{ state: 'completed' }]);
  });

  it('take over from one that dies, and repeat nothing that it had recorded', async () => {
    const schema = newSchema();
    const { pool, die } = mortalPool();
    let begun = 0;
    const dead = await startEngine({ pool, schema, reconnectMs: 0 }, async () => {
      begun += 1;
      if (begun > 30) await new Promise(() => {});
    });
    const recorded: string[] = [];
    const enough = Promise.withResolvers<void>();
    dead.on('user.finished', ({ subjectId }) => {
      recorded.push(subjectId);
      if (recorded.length === 30) enough.resolve();
    });
    const workflow = await dead.workflows.create(WORKFLOW);
    const { id } = await dead.runs.activate(workflow.id, { subjects: USERS.map((user) => user.id) });
    await enough.promise;
    await die();

    const calls: string[] = [];
    const heir = await startEngine({ connectionString: serverUrl(), schema }, ({ subject }) => {
      calls.push(subject.id);
    });
    // Its leases and heartbeats are over.
    await sql(`UPDATE "${schema}".slices SET heard_at = heard_at - interval '1 minute' WHERE in_hand;
      UPDATE "${JOBS}".job SET heartbeat_on = heartbeat_on - interval '1 minute' WHERE state = 'active'`);
    const run = await heir.runs.waitFor(id);
    expect(run).toMatchObject({ processingStatus: 'completed', successfulUsersCount: USERS.length });
    expect(calls.filter((user) => recorded.includes(user))).toEqual([]);
    expect(new Set([...recorded, ...calls]).size).toBe(USERS.length);
    const store = await postgresStore({ connectionString: serverUrl(), schema, readOnly: true });
    ends.push(() => store.close());
    expect((await checkStore(store)).violations).toEqual([]);
  });
});
