/**
 * For whom, and for which of their tasks, a run was activated, with Graph's names and `@odata.type` marks.
 * Source: domain §1.13, §3.9.
 */

/** Which tasks of a user are done again: all, or those that did not complete of one who has a failed task. */
export const TASK_SCOPES = ['allTasks', 'failedTasks'] as const;
/** See {@link TASK_SCOPES}. */
export type ActivationTaskScope = (typeof TASK_SCOPES)[number];

/** Which users of a run are done again: all, or those with a failed task. */
export const USER_SCOPES = ['allUsers', 'failedUsers'] as const;
/** See {@link USER_SCOPES}. */
export type ActivationUserScope = (typeof USER_SCOPES)[number];

/** These people. Who they are, the run's user results say. */
export interface ActivateUserScope {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.activateUserScope';
}

/** The members of a group, as they were when the run was made. */
export interface ActivateGroupScope {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.activateGroupScope';
  readonly group: { readonly id: string };
}

/** A run done again. */
export interface ActivateRunScope {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.activateRunScope';
  readonly run: { readonly id: string };
  readonly taskScope: ActivationTaskScope;
  readonly userScope: ActivationUserScope;
}

/** Single user results done again. Which ones, their `reprocessedRuns` say. */
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
