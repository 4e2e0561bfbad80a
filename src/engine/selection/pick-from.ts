import { LIMITS } from '../../model/limits.ts';
import type { Subject } from '../../model/subject.ts';
import type { Clock } from '../../ports/clock.ts';
import { hostTurns } from '../lanes/host-turns.ts';
import { normalizedSubject } from '../normalized-directory.ts';

/**
 * Results of `pick` for the subjects that a directory streams, under their normalized ids, without those for which it
 * is `null`. In batches of `LIMITS.usersPerBatch` at most: the reader awaits one promise a batch, not one a subject.
 *
 * @param clock gives the host its turns while a directory streams without waiting for anything; absent: the reader
 *   gives them.
 * @throws LifecycleError `InvalidArgument` for a subject without a valid id.
 */
export async function* pickFrom<Picked>(
  subjects: AsyncIterable<Subject>,
  pick: (subject: Subject) => Picked | null,
  clock?: Clock,
): AsyncGenerator<readonly Picked[]> {
  let batch: Picked[] = [];
  let position = 0;
  const turn = clock && hostTurns(clock);
  for await (const subject of subjects) {
    const picked = pick(normalizedSubject(subject, position));
    position += 1;
    const pause = turn?.() ?? null;
    if (pause !== null) await pause;
    if (picked === null) continue;
    batch.push(picked);
    if (batch.length < LIMITS.usersPerBatch) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
