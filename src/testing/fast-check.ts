/**
 * `tenure/testing/fast-check`: arbitraries and commands. Needs `fast-check` 4 beside tenure (`npm i -D
 * fast-check`); everything else of the kit is in `tenure/testing` and does not.
 */
export {
  type CountedUserResult,
  inconsistentRunCounters,
  inconsistentUserCounters,
  runCounters,
  userCounters,
} from './arbitraries/counters.ts';
export { type EventSequence, eventSequence, modelPlan } from './arbitraries/events.ts';
export { type BrokenGraphExport, brokenGraphExport, graphExport } from './arbitraries/exports.ts';
export { faultPlan } from './arbitraries/fault-plans.ts';
export * from './arbitraries/graph.ts';
export { ledgerOperation, ledgerScript } from './arbitraries/ledger-scripts.ts';
export type {
  EventOptions,
  FaultOptions,
  PopulationOptions,
  ScenarioOptions,
  ScriptOptions,
  SizeOptions,
  TaskOptions,
  WorkflowOptions,
} from './arbitraries/option-types.ts';
export { population, subject } from './arbitraries/populations.ts';
export { scenario } from './arbitraries/scenarios.ts';
export * from './arbitraries/statuses.ts';
export { task, tasks, workflowInput } from './arbitraries/workflows.ts';
export {
  type EngineCommand,
  type EngineCommandOptions,
  type EngineModel,
  engineCommands,
  engineModel,
} from './commands/commands-engine.ts';
export {
  type LedgerCommand,
  type LedgerCommandOptions,
  ledgerCommands,
  ledgerModel,
} from './commands/commands-ledger.ts';
