/**
 * Ids are addresses (decision 2). A run, its user results, its task reports and their task results
 * share 60 random bits; the rest of the GUID says which part of the run the id names:
 *
 * ```
 * rrrrrrrr-rrrr-8rrr-8000-000000000000   the run
 * rrrrrrrr-rrrr-8rrr-8000-00000000002a   the result of its user 42
 * rrrrrrrr-rrrr-8rrr-8003-00000000002a   the result of user 42's third task
 * rrrrrrrr-rrrr-8rrr-8003-000000000000   the report of the third task
 * ```
 *
 * All are RFC 9562 GUIDs (version 8). No id of a user or task is stored or indexed.
 */

/** What an id points to. `ordinal` 0: the run itself or a task report; `position` 0: no task. */
export interface Address {
  readonly runId: string;
  readonly ordinal: number;
  readonly position: number;
}

const SHAPE = /^([0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{12})$/;
const RUN_TAIL = '-8000-000000000000';

/** The id of a run, made from the random bits of `guid`. */
export function runIdFrom(guid: string): string {
  return `${guid.slice(0, 14)}8${guid.slice(15, 18)}${RUN_TAIL}`.toLowerCase();
}

/** Id of the result of the user with this ordinal (1-based). */
export function userResultId(runId: string, ordinal: number): string {
  return `${runId.slice(0, 18)}-8000-${hex(ordinal, 12)}`;
}

/** Id of the result of the task at `position` (1-based) of the user with this ordinal. */
export function taskResultId(runId: string, ordinal: number, position: number): string {
  return `${runId.slice(0, 18)}-8${hex(position, 3)}-${hex(ordinal, 12)}`;
}

/** Id of the report of the task at `position` (1-based). */
export function taskReportId(runId: string, position: number): string {
  return taskResultId(runId, 0, position);
}

/** What `id` points to; `null` when it was not made here. Letter case does not matter. */
export function addressOf(id: string): Address | null {
  const match = SHAPE.exec(id.toLowerCase());
  if (!match) return null;
  const [, prefix = '', position = '', ordinal = ''] = match;
  return {
    runId: prefix + RUN_TAIL,
    ordinal: Number.parseInt(ordinal, 16),
    position: Number.parseInt(position, 16),
  };
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}
