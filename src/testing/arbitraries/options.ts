/** What each option of the arbitraries may be, and its default. */
import { readArray, readFlag, readString, readWhole, readWord } from '../../input/fields.ts';
import { momentOrNull } from '../../input/moments.ts';
import { optional, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import { DAY_MS } from '../../model/time.ts';
import type { SizeOptions } from './counters.ts';
import type { EventOptions } from './events.ts';
import type { FaultOptions } from './fault-plans.ts';
import type { ScriptOptions } from './ledger-scripts.ts';
import type { PopulationOptions } from './populations.ts';
import type { ScenarioOptions } from './scenarios.ts';
import type { TaskOptions, WorkflowOptions } from './workflows.ts';

const SIZE_MAX = 1_000_000;

/** A number of things, with a default. */
function size(otherwise: number, min = 1) {
  return withDefault((place: Place) => readWhole(place, min, SIZE_MAX), otherwise);
}

/** Some texts to choose from. */
function readNames(place: Place): readonly string[] {
  const names = readArray(place, SIZE_MAX).map(readString);
  if (names.length > 0) return names;
  throw invalid(place, 'an array of at least one');
}

/** Sizes. */
export const SIZE = { usersMax: size(4), tasksMax: size(4) } satisfies ShapeOf<SizeOptions>;
/** Of event sequences, and the runs that they make. */
export const EVENTS = {
  ...SIZE,
  cancel: withDefault(readFlag, true),
  toTheEnd: withDefault(readFlag, false),
  eventsMax: size(40, 0),
} satisfies ShapeOf<EventOptions>;
/** Of people. */
export const POPULATION = {
  peopleMin: size(1, 0),
  peopleMax: size(6, 0),
  departments: optional(readNames),
  around: withDefault(readDate, '2026-01-05'),
  daysMax: size(30, 0),
} satisfies ShapeOf<PopulationOptions>;
/** Of tasks. */
export const TASK = { definitions: optional(readNames) } satisfies ShapeOf<TaskOptions>;
/** Of workflows. */
export const WORKFLOW = {
  ...TASK,
  tasksMax: size(4),
  scheduled: optional(readFlag),
} satisfies ShapeOf<WorkflowOptions>;
/** Of scripts for a ledger. */
export const SCRIPT = {
  tasks: size(2),
  usersMax: size(3),
  operationsMax: size(30),
} satisfies ShapeOf<ScriptOptions>;
/** Of scenarios. */
export const SCENARIO = {
  headcountMax: size(40, 0),
  workflowsMax: size(3),
  daysMax: size(6),
} satisfies ShapeOf<ScenarioOptions>;

const TASK_FAULTS = ['throw', 'reject', 'last', 'hang', 'ignore', 'linger', 'deceive', 'repeat'] as const;
/** Of plans of faults. */
export const FAULTS = {
  callsMax: size(20),
  usersMax: size(6),
  tasksMax: size(4),
  horizonMs: withDefault((place: Place) => readWhole(place, 0, Number.MAX_SAFE_INTEGER), DAY_MS),
  does: withDefault(
    (place: Place) => readArray(place, TASK_FAULTS.length).map((one) => readWord(one, TASK_FAULTS)),
    TASK_FAULTS,
  ),
} satisfies ShapeOf<FaultOptions>;

function readDate(place: Place): string {
  if (typeof place.value === 'string' && momentOrNull(place.value) !== null) return place.value;
  throw invalid(place, 'a date such as 2026-01-05');
}
