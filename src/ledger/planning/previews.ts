/** Previews: runs without effects; a workflow keeps only the last one (domain §3.10). */
import { parseListFilter } from '../../filter/list-filter.ts';
import type { Filter } from '../../model/filter.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Note, RunRecord } from '../../model/records.ts';
import { RUN_PROPERTIES } from '../../model/resources/properties.ts';
import type { StoreReader } from '../../ports/store.ts';
import { OF_WORKFLOWS } from '../notes.ts';

/** A path in a filter as JSON; string literals cannot contain it, since their quotes are escaped. */
const TYPE_PATH = '"segments":["workflowExecutionType"]';
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
  const where = parseListFilter(`workflowExecutionType eq 'preview' and id ne '${runId}'`, RUN_PROPERTIES);
  return store.listRuns({ workflowId, where, order: BY_ID, after: null, limit: LIMITS.pageSizeMax });
}

/** Ids of the subjects of the last preview; empty when there was none. */
export async function previewedSubjects(store: StoreReader, workflowId: string): Promise<readonly string[]> {
  const [note] = await store.getNotes(OF_WORKFLOWS.previews, [`${workflowId}/`]);
  if (!note) return [];
  const query = { runId: note.body, where: null, order: BY_ID, after: null, limit: LIMITS.usersPerBatch };
  return (await store.listUsers(query)).map(({ subjectId }) => subjectId);
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
  if (where !== null && JSON.stringify(where).includes(TYPE_PATH)) return where;
  // Most workflows have no preview; the extra condition would only slow their lists down.
  const prefix = workflowId === null ? '' : `${workflowId}/`;
  const query = { collection: OF_WORKFLOWS.previews, prefix, after: null, limit: 1 };
  if ((await store.listNotes(query)).length === 0) return where;
  const noPreview = parseListFilter("workflowExecutionType ne 'preview'", RUN_PROPERTIES);
  return where === null ? noPreview : { kind: 'and', operands: [where, noPreview], at: 0 };
}
