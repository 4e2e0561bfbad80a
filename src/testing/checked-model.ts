/**
 * The reference model for callers: what they hand in is read first. The model itself shares no code with what it is
 * the model of.
 */
import { readArray, readFlag, readNumber, readWhole } from '../input/fields.ts';
import { readOptions, readShape, type ShapeOf, withDefault } from '../input/options.ts';
import { invalid, type Place, root } from '../input/refuse.ts';
import * as invariants from './model/invariants.ts';
import * as reference from './model/reference-model.ts';
import type { RunSnapshot } from './model/snapshot.ts';

const SIZE_MAX = 1_000_000;
const PLAN = {
  users: (place: Place) => readWhole(place, 1, SIZE_MAX),
  continueOnError: readTasks,
  strictFailed: withDefault(readFlag, false),
} satisfies ShapeOf<reference.ModelPlan>;
const EVENT_OPTIONS = { abandon: withDefault(readFlag, false) };
const INVARIANT_OPTIONS = {
  toleranceMs: withDefault((place: Place) => readNumber(place, 0, Infinity), 0),
} satisfies ShapeOf<invariants.InvariantOptions>;

function readTasks(place: Place): readonly boolean[] {
  const flags = readArray(place, SIZE_MAX).map(readFlag);
  if (flags.length > 0) return flags;
  throw invalid(place, 'an array with a flag for each task, and at least one task');
}

/**
 * A queued run (r1) of queued users (u1) with queued tasks (t1).
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { apply, createRun, possibleEvents, snapshotOf } from 'tenure/testing';
 *
 * const run = createRun({ users: 3, continueOnError: [false, true] });
 * for (let [event] = possibleEvents(run); event; [event] = possibleEvents(run)) apply(run, event);
 * console.log(snapshotOf(run).status); // → completed
 * ```
 */
export function createRun(plan: reference.ModelPlan): reference.ModelRun {
  return reference.createRun(readShape(root(plan, 'the plan'), PLAN));
}

/** Everything that can happen next; nothing when the run is final. @throws LifecycleError `InvalidArgument`. */
export function possibleEvents(
  run: reference.ModelRun,
  options?: { readonly abandon?: boolean },
): reference.ModelEvent[] {
  return reference.possibleEvents(run, readOptions(options, 'possibleEvents', EVENT_OPTIONS));
}

/** Everything wrong with a run, and with its change since `before`. @throws LifecycleError `InvalidArgument`. */
export function violationsOf(
  run: RunSnapshot,
  before: RunSnapshot | null = null,
  options?: invariants.InvariantOptions,
): invariants.ModelViolation[] {
  return invariants.violationsOf(run, before, readOptions(options, 'violationsOf', INVARIANT_OPTIONS));
}
