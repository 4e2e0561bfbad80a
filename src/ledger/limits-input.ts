/** Reads the limits that a host sets. */
import { readWhole } from '../input/fields.ts';
import { readShape, type ShapeOf, withDefault } from '../input/options.ts';
import type { Place } from '../input/refuse.ts';
import { DEFAULT_LIMITS, type WorkflowLimits } from '../model/workflow-limits.ts';

const LIMITS = {
  maxWorkflows: withDefault(readLimit, DEFAULT_LIMITS.maxWorkflows),
  maxTasksPerWorkflow: withDefault(readLimit, DEFAULT_LIMITS.maxTasksPerWorkflow),
  maxSubjectsPerActivation: withDefault(readLimit, DEFAULT_LIMITS.maxSubjectsPerActivation),
  maxSubjectsPerPreview: withDefault(readLimit, DEFAULT_LIMITS.maxSubjectsPerPreview),
} satisfies ShapeOf<WorkflowLimits>;

/** All limits; those that are not given are the defaults. @throws LifecycleError `InvalidArgument`. */
export function readLimits(place: Place): WorkflowLimits {
  return readShape(place, LIMITS);
}

function readLimit(place: Place): number {
  return place.value === Infinity ? Infinity : readWhole(place, 1, Number.MAX_SAFE_INTEGER);
}
