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
  readonly failedRuns: number;
  readonly failedTasks: number;
  readonly failedUsers: number;
  readonly successfulRuns: number;
  readonly successfulTasks: number;
  readonly successfulUsers: number;
  readonly totalRuns: number;
  readonly totalTasks: number;
  readonly totalUsers: number;
}

/** `workflowsInsightsByCategory`: runs. */
export type WorkflowsInsightsByCategory = Readonly<
  Record<`${'failed' | 'successful' | 'total'}${Capitalize<(typeof INSIGHT_CATEGORIES)[number]>}Runs`, number>
>;

/** `topTasksInsightsSummary`: the tasks of one definition. A user counts once for each of its tasks. */
export interface TopTasksInsightsSummary {
  readonly failedTasks: number;
  readonly failedUsers: number;
  readonly successfulTasks: number;
  readonly successfulUsers: number;
  readonly taskDefinitionDisplayName: string;
  readonly taskDefinitionId: string;
  readonly totalTasks: number;
  readonly totalUsers: number;
}

/** `topWorkflowsInsightsSummary`. */
export interface TopWorkflowsInsightsSummary {
  readonly failedRuns: number;
  readonly failedUsers: number;
  readonly successfulRuns: number;
  readonly successfulUsers: number;
  readonly totalRuns: number;
  readonly totalUsers: number;
  readonly workflowCategory: WorkflowCategory;
  readonly workflowDisplayName: string;
  readonly workflowId: string;
  readonly workflowVersion: number;
}
