/**
 * OpenWorkflow on SQLite: a workflow per user, a step per task. Each step's outcome is committed before the
 * next, in a file in WAL mode at SQLite's default `synchronous=FULL`.
 *
 * Concurrency 10 is what the documentation starts with, "and tune based on your workload": tasks that wait get
 * 100. Source: https://openworkflow.dev/docs/workers.
 */
import { join } from 'node:path';
import { OpenWorkflow } from 'openworkflow';
import { BackendSqlite } from 'openworkflow/sqlite';
import type { Run } from '../child.ts';
import { countdown, doTask, measure, type PeerInput, usersOf } from './tasks.ts';

export const run: Run<PeerInput> = async (input) => {
  const backend = BackendSqlite.connect(join(input.folder, 'openworkflow.db'));
  const ow = new OpenWorkflow({ backend });
  const sample = await measure(input, 50, async (load) => {
    const { finished, done } = countdown(load);
    const name = `onboard-${load.users}-${load.waitMs}`;
    const workflow = ow.defineWorkflow({ name }, async ({ step }) => {
      for (let task = 0; task < load.tasks; task++)
        await step.run({ name: `task-${task + 1}` }, () => doTask(load));
      done();
    });
    const worker = ow.newWorker({ concurrency: load.waitMs > 0 ? 100 : 10 });
    await Promise.all(usersOf(load).map((user) => workflow.run({ user })));
    await worker.start();
    await finished;
    return () => worker.stop();
  });
  await backend.stop();
  return sample;
};
