import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import type { Store } from '../../ports/store.ts';

/** Copies runs that have ended, with their users, and the workflows as they are now, to a store of the host. */
export async function keepHistory(
  from: Store,
  to: Store,
  runs: readonly { readonly id: string }[],
): Promise<void> {
  const workflows = await from.listWorkflows();
  await to.transaction(async (tx) => {
    for (const record of workflows) await tx.putWorkflow(record);
    for (const { id } of runs) await tx.insertRun((await from.getRun(id)) as RunRecord);
  });
  for (const { id } of runs) {
    for (let after = 0; ; ) {
      const users = await from.listUsers({
        runId: id,
        where: null,
        order: { property: 'id', descending: false },
        after: { value: null, key: after },
        limit: LIMITS.usersPerBatch,
      });
      if (users.length > 0) await to.transaction((tx) => tx.insertUsers(users));
      if (users.length < LIMITS.usersPerBatch) break;
      after = users.at(-1)?.ordinal ?? after;
    }
  }
}
