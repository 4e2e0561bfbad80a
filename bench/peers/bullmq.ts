/**
 * BullMQ: a job per user, whose tasks are a loop in the job; only the job is recorded, as safely as the Redis
 * server is set to.
 *
 * Jobs are added in bulk and processed 256 at a time ("between 100 and 300 is quite standard"), and removed
 * when done. Source: https://docs.bullmq.io/guide/parallelism-and-concurrency and
 * https://docs.bullmq.io/guide/queues/adding-bulks.
 */
import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import type { Run } from '../child.ts';
import { countdown, doTasks, measure, type PeerInput, usersOf } from './tasks.ts';

/** Jobs per call. */
const BATCH = 1_000;

export const run: Run<PeerInput> = async (input) => {
  const { hostname, port, username, password } = new URL(input.url);
  const connection = { host: hostname, port: Number(port || 6379), username, password };
  const name = `tenure-bench-${randomUUID()}`;
  const queue = new Queue(name, { connection, defaultJobOptions: { removeOnComplete: true } });
  await queue.waitUntilReady();
  const sample = await measure(input, 1_000, async (load) => {
    const { finished, done } = countdown(load);
    const users = usersOf(load);
    for (let from = 0; from < users.length; from += BATCH) {
      const some = users.slice(from, from + BATCH);
      await queue.addBulk(some.map((user) => ({ name: 'onboard', data: { user } })));
    }
    const worker = new Worker(name, () => doTasks(load), { connection, concurrency: 256 });
    worker.on('completed', done);
    await finished;
    return () => worker.close();
  });
  await queue.obliterate({ force: true });
  await queue.close();
  return sample;
};
