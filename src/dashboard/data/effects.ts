/** What the tasks of a run did, or of a dry run would do, counted by what they said. */
import { NEEDED } from '../../graph/access/permissions.ts';
import type { Page, TaskProcessingResult } from '../../model/resources/resources.ts';
import { maskReason } from '../../rules/failures/mask.ts';
import type { EffectGroup, Effects } from '../wire.ts';
import type { DataRoute } from './route.ts';

/** Task results that are looked at, and how many at once: masking takes some tens of microseconds for each. */
const RESULTS_MAX = 20_000;
const PAGE = 200;
/** Groups that are counted, and those of them that are shown, the largest first. */
const COUNTED_MAX = 1_000;
const SHOWN_MAX = 50;

/** Counts over the first 20,000 task results of the run. */
export const EFFECTS: DataRoute = {
  path: 'runs/{id}/effects',
  needs: NEEDED.reports,
  params: [],
  answer: async ({ engine, clock, signal, keys: { id = '' } }): Promise<Effects> => {
    const groups = new Map<string, EffectGroup>();
    let [looked, after, isCut]: [number, string | null, boolean] = [0, null, false];
    do {
      signal.throwIfAborted();
      const page: Page<TaskProcessingResult> = await engine.taskProcessingResults.list(id, {
        top: PAGE,
        ...(after === null ? {} : { after }),
      });
      const people = new Map(
        (await engine.directory.get([...new Set(page.value.map(({ subject }) => subject.id))])).map((one) => [
          one.id,
          one,
        ]),
      );
      for (const result of page.value) {
        const { task, processingStatus: status, subject } = result;
        for (const text of textsOf(result)) {
          const masked = maskReason(text, people.get(subject.id) ?? subject);
          const key = JSON.stringify([task.id, status, masked]);
          const count = (groups.get(key)?.count ?? 0) + 1;
          if (count === 1 && groups.size >= COUNTED_MAX) isCut = true;
          else groups.set(key, { key, task: task.displayName, status, text: masked, count });
        }
      }
      looked += page.value.length;
      after = page.nextToken;
      await clock.yield();
    } while (after !== null && looked < RESULTS_MAX);
    const sorted = [...groups.values()].sort((a, b) => b.count - a.count);
    return {
      value: sorted.slice(0, SHOWN_MAX),
      isCut: isCut || after !== null || sorted.length > SHOWN_MAX,
    };
  },
};

/** What a task says of itself: its changes, or else why it did nothing or failed. */
function textsOf({ changes, processingInfo, failureReason }: TaskProcessingResult): readonly string[] {
  if (changes.length > 0) return changes;
  return [processingInfo ?? failureReason].filter((text) => text !== null);
}
