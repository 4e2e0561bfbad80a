/** Checks a user result by itself, without the run that it belongs to. */
import { type InvariantOptions, violationsOf } from '../model/invariants.ts';
import type { RunSnapshot } from '../model/snapshot.ts';
import { snapshotOfGraph } from './graph-rows.ts';
import { Findings } from './violation.ts';

/** A run around one result, of which nothing is asked. */
const ALONE = {
  processingStatus: 'inProgress',
  totalUsersCount: 1,
  successfulUsersCount: 0,
  failedUsersCount: 0,
  failedTasksCount: 0,
  totalUnprocessedTasksCount: 0,
};

/** What is wrong with a result, and with its change since `before`. What cannot be read goes to `findings`. */
export function violationsOfResult(
  result: object,
  before: object | null = null,
  findings: Findings = new Findings(),
  options: InvariantOptions = {},
): readonly { readonly rule: string; readonly what: string }[] {
  const now = around(result, findings);
  const then = before && around(before, new Findings());
  const pair = then ? comparable(then, now) : [null, now];
  return violationsOf(pair[1] as RunSnapshot, pair[0], options)
    .filter(({ user }) => user !== undefined)
    .map(({ rule, what }) => ({ rule, what: what.replace(/^user 0: /, '') }));
}

function around(result: object, findings: Findings): RunSnapshot {
  const { totalTasksCount } = result as { readonly totalTasksCount?: unknown };
  return snapshotOfGraph({ ...ALONE, totalTasksCount }, [result], findings);
}

/** Task results that only one of the two has are no change. */
function comparable(then: RunSnapshot, now: RunSnapshot): readonly [RunSnapshot, RunSnapshot] {
  if (then.users[0]?.tasks && now.users[0]?.tasks) return [then, now];
  const bare = (run: RunSnapshot): RunSnapshot => ({
    ...run,
    users: run.users.map(({ positions: _, ...user }) => ({ ...user, tasks: null })),
  });
  return [bare(then), bare(now)];
}
