import type { FailureGroupRecord, RecordedFailure } from '../../model/failures.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { Store, StoreReader } from '../../ports/store.ts';
import { pagesOfUsers } from '../read-all.ts';
import { requireSame } from './same.ts';

/**
 * Copies a run with its users and groups of failures, and compares. It is published with its last users, so that a
 * published one is whole.
 *
 * @param copied called after each page, with its users.
 */
export async function copyRun(
  from: StoreReader,
  to: Store,
  run: RunRecord,
  copied: (users: number) => void,
): Promise<void> {
  const groups = await from.listFailureGroups(run.id);
  const kept = await to.getRun(run.id);
  if (kept?.published === false) await to.transaction((tx) => tx.deleteRun(run.id));
  if (!kept?.published) await writeRun(from, to, run, groups);
  const pages = pagesOfUsers(to, run.id);
  for await (const page of pagesOfUsers(from, run.id)) {
    requireSame(`users of run ${run.id}`, page, (await pages.next()).value ?? []);
    copied(page.length);
  }
  requireSame(`run ${run.id}`, [run], [await to.getRun(run.id)]);
  requireSame(`failures of run ${run.id}`, groups, await to.listFailureGroups(run.id));
}

async function writeRun(
  from: StoreReader,
  to: Store,
  run: RunRecord,
  groups: readonly FailureGroupRecord[],
): Promise<void> {
  let isNew = true;
  for await (const page of pagesOfUsers(from, run.id)) {
    const published = page.length < LIMITS.usersPerBatch;
    const failures = page.flatMap((user) => failuresOf(user, groups));
    await to.transaction(async (tx) => {
      if (isNew) await tx.insertRun({ ...run, published });
      else if (published) await tx.putRun(run);
      if (page.length > 0) await tx.insertUsers(page);
      if (failures.length > 0) await tx.addFailures({ runId: run.id, slice: 1 }, failures);
    });
    isNew = false;
  }
}

/** The failures of a user, as they were added to their groups. */
function failuresOf({ ordinal, outcomes }: UserRecord, groups: readonly FailureGroupRecord[]) {
  return (outcomes ?? []).flatMap(({ group, completedAtMs: atMs }): RecordedFailure[] => {
    const kind = groups.find(({ key }) => key === group);
    if (kind === undefined) return [];
    const { key, taskId, code, reason } = kind;
    return [{ key, taskId, code, reason, ordinal, atMs }];
  });
}
