/** Outcomes of the runs of a time window, over all workflows. Source: domain §1.14. */
import type { WorkflowCategory } from '../status.ts';

/** The categories that `workflowsInsightsByCategory` has counts for. */
export const INSIGHT_CATEGORIES = [
  'joiner',
  'leaver',
  'mover',
] as const satisfies readonly WorkflowCategory[];

/** `workflowsInsightsSummary`. */
export interface WorkflowsInsightsSummary {
  /** Runs in `failed` or `completedWithErrors`. */
  readonly failedRuns: number;
  /** Tasks that have failed. */
  readonly failedTasks: number;
  /** Users in `failed` or `completedWithErrors`; a person counts once for each run. */
  readonly failedUsers: number;
  /** Runs in `completed`. */
  readonly successfulRuns: number;
  /** Tasks that have completed. */
  readonly successfulTasks: number;
  /** Users in `completed`; a person counts once for each run. */
  readonly successfulUsers: number;
  /** Runs in any status; previews are not counted. */
  readonly totalRuns: number;
  /** Tasks of all users of these runs. */
  readonly totalTasks: number;
  /** Users in any status; a person counts once for each run. */
  readonly totalUsers: number;
}

/** `workflowsInsightsByCategory`: runs. */
export type WorkflowsInsightsByCategory = Readonly<
  Record<`${'failed' | 'successful' | 'total'}${Capitalize<(typeof INSIGHT_CATEGORIES)[number]>}Runs`, number>
>;

/** `topTasksInsightsSummary`: the tasks of one definition. A user counts once for each of its tasks. */
export interface TopTasksInsightsSummary {
  /** Tasks that have failed. */
  readonly failedTasks: number;
  /** As `failedTasks`. */
  readonly failedUsers: number;
  /** Tasks that have completed. */
  readonly successfulTasks: number;
  /** As `successfulTasks`. */
  readonly successfulUsers: number;
  /** As the catalogue, or the host, names the definition. */
  readonly taskDefinitionDisplayName: string;
  /** GUID of the definition, or the host’s own name for it. */
  readonly taskDefinitionId: string;
  /** Tasks in any status. */
  readonly totalTasks: number;
  /** As `totalTasks`. */
  readonly totalUsers: number;
}

/** `topWorkflowsInsightsSummary`. */
export interface TopWorkflowsInsightsSummary {
  /** Runs in `failed` or `completedWithErrors`. */
  readonly failedRuns: number;
  /** Users in `failed` or `completedWithErrors`; a person counts once for each run. */
  readonly failedUsers: number;
  /** Runs in `completed`. */
  readonly successfulRuns: number;
  /** Users in `completed`; a person counts once for each run. */
  readonly successfulUsers: number;
  /** Runs in any status; previews are not counted. */
  readonly totalRuns: number;
  /** Users in any status; a person counts once for each run. */
  readonly totalUsers: number;
  /** Of its newest version. */
  readonly workflowCategory: WorkflowCategory;
  /** Of its newest version. */
  readonly workflowDisplayName: string;
  /** GUID, the same for all versions. */
  readonly workflowId: string;
  /** Its newest version. */
  readonly workflowVersion: number;
}
