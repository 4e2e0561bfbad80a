/**
 * DBOS: a workflow per user, a step per task; each step's outcome is committed to Postgres before the next.
 *
 * Workflows are called directly, 100 at a time, the fastest way that the documentation offers: a queue
 * polls. Source: https://docs.dbos.dev/typescript/programming-guide and
 * https://docs.dbos.dev/typescript/tutorials/queue-tutorial.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { doTask, inLanes, measure, type PeerInput } from './tasks.ts';

const AT_ONCE = 100;

export const run: Run<PeerInput> = async (input) => {
  const onboard = DBOS.registerWorkflow(
    async (load: Load) => {
      for (let task = 0; task < load.tasks; task++)
        await DBOS.runStep(() => doTask(load), { name: `task-${task + 1}` });
    },
    { name: 'onboard' },
  );
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: input.url, logLevel: 'error' });
  await DBOS.launch();
  const sample = await measure(input, 50, async (load) => {
    await inLanes(load, AT_ONCE, () => onboard(load));
    return async () => {};
  });
  await DBOS.shutdown();
  return sample;
};
