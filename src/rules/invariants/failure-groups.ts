/** Checks the groups of failures of a run (I15): each counts the failed tasks that name it, and there are no others. */
import type { FailureGroupRecord } from '../../model/failures.ts';
import type { UserRecord } from '../../model/records.ts';
import type { RunCheck, Violation } from './invariants.ts';

interface Counted {
  usersCount: number;
  firstAtMs: number;
  lastAtMs: number;
}

/** Starts a check of the groups of a run; add every one of its users, in any order, then call `end`. */
export function startGroupCheck(runId: string, groups: readonly FailureGroupRecord[]): RunCheck {
  const counted = new Map<string, Counted>();
  const violations: Violation[] = [];
  const note = (message: string, userOrdinal?: number) => {
    const where = userOrdinal === undefined ? {} : { userOrdinal };
    violations.push({ invariant: 'I15', runId, message, ...where });
  };
  const known = new Set(groups.map(({ key }) => key));
  return {
    add(user: UserRecord) {
      for (const { status, group, completedAtMs } of user.outcomes ?? []) {
        if (group === undefined) continue;
        if (status !== 'failed' || !known.has(group)) {
          const expected =
            status === 'failed' ? 'a group of the run' : 'no group for a task that has not failed';
          note(`Expected ${expected}, got \`${group}\``, user.ordinal);
          continue;
        }
        const sums = counted.get(group);
        counted.set(group, {
          usersCount: (sums?.usersCount ?? 0) + 1,
          firstAtMs: Math.min(sums?.firstAtMs ?? completedAtMs, completedAtMs),
          lastAtMs: Math.max(sums?.lastAtMs ?? completedAtMs, completedAtMs),
        });
      }
    },
    end() {
      for (const { key, usersCount, firstAtMs, lastAtMs } of groups) {
        const sums = counted.get(key) ?? { usersCount: 0, firstAtMs: 0, lastAtMs: 0 };
        const isEqual =
          sums.usersCount === usersCount && sums.firstAtMs === firstAtMs && sums.lastAtMs === lastAtMs;
        if (!isEqual)
          note(
            `Expected group ${key} to have ${sums.usersCount} users from ${sums.firstAtMs} to ${sums.lastAtMs}, got ${usersCount} from ${firstAtMs} to ${lastAtMs}`,
          );
      }
      return violations;
    },
  };
}
