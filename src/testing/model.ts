/** The independent model of a run, written from domain §6 alone, and its checker. */
export { createRun, possibleEvents, violationsOf } from './checked-model.ts';
export { RUN_EDGES, reachable, TASK_EDGES, TERMINAL, USER_EDGES } from './model/edges.ts';
export {
  appendResult,
  cancelExternalRun,
  createExternalRun,
  type ExternalResult,
  type ExternalRun,
  moveResult,
  type Refusal,
  refusalOfAppend,
  refusalOfMove,
  snapshotOfExternal,
} from './model/external-model.ts';
export {
  describeViolations,
  type InvariantOptions,
  type ModelViolation,
} from './model/invariants.ts';
export { aggregate, type Ending } from './model/recount.ts';
export {
  apply,
  type ModelEvent,
  type ModelPlan,
  type ModelRun,
  type ModelTask,
  type ModelUser,
  snapshotOf,
} from './model/reference-model.ts';
export {
  type CountersSnapshot,
  type ReportSnapshot,
  type RunSnapshot,
  snapshotOfRecords,
  type TaskSnapshot,
  type UserSnapshot,
  withoutTimes,
} from './model/snapshot.ts';
