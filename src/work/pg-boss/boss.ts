/** What is used of pg-boss, and the settings it is used with. */

/** What runs the statements of pg-boss. */
export interface BossDatabase {
  executeSql(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
}

/** A job that was fetched, at one attempt: what is settled by it counts only while no other attempt has begun. */
export interface Attempt {
  readonly id: string;
  readonly retryCount: number;
}

/** What a job carries. */
interface SliceJob {
  readonly runId: string;
  readonly slice: number;
}

/** A job to be inserted. */
interface NewJob {
  readonly data: SliceJob;
  readonly priority: number;
  readonly singletonKey: string;
}

/** What is used of a `PgBoss`. Its own type is in none of ours: they compile without the package. */
export interface Boss {
  start(): Promise<unknown>;
  stop(options: { readonly graceful: boolean; readonly close: boolean }): Promise<void>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  createQueue(name: string, options: object): Promise<void>;
  updateQueue(name: string, options: object): Promise<void>;
  insert(name: string, jobs: NewJob[], options: { db?: BossDatabase; returnId: boolean }): Promise<unknown>;
  fetch(
    name: string,
    options: { batchSize: number; maxPriority?: number; includeMetadata: true },
  ): Promise<(Attempt & { readonly data: SliceJob; readonly priority: number })[]>;
  complete(name: string, jobs: Attempt[], data: null, options: { db: BossDatabase }): Promise<unknown>;
  fail(name: string, job: Attempt): Promise<unknown>;
  update(name: string, data: undefined, options: { id: string; startAfter: number }): Promise<unknown>;
  touch(name: string, jobs: Attempt[]): Promise<unknown>;
  deleteJob(name: string, job: Attempt): Promise<unknown>;
}

/** At least this long pg-boss waits for a heartbeat, s. */
export const HEARTBEAT_MIN_S = 10;

/** How jobs of a queue are kept: they wait, and are tried again, for as long as their slices are open. */
export function queueOptions(heartbeatSeconds: number): object {
  return {
    heartbeatSeconds,
    // A slice never fails: what goes wrong in it is recorded in its users. Each take-over is a retry.
    retryLimit: 1_000_000_000,
    retryDelay: 0,
    // The longest that pg-boss knows. A job that is active for longer is given once more, and its slice is held.
    expireInSeconds: 86_400,
    // Ten years: a job that waits for longer is deleted.
    retentionSeconds: 315_360_000,
    deleteAfterSeconds: 3_600,
    // Waiting jobs are no reason for a warning.
    warningQueueSize: 1_000_000_000,
  };
}

/** Settings of pg-boss. It looks every second for jobs whose heartbeats are over, and schedules nothing. */
export function bossOptions(database: BossDatabase, schema: string, migrate: boolean) {
  return {
    db: database as { executeSql(text: string, values?: unknown[]): Promise<{ rows: never[] }> },
    // Quoted, it may be any name.
    schema: `"${schema}"`,
    migrate,
    createSchema: migrate,
    schedule: false,
    registerInstance: false,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
  };
}
