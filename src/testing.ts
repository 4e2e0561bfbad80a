/**
 * `tenure/testing`: the reference model, the oracles, the exhaustive explorer, the idempotency audit and the
 * store contract. Needs no other package; arbitraries and commands for fast-check are in
 * `tenure/testing/fast-check`.
 */

export type { AuditOptions } from './testing/audit/audit-options.ts';
export { type CrashingStore, type CrashPoint, crashingStore } from './testing/audit/crashing-store.ts';
export type { AuditCrash, CallPoint, HandlerCall } from './testing/audit/execution.ts';
export { formatAudit } from './testing/audit/format-audit.ts';
export {
  type AuditReport,
  type EffectDifference,
  idempotencyAudit,
  type TaskAudit,
} from './testing/audit/idempotency-audit.ts';
export { createRun, possibleEvents, violationsOf } from './testing/checked-model.ts';
export { EngineHarness, type HarnessOptions, type TaskEnding } from './testing/commands/engine-harness.ts';
export {
  canPerform,
  LedgerModel,
  type LedgerOperation,
  perform,
} from './testing/commands/ledger-operations.ts';
export { ledgerClient, type ReportedResult, type RunClient } from './testing/commands/run-client.ts';
export { connectorContract } from './testing/connectors/connector-contract.ts';
export type {
  ConnectorFault,
  ConnectorSubject,
  ConnectorSystem,
} from './testing/connectors/connector-kit.ts';
export {
  HTTP_FAULTS,
  type HttpFault,
  type HttpProxy,
  openHttpProxy,
} from './testing/connectors/http-faults.ts';
export type { ContractRunner, OpenedStore, StoreSubject, TestBody } from './testing/contract/kit.ts';
export { storeContract } from './testing/contract/store-contract.ts';
export { workSourceContract } from './testing/contract/work/work-contract.ts';
export type { OpenedWork, WorkSubject } from './testing/contract/work/work-kit.ts';
export {
  type ExploredViolation,
  type ExploreOptions,
  type ExploreReport,
  exploreInterleavings,
} from './testing/explore/explore-interleavings.ts';
export { type ExploredRules, PRODUCTION_RULES } from './testing/explore/explored-run.ts';
export { type Endured, type EndureOptions, endureFaults } from './testing/faults/endure-faults.ts';
export { type FaultyStoreOptions, faultyStore } from './testing/faults/faulty-store.ts';
export { type FaultyTaskOptions, faultyTasks } from './testing/faults/faulty-tasks.ts';
export { type FaultPlan, NO_FAULTS, type ProcessFault, type TaskFault } from './testing/faults/plan.ts';
export { RUN_EDGES, reachable, TASK_EDGES, TERMINAL, USER_EDGES } from './testing/model/edges.ts';
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
} from './testing/model/external-model.ts';
export {
  describeViolations,
  type InvariantOptions,
  type ModelViolation,
} from './testing/model/invariants.ts';
export { aggregate, type Ending } from './testing/model/recount.ts';
export {
  apply,
  type ModelEvent,
  type ModelPlan,
  type ModelRun,
  type ModelTask,
  type ModelUser,
  snapshotOf,
} from './testing/model/reference-model.ts';
export {
  type CountersSnapshot,
  type ReportSnapshot,
  type RunSnapshot,
  snapshotOfRecords,
  type TaskSnapshot,
  type UserSnapshot,
  withoutTimes,
} from './testing/model/snapshot.ts';
export {
  type CheckDatabaseOptions,
  checkDatabase,
  type DatabaseReport,
} from './testing/oracles/check-database.ts';
export {
  checkHistory,
  type EventSource,
  type HistoryEvent,
  recordHistory,
} from './testing/oracles/check-history.ts';
export { type CheckRunOptions, checkRun } from './testing/oracles/check-run.ts';
export {
  type GraphResult,
  type GraphRun,
  type GraphRunWithResults,
  graphOf,
} from './testing/oracles/graph-run.ts';
export { formatViolations, type OracleViolation } from './testing/oracles/violation.ts';
export { graphExportPage } from './testing/verify/export-page.ts';
export type { ExportDocument } from './testing/verify/export-units.ts';
export { RULE_FACTS, type RuleBasis, type RuleFact, type RuleName } from './testing/verify/rule-facts.ts';
export {
  type ExportFinding,
  type Sureness,
  UNCHECKED,
  type Unchecked,
  type UncheckedReason,
} from './testing/verify/tally.ts';
export {
  type ExportReport,
  type GraphExportSource,
  type VerifyExportOptions,
  verifyGraphExport,
} from './testing/verify/verify-export.ts';
