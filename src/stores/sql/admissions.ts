import type { Admission } from '../../model/records.ts';
import type { AdmissionQuery } from '../../ports/store.ts';
import type { Cell, Row } from './cells.ts';

/** The statement of `listAdmissions`, over a table, and its parameters. */
export function admissionsAfter(
  table: string,
  { workflowId, after, limit }: AdmissionQuery,
): { readonly sql: string; readonly params: Cell[] } {
  const rest = after === null ? '' : ' AND subject_id > ?';
  return {
    sql: `SELECT subject_id, due_at_ms, run_id FROM ${table} WHERE workflow_id = ?${rest} ORDER BY subject_id LIMIT ?`,
    params: [workflowId, ...(after === null ? [] : [after]), limit],
  };
}

/** The admission of a row of subject, moment and run. */
export function admissionFromRow(workflowId: string, [subjectId, dueAtMs, runId]: Row): Admission {
  return { workflowId, subjectId: String(subjectId), dueAtMs: Number(dueAtMs), runId: String(runId) };
}
