/**
 * XState: an actor per user in memory, a state per task that invokes a promise; nothing is recorded. 256 actors
 * at a time. Source: https://stately.ai/docs/invoke and https://stately.ai/docs/promise-actors.
 */
import { createActor, createMachine, fromPromise, waitFor } from 'xstate';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { doTask, inLanes, measure, type PeerInput } from './tasks.ts';

const AT_ONCE = 256;

export const run: Run<PeerInput> = (input) =>
  measure(input, 2_000, async (load) => {
    const machine = machineOf(load);
    await inLanes(load, AT_ONCE, () => {
      const actor = createActor(machine).start();
      return waitFor(actor, ({ status }) => status === 'done');
    });
    return async () => {};
  });

function machineOf(load: Load) {
  const tasks = Array.from({ length: load.tasks }, (_, task) => [
    `task${task}`,
    { invoke: { src: fromPromise(() => doTask(load)), onDone: `task${task + 1}` } },
  ]);
  const states = Object.fromEntries([...tasks, [`task${load.tasks}`, { type: 'final' as const }]]);
  return createMachine({ initial: 'task0', states });
}
