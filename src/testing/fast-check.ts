/**
 * `tenure/testing/fast-check`: arbitraries and commands. Needs `fast-check` 4 beside tenure (`npm i -D
 * fast-check`); everything else of the kit is in `tenure/testing` and does not.
 */
export * from './arbitraries/counters.ts';
export * from './arbitraries/events.ts';
export * from './arbitraries/fault-plans.ts';
export * from './arbitraries/graph.ts';
export * from './arbitraries/ledger-scripts.ts';
export * from './arbitraries/populations.ts';
export { type ScenarioOptions, scenario } from './arbitraries/scenarios.ts';
export * from './arbitraries/statuses.ts';
export * from './arbitraries/workflows.ts';
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
