import { LIMITS } from '../model/limits.ts';
import type { Subject } from '../model/subject.ts';
import { normalizedSubject } from './normalized-directory.ts';

/**
 * What `pick` makes of subjects that a directory streams, under their normalized ids; those for which it is `null` are
 * left out. In batches of `LIMITS.usersPerBatch` at most: whoever reads on waits for a promise a batch, not for one a
 * subject.
 *
 * @throws LifecycleError `InvalidArgument` for a subject without a proper id.
 */
export async function* pickFrom<Picked>(
  subjects: AsyncIterable<Subject>,
  pick: (subject: Subject) => Picked | null,
): AsyncGenerator<readonly Picked[]> {
  let batch: Picked[] = [];
  let position = 0;
  for await (const subject of subjects) {
    const picked = pick(normalizedSubject(subject, position));
    position += 1;
    if (picked === null) continue;
    batch.push(picked);
    if (batch.length < LIMITS.usersPerBatch) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
