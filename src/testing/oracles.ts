/** Oracles: what is wrong with a run, a history or a whole store, by nothing of the production rules. */
export {
  type CheckDatabaseOptions,
  checkDatabase,
  type DatabaseReport,
} from './oracles/check-database.ts';
export {
  checkHistory,
  type EventSource,
  type HistoryEvent,
  recordHistory,
} from './oracles/check-history.ts';
export { type CheckRunOptions, checkRun } from './oracles/check-run.ts';
export { formatViolations, type OracleViolation } from './oracles/violation.ts';
