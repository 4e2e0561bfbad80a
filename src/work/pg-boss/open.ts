import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { missingPackage } from '../../errors/missing-package.ts';
import { readFlag, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { readClock } from '../../input/ports.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import type { WorkSource } from '../../ports/work-source.ts';
import { readSchemaName } from '../../stores/postgres/location.ts';
import { PostgresStore } from '../../stores/postgres/store.ts';
import { systemClock } from '../../system/real/clock.ts';
import { type Boss, bossOptions, HEARTBEAT_MIN_S, queueOptions } from './boss.ts';
import { PgBossSource } from './pg-boss-source.ts';

/** Options of {@link pgBossSource}. All processes that share a store should have the same ones. */
export interface PgBossOptions {
  /** Schema of pg-boss's tables. Default: that of the store, followed by `_jobs`. */
  readonly schema?: string;
  /** Name of the queue: letters, digits, `_`, `.`, `-` and `/`. Default `slices`. */
  readonly queue?: string;
  /** The slices of a process that was not heard for this long go to others, s: 10..3,600. Default 10. */
  readonly heartbeatSeconds?: number;
  /**
   * Whether pg-boss creates its tables, and brings them up to date. `false`: their owner does so, with `npx pg-boss
   * migrate`. Default `true`.
   */
  readonly migrate?: boolean;
  /** As given to `createEngine`. Default: this machine's clock. */
  readonly clock?: Clock;
}

/** Bytes of a schema's name that pg-boss takes at most. */
const SCHEMA_BYTES_MAX = 50;

const OPTIONS = {
  schema: optional(readBossSchema),
  queue: withDefault(readQueue, 'slices'),
  heartbeatSeconds: withDefault((place: Place) => readWhole(place, HEARTBEAT_MIN_S, 3_600), HEARTBEAT_MIN_S),
  migrate: withDefault(readFlag, true),
  clock: withDefault(readClock, systemClock),
} satisfies ShapeOf<PgBossOptions>;

/**
 * Work from a queue of [pg-boss](https://github.com/timgit/pg-boss) in the store's database, for `work` of
 * `createEngine`; one for each engine. Uses the connections of the store. Needs the package `pg-boss`, version 12.
 *
 * @param store what `postgresStore` has opened.
 * @throws LifecycleError `InvalidArgument`, also when the package is missing; `Store…` as `postgresStore`.
 */
export async function pgBossSource(store: Store, options: PgBossOptions = {}): Promise<WorkSource> {
  const given = readOptions(options, 'pgBossSource', OPTIONS);
  const { queue, heartbeatSeconds, migrate, clock } = given;
  if (!(store instanceof PostgresStore))
    throw invalid({ path: 'store', value: store }, 'a store that postgresStore() has opened');
  const schema = given.schema ?? readBossSchema({ path: 'schema', value: `${store.schema}_jobs` });
  const { PgBoss } = await import('pg-boss').catch((error: unknown) => {
    throw missingPackage('pg-boss', error);
  });
  const boss: Boss = new PgBoss(bossOptions(store, schema, migrate));
  const source = new PgBossSource({ boss, queue, store, clock });
  try {
    await boss.start();
    const kept = queueOptions(heartbeatSeconds);
    await boss.createQueue(queue, { ...kept, policy: 'exclusive' });
    await boss.updateQueue(queue, kept);
    return source;
  } catch (error) {
    await source.close();
    throw migrate ? store.explained(error) : notMigrated(store.explained(error), schema);
  }
}

/** What pg-boss says of tables that are not there, or too old, with the remedy; another error as it is. */
function notMigrated(error: unknown, schema: string): unknown {
  if (!(error instanceof Error) || !/not installed|requires migrations/.test(error.message)) return error;
  return new LifecycleError(
    'StoreReadOnly',
    `Expected schema ${schema} to have the tables of this version of pg-boss, got: ${error.message}; have its owner run \`npx pg-boss migrate --schema ${schema}\`, or open it once without \`migrate: false\``,
    { database: `schema ${schema}` },
    { cause: error },
  );
}

function readBossSchema(place: Place): string {
  const name = readSchemaName(place);
  if (Buffer.byteLength(name) <= SCHEMA_BYTES_MAX && !/["'%$.\\]/.test(name)) return name;
  throw invalid(
    place,
    `a schema's name that pg-boss takes: at most ${SCHEMA_BYTES_MAX} bytes, without " ' % $ . \\`,
  );
}

function readQueue(place: Place): string {
  const { value } = place;
  if (typeof value === 'string' && /^[\w.\-/]{1,200}$/.test(value)) return value;
  throw invalid(place, "a queue's name: 1..200 letters, digits, `_`, `.`, `-` and `/`");
}
