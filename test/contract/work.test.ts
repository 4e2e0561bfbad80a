/** The sources of work over the stores that they have in common with their engines. */
import { randomUUID } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import { afterAll, describe, it } from 'vitest';
import { StoreSource } from '../../src/engine/runner/store-source.ts';
import { pgBossSource } from '../../src/pg-boss.ts';
import type { Store } from '../../src/ports/store.ts';
import type { WorkSource } from '../../src/ports/work-source.ts';
import { postgresStore } from '../../src/postgres.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { type VirtualClock, virtualClock } from '../../src/system/virtual/virtual-clock.ts';
import { workSourceContract } from '../../src/testing/contract/work/work-contract.ts';
import type { OpenedWork } from '../../src/testing/contract/work/work-kit.ts';
import { describePostgres, newSchema, serverUrl, sql } from '../postgres/support.ts';

const START_MS = Date.UTC(2026, 0, 12);
const ON_POSTGRES = { describe: describePostgres as typeof describe, it };
/** One for all tests: making the tables takes longer than most of them. */
const SCHEMA = newSchema();
const JOBS = newSchema();

/** Sources over a store, which end with their test. */
function workOn(
  store: Store,
  clock: VirtualClock,
  make: () => Promise<WorkSource>,
  pass: OpenedWork['pass'],
): OpenedWork {
  const sources: WorkSource[] = [];
  const sweeps: Promise<void>[] = [];
  return {
    store,
    clock,
    source: async () => {
      const source = await make();
      sources.push(source);
      // Those that a timer begins are waited for, too.
      const sweep = source.sweep.bind(source);
      source.sweep = () => {
        const swept = sweep();
        sweeps.push(swept);
        return swept;
      };
      return source;
    },
    pass: async (byMs) => {
      await pass(byMs);
      await clock.advance(byMs);
      await Promise.all(sweeps.splice(0));
    },
    dispose: async () => {
      for (const source of sources) await source.close();
      await store.close();
    },
  };
}

function storeSource({ slices }: Store, clock: VirtualClock): WorkSource {
  if (!slices) throw new Error('Expected a store with slices, got one without');
  return new StoreSource({ slices, clock, isShared: true });
}

async function emptyPostgres(): Promise<Store> {
  const store = await postgresStore({ connectionString: serverUrl(), schema: SCHEMA });
  const tables = ['workflows', 'workflow_versions', 'runs', 'slices', 'users', 'journal'];
  await sql(tables.map((table) => `DELETE FROM "${SCHEMA}".${table}`).join('; '));
  return store;
}

async function passLeases(byMs: number): Promise<void> {
  await sql(`UPDATE "${SCHEMA}".slices SET heard_at = heard_at - interval '${byMs} ms'`);
}

workSourceContract(
  { describe, it },
  {
    name: 'the store, in memory',
    make: async () => {
      const clock = virtualClock(START_MS);
      const store = memoryStore({ slices: { min: 50, max: 100 } });
      return workOn(
        store,
        clock,
        async () => storeSource(store, clock),
        async () => {},
      );
    },
  },
);

workSourceContract(ON_POSTGRES, {
  name: 'the store, in Postgres',
  make: async () => {
    const clock = virtualClock(START_MS);
    const store = await emptyPostgres();
    return workOn(store, clock, async () => storeSource(store, clock), passLeases);
  },
});

/** Looks for jobs whose heartbeats are over, when the tests want it. */
let monitor: PgBoss | null = null;

afterAll(() => monitor?.stop({ graceful: false }));

async function passJobs(queue: string, byMs: number): Promise<void> {
  monitor ??= await new PgBoss({
    connectionString: serverUrl(),
    schema: `"${JOBS}"`,
    migrate: false,
    schedule: false,
    supervise: false,
    max: 1,
  }).start();
  const interval = `interval '${byMs} ms'`;
  await sql(`UPDATE "${JOBS}".job SET start_after = start_after - ${interval}, heartbeat_on = heartbeat_on - ${interval}
      WHERE name = '${queue}' AND state <= 'active';
    UPDATE "${JOBS}".queue SET monitor_claim_on = NULL, monitor_on = NULL WHERE name = '${queue}'`);
  await monitor.supervise(queue);
}

workSourceContract(ON_POSTGRES, {
  name: 'pg-boss',
  make: async () => {
    const clock = virtualClock(START_MS);
    const store = await emptyPostgres();
    const queue = randomUUID();
    const make = () => pgBossSource(store, { schema: JOBS, queue, clock });
    return workOn(store, clock, make, async (byMs) => {
      await passLeases(byMs);
      await passJobs(queue, byMs);
    });
  },
});
