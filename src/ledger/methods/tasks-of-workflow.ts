/** The task results of all runs of a workflow: those of the users that the store's page has. */
import { filter } from '../../filter/builder.ts';
import type { Filter } from '../../model/filter.ts';
import { addressOf, userResultId } from '../../model/ids.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { USER_PROPERTIES } from '../../model/resources/properties.ts';
import type { Page, TaskProcessingResult } from '../../model/resources/resources.ts';
import type { TaskStatus } from '../../model/status.ts';
import type { Cursor, WorkflowUserPage } from '../../ports/store.ts';
import { type LedgerContext, pinnedVersion, requireWorkflow } from '../context.ts';
import { type ListOptions, listRequest } from '../input/list-options.ts';
import { withoutPreviews } from '../planning/previews.ts';
import { objectOfRun } from '../planning/provisioning-objects.ts';
import { enabledTasks, type RunContent, taskResources } from '../resources.ts';

/** A page of them; `given` has been read. */
export async function tasksOfWorkflow(
  { store }: Pick<LedgerContext, 'store'>,
  workflowId: string,
  { processingStatus, changes, ...given }: ListOptions & TaskSelection,
): Promise<Page<TaskProcessingResult>> {
  const { id } = await requireWorkflow(store, workflowId);
  const isWanted = taskSelector({ processingStatus, changes });
  const request = listRequest<UserRecord, string>(given, {
    scope: `tasks of workflow ${id}`,
    table: USER_PROPERTIES,
    keyType: 'string',
    defaultOrder: 'scheduledDateTime desc',
  });
  const { limit, after } = request;
  const page = await store.listUsersOfWorkflow({
    workflowId: id,
    whereRun: await withoutPreviews(store, id, null),
    where: usersWith(processingStatus),
    after: after && beforeUserOf(after),
    limit,
  });
  const value: TaskProcessingResult[] = [];
  let last: Cursor<string> | null = null;
  for await (const { run, result } of resultsOf(store, page.rows)) {
    // The ids of a user's results are in the order of its tasks.
    const isBefore = after !== null && isOfUserAt(after, result.id) && result.id <= after.key;
    if (isBefore || !isWanted(result)) continue;
    if (value.length === limit) return { value, nextToken: last && request.tokenAfter(last) };
    value.push(result);
    last = { value: run.scheduledAtMs, key: result.id };
  }
  return { value, nextToken: page.next && request.tokenAfter(page.next) };
}

/** Which task results a list has. */
export interface TaskSelection {
  readonly processingStatus?: TaskStatus | undefined;
  /** Those with a change that contains this text; empty: with any change. */
  readonly changes?: string | undefined;
}

/** Whether a task result is in a list of `selection`. */
export function taskSelector({
  processingStatus,
  changes,
}: TaskSelection): (result: TaskProcessingResult) => boolean {
  return (result) =>
    (processingStatus === undefined || result.processingStatus === processingStatus) &&
    (changes === undefined || result.changes.some((change) => change.includes(changes)));
}

/** Users that can have a task in that status; `failed` tasks are found without reading the other users. */
export function usersWith(status: TaskStatus | undefined): Filter | null {
  return status === 'failed' ? filter.gt('failedTasksCount', 0) : null;
}

/** What the task results of a run share. */
export async function contentOf(store: LedgerContext['store'], run: RunRecord): Promise<RunContent> {
  const tasks = enabledTasks(await pinnedVersion(store, run));
  return { tasks, workflowSubject: await objectOfRun(store, run) };
}

/** A page that ended with a task result is followed by the other tasks of its user. */
function beforeUserOf(after: Cursor<string>): Cursor<string> {
  const address = addressOf(after.key);
  if (!address || address.position === 0 || address.ordinal === 0) return after;
  return { ...after, key: userResultId(address.runId, address.ordinal - 1) };
}

function isOfUserAt({ key }: Cursor<string>, resultId: string): boolean {
  const [at, own] = [addressOf(key), addressOf(resultId)];
  return at?.runId === own?.runId && at?.ordinal === own?.ordinal;
}

async function* resultsOf(
  store: LedgerContext['store'],
  rows: WorkflowUserPage['rows'],
): AsyncGenerator<{ readonly run: RunRecord; readonly result: TaskProcessingResult }> {
  let content: RunContent | null = null;
  let runId = '';
  for (const { run, user } of rows) {
    if (content === null || run.id !== runId) content = await contentOf(store, run);
    runId = run.id;
    for (const result of taskResources(user, content)) yield { run, result };
  }
}
