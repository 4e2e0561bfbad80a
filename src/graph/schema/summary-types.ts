/** Complex types of parameters and results of operations. Source: domain §1.7, §1.14. */
import { KINDS, PAIR } from './complex-types.ts';
import { type ComplexType, many, one, type Properties } from './edm.ts';
import { CATEGORY, OPERATION_STATUS, STATUS } from './enumerations.ts';

const counts = (...names: readonly string[]): Properties =>
  Object.fromEntries(names.map((name) => [name, 'int' as const]));
const summary = (name: string, properties: Properties): ComplexType => ({
  name,
  properties,
  required: Object.keys(properties),
});

/** Sums over runs. */
export const RUN_SUMMARY = summary(
  'runSummary',
  counts('failedRuns', 'failedTasks', 'successfulRuns', 'totalRuns', 'totalTasks', 'totalUsers'),
);
/** Sums over user results. */
export const USER_SUMMARY = summary(
  'userSummary',
  counts('failedTasks', 'failedUsers', 'successfulUsers', 'totalTasks', 'totalUsers'),
);
/** Sums over subject results. */
export const SUBJECT_SUMMARY = summary(
  'subjectSummary',
  counts('failedSubjects', 'failedTasks', 'successfulSubjects', 'totalSubjects', 'totalTasks'),
);
/** Sums over task reports. */
export const REPORT_SUMMARY = summary(
  'taskReportSummary',
  counts('failedTasks', 'successfulTasks', 'totalTasks', 'unprocessedTasks'),
);

/** Sums over the runs of all workflows. */
export const WORKFLOWS_SUMMARY = summary(
  'workflowsInsightsSummary',
  counts(
    'failedRuns',
    'failedTasks',
    'failedUsers',
    'successfulRuns',
    'successfulTasks',
    'successfulUsers',
    'totalRuns',
    'totalTasks',
    'totalUsers',
  ),
);
/** The same, of runs, by category. */
export const BY_CATEGORY = summary(
  'workflowsInsightsByCategory',
  counts(
    'failedJoinerRuns',
    'failedLeaverRuns',
    'failedMoverRuns',
    'successfulJoinerRuns',
    'successfulLeaverRuns',
    'successfulMoverRuns',
    'totalJoinerRuns',
    'totalLeaverRuns',
    'totalMoverRuns',
  ),
);
/** The tasks of one definition. */
export const TOP_TASKS = summary('topTasksInsightsSummary', {
  ...counts('failedTasks', 'failedUsers', 'successfulTasks', 'successfulUsers'),
  taskDefinitionDisplayName: 'string',
  taskDefinitionId: 'string',
  ...counts('totalTasks', 'totalUsers'),
});
/** The runs of one workflow. */
export const TOP_WORKFLOWS = summary('topWorkflowsInsightsSummary', {
  ...counts('failedRuns', 'failedUsers', 'successfulRuns', 'successfulUsers', 'totalRuns', 'totalUsers'),
  workflowCategory: { enumeration: CATEGORY },
  workflowDisplayName: 'string',
  workflowId: 'string',
  workflowVersion: 'int',
});

/** The result of activateAndWait. */
export const AWAITED_RESULT: ComplexType = {
  name: 'awaitedWorkflowProcessingResult',
  properties: {
    processingStatus: { enumeration: STATUS },
    statusReasons: { collection: {}, type: 'string' },
    subject: KINDS.subject,
  },
  required: ['processingStatus', 'statusReasons'],
};
/** The result of previewTaskFailures. */
export const FAILED_TASK: ComplexType = {
  name: 'previewFailedTask',
  properties: { definitionId: 'string', failureReason: 'string', name: 'string', taskId: 'string' },
};

const EXPLAINED_CLAUSE: ComplexType = {
  name: 'explainedClause',
  properties: { level: 'int', text: 'string', result: 'string', values: many(PAIR) },
  required: ['level', 'text', 'result', 'values'],
};
const EXPLAINED_STEP: ComplexType = {
  name: 'explainedStep',
  properties: {
    condition: 'string',
    result: 'string',
    reason: 'string',
    values: many(PAIR),
    clauses: many(EXPLAINED_CLAUSE),
    omittedClausesCount: 'int',
  },
  required: ['condition', 'result', 'reason', 'values', 'clauses', 'omittedClausesCount'],
};
/** The result of explain; not Microsoft's. */
export const EXPLANATION: ComplexType = {
  name: 'explanation',
  properties: {
    workflowId: 'string',
    workflowVersion: 'int',
    subjectId: 'string',
    slotDateTime: 'dateTime',
    qualifies: 'boolean',
    dueDateTime: 'dateTime',
    summary: 'string',
    steps: many(EXPLAINED_STEP),
  },
  required: ['workflowId', 'workflowVersion', 'subjectId', 'qualifies', 'summary', 'steps'],
};

const FAILED_TASK_REFERENCE: ComplexType = {
  name: 'failureGroupTask',
  properties: { id: 'string', displayName: 'string', taskDefinitionId: 'string' },
  required: ['id', 'displayName', 'taskDefinitionId'],
};
const FAILURE_SUBJECT: ComplexType = {
  name: 'failureGroupSubject',
  properties: { id: 'string' },
  required: ['id'],
};
const FAILURES: Properties = {
  key: 'string',
  task: one(FAILED_TASK_REFERENCE),
  code: 'string',
  reason: 'string',
  usersCount: 'int',
  repairedUsersCount: 'int',
  firstDateTime: 'dateTime',
  lastDateTime: 'dateTime',
  subjects: many(FAILURE_SUBJECT),
};
/** A result of failures of a run; not Microsoft's. */
export const FAILURE_GROUP: ComplexType = {
  name: 'failureGroup',
  properties: FAILURES,
  required: Object.keys(FAILURES),
};
/** A result of failures of a workflow; not Microsoft's. */
export const WORKFLOW_FAILURE_GROUP: ComplexType = {
  name: 'workflowFailureGroup',
  properties: { ...FAILURES, runsCount: 'int', lastRunId: 'string' },
  required: [...Object.keys(FAILURES), 'runsCount', 'lastRunId'],
};

const HISTORY_TASK: ComplexType = {
  name: 'subjectHistoryTask',
  properties: {
    id: 'string',
    displayName: 'string',
    taskDefinitionId: 'string',
    processingStatus: { enumeration: STATUS },
    startedDateTime: 'dateTime',
    completedDateTime: 'dateTime',
    failureReason: 'string',
    code: 'string',
    processingInfo: 'string',
    changes: { collection: {}, type: 'string' },
  },
  required: ['id', 'displayName', 'taskDefinitionId', 'processingStatus', 'changes'],
};
const HISTORY_ENTRY: ComplexType = {
  name: 'subjectHistoryEntry',
  properties: {
    workflowId: 'string',
    workflowDisplayName: 'string',
    workflowVersion: 'int',
    runId: 'string',
    workflowExecutionType: 'string',
    resultId: 'string',
    processingStatus: { enumeration: STATUS },
    scheduledDateTime: 'dateTime',
    startedDateTime: 'dateTime',
    completedDateTime: 'dateTime',
    tasks: many(HISTORY_TASK),
  },
  required: [
    'workflowId',
    'workflowDisplayName',
    'workflowVersion',
    'runId',
    'resultId',
    'processingStatus',
    'tasks',
  ],
};
/** The result of subjectHistory; not Microsoft's. */
export const SUBJECT_HISTORY: ComplexType = {
  name: 'subjectHistory',
  properties: { subjectId: 'string', entries: many(HISTORY_ENTRY), nextToken: 'string' },
  required: ['subjectId', 'entries'],
};

/** The parameter of cancelProcessing. */
export const CANCEL_SCOPE: ComplexType = { name: 'cancelScope', isAbstract: true, properties: {} };
const CANCEL_RUNS: ComplexType = {
  name: 'cancelRunsScope',
  base: CANCEL_SCOPE,
  properties: {},
  links: { runs: { to: 'run', isMany: true } },
};
const EXTENSION_DATA: ComplexType = {
  name: 'customExtensionData',
  namespace: 'microsoft.graph',
  isAbstract: true,
  properties: {},
};
/** The parameter of resume. */
export const CALLBACK_DATA: ComplexType = {
  name: 'customTaskExtensionCallbackData',
  base: EXTENSION_DATA,
  properties: { operationStatus: { enumeration: OPERATION_STATUS } },
};

/** All of them, base types before derived ones. */
export const SUMMARY_TYPES: readonly ComplexType[] = [
  RUN_SUMMARY,
  USER_SUMMARY,
  SUBJECT_SUMMARY,
  REPORT_SUMMARY,
  WORKFLOWS_SUMMARY,
  BY_CATEGORY,
  TOP_TASKS,
  TOP_WORKFLOWS,
  AWAITED_RESULT,
  FAILED_TASK,
  EXPLAINED_CLAUSE,
  EXPLAINED_STEP,
  EXPLANATION,
  FAILED_TASK_REFERENCE,
  FAILURE_SUBJECT,
  FAILURE_GROUP,
  WORKFLOW_FAILURE_GROUP,
  HISTORY_TASK,
  HISTORY_ENTRY,
  SUBJECT_HISTORY,
  CANCEL_SCOPE,
  CANCEL_RUNS,
  EXTENSION_DATA,
  CALLBACK_DATA,
];
