/**
 * The status machines, as tables: state → event → states it may lead to. All other moves are
 * illegal. Rule numbers (r1 …) are those of domain §6.1–6.3.
 */
import type { ProcessingStatus, TaskStatus, UserStatus } from '../../model/status.ts';

/** Events of a run. `end`: the last of its users has become terminal. */
export type RunEvent = 'start' | 'cancel' | 'exceedLimits' | 'end';

/** Events of a user result. `finish`: no task is left to run. */
export type UserEventName = 'start' | 'finish' | 'cancel' | 'exceedLimits';

/** Events of a task result. */
export type TaskEvent = 'start' | 'succeed' | 'fail' | 'cancel';

/** Moves of one machine. */
export type TransitionTable<Status extends string, Event extends string> = Readonly<
  Record<Status, Readonly<Partial<Record<Event, readonly Status[]>>>>
>;

/** Runs. Source: domain §6.3. */
export const RUN_TRANSITIONS = {
  queued: {
    start: ['inProgress'], // r2: the first task of any user
    exceedLimits: ['quarantined'], // r3
    end: ['completedWithErrors'], // r4: every user was canceled before it started
    cancel: ['canceling'], // r5
  },
  inProgress: {
    cancel: ['canceling'], // r5, r9
    end: ['completed', 'completedWithErrors', 'failed'], // r7
  },
  canceling: {
    end: ['canceled', 'completed', 'completedWithErrors', 'failed'], // r6; r8 when nothing was canceled
  },
  completed: {},
  completedWithErrors: {},
  failed: {},
  canceled: {},
  quarantined: {}, // r10: clearing the quarantine makes a new run
} as const satisfies TransitionTable<ProcessingStatus, RunEvent>;

/** User results. Source: domain §6.2. */
export const USER_TRANSITIONS = {
  queued: {
    start: ['inProgress'], // u2
    cancel: ['canceled'], // u3
    exceedLimits: ['quarantined'], // u11
  },
  inProgress: {
    finish: ['completed', 'completedWithErrors', 'failed'], // u4, u5, u6, u8
    cancel: ['canceled'], // u7
  },
  completed: {},
  completedWithErrors: {},
  failed: {},
  canceled: {},
  quarantined: {},
} as const satisfies TransitionTable<UserStatus, UserEventName>;

/** Task results. Source: domain §6.1. */
export const TASK_TRANSITIONS = {
  queued: {
    start: ['inProgress'], // t2
    cancel: ['canceled'], // t5
  },
  inProgress: {
    succeed: ['completed'], // t3
    fail: ['failed'], // t4
    cancel: ['canceled'], // t6
  },
  completed: {},
  failed: {},
  canceled: {},
} as const satisfies TransitionTable<TaskStatus, TaskEvent>;

/** The states that `event` may lead to from `from`; empty when the machine has no such move. */
export function nextStatuses<Status extends string, Event extends string>(
  table: TransitionTable<Status, Event>,
  from: Status,
  event: Event,
): readonly Status[] {
  return table[from][event] ?? [];
}

/** `true` when one event leads from `from` to `to`. */
export function isLegalMove<Status extends string, Event extends string>(
  table: TransitionTable<Status, Event>,
  from: Status,
  to: Status,
): boolean {
  return Object.values<readonly Status[] | undefined>(table[from]).some((targets) => targets?.includes(to));
}

const TERMINAL: ReadonlySet<ProcessingStatus> = new Set(
  (Object.keys(RUN_TRANSITIONS) as ProcessingStatus[]).filter(
    (status) => Object.keys(RUN_TRANSITIONS[status]).length === 0,
  ),
);

/** `true` for a status that never changes: completed, completedWithErrors, failed, canceled, quarantined. */
export function isTerminal(status: ProcessingStatus): boolean {
  return TERMINAL.has(status);
}
