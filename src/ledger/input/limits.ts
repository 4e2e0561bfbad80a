/** Reads the limits that a host sets. */
import { readWhole } from '../../input/fields.ts';
import { readShape, type ShapeOf, withDefault } from '../../input/options.ts';
import type { Place } from '../../input/refuse.ts';
import { DEFAULT_LIMITS, type WorkflowLimits } from '../../model/workflow/workflow-limits.ts';

const LIMITS = {
  workflowsMax: withDefault(readLimit, DEFAULT_LIMITS.workflowsMax),
  tasksPerWorkflowMax: withDefault(readLimit, DEFAULT_LIMITS.tasksPerWorkflowMax),
  subjectsPerActivationMax: withDefault(readLimit, DEFAULT_LIMITS.subjectsPerActivationMax),
  subjectsPerPreviewMax: withDefault(readLimit, DEFAULT_LIMITS.subjectsPerPreviewMax),
} satisfies ShapeOf<WorkflowLimits>;

/** All limits; those that are not given are the defaults. @throws LifecycleError `InvalidArgument`. */
export function readLimits(place: Place): WorkflowLimits {
  return readShape(place, LIMITS);
}

function readLimit(place: Place): number {
  return place.value === Infinity ? Infinity : readWhole(place, 1, Number.MAX_SAFE_INTEGER);
}
