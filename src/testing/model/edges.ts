/** Legal moves, written down from domain §6.1–6.3 as pairs [from, to]. Nothing else is legal. */
import type { ProcessingStatus, TaskStatus, UserStatus } from '../../model/status.ts';

/** Source: t2–t6. */
export const TASK_EDGES: readonly (readonly [TaskStatus, TaskStatus])[] = [
  ['queued', 'inProgress'],
  ['inProgress', 'completed'],
  ['inProgress', 'failed'],
  ['queued', 'canceled'],
  ['inProgress', 'canceled'],
];

/** Source: u2–u8, u11. */
export const USER_EDGES: readonly (readonly [UserStatus, UserStatus])[] = [
  ['queued', 'inProgress'],
  ['queued', 'canceled'],
  ['queued', 'quarantined'],
  ['inProgress', 'completed'],
  ['inProgress', 'completedWithErrors'],
  ['inProgress', 'failed'],
  ['inProgress', 'canceled'],
];

/** Source: r2–r9. */
export const RUN_EDGES: readonly (readonly [ProcessingStatus, ProcessingStatus])[] = [
  ['queued', 'inProgress'],
  ['queued', 'quarantined'],
  ['queued', 'completedWithErrors'],
  ['queued', 'canceling'],
  ['inProgress', 'canceling'],
  ['canceling', 'canceled'],
  ['inProgress', 'completed'],
  ['inProgress', 'completedWithErrors'],
  ['inProgress', 'failed'],
  ['canceling', 'completed'],
  ['canceling', 'completedWithErrors'],
  ['canceling', 'failed'],
];

/** Statuses that are never left (t7, r11). */
export const TERMINAL: readonly ProcessingStatus[] = [
  'completed',
  'completedWithErrors',
  'failed',
  'canceled',
  'quarantined',
];

/** Whether a status is never left. */
export function isTerminal(status: ProcessingStatus): boolean {
  return TERMINAL.includes(status);
}

/** Statuses reachable from `from` by the edges, in any number of moves, itself included. */
export function reachable<Status extends string>(
  edges: readonly (readonly [Status, Status])[],
  from: Status,
): ReadonlySet<Status> {
  const found = new Set([from]);
  for (const status of found) for (const [a, b] of edges) if (a === status) found.add(b);
  return found;
}
