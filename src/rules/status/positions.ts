import type { UserRecord } from '../../model/records.ts';

/**
 * Position (1-based, among the enabled tasks of the version) of a user's `nth` task, 1-based
 * too: `nth` itself, unless a reprocessing run repeats only some tasks.
 */
export function positionOf({ positions }: Pick<UserRecord, 'positions'>, nth: number): number {
  return positions === undefined ? nth : (positions[nth - 1] ?? nth);
}
