import { inGroup } from '../../input/member-of.ts';
import type { CandidateBatches } from '../../ledger/planning/run-plan.ts';
import type { Directory } from '../../ports/directory.ts';
import { pickFrom } from './pick-from.ts';

/** The members of a group, as the directory has them now: its own answer, or all people whose `memberOf` has the group. */
export function candidatesInGroup(groupId: string, directory: Directory): CandidateBatches {
  if (directory.membersOf) {
    return pickFrom(directory.membersOf(groupId), ({ id }) => ({ subjectId: id, dueAtMs: null }));
  }
  const rule = inGroup(groupId);
  return pickFrom(directory.query(null), (subject) =>
    rule.matches(subject) ? { subjectId: subject.id, dueAtMs: null } : null,
  );
}
