/** Task results as an engine offers them: those of its ledger, and answers to tasks that wait. */
import { expect, it } from 'vitest';
import { createTaskResults } from '../../../src/engine/engine-methods.ts';
import { assembleLedger } from '../../../src/ledger/ledger.ts';
import { callbackSecret, callbackToken, noteWaiting } from '../../../src/ledger/recording/callbacks.ts';
import { taskResultId } from '../../../src/model/ids.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { seededIds } from '../../../src/system/virtual/random.ts';
import {
  activeUser,
  runId,
  runRecord,
  seedRun,
  T0,
  userRecord,
  workflowId,
} from '../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

const TASK = taskResultId(runId(1), 2, 1);
const ANSWER = { data: { operationStatus: 'Completed' }, source: 's', type: 't' };

/** An engine's task results on a store in which user 2 of run 1 waits for a callback. */
async function world() {
  const store = memoryStore();
  const run = runRecord(1, { processingStatus: 'inProgress', startedAtMs: T0 });
  await seedRun(store, run, [userRecord(1, 1), activeUser(userRecord(1, 2), T0)]);
  await noteWaiting({ store }, workflowId(0), TASK, { launchedAtMs: T0, deadlineMs: T0 + 60_000 });
  const token = callbackToken(await callbackSecret({ store }, () => 'secret'), TASK);
  const ledger = assembleLedger({
    store,
    clock: new VirtualClock(T0 + 1_000),
    ids: seededIds(1),
    events: { emit: () => {}, has: () => false },
    aggregation: { strictFailed: false },
    planning: new Set(),
  });
  const woken: unknown[][] = [];
  const results = createTaskResults(ledger, { wake: (...user) => void woken.push(user) });
  return { ledger, results, token, woken };
}

it('an answer that is kept wakes the user that waits for it, once', async () => {
  const { results, token, woken } = await world();
  await results.resume(TASK.toUpperCase(), ANSWER, { token });
  expect(woken).toEqual([[runId(1), 2]]);
  await expect(results.resume(TASK, ANSWER, { token })).rejects.toMatchObject({ code: 'NotWaiting' });
  expect(woken).toHaveLength(1);
});

it('an answer that is refused wakes no user', async () => {
  const { results, woken } = await world();
  await expect(results.resume(TASK, ANSWER, { token: 'x' })).rejects.toMatchObject({
    code: 'CallbackRefused',
  });
  expect(woken).toEqual([]);
});

it('the token of a call is recognized, and no other one', async () => {
  const { results, token } = await world();
  expect([await results.isCallbackToken(TASK, token), await results.isCallbackToken(TASK, 'x')]).toEqual([
    true,
    false,
  ]);
});

it('the task results of an engine are those of its ledger', async () => {
  const { ledger, results } = await world();
  const { value } = await results.list(runId(1));
  expect(value.length).toBeGreaterThan(0);
  expect(value).toEqual((await ledger.taskProcessingResults.list(runId(1))).value);
});
