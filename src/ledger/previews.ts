/** Previews: runs that do nothing, of which a workflow has the last one only (domain §3.10). */
import { parseListFilter } from '../filter/index.ts';
import type { Filter } from '../model/filter.ts';
import { LIMITS } from '../model/limits.ts';
import { RUN_PROPERTIES } from '../model/properties.ts';
import type { Note, RunRecord } from '../model/records.ts';
import type { StoreReader } from '../ports/store.ts';
import { OF_WORKFLOWS } from './notes.ts';

/** In a filter as JSON; a text in it cannot read so, since its quotes are escaped. */
const TYPE_PATH = '"segments":["workflowExecutionType"]';
const BY_ID = { property: 'id', descending: false } as const;

/** Says which run is the workflow's preview. */
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

/** The ids of those whom the last preview was for; nobody when there was none. */
export async function previewedSubjects(store: StoreReader, workflowId: string): Promise<readonly string[]> {
  const [note] = await store.getNotes(OF_WORKFLOWS.previews, [`${workflowId}/`]);
  if (!note) return [];
  const query = { runId: note.body, where: null, order: BY_ID, after: null, limit: LIMITS.usersPerBatch };
  return (await store.listUsers(query)).map(({ subjectId }) => subjectId);
}

/**
 * The condition of a list of runs: previews are left out, unless it asks for execution types by name.
 *
 * @param workflowId whose runs; `null`: those of every workflow.
 */
export async function withoutPreviews(
  store: StoreReader,
  workflowId: string | null,
  where: Filter | null,
): Promise<Filter | null> {
  if (where !== null && JSON.stringify(where).includes(TYPE_PATH)) return where;
  // Most workflows have none; then nothing is looked at a second time.
  const prefix = workflowId === null ? '' : `${workflowId}/`;
  const query = { collection: OF_WORKFLOWS.previews, prefix, after: null, limit: 1 };
  if ((await store.listNotes(query)).length === 0) return where;
  const noPreview = parseListFilter("workflowExecutionType ne 'preview'", RUN_PROPERTIES);
  return where === null ? noPreview : { kind: 'and', operands: [where, noPreview], at: 0 };
}
