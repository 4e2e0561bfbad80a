/**
 * Status and execution-type vocabularies, in Graph's order.
 *
 * Source: domain §1.1 (Graph CSDL `lifecycleWorkflowProcessingStatus`, `workflowExecutionType`,
 * `lifecycleWorkflowCategory`).
 */

/** Every processing status that a run or a user result can have. */
export const PROCESSING_STATUSES = [
  'queued',
  'inProgress',
  'completed',
  'completedWithErrors',
  'canceled',
  'failed',
  'canceling',
  'quarantined',
] as const;

/** Status of a run, a user processing result or a task processing result. */
export type ProcessingStatus = (typeof PROCESSING_STATUSES)[number];

/** The statuses that a task processing result can have: a task is never partly successful. */
export const TASK_STATUSES = ['queued', 'inProgress', 'completed', 'failed', 'canceled'] as const;

/** Status of a task processing result. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** The statuses that a user processing result can have. */
export const USER_STATUSES = [
  'queued',
  'inProgress',
  'completed',
  'completedWithErrors',
  'canceled',
  'failed',
  'quarantined',
] as const;

/** Status of a user processing result. */
export type UserStatus = (typeof USER_STATUSES)[number];

/** How a run came about. */
export const EXECUTION_TYPES = [
  'scheduled',
  'onDemand',
  'activatedWithScope',
  'preview',
  'extensibilityOnDemand',
] as const;

/** How a run came about. */
export type WorkflowExecutionType = (typeof EXECUTION_TYPES)[number];

/** What a workflow is for. */
export const WORKFLOW_CATEGORIES = ['joiner', 'leaver', 'mover', 'extensibility'] as const;

/** What a workflow is for. */
export type WorkflowCategory = (typeof WORKFLOW_CATEGORIES)[number];
