/** The resources that an export can have: which one a row is follows from what it has and where it stands. */

/** A row of JSON. */
export type ExportRow = Readonly<Record<string, unknown>>;

/** What a row is. */
export type RowKind =
  | 'run'
  | 'userResult'
  | 'taskResult'
  | 'taskReport'
  | 'runSummary'
  | 'userSummary'
  | 'taskReportSummary';

const TIMES = ['startedDateTime', 'completedDateTime'] as const;
const RESULT = [
  'id',
  ...TIMES,
  'processingStatus',
  'scheduledDateTime',
  'failedTasksCount',
  'totalTasksCount',
  'totalUnprocessedTasksCount',
  'workflowExecutionType',
  'workflowVersion',
  'subject',
  'subjectType',
  'taskProcessingResults',
  'reprocessedRuns',
] as const;

/** The members of each, of v1.0, beta and the first publication; others are passed over and counted. */
export const KNOWN_MEMBERS: Readonly<Record<RowKind, readonly string[]>> = {
  run: [
    'id',
    ...TIMES,
    'activatedOnScope',
    'failedTasksCount',
    'failedUsersCount',
    'lastUpdatedDateTime',
    'processingStatus',
    'scheduledDateTime',
    'successfulUsersCount',
    'totalTasksCount',
    'totalTasksCounts',
    'totalUnprocessedTasksCount',
    'totalUsersCount',
    'workflowExecutionType',
    'userProcessingResults',
    'taskProcessingResults',
    'subjectProcessingResults',
    'reprocessedRuns',
    'taskReports',
  ],
  userResult: RESULT,
  taskResult: [
    'id',
    ...TIMES,
    'createdDateTime',
    'failureReason',
    'processingInfo',
    'processingStatus',
    'subject',
    'task',
    'workflowSubject',
  ],
  taskReport: [
    'id',
    ...TIMES,
    'failedUsersCount',
    'lastUpdatedDateTime',
    'processingStatus',
    'runId',
    'successfulUsersCount',
    'totalUsersCount',
    'unprocessedUsersCount',
    'task',
    'taskDefinition',
    'taskProcessingResults',
    'subjectProcessingResults',
  ],
  runSummary: ['failedRuns', 'failedTasks', 'successfulRuns', 'totalRuns', 'totalTasks', 'totalUsers'],
  userSummary: ['failedTasks', 'failedUsers', 'successfulUsers', 'totalTasks', 'totalUsers'],
  taskReportSummary: ['failedTasks', 'successfulTasks', 'totalTasks', 'unprocessedTasks'],
};

/** Members that are objects or lists; all others are single values. */
export const COMPLEX_MEMBERS: ReadonlySet<string> = new Set([
  'activatedOnScope',
  'reprocessedRuns',
  'subject',
  'subjectProcessingResults',
  'task',
  'taskDefinition',
  'taskProcessingResults',
  'taskReports',
  'userProcessingResults',
  'workflowSubject',
]);

/** The id of a row; empty when it is no text. */
export function idOf({ id }: ExportRow): string {
  return typeof id === 'string' ? id : '';
}

/** Members without which a row cannot be checked: `$select` leaves them out. */
export const NEEDED_MEMBERS: Readonly<Record<RowKind, readonly string[]>> = {
  run: [
    'id',
    'processingStatus',
    'failedTasksCount',
    'failedUsersCount',
    'successfulUsersCount',
    'totalUnprocessedTasksCount',
    'totalUsersCount',
  ],
  userResult: ['id', 'processingStatus', 'failedTasksCount', 'totalTasksCount', 'totalUnprocessedTasksCount'],
  taskResult: ['id', 'processingStatus'],
  taskReport: ['id', 'failedUsersCount', 'successfulUsersCount', 'totalUsersCount'],
  runSummary: KNOWN_MEMBERS.runSummary.filter((name) => !/^total(?:Tasks|Users)$/.test(name)),
  userSummary: KNOWN_MEMBERS.userSummary,
  taskReportSummary: KNOWN_MEMBERS.taskReportSummary,
};

/** How messages and pages call the rows of each kind. */
export const KIND_NAMES: Readonly<Record<RowKind, string>> = {
  run: 'runs',
  userResult: 'user results',
  taskResult: 'task results',
  taskReport: 'task reports',
  runSummary: 'run summaries',
  userSummary: 'user summaries',
  taskReportSummary: 'task report summaries',
};

const BY_COLLECTION: Readonly<Record<string, RowKind>> = {
  runs: 'run',
  reprocessedruns: 'run',
  userprocessingresults: 'userResult',
  subjectprocessingresults: 'userResult',
  taskprocessingresults: 'taskResult',
  taskreports: 'taskReport',
};

/** What a row is: by what only one kind has, or else, when few members were selected, by where it stands. */
export function kindOf(row: ExportRow, collection: string | null): RowKind | null {
  const has = (...names: readonly string[]): boolean => names.every((name) => Object.hasOwn(row, name));
  if (has('totalRuns', 'successfulRuns')) return 'runSummary';
  if (has('unprocessedTasks', 'successfulTasks')) return 'taskReportSummary';
  if (has('totalUsers', 'successfulUsers') && !has('id')) return 'userSummary';
  // Those who would be processed now have no results yet.
  if (collection === 'executionscope' || !has('id')) return null;
  if (has('processingStatus')) {
    if (has('unprocessedUsersCount') || has('runId')) return 'taskReport';
    if (has('totalUsersCount')) return 'run';
    if (has('totalTasksCount') || has('workflowVersion')) return 'userResult';
    if (has('createdDateTime') || has('task')) return 'taskResult';
  }
  return collection === null ? null : (BY_COLLECTION[collection] ?? null);
}
