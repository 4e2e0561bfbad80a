import { expect, it } from 'vitest';
import { createTaskResults } from '../../../../src/ledger/methods/task-results.ts';
import { noteWaiting } from '../../../../src/ledger/recording/callbacks.ts';
import { waitingCalls } from '../../../../src/ledger/recording/waiting-calls.ts';
import { taskResultId } from '../../../../src/model/ids.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import {
  activeUser,
  runId,
  runRecord,
  seedRun,
  T0,
  userRecord,
  workflowId,
} from '../../../../src/testing/contract/records/records.ts';

/** Users 1 to 3 of a run that is in progress, the last of which has not started. */
async function world() {
  const store = memoryStore();
  const users = [activeUser(userRecord(1, 1), T0), activeUser(userRecord(1, 2), T0), userRecord(1, 3)];
  await seedRun(store, runRecord(1, { processingStatus: 'inProgress', startedAtMs: T0 }), users);
  const wait = (ordinal: number, launchedAtMs: number | null, deadlineMs: number) =>
    noteWaiting({ store }, workflowId(0), taskResultId(runId(1), ordinal, 1), { launchedAtMs, deadlineMs });
  const list = () => waitingCalls({ store }, createTaskResults({ store } as never));
  return { wait, list };
}

it('the calls that wait are listed by their deadlines', async () => {
  const { wait, list } = await world();
  await wait(1, T0, T0 + 9_000);
  await wait(2, null, T0 + 5_000);
  expect(await list()).toMatchObject([
    { taskResult: { id: taskResultId(runId(1), 2, 1) }, launchedDateTime: null },
    { taskResult: { id: taskResultId(runId(1), 1, 1) }, launchedDateTime: new Date(T0).toISOString() },
  ]);
});

it('a note of a task that is not at it is no call that waits', async () => {
  const { wait, list } = await world();
  await wait(3, T0, T0 + 9_000);
  expect(await list()).toEqual([]);
});
