/**
 * pg-boss: a job per user, whose tasks are a loop in the job; only the job is recorded.
 *
 * Four workers with batches of 200, which fetch immediately while batches are full (tasks that wait get 256 at
 * once, as in tenure: batches of 64); statistics are brought up
 * to date after the inserts, without which Postgres scans. Source: https://pgboss.io/api/workers
 * (`batchSize`, `localConcurrency`, `burstWhenBatchFull`).
 */
import { PgBoss } from 'pg-boss';
import type { Run } from '../child.ts';
import { query } from './database.ts';
import { countdown, doTasks, measure, type PeerInput, usersOf } from './tasks.ts';

const QUEUE = 'onboard';
/** Jobs per insert. */
const BATCH = 5_000;
const WORK = { localConcurrency: 4, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true };

export const run: Run<PeerInput> = async (input) => {
  const boss = new PgBoss(input.url);
  boss.on('error', (error) => {
    throw error;
  });
  await boss.start();
  await boss.createQueue(QUEUE);
  const sample = await measure(input, 1_000, async (load) => {
    const { finished, done } = countdown(load);
    const users = usersOf(load);
    for (let from = 0; from < users.length; from += BATCH) {
      const some = users.slice(from, from + BATCH);
      await boss.insert(
        QUEUE,
        some.map((user) => ({ data: { user } })),
      );
    }
    await query(input.url, 'ANALYZE');
    await boss.work(QUEUE, { ...WORK, batchSize: load.waitMs > 0 ? 64 : 200 }, async (jobs) => {
      await Promise.all(jobs.map(() => doTasks(load)));
      for (const _ of jobs) done();
    });
    await finished;
    return () => boss.offWork(QUEUE);
  });
  await boss.stop({ graceful: true });
  return sample;
};
