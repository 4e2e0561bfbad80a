export { positionsAgain } from './again.ts';
export { type AggregationOptions, aggregateStatus, endedUsers } from './aggregate.ts';
export { type Audited, auditOfChange, categoryOf } from './audit.ts';
export {
  addMove,
  COUNTER_MOVES,
  type CountedUser,
  type CounterEvent,
  countersAfter,
  countersWithUser,
  NO_COUNTERS,
  recount,
  userEventOf,
} from './counters.ts';
export { checkRun, checkStep, type RunCheck, startRunCheck, type Violation } from './invariants.ts';
export { clockDurationMs } from './minutes.ts';
export { positionOf } from './positions.ts';
export { quarantineOf } from './quarantine.ts';
export { reportStatus, unprocessedUsers } from './reports.ts';
export { type RetrySchedule, retryDelayMs } from './retry.ts';
export {
  addReportedUser,
  addUnreportedCanceled,
  addUserMove,
  changeOf,
  type RunChange,
  runAfter,
} from './run.ts';
export { sumsOfRuns } from './run-sums.ts';
export { type TaskView, taskView } from './task-view.ts';
export {
  isLegalMove,
  isTerminal,
  nextStatuses,
  RUN_TRANSITIONS,
  type RunEvent,
  TASK_TRANSITIONS,
  type TaskEvent,
  type TransitionTable,
  USER_TRANSITIONS,
  type UserEventName,
} from './transitions.ts';
export { decideUser, queuedUser, type UserDecision, type UserEvent } from './user.ts';
export { addSums, NO_USERS, sumsOfUsers } from './user-sums.ts';
