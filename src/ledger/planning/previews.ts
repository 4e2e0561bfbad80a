/** Previews: runs without effects; a workflow keeps only the last one (domain §3.10). */
import { filter } from '../../filter/builder.ts';
import { mentions } from '../../filter/tree.ts';
import type { Filter } from '../../model/filter.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Note, RunRecord } from '../../model/records.ts';
import type { StoreReader } from '../../ports/store.ts';
import { OF_WORKFLOWS } from '../notes.ts';

const TYPE = 'workflowExecutionType';
const BY_ID = { property: 'id', descending: false } as const;

/** The note that names the workflow's preview run. */
export function previewNote(workflowId: string, runId: string): Note {
  return { collection: OF_WORKFLOWS.previews, key: `${workflowId}/`, body: runId };
}

/** The preview runs of a workflow but the newest. */
export function previewsBefore(
  store: StoreReader,
  workflowId: string,
  runId: string,
): Promise<readonly RunRecord[]> {
  const where = filter.and(filter.eq(TYPE, 'preview'), filter.ne('id', runId));
  return store.listRuns({ workflowId, where, order: BY_ID, after: null, limit: LIMITS.pageSizeMax });
}

/** Ids of the subjects of the last preview; empty when there was none. */
export async function previewedSubjects(store: StoreReader, workflowId: string): Promise<readonly string[]> {
  const [note] = await store.getNotes(OF_WORKFLOWS.previews, [`${workflowId}/`]);
  if (!note) return [];
  const ids: string[] = [];
  for (let last = 0; ; ) {
    const after = { value: null, key: last };
    const query = { runId: note.body, where: null, order: BY_ID, after, limit: LIMITS.usersPerBatch };
    const users = await store.listUsers(query);
    ids.push(...users.map(({ subjectId }) => subjectId));
    if (users.length < LIMITS.usersPerBatch) return ids;
    last = users.at(-1)?.ordinal ?? last;
  }
}

/**
 * The condition of a list of runs: previews are excluded unless the filter names execution types.
 *
 * @param workflowId lists the runs of this workflow; `null`: of every workflow.
 */
export async function withoutPreviews(
  store: StoreReader,
  workflowId: string | null,
  where: Filter | null,
): Promise<Filter | null> {
  if (where !== null && mentions(where, TYPE)) return where;
  // Most workflows have no preview; the extra condition would only slow their lists down.
  const collection = OF_WORKFLOWS.previews;
  const notes =
    workflowId === null
      ? store.listNotes({ collection, prefix: '', after: null, limit: 1 })
      : store.getNotes(collection, [`${workflowId}/`]);
  if ((await notes).length === 0) return where;
  const noPreview = filter.ne(TYPE, 'preview');
  return where === null ? noPreview : filter.and(where, noPreview);
}
