/**
 * How many workflows, tasks and subjects are allowed: set per engine, with presets. Fixed bounds
 * are in `limits.ts`.
 */

/** Configurable limits; each is a whole number ≥ 1, or `Infinity` for none. */
export interface WorkflowLimits {
  /** Workflows that are not deleted. */
  readonly maxWorkflows: number;
  /** Tasks of one workflow, disabled ones included. Never above `LIMITS.tasksPerWorkflowHardMax`. */
  readonly maxTasksPerWorkflow: number;
  /** Subjects of one activation on demand. */
  readonly maxSubjectsPerActivation: number;
  /** Subjects of one preview. */
  readonly maxSubjectsPerPreview: number;
}

/** `default`: generous, bounded only where work would grow without end. `entra`: domain §3.12. */
export const LIMIT_PRESETS = {
  default: {
    maxWorkflows: 10_000,
    maxTasksPerWorkflow: 1_000,
    maxSubjectsPerActivation: Infinity,
    maxSubjectsPerPreview: 1_000,
  },
  entra: {
    maxWorkflows: 100,
    maxTasksPerWorkflow: 25,
    maxSubjectsPerActivation: 10,
    maxSubjectsPerPreview: 10,
  },
} as const satisfies Record<string, WorkflowLimits>;

/** The limits of an engine that is given none. */
export const DEFAULT_LIMITS: WorkflowLimits = LIMIT_PRESETS.default;

/** Arguments of one task, at most: bounds a workflow's size. */
export const ARGUMENTS_PER_TASK_MAX = 100;

/** Characters of an argument's value, at most: room for the body of a mail. */
export const ARGUMENT_VALUE_LENGTH_MAX = 65_536;
