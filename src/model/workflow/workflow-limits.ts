/**
 * How many workflows, tasks and subjects are allowed: set per engine, with presets. Fixed bounds
 * are in `limits.ts`.
 */

/** Configurable limits; each is a whole number ≥ 1, or `Infinity` for none. */
export interface WorkflowLimits {
  /** Workflows that are not deleted. */
  readonly workflowsMax: number;
  /** Tasks of one workflow, disabled ones included. Never above `LIMITS.tasksPerWorkflowHardMax`. */
  readonly tasksPerWorkflowMax: number;
  /** Subjects of one activation on demand. */
  readonly subjectsPerActivationMax: number;
  /** Subjects of one preview. */
  readonly subjectsPerPreviewMax: number;
}

/** `default`: generous, bounded only where work would grow without end. `entra`: domain §3.12. */
export const LIMIT_PRESETS = {
  default: {
    workflowsMax: 10_000,
    tasksPerWorkflowMax: 1_000,
    subjectsPerActivationMax: Infinity,
    subjectsPerPreviewMax: 1_000,
  },
  entra: {
    workflowsMax: 100,
    tasksPerWorkflowMax: 25,
    subjectsPerActivationMax: 10,
    subjectsPerPreviewMax: 10,
  },
} as const satisfies Record<string, WorkflowLimits>;

/** The limits of an engine that is given none. */
export const DEFAULT_LIMITS: WorkflowLimits = LIMIT_PRESETS.default;

/** Arguments of one task, at most: bounds a workflow's size. */
export const ARGUMENTS_PER_TASK_MAX = 100;

/** Characters of an argument's value, at most: room for the body of a mail. */
export const ARGUMENT_VALUE_LENGTH_MAX = 65_536;
