/** `tenure`: the engine, directories and the rules of runs. Stores on disk have entries of their own (`tenure/sqlite`). */
export { findTaskDefinition, TASK_DEFINITIONS } from './catalogue/task-definitions.ts';
export { findWorkflowTemplate, WORKFLOW_TEMPLATES } from './catalogue/workflow-templates.ts';
export { arrayDirectory } from './directory/array-directory.ts';
export { parseMapping } from './directory/files/mapping.ts';
export {
  type CsvDirectoryOptions,
  csvDirectory,
  type FileDirectoryOptions,
  jsonDirectory,
  jsonlDirectory,
  openDirectory,
} from './directory/open-directory.ts';
export type { OnDuplicate, ShortRows } from './directory/sized-directory.ts';
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
export type { Engine } from './engine/engine.ts';
export type { EngineRuns, EngineTaskResults } from './engine/engine-methods.ts';
export type { ExplainOptions } from './engine/explain/explain.ts';
export {
  type PermanentOptions,
  permanent,
  type RetryAfterOptions,
  retryAfter,
} from './engine/handlers/results/task-failure.ts';
export type { TaskHandlers } from './engine/handlers/task-handlers.ts';
export type { EngineHealth, HealthCheck } from './engine/metrics/health.ts';
export type { IdReference } from './engine/selection/activation-scope.ts';
export type {
  EngineDirectory,
  FoundPerson,
  PeopleCount,
  PeopleCountOptions,
  PeopleFound,
  PeopleSearchOptions,
  PeopleSelection,
} from './engine/selection/engine-directory.ts';
export type { EngineSettingsInput, MissedSlotPolicy } from './engine/settings.ts';
export type {
  ComingSlotsOptions,
  EligibleOptions,
  EngineWorkflows,
  QuarantineForecast,
  ScopeDifferenceOptions,
} from './engine/workflows.ts';
export { ERROR_CODES, type ErrorCode } from './errors/codes.ts';
export type { ErrorDetails } from './errors/details.ts';
export { type AnyLifecycleError, InvariantError, LifecycleError } from './errors/lifecycle-error.ts';
export { ENGINE_ACTIVITIES, type EngineActivity } from './events/engine-activity.ts';
export type { Listener, PeopleFilter } from './events/event-hub.ts';
export type {
  EngineEventMap,
  EngineEventName,
  RunEventPayload,
  TaskEventPayload,
} from './events/event-map.ts';
export { type FilterValue, filter } from './filter/builder.ts';
export { matchesRow } from './filter/list-filter.ts';
export { parseScopeRule } from './filter/parsing/scope-rule.ts';
export type { AuditListOptions, AuditLog } from './ledger/audit-log.ts';
export { type CheckOptions, type CheckReport, checkStore } from './ledger/check.ts';
export type { WorkflowFailuresOptions } from './ledger/failures.ts';
export type { Author } from './ledger/input/author.ts';
export type { ExecutionConditionsInput } from './ledger/input/conditions.ts';
export type { ExtensionInput } from './ledger/input/extension.ts';
export type { ListOptions, WorkflowUserListOptions } from './ledger/input/list-options.ts';
export type { SettingsPatch } from './ledger/input/settings.ts';
export type { TaskResultInput, UserResultInput } from './ledger/input/user.ts';
export type {
  AdministrationScopeTargetInput,
  NewVersionInput,
  TaskPatch,
  WorkflowInput,
  WorkflowPatch,
} from './ledger/input/workflow.ts';
export type { LedgerMethods } from './ledger/ledger.ts';
export type { EnsuredWorkflow, EnsureOutcome } from './ledger/methods/ensure-workflow.ts';
export type { CustomTaskExtensions } from './ledger/methods/extensions.ts';
export type { Insights, TopOptions } from './ledger/methods/insights.ts';
export type { RunInput, RunPatch, Runs } from './ledger/methods/runs.ts';
export type { Settings } from './ledger/methods/settings.ts';
export type { SubjectProcessingResults } from './ledger/methods/subject-results.ts';
export type { TaskListOptions, TaskProcessingResults, TaskReports } from './ledger/methods/task-results.ts';
export type { UserProcessingResults } from './ledger/methods/user-results.ts';
export type { Workflows } from './ledger/methods/workflows.ts';
export type { ProvisioningObjectInput } from './ledger/planning/provisioning-objects.ts';
export type * from './metrics/engine-metrics.ts';
export type { MetricName } from './metrics/table.ts';
export type { RunCounters, TaskReportCounters, UserCounters } from './model/counters.ts';
export {
  EXPLAINED_CONDITIONS,
  type ExplainedClause,
  type ExplainedCondition,
  type ExplainedStep,
  type ExplainedValue,
  type Explanation,
} from './model/explanation.ts';
export type {
  FailureGroupRecord,
  FailureKind,
  RecordedFailure,
  RepairedCount,
  RepairedQuery,
} from './model/failures.ts';
export type { ComparisonOperator, Filter, FilterExpression, FilterLiteral } from './model/filter.ts';
export type {
  Admission,
  Attempts,
  Note,
  RunRecord,
  TaskOutcome,
  UserRecord,
  WorkflowRecord,
} from './model/records.ts';
export {
  AUDIT_ACTIVITIES,
  type AuditActivity,
  type AuditCategory,
  type AuditEntry,
} from './model/resources/audit.ts';
export type * from './model/resources/coming-slots.ts';
export type * from './model/resources/insights.ts';
export {
  type Property,
  type PropertyTable,
  type PropertyType,
  RUN_PROPERTIES,
  USER_PROPERTIES,
} from './model/resources/properties.ts';
export type * from './model/resources/resources.ts';
export type * from './model/resources/scope-difference.ts';
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
export type * from './model/workflow/activation.ts';
export type * from './model/workflow/extension.ts';
export type * from './model/workflow/quarantine.ts';
export type * from './model/workflow/workflow.ts';
export { LIMIT_PRESETS, type WorkflowLimits } from './model/workflow/workflow-limits.ts';
export type * from './model/workflow/workflow-subject.ts';
export type { Callout, CalloutAnswer, CalloutRequest } from './ports/callout.ts';
export type { Clock, Timer } from './ports/clock.ts';
export type {
  Directory,
  DirectoryAttribute,
  DirectoryChanges,
  HostTurn,
  ScopeRule,
} from './ports/directory.ts';
export type { Logger } from './ports/logger.ts';
export type { Ids, Random } from './ports/random.ts';
export type {
  AdmissionQuery,
  Cursor,
  NoteQuery,
  Order,
  OrdinalRange,
  PageQuery,
  RunQuery,
  RunSums,
  Store,
  StoreCapabilities,
  StoreReader,
  StoreTransaction,
  SubjectUserPage,
  SubjectUserQuery,
  UserCountQuery,
  UserQuery,
  UserSumQuery,
  WorkflowUserPage,
  WorkflowUserQuery,
} from './ports/store.ts';
export {
  type AroundTask,
  defineTask,
  type PlainTaskOptions,
  type RetryPolicy,
  type SchemaTaskOptions,
  type TaskCallback,
  type TaskContext,
  type TaskHandler,
  type TaskHandlerFunction,
  type TaskHandlerOptions,
  type TaskHandlerResult,
  type TaskRate,
} from './ports/task-handler.ts';
export type { WorkListener, WorkSource, WorkTicket } from './ports/work-source.ts';
export {
  COUNTER_MOVES,
  type CounterEvent,
  countersAfter,
  countersWithUser,
  NO_COUNTERS,
  recount,
} from './rules/counters/counters.ts';
export { reportStatus } from './rules/counters/reports.ts';
export { runSums } from './rules/counters/run-sums.ts';
export { userSums } from './rules/counters/user-sums.ts';
export {
  checkRunRecord,
  checkStep,
  startRunCheck,
  type Violation,
} from './rules/invariants/invariants.ts';
export { quarantineOf } from './rules/schedule/quarantine.ts';
export { type AggregationOptions, aggregateStatus } from './rules/status/aggregate.ts';
export { positionOf } from './rules/status/positions.ts';
export { positionsToReprocess } from './rules/status/reprocess.ts';
export { taskView } from './rules/status/task-view.ts';
export {
  isLegalMove,
  isTerminal,
  nextStatuses,
  RUN_TRANSITIONS,
  type RunEvent,
  TASK_TRANSITIONS,
  type TaskEvent,
  USER_TRANSITIONS,
  type UserEventName,
} from './rules/status/transitions.ts';
export { decideUser, type UserDecision, type UserEvent } from './rules/status/user.ts';
export { memoryStore } from './stores/memory/memory-store.ts';
export { pageOf } from './stores/memory/page.ts';
export { pageOfWorkflow, type WorkflowUserReads } from './stores/workflow-users.ts';
export { type HttpCalloutOptions, httpCallout } from './system/real/http-callout.ts';
export { consoleLogger, type PinoLike, pinoLogger } from './system/real/loggers.ts';
