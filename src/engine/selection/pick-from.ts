import { LIMITS } from '../../model/limits.ts';
import type { Subject } from '../../model/subject.ts';

/**
 * What `pick` makes of subjects, those left out for which it is `null`, in batches of
 * `LIMITS.usersPerBatch` at most: whoever reads on waits for a promise a batch, not for one a subject.
 */
export async function* pickFrom<Picked>(
  subjects: AsyncIterable<Subject>,
  pick: (subject: Subject) => Picked | null,
): AsyncGenerator<readonly Picked[]> {
  let batch: Picked[] = [];
  for await (const subject of subjects) {
    const picked = pick(subject);
    if (picked === null) continue;
    batch.push(picked);
    if (batch.length < LIMITS.usersPerBatch) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
