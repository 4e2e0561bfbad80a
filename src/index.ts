/** `tenure`: the public entry. Stores on disk have entries of their own (`tenure/sqlite`). */
export {
  findTaskDefinition,
  findWorkflowTemplate,
  TASK_DEFINITIONS,
  WORKFLOW_TEMPLATES,
} from './catalogue/index.ts';
export {
  arrayDirectory,
  type CsvDirectoryOptions,
  csvDirectory,
  type FileDirectoryOptions,
  jsonDirectory,
  jsonlDirectory,
  type OnDuplicate,
  openDirectory,
  parseMapping,
  type ShortRows,
} from './directory/index.ts';
export {
  createEngine,
  createLedger,
  type EngineOptions,
  type LedgerOptions,
  type StandaloneLedger,
} from './embed.ts';
export type {
  Activation,
  ActivationScopeInput,
  PreviewInput,
  ReprocessOptions,
  SlotEvaluation,
} from './engine/activation.ts';
export type { IdReference } from './engine/activation-scope.ts';
export type { Engine } from './engine/engine.ts';
export type { EngineRuns, EngineTaskResults } from './engine/engine-methods.ts';
export type { Listener } from './engine/hub.ts';
export type { EngineSettingsInput, MissedSlotPolicy } from './engine/options.ts';
export type { EngineWorkflows, QuarantineForecast, ScopeOptions } from './engine/workflows.ts';
export { ERROR_CODES, type ErrorCode, InvariantError, LifecycleError } from './errors/index.ts';
export { matchesRow, parseScopeRule } from './filter/index.ts';
export type { Author } from './ledger/author.ts';
export { type CheckOptions, type CheckReport, checkStore } from './ledger/check.ts';
export type { ExecutionConditionsInput } from './ledger/conditions-input.ts';
export type { EnsuredWorkflow, EnsureOutcome } from './ledger/ensure-workflow.ts';
export type { ExtensionInput } from './ledger/extension-input.ts';
export type { CustomTaskExtensions } from './ledger/extensions.ts';
export type { LedgerMethods } from './ledger/index.ts';
export type { Insights, TopOptions } from './ledger/insights.ts';
export type { ListOptions } from './ledger/list-options.ts';
export type { ProvisioningObjectInput } from './ledger/provisioning-objects.ts';
export type { RunInput, RunPatch, Runs } from './ledger/runs.ts';
export type { Settings } from './ledger/settings.ts';
export type { SettingsPatch } from './ledger/settings-input.ts';
export type { SubjectProcessingResults } from './ledger/subject-results.ts';
export type { TaskListOptions, TaskProcessingResults, TaskReports } from './ledger/task-results.ts';
export type { TaskResultInput, UserResultInput } from './ledger/user-input.ts';
export type { UserProcessingResults } from './ledger/user-results.ts';
export type {
  AdministrationScopeTargetInput,
  NewVersionInput,
  TaskPatch,
  WorkflowInput,
  WorkflowPatch,
} from './ledger/workflow-input.ts';
export type { Workflows } from './ledger/workflows.ts';
export type * from './model/activation.ts';
export { AUDIT_ACTIVITIES, type AuditActivity, type AuditCategory, type AuditEntry } from './model/audit.ts';
export type { RunCounters, TaskReportCounters, UserCounters } from './model/counters.ts';
export type { EngineEventMap, EngineEventName, RunEventPayload } from './model/events.ts';
export type * from './model/extension.ts';
export type * from './model/filter.ts';
export type * from './model/insights.ts';
export {
  type Property,
  type PropertyTable,
  type PropertyType,
  RUN_PROPERTIES,
  USER_PROPERTIES,
} from './model/properties.ts';
export type * from './model/quarantine.ts';
export type {
  Admission,
  Attempts,
  Note,
  RunRecord,
  TaskOutcome,
  UserRecord,
  WorkflowRecord,
} from './model/records.ts';
export type * from './model/request.ts';
export type * from './model/resources.ts';
export {
  LEFT_OUT_REASONS,
  type LeftOutReason,
  type LeftOutSubject,
  type MissingAttribute,
  type Selection,
  type UnreadableSelection,
} from './model/selection.ts';
export {
  EXECUTION_TYPES,
  PROCESSING_STATUSES,
  type ProcessingStatus,
  TASK_STATUSES,
  type TaskStatus,
  USER_STATUSES,
  type UserStatus,
  WORKFLOW_CATEGORIES,
  type WorkflowCategory,
  type WorkflowExecutionType,
} from './model/status.ts';
export type { Identified, Subject } from './model/subject.ts';
export type * from './model/workflow.ts';
export { LIMIT_PRESETS, type WorkflowLimits } from './model/workflow-limits.ts';
export type * from './model/workflow-subject.ts';
export type { Callout, CalloutAnswer, CalloutRequest } from './ports/callout.ts';
export type { Clock, Timer } from './ports/clock.ts';
export type { Directory, DirectoryAttribute, DirectoryChanges, ScopeRule } from './ports/directory.ts';
export type { Logger } from './ports/logger.ts';
export type { Ids, Random } from './ports/random.ts';
export type {
  Cursor,
  NoteQuery,
  Order,
  PageQuery,
  RunQuery,
  RunSums,
  Store,
  StoreCapabilities,
  StoreReader,
  StoreRequests,
  StoreTransaction,
  UserQuery,
  UserSumQuery,
} from './ports/store.ts';
export type {
  RetryPolicy,
  TaskContext,
  TaskHandler,
  TaskHandlerFunction,
  TaskHandlerOptions,
  TaskHandlerResult,
} from './ports/task-handler.ts';
export {
  type AggregationOptions,
  aggregateStatus,
  COUNTER_MOVES,
  type CounterEvent,
  checkRun,
  checkStep,
  countersAfter,
  countersWithUser,
  decideUser,
  isLegalMove,
  isTerminal,
  NO_COUNTERS,
  nextStatuses,
  positionOf,
  positionsAgain,
  quarantineOf,
  RUN_TRANSITIONS,
  type RunEvent,
  recount,
  reportStatus,
  startRunCheck,
  sumsOfRuns,
  sumsOfUsers,
  TASK_TRANSITIONS,
  type TaskEvent,
  taskView,
  USER_TRANSITIONS,
  type UserDecision,
  type UserEvent,
  type UserEventName,
  type Violation,
} from './rules/index.ts';
export { memoryStore } from './stores/memory/index.ts';
export { pageOf } from './stores/page.ts';
export { type HttpCalloutOptions, httpCallout } from './system/index.ts';
