/** Who falls in or out of the scope of a workflow from one version to another, in one reading of the directory. */
import { LIMITS } from '../../model/limits.ts';
import type { ScopeDifference } from '../../model/resources/scope-difference.ts';
import type { Subject } from '../../model/subject.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Directory } from '../../ports/directory.ts';
import { pickFrom } from './pick-from.ts';
import type { Qualification } from './qualify.ts';

const SAMPLE_MAX = 20;

/** @param before, after the conditions of each version; `null`: it runs on demand only, and has no one in scope. */
export async function scopeDifference(
  { directory, clock }: { readonly directory: Directory; readonly clock: Clock },
  before: Qualification | null,
  after: Qualification | null,
  timeoutMs: DurationMs,
): Promise<ScopeDifference> {
  const endsAtMs = clock.elapsed() + timeoutMs;
  const [entering, leaving] = [newShift(), newShift()];
  let [examined, inBefore, inAfter, isCut] = [0, 0, 0, false];
  for await (const people of pickFrom(directory.query(null), (subject) => subject)) {
    for (const subject of people) {
      const [was, is] = [isInScope(before, subject), isInScope(after, subject)];
      inBefore += Number(was);
      inAfter += Number(is);
      if (is && !was) entering.add(subject);
      if (was && !is) leaving.add(subject);
    }
    examined += people.length;
    isCut = people.length === LIMITS.usersPerBatch && clock.elapsed() >= endsAtMs;
    if (isCut) break;
    await clock.yield();
  }
  return {
    examinedUsersCount: examined,
    isCut,
    beforeUsersCount: inBefore,
    afterUsersCount: inAfter,
    entering: entering.shift(),
    leaving: leaving.shift(),
  };
}

function isInScope(qualification: Qualification | null, subject: Subject): boolean {
  return qualification !== null && qualification.steps.inScope(subject) === null;
}

function newShift() {
  let usersCount = 0;
  const sampleIds: string[] = [];
  return {
    add({ id }: Subject): void {
      usersCount += 1;
      if (sampleIds.length < SAMPLE_MAX) sampleIds.push(id);
    },
    shift: () => ({ usersCount, sampleIds }),
  };
}
