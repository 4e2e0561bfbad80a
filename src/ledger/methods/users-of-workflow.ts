/** The users of all runs of a workflow: the store's page, and their number, counted run by run. */
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { USER_PROPERTIES } from '../../model/resources/properties.ts';
import type { Page, UserProcessingResult } from '../../model/resources/resources.ts';
import type { Cursor, WorkflowUserQuery } from '../../ports/store.ts';
import { type LedgerContext, requireWorkflow } from '../context.ts';
import { listRequest, readWorkflowUserOptions, type WorkflowUserListOptions } from '../input/list-options.ts';
import { withoutPreviews } from '../planning/previews.ts';
import { userResource } from '../resources.ts';
import { countUsersOfRun } from '../users-of-run.ts';

/** A page of them. */
export async function usersOfWorkflow(
  context: LedgerContext,
  workflowId: string,
  options: WorkflowUserListOptions | undefined,
): Promise<Page<UserProcessingResult>> {
  const { store } = context;
  const given = readWorkflowUserOptions(options, 'userProcessingResults.listOfWorkflow');
  const { id } = await requireWorkflow(store, workflowId);
  const request = listRequest<UserRecord, string>(given, {
    scope: `users of workflow ${id}`,
    table: USER_PROPERTIES,
    keyType: 'string',
    defaultOrder: 'scheduledDateTime desc',
  });
  const { where, after, limit } = request;
  const whereRun = await withoutPreviews(store, id, request.whereRun);
  const query = { workflowId: id, whereRun, where, after, limit };
  const { rows, next } = await store.listUsersOfWorkflow(query);
  return {
    value: rows.map(({ run, user }) => userResource(run, user)),
    nextToken: next === null ? null : request.tokenAfter(next),
    ...(given.count ? { count: await countUsers(context, query) } : {}),
  };
}

/** Not a snapshot: the event loop has a turn after each run whose users have to be looked at. */
async function countUsers(
  { store, clock }: Pick<LedgerContext, 'store' | 'clock'>,
  { workflowId, whereRun, where }: WorkflowUserQuery,
): Promise<number> {
  const order = { property: 'id', descending: false };
  const limit = LIMITS.pageSizeMax;
  let count = 0;
  for (let after: Cursor<string> | null = null; ; ) {
    const runs: readonly RunRecord[] = await store.listRuns({
      workflowId,
      where: whereRun,
      order,
      after,
      limit,
    });
    for (const run of runs) {
      if (run.knownUsersCount === 0) continue;
      count += await countUsersOfRun({ store, clock }, run, where);
      if (where !== null) await clock.yield();
    }
    const last = runs.at(-1);
    if (!last || runs.length < limit) return count;
    after = { value: null, key: last.id };
    await clock.yield();
  }
}
