import type { CandidateBatches } from '../../ledger/planning/run-plan.ts';
import type { Subject } from '../../model/subject.ts';
import type { Directory } from '../../ports/directory.ts';
import { pickFrom } from './pick-from.ts';

/**
 * The groups that a subject is in, by id in lower case: its `memberOf`, an array of ids or of objects with
 * an `id`, or a text of ids between commas or semicolons, as a CSV file has it.
 */
export function groupsOf(subject: Subject): ReadonlySet<string> {
  const memberOf = Object.hasOwn(subject, 'memberOf') ? subject.memberOf : null;
  const listed: readonly unknown[] =
    typeof memberOf === 'string' ? memberOf.split(/[,;]/) : Array.isArray(memberOf) ? memberOf : [];
  const ids = listed.map((one) =>
    typeof one === 'object' && one !== null ? (one as { id?: unknown }).id : one,
  );
  return new Set(
    ids.flatMap((id) => (typeof id === 'string' && id.trim() !== '' ? id.trim().toLowerCase() : [])),
  );
}

/** The members of a group, as the directory has them now. */
export function candidatesInGroup(groupId: string, directory: Directory): CandidateBatches {
  const wanted = groupId.toLowerCase();
  return pickFrom(directory.query(null), (subject) =>
    groupsOf(subject).has(wanted) ? { subjectId: subject.id, dueAtMs: null } : null,
  );
}
