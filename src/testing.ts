/**
 * `tenure/testing`: the reference model, the oracles, the exhaustive explorer, the idempotency audit and the
 * store contract. Needs no other package; arbitraries and commands for fast-check are in
 * `tenure/testing/fast-check`.
 */

export { type CrashingStore, type CrashPoint, crashingStore } from './testing/audit/crashing-store.ts';
export type { AuditCrash, CallPoint, HandlerCall } from './testing/audit/execution.ts';
export { formatAudit } from './testing/audit/format-audit.ts';
export {
  type AuditOptions,
  type AuditReport,
  type EffectDifference,
  idempotencyAudit,
  type TaskAudit,
} from './testing/audit/idempotency-audit.ts';
export { EngineHarness, type HarnessOptions, type TaskEnding } from './testing/engine-harness.ts';
export {
  type ExploredViolation,
  type ExploreOptions,
  type ExploreReport,
  exploreInterleavings,
} from './testing/explore/explore-interleavings.ts';
export { type ExploredRules, PRODUCTION_RULES } from './testing/explore/explored-run.ts';
export {
  type Endured,
  type EndureOptions,
  endureFaults,
  type FaultPlan,
  type FaultyStoreOptions,
  type FaultyTaskOptions,
  faultyStore,
  faultyTasks,
  NO_FAULTS,
  type ProcessFault,
  type TaskFault,
} from './testing/faults.ts';
export { type GraphResult, type GraphRun, type GraphRunWithResults, graphOf } from './testing/graph-run.ts';
export { canPerform, LedgerModel, type LedgerOperation, perform } from './testing/ledger-operations.ts';
export * from './testing/model.ts';
export * from './testing/oracles.ts';
export { ledgerClient, type ReportedResult, type RunClient } from './testing/run-client.ts';
export * from './testing/store-contract.ts';
