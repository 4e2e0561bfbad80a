/** What runs of all workflows have done for a subject: the store's pages, with their tasks. */
import { readOptions } from '../input/options.ts';
import { readSubjectId } from '../input/subject-id.ts';
import type { Page, SubjectHistoryEntry } from '../model/resources/resources.ts';
import type { LedgerContext } from './context.ts';
import { type ListOptions, listRequest, PAGE_OPTIONS } from './input/list-options.ts';
import { contentOf } from './methods/tasks-of-workflow.ts';
import { runResource, taskResources, userResource } from './resources.ts';

/** A page of it. */
export async function historyOfSubject(
  { store, clock }: Pick<LedgerContext, 'store' | 'clock'>,
  subject: string,
  options: Pick<ListOptions, 'top' | 'after'> | undefined,
): Promise<Page<SubjectHistoryEntry>> {
  const given = readOptions(options, 'userProcessingResults.listOfSubject', PAGE_OPTIONS);
  const subjectId = readSubjectId({ path: 'subjectId', value: subject });
  const { limit, after, tokenAfter } = listRequest<object, number>(given, {
    scope: `results of ${subjectId}`,
    table: {},
    keyType: 'number',
    defaultOrder: 'id',
  });
  const { rows, next } = await store.listUsersOfSubject({ subjectId, after: after?.key ?? null, limit });
  const value: SubjectHistoryEntry[] = [];
  for (const { run, user } of rows) {
    if (run.workflowExecutionType === 'preview') continue;
    const tasks = taskResources(user, await contentOf(store, run));
    value.push({ run: runResource(run), result: userResource(run, user), tasks });
    await clock.yield();
  }
  return { value, nextToken: next === null ? null : tokenAfter({ value: null, key: next }) };
}
