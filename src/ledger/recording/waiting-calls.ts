/** The calls of custom task extensions that wait for their answers now. */
import { addressOf } from '../../model/ids.ts';
import type { WaitingCall } from '../../model/resources/resources.ts';
import type { LedgerContext } from '../context.ts';
import type { TaskProcessingResults } from '../methods/task-results.ts';
import { notesUnder, OF_WORKFLOWS } from '../notes.ts';
import { isoOf, isoOrNull, runResource } from '../resources.ts';
import { callbacksOf, type Waiting } from './callbacks.ts';

const CALLS_MAX = 1_000;
/** Notes that one call looks at: those of answered calls stay until their run is deleted. */
const NOTES_MAX = 20_000;

/** Those of unfinished runs, the next deadline first; at most 1,000. */
export async function waitingCalls(
  { store }: Pick<LedgerContext, 'store'>,
  taskResults: Pick<TaskProcessingResults, 'get'>,
): Promise<readonly WaitingCall[]> {
  const found: WaitingCall[] = [];
  let looked = 0;
  for (const run of await store.listUnfinishedRuns()) {
    for await (const { key, body } of notesUnder(store, OF_WORKFLOWS.callbacks, callbacksOf(run))) {
      looked += 1;
      if (looked > NOTES_MAX || found.length >= CALLS_MAX) break;
      const { launchedAtMs, deadlineMs, answer } = JSON.parse(body) as Waiting;
      const id = key.slice(key.indexOf('/') + 1);
      if (answer !== null || addressOf(id) === null) continue;
      const taskResult = await taskResults.get(run.id, id);
      if (taskResult.processingStatus !== 'inProgress') continue;
      found.push({
        run: runResource(run),
        taskResult,
        launchedDateTime: isoOrNull(launchedAtMs),
        deadlineDateTime: isoOf(deadlineMs),
      });
    }
  }
  return found.sort((a, b) => a.deadlineDateTime.localeCompare(b.deadlineDateTime));
}
