import type { WorkflowRecord } from '../../model/records.ts';
import type { Row } from './cells.ts';

/** Columns of a workflow, in the order of {@link workflowFromRow}. */
export const WORKFLOW_COLUMNS = 'body, last_slot_at_ms';

/** Converts a row to a record. */
export function workflowFromRow([body, lastSlotAtMs]: Row): WorkflowRecord {
  return { workflow: JSON.parse(String(body)), lastSlotAtMs: lastSlotAtMs as number | null };
}
