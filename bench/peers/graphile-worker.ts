/**
 * Graphile Worker: a job per user, whose tasks are a loop in the job; only the job is recorded.
 *
 * The settings are those of its page on performance: 24 jobs at once, a local queue of 500, completions in
 * batches. Tasks that wait get a concurrency of 256, as in tenure. Source: https://worker.graphile.org/docs/performance.
 */
import { Logger, makeWorkerUtils, run as runWorker } from 'graphile-worker';
import type { Run } from '../child.ts';
import { countdown, doTasks, measure, type PeerInput, usersOf } from './tasks.ts';

/** Jobs per call. */
const BATCH = 5_000;

export const run: Run<PeerInput> = async (input) => {
  const connectionString = input.url;
  const logger = new Logger(() => () => {});
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  const sample = await measure(input, 1_000, async (load) => {
    const { finished, done } = countdown(load);
    const users = usersOf(load);
    for (let from = 0; from < users.length; from += BATCH) {
      const some = users.slice(from, from + BATCH);
      await utils.addJobs(some.map((user) => ({ identifier: 'onboard', payload: { user } })));
    }
    const runner = await runWorker({
      preset: {
        worker: {
          connectionString,
          concurrentJobs: load.waitMs > 0 ? 256 : 24,
          maxPoolSize: 25,
          localQueue: { size: 500 },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
          logger,
        },
      },
      noHandleSignals: true,
      taskList: {
        onboard: async () => {
          await doTasks(load);
          done();
        },
      },
    });
    await finished;
    return () => runner.stop();
  });
  await utils.release();
  return sample;
};
