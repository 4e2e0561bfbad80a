/**
 * The users that a run was activated for, and which of their tasks, with Graph's names and `@odata.type` marks.
 * Source: domain §1.13, §3.9.
 */

/** Tasks of a user to reprocess: all, or, for a user with a failed task, those that did not complete. */
export const TASK_SCOPES = ['allTasks', 'failedTasks'] as const;
/** See {@link TASK_SCOPES}. */
export type ActivationTaskScope = (typeof TASK_SCOPES)[number];

/** Users of a run to reprocess: all, or those with a failed task. */
export const USER_SCOPES = ['allUsers', 'failedUsers'] as const;
/** See {@link USER_SCOPES}. */
export type ActivationUserScope = (typeof USER_SCOPES)[number];

/** Named people; the run's user results list them. */
export interface ActivateUserScope {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.activateUserScope';
}

/** The members of a group, as they were when the run was made. */
export interface ActivateGroupScope {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.activateGroupScope';
  readonly group: { readonly id: string };
}

/** A run to reprocess. */
export interface ActivateRunScope {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.activateRunScope';
  readonly run: { readonly id: string };
  readonly taskScope: ActivationTaskScope;
  readonly userScope: ActivationUserScope;
}

/** Single user results to reprocess; their `reprocessedRuns` name the new run. */
export interface ActivateProcessingResultScope {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.activateProcessingResultScope';
  readonly taskScope: ActivationTaskScope;
}

/** What a run was activated on. */
export type ActivationScope =
  | ActivateUserScope
  | ActivateGroupScope
  | ActivateRunScope
  | ActivateProcessingResultScope;
