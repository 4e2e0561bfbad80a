/** Graph's permission names, and which of them each kind of request needs. Source: domain §2.5. */

/** The permissions of lifecycle workflows. */
export const PERMISSIONS = {
  readAll: 'LifecycleWorkflows.Read.All',
  readWriteAll: 'LifecycleWorkflows.ReadWrite.All',
  readReports: 'LifecycleWorkflows-Reports.Read.All',
  readWorkflowsBasic: 'LifecycleWorkflows-Workflow.ReadBasic.All',
  readWorkflows: 'LifecycleWorkflows-Workflow.Read.All',
  readWriteWorkflows: 'LifecycleWorkflows-Workflow.ReadWrite.All',
  activate: 'LifecycleWorkflows-Workflow.Activate',
  readExtensions: 'LifecycleWorkflows-CustomExt.Read.All',
  readWriteExtensions: 'LifecycleWorkflows-CustomExt.ReadWrite.All',
} as const;

/** One of {@link PERMISSIONS}. */
export type Permission = (typeof PERMISSIONS)[keyof typeof PERMISSIONS];

const P = PERMISSIONS;

/** Kind of request → the permissions any one of which is enough. */
export const NEEDED = {
  /** Runs, results, reports, summaries, insights. */
  reports: [P.readReports, P.readAll, P.readWriteAll],
  /** Workflows, versions, tasks, the catalogue. */
  workflows: [P.readWorkflowsBasic, P.readWorkflows, P.readWriteWorkflows, P.readAll, P.readWriteAll],
  /** Changes of workflows, runs and settings. */
  change: [P.readWriteWorkflows, P.readWriteAll],
  /** The activations. */
  activate: [P.activate, P.readWriteWorkflows, P.readWriteAll],
  extensions: [P.readExtensions, P.readWriteExtensions, P.readAll, P.readWriteAll],
  changeExtensions: [P.readWriteExtensions, P.readWriteAll],
} as const satisfies Record<string, readonly Permission[]>;
