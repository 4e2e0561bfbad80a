import type { UserReference } from '../workflow/workflow.ts';

/** What administrators did, and what the schedule did for them. Source: domain §3.14. */

/** Category → its activities. */
export const AUDIT_ACTIVITIES = {
  WorkflowManagement: [
    'Create workflow',
    'Update workflow',
    'Delete workflow',
    'Restore workflow',
    'Hard delete workflow',
    'Enable workflow',
    'Disable workflow',
    'Enable workflow schedule',
    'Disable workflow schedule',
    'Add workflow version',
    'Add execution conditions',
    'Update execution conditions',
    'Set workflow for on-demand execution',
    'On-demand workflow execution completed',
    'Schedule workflow execution started',
    'Schedule workflow execution completed',
    'Update tenant settings',
  ],
  TaskManagement: [
    'Add task to workflow',
    'Remove task from workflow',
    'Enable task',
    'Disable task',
    'Update task',
  ],
  Other: ['Create custom task extension', 'Update custom task extension', 'Delete custom task extension'],
} as const;

/** A category of activities. */
export type AuditCategory = keyof typeof AUDIT_ACTIVITIES;
/** An activity that an audit log records. */
export type AuditActivity = (typeof AUDIT_ACTIVITIES)[AuditCategory][number];

/** One entry of an audit log. */
export interface AuditEntry {
  /** The kind of activity. */
  readonly category: AuditCategory;
  /** What was done, as Graph names it. */
  readonly activity: AuditActivity;
  /** ISO 8601, UTC. */
  readonly activityDateTime: string;
  /** The caller that did it, or that activated the run it is about; `null`: the engine did, or no author was given. */
  readonly initiatedBy: UserReference | null;
  /** What it was done to; `null` for the settings. */
  readonly target: { readonly id: string; readonly displayName: string } | null;
  /** The workflow that it is about, and the run. */
  readonly workflowId: string | null;
  readonly runId: string | null;
}
