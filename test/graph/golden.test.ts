/** A request and its answer for every row of the table. Source: domain §1, §2, written down here once more. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TABLE } from '../../src/graph/routes/routes.ts';
import {
  type Answered,
  type Api,
  type Json,
  makeRun,
  openApi,
  resultBody,
  runBody,
  TYPE,
  workflowBody,
} from './support.ts';

/** Type → what it consists of, in a list; names in alphabetical order. */
const SHAPES = {
  run: 'activatedOnScope completedDateTime failedTasksCount failedUsersCount id lastUpdatedDateTime processingStatus scheduledDateTime startedDateTime successfulUsersCount totalTasksCount totalUnprocessedTasksCount totalUsersCount workflowExecutionType',
  userProcessingResult:
    'completedDateTime failedTasksCount id processingStatus scheduledDateTime startedDateTime subject totalTasksCount totalUnprocessedTasksCount workflowExecutionType workflowVersion',
  subjectProcessingResult:
    'completedDateTime failedTasksCount id processingStatus scheduledDateTime startedDateTime subject subjectType totalTasksCount totalUnprocessedTasksCount workflowExecutionType workflowVersion',
  taskProcessingResult:
    'completedDateTime createdDateTime failureReason id processingInfo processingStatus startedDateTime subject task workflowSubject',
  taskReport:
    'completedDateTime failedUsersCount id lastUpdatedDateTime processingStatus runId startedDateTime successfulUsersCount totalUsersCount unprocessedUsersCount',
  workflow:
    'category createdDateTime deletedDateTime description displayName id isEnabled isSchedulingEnabled lastModifiedDateTime nextScheduleRunDateTime quarantineDetails runsPausedDateTime settings version',
  workflowVersion:
    'category createdDateTime description displayName isEnabled isSchedulingEnabled lastModifiedDateTime settings versionNumber',
  task: 'arguments category continueOnError description displayName executionSequence id isEnabled taskDefinitionId',
  taskDefinition: 'category continueOnError description displayName id parameters version',
  workflowTemplate: 'category description displayName executionConditions id',
  lifecycleManagementSettings: 'emailSettings quarantineConfiguration workflowScheduleIntervalInHours',
  directoryObject: 'id',
  lifecycleWorkflowsContainer: 'id',
  deletedItemContainer: 'id',
  insights: 'id',
  workflowsInsightsSummary:
    'failedRuns failedTasks failedUsers successfulRuns successfulTasks successfulUsers totalRuns totalTasks totalUsers',
  workflowsInsightsByCategory:
    'failedJoinerRuns failedLeaverRuns failedMoverRuns successfulJoinerRuns successfulLeaverRuns successfulMoverRuns totalJoinerRuns totalLeaverRuns totalMoverRuns',
  topTasksInsightsSummary:
    'failedTasks failedUsers successfulTasks successfulUsers taskDefinitionDisplayName taskDefinitionId totalTasks totalUsers',
  topWorkflowsInsightsSummary:
    'failedRuns failedUsers successfulRuns successfulUsers totalRuns totalUsers workflowCategory workflowDisplayName workflowId workflowVersion',
  customTaskExtension:
    'authenticationConfiguration callbackConfiguration clientConfiguration createdDateTime description displayName endpointConfiguration id lastModifiedDateTime replyMode',
  awaitedWorkflowProcessingResult: 'processingStatus statusReasons subject',
  explanation: 'dueDateTime qualifies slotDateTime steps subjectId summary workflowId workflowVersion',
  failureGroup: 'code firstDateTime key lastDateTime reason repairedUsersCount subjects task usersCount',
  workflowFailureGroup:
    'code firstDateTime key lastDateTime lastRunId reason repairedUsersCount runsCount subjects task usersCount',
  subjectHistory: 'entries nextToken subjectId',
  runSummary: 'failedRuns failedTasks successfulRuns totalRuns totalTasks totalUsers',
  userSummary: 'failedTasks failedUsers successfulUsers totalTasks totalUsers',
  subjectSummary: 'failedSubjects failedTasks successfulSubjects totalSubjects totalTasks',
  taskReportSummary: 'failedTasks successfulTasks totalTasks unprocessedTasks',
} as const;
type Shape = keyof typeof SHAPES;
/** What one of these has beside what it has in a list. */
const MORE: Partial<Record<Shape, string>> = {
  workflow: 'createdBy executionConditions lastModifiedBy tasks',
  workflowVersion: 'createdBy executionConditions lastModifiedBy tasks',
  workflowTemplate: 'tasks',
};

/** The things that the requests are about. */
interface World {
  readonly workflow: string;
  readonly run: string;
  readonly user: string;
  readonly taskResult: string;
  readonly report: string;
  readonly task: string;
  readonly again: string;
  /** Key of the group of failures of the run. */
  readonly failureGroup: string;
  readonly deleted: string;
  readonly deletedTask: string;
  /** Scheduled, for all users. */
  readonly scheduled: string;
}

interface Case {
  readonly route: string;
  readonly path: (world: World) => string;
  readonly body?: (world: World) => object;
  readonly status: number;
  readonly shape?: Shape;
  /** A part of the answer that says that it is the right one. */
  readonly shows?: (world: World) => object;
}

const WINDOW = '(startDateTime=2020-01-01T00:00:00Z,endDateTime=2099-01-01T00:00:00Z)';
const ONE_RUN = ({ workflow, run }: World): string => `/workflows/${workflow}/runs/${run}`;
const HAS = (id: string): object => ({ value: expect.arrayContaining([expect.objectContaining({ id })]) });

const R = 'workflows/{workflow}/runs';
const U = 'workflows/{workflow}/userProcessingResults';
const T = 'workflows/{workflow}/taskReports';
/** The run that did again what stands at a path. */
const REPROCESSED = (route: string, path: (world: World) => string): readonly Case[] => [
  {
    route: `GET ${route}/reprocessedRuns`,
    path: (w) => `${path(w)}/reprocessedRuns`,
    status: 200,
    shape: 'run',
    shows: ({ again }) => ({ value: [expect.objectContaining({ id: again })] }),
  },
  {
    route: `GET ${route}/reprocessedRuns/{reprocessed}`,
    path: (w) => `${path(w)}/reprocessedRuns/${w.again.toUpperCase()}`,
    status: 200,
    shape: 'run',
    shows: ({ again }) => ({ id: again }),
  },
];
/** Forgets it. */
const UNTIED = (route: string, path: (world: World) => string): Case => ({
  route: `DELETE ${route}/reprocessedRuns/{reprocessed}/$ref`,
  path: (w) => `${path(w)}/reprocessedRuns/${w.again}/$ref`,
  status: 204,
});
/** The paths of Microsoft's documents. */
const SCOPED = 'deletedItems/workflows/{workflow}/executionScope';
const SCOPED_USER = ({ workflow, user }: World): string =>
  `/deletedItems/workflows/${workflow}/executionScope/${user}`;
const SCOPED_RUN = (w: World): string => `${SCOPED_USER(w)}/reprocessedRuns/${w.run}`;
const READS: readonly Case[] = [
  {
    route: `GET ${R}`,
    path: ({ workflow }) => `/workflows/${workflow}/runs`,
    status: 200,
    shape: 'run',
    shows: ({ run }) => HAS(run),
  },
  {
    route: `GET ${R}/{run}`,
    path: ONE_RUN,
    status: 200,
    shape: 'run',
    shows: ({ run }) => ({
      id: run,
      processingStatus: 'completedWithErrors',
      totalTasksCount: 4,
      failedUsersCount: 1,
    }),
  },
  {
    route: `GET ${R}/summary()`,
    path: ({ workflow }) => `/workflows/${workflow}/runs/summary${WINDOW}`,
    status: 200,
    shape: 'runSummary',
    shows: () => ({ failedRuns: 2, totalRuns: 2, totalUsers: 3 }),
  },
  {
    route: `GET ${R}/{run}/userProcessingResults`,
    path: (w) => `${ONE_RUN(w)}/userProcessingResults`,
    status: 200,
    shape: 'userProcessingResult',
    shows: ({ user }) => HAS(user),
  },
  {
    route: `GET ${R}/{run}/userProcessingResults/{user}`,
    path: (w) => `${ONE_RUN(w)}/userProcessingResults/${w.user}`,
    status: 200,
    shape: 'userProcessingResult',
    shows: ({ user }) => ({ id: user, subject: { id: 'p9' }, processingStatus: 'failed' }),
  },
  {
    route: `GET ${R}/{run}/userProcessingResults/summary()`,
    path: (w) => `${ONE_RUN(w)}/userProcessingResults/summary${WINDOW}`,
    status: 200,
    shape: 'userSummary',
    shows: () => ({ totalUsers: 2, successfulUsers: 1, failedUsers: 1, totalTasks: 4, failedTasks: 1 }),
  },
  {
    route: `GET ${R}/{run}/userProcessingResults/{user}/taskProcessingResults`,
    path: (w) => `${ONE_RUN(w)}/userProcessingResults/${w.user}/taskProcessingResults`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult }) => HAS(taskResult),
  },
  {
    route: `GET ${R}/{run}/userProcessingResults/{user}/taskProcessingResults/{taskResult}`,
    path: (w) => `${ONE_RUN(w)}/userProcessingResults/${w.user}/taskProcessingResults/${w.taskResult}`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult, task }) => ({
      id: taskResult,
      failureReason: 'The mail attribute is missing',
      task: { id: task, executionSequence: 1 },
    }),
  },
  ...REPROCESSED(
    `${R}/{run}/userProcessingResults/{user}`,
    (w) => `${ONE_RUN(w)}/userProcessingResults/${w.user}`,
  ),
  {
    route: `GET ${R}/{run}/taskProcessingResults`,
    path: (w) => `${ONE_RUN(w)}/taskProcessingResults`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult }) => HAS(taskResult),
  },
  {
    route: `GET ${R}/{run}/taskProcessingResults/{taskResult}`,
    path: (w) => `${ONE_RUN(w)}/taskProcessingResults/${w.taskResult}`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult }) => ({ id: taskResult }),
  },
  ...REPROCESSED(`${R}/{run}`, ONE_RUN),
  {
    route: `GET ${U}`,
    path: ({ workflow }) => `/workflows/${workflow}/userProcessingResults`,
    status: 200,
    shape: 'userProcessingResult',
    shows: ({ user }) => HAS(user),
  },
  {
    route: `GET ${U}/{user}`,
    path: ({ workflow, user }) => `/workflows/${workflow}/userProcessingResults/${user}`,
    status: 200,
    shape: 'userProcessingResult',
    shows: ({ user }) => ({ id: user }),
  },
  {
    route: `GET ${U}/{user}/taskProcessingResults`,
    path: ({ workflow, user }) =>
      `/workflows/${workflow}/userProcessingResults/${user}/taskProcessingResults?$filter=processingStatus eq 'failed'`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult }) => ({ value: [expect.objectContaining({ id: taskResult })] }),
  },
  {
    route: `GET ${U}/{user}/taskProcessingResults/{taskResult}`,
    path: ({ workflow, user, taskResult }) =>
      `/workflows/${workflow}/userProcessingResults/${user}/taskProcessingResults/${taskResult}`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult }) => ({ id: taskResult }),
  },
  ...REPROCESSED(
    `${U}/{user}`,
    ({ workflow, user }) => `/workflows/${workflow}/userProcessingResults/${user}`,
  ),
  {
    route: `GET ${U}/summary()`,
    path: ({ workflow }) => `/workflows/${workflow}/userProcessingResults/summary${WINDOW}`,
    status: 200,
    shape: 'userSummary',
    shows: () => ({ totalUsers: 3, successfulUsers: 1, failedUsers: 2 }),
  },
  {
    route: `GET ${T}`,
    path: ({ workflow }) => `/workflows/${workflow}/taskReports`,
    status: 200,
    shape: 'taskReport',
    shows: ({ report }) => HAS(report),
  },
  {
    route: `GET ${T}/{report}`,
    path: ({ workflow, report }) => `/workflows/${workflow}/taskReports/${report}`,
    status: 200,
    shape: 'taskReport',
    shows: ({ report, run }) => ({
      id: report,
      runId: run,
      successfulUsersCount: 1,
      failedUsersCount: 1,
      totalUsersCount: 2,
    }),
  },
  {
    route: `GET ${T}/{report}/taskProcessingResults`,
    path: ({ workflow, report }) => `/workflows/${workflow}/taskReports/${report}/taskProcessingResults`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult }) => ({ value: [expect.anything(), expect.objectContaining({ id: taskResult })] }),
  },
  {
    route: `GET ${T}/{report}/taskProcessingResults/{taskResult}`,
    path: ({ workflow, report, taskResult }) =>
      `/workflows/${workflow}/taskReports/${report}/taskProcessingResults/${taskResult}`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult }) => ({ id: taskResult }),
  },
  {
    route: `GET ${T}/summary()`,
    path: ({ workflow }) => `/workflows/${workflow}/taskReports/summary${WINDOW}`,
    status: 200,
    shape: 'taskReportSummary',
    shows: () => ({ totalTasks: 6, failedTasks: 2, successfulTasks: 2, unprocessedTasks: 2 }),
  },
  {
    route: 'GET workflows',
    path: () => '/workflows',
    status: 200,
    shape: 'workflow',
    shows: ({ workflow }) => HAS(workflow),
  },
  {
    route: 'GET workflows/{workflow}',
    path: ({ workflow }) => `/workflows/${workflow}`,
    status: 200,
    shape: 'workflow',
    shows: ({ workflow, task }) => ({
      id: workflow,
      version: 1,
      executionConditions: { '@odata.type': `${TYPE}onDemandExecutionOnly` },
      tasks: [expect.objectContaining({ id: task }), expect.anything()],
    }),
  },
  {
    route: 'GET workflows/{workflow}/versions',
    path: ({ workflow }) => `/workflows/${workflow}/versions`,
    status: 200,
    shape: 'workflowVersion',
    shows: () => ({ value: [expect.objectContaining({ versionNumber: 1 })] }),
  },
  {
    route: 'GET workflows/{workflow}/versions/{version}',
    path: ({ workflow }) => `/workflows/${workflow}/versions/1`,
    status: 200,
    shape: 'workflowVersion',
    shows: () => ({ versionNumber: 1 }),
  },
  {
    route: 'GET workflows/{workflow}/versions/{version}/tasks',
    path: ({ workflow }) => `/workflows/${workflow}/versions/1/tasks`,
    status: 200,
    shape: 'task',
    shows: ({ task }) => HAS(task),
  },
  {
    route: 'GET workflows/{workflow}/tasks',
    path: ({ workflow }) => `/workflows/${workflow}/tasks`,
    status: 200,
    shape: 'task',
    shows: ({ task }) => HAS(task),
  },
  {
    route: 'GET workflows/{workflow}/tasks/{task}',
    path: ({ workflow, task }) => `/workflows/${workflow}/tasks/${task}`,
    status: 200,
    shape: 'task',
    shows: ({ task }) => ({ id: task, category: 'joiner', arguments: [] }),
  },
  {
    route: 'GET workflows/{workflow}/tasks/{task}/taskProcessingResults',
    path: ({ workflow, task }) => `/workflows/${workflow}/tasks/${task}/taskProcessingResults`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult }) => HAS(taskResult),
  },
  {
    route: 'GET workflows/{workflow}/tasks/{task}/taskProcessingResults/{taskResult}',
    path: ({ workflow, task, taskResult }) =>
      `/workflows/${workflow}/tasks/${task}/taskProcessingResults/${taskResult}`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult }) => ({ id: taskResult }),
  },
  {
    route: 'GET deletedItems/workflows',
    path: () => '/deletedItems/workflows',
    status: 200,
    shape: 'workflow',
    shows: ({ deleted }) => HAS(deleted),
  },
  {
    route: 'GET deletedItems/workflows/{workflow}',
    path: ({ deleted }) => `/deletedItems/workflows/${deleted}`,
    status: 200,
    shape: 'workflow',
    shows: ({ deleted }) => ({ id: deleted, deletedDateTime: expect.any(String) }),
  },
  {
    route: 'GET workflows/{workflow}/executionScope',
    path: ({ scheduled }) => `/workflows/${scheduled}/executionScope?$filter=subject/id ne 'p2'&$top=3`,
    status: 200,
    shape: 'userProcessingResult',
    shows: () => ({
      value: ['p1', 'p3', 'p4'].map((id) =>
        expect.objectContaining({ subject: { id }, processingStatus: 'queued' }),
      ),
      '@odata.nextLink': expect.any(String),
    }),
  },
  {
    route: `GET ${R}/{run}/failures()`,
    path: (w) => `${ONE_RUN(w)}/failures()`,
    status: 200,
    shape: 'failureGroup',
    shows: ({ task }) => ({
      value: [
        expect.objectContaining({
          task: expect.objectContaining({ id: task }),
          code: 'HandlerFailed',
          reason: 'The mail attribute is missing',
          usersCount: 1,
          subjects: [{ id: 'p9' }],
        }),
      ],
    }),
  },
  {
    route: 'GET workflows/{workflow}/failures()',
    path: ({ workflow }) => `/workflows/${workflow}/failures(since=2020-01-01T00:00:00Z)`,
    status: 200,
    shape: 'workflowFailureGroup',
    shows: () => ({
      value: expect.arrayContaining([expect.objectContaining({ reason: 'The mail attribute is missing' })]),
    }),
  },
  {
    route: 'GET subjectHistory()',
    path: () => "/subjectHistory(subjectId='p1')",
    status: 200,
    shape: 'subjectHistory',
    shows: () => ({
      subjectId: 'p1',
      nextToken: null,
      entries: expect.arrayContaining([
        expect.objectContaining({
          workflowDisplayName: expect.any(String),
          runId: expect.any(String),
          resultId: expect.any(String),
          tasks: expect.arrayContaining([expect.objectContaining({ failureReason: null, changes: [] })]),
        }),
      ]),
    }),
  },
  {
    route: 'GET workflows/{workflow}/explain()',
    path: ({ scheduled }) => `/workflows/${scheduled}/explain(subjectId='p1')`,
    status: 200,
    shape: 'explanation',
    shows: ({ scheduled }) => ({
      workflowId: scheduled,
      subjectId: 'p1',
      qualifies: true,
      steps: expect.arrayContaining([
        {
          condition: 'scope',
          result: 'met',
          reason: 'the scope rule selects the person',
          values: [],
          clauses: [
            {
              level: 0,
              text: "id ne ''",
              result: 'met',
              values: [{ name: 'id', value: 'p1' }],
            },
          ],
          omittedClausesCount: 0,
        },
      ]),
    }),
  },
  {
    route: 'GET workflows/{workflow}/previewScope',
    path: ({ workflow }) => `/workflows/${workflow}/previewScope`,
    status: 200,
    shape: 'directoryObject',
    shows: () => ({ value: [{ '@odata.type': '#microsoft.graph.user', id: 'p3' }] }),
  },
  {
    route: 'GET workflows/{workflow}/administrationScopeTargets',
    path: ({ scheduled }) => `/workflows/${scheduled}/administrationScopeTargets`,
    status: 200,
    shape: 'directoryObject',
    shows: () => ({ value: [{ '@odata.type': '#microsoft.graph.administrativeUnit', id: 'north' }] }),
  },
  {
    route: 'GET workflows/{workflow}/versions/{version}/administrationScopeTargets',
    path: ({ scheduled }) => `/workflows/${scheduled}/versions/1/administrationScopeTargets`,
    status: 200,
    shape: 'directoryObject',
    shows: () => ({ value: [{ id: 'north' }] }),
  },
  ...REPROCESSED(`${SCOPED}/{user}`, SCOPED_USER),
  ...REPROCESSED(`${SCOPED}/{scoped}/reprocessedRuns/{run}`, SCOPED_RUN),
  {
    route: 'GET insights/workflowsProcessedSummary()',
    path: () => `/insights/workflowsProcessedSummary${WINDOW}`,
    status: 200,
    shape: 'workflowsInsightsSummary',
    shows: () => ({ totalRuns: 2, failedRuns: 2, totalUsers: 3, failedTasks: 2 }),
  },
  {
    route: 'GET insights/workflowsProcessedByCategory()',
    path: () => `/insights/microsoft.graph.identityGovernance.workflowsProcessedByCategory${WINDOW}`,
    status: 200,
    shape: 'workflowsInsightsByCategory',
    shows: () => ({ totalJoinerRuns: 2, failedJoinerRuns: 2, totalLeaverRuns: 0 }),
  },
  {
    route: 'GET insights/topTasksProcessedSummary()',
    path: () => `/insights/topTasksProcessedSummary${WINDOW}`,
    status: 200,
    shape: 'topTasksInsightsSummary',
    shows: () => ({ value: [{ totalTasks: 3 }, { totalTasks: 3 }] }),
  },
  {
    route: 'GET insights/topWorkflowsProcessedSummary()',
    path: () => `/insights/topWorkflowsProcessedSummary${WINDOW}`,
    status: 200,
    shape: 'topWorkflowsInsightsSummary',
    shows: ({ workflow }) => ({
      '@odata.context':
        'http://localhost/v1.0/$metadata#Collection(microsoft.graph.identityGovernance.topWorkflowsInsightsSummary)',
      value: [{ workflowId: workflow, workflowCategory: 'joiner', totalRuns: 2 }],
    }),
  },
  {
    route: 'GET customTaskExtensions',
    path: () => '/customTaskExtensions',
    status: 200,
    shape: 'customTaskExtension',
    shows: () => ({
      value: [{ displayName: 'Ask', endpointConfiguration: { targetUrl: 'https://hooks.example.com/' } }],
    }),
  },
  {
    route: 'GET settings',
    path: () => '/settings',
    status: 200,
    shape: 'lifecycleManagementSettings',
    shows: () => ({
      '@odata.context':
        'http://localhost/v1.0/$metadata#identityGovernance/lifecycleWorkflows/settings/$entity',
      workflowScheduleIntervalInHours: 3,
      quarantineConfiguration: null,
      emailSettings: { senderDomain: '', useCompanyBranding: false },
    }),
  },
  {
    route: 'GET taskDefinitions',
    path: () => '/taskDefinitions',
    status: 200,
    shape: 'taskDefinition',
    shows: () => HAS('22085229-5809-45e8-97fd-270d28d66910'),
  },
  {
    route: 'GET taskDefinitions/{definition}',
    path: () => '/taskDefinitions/22085229-5809-45E8-97FD-270D28D66910',
    status: 200,
    shape: 'taskDefinition',
    shows: () => ({
      parameters: [{ name: 'groupID', values: [], valueType: 'string' }],
      category: 'joiner,leaver,unknownFutureValue',
    }),
  },
  {
    route: 'GET workflowTemplates',
    path: () => '/workflowTemplates',
    status: 200,
    shape: 'workflowTemplate',
    shows: () => HAS('77179007-8114-41b5-922e-2e22109df41f'),
  },
  {
    route: 'GET workflowTemplates/{template}',
    path: () => '/workflowTemplates/77179007-8114-41b5-922e-2e22109df41f',
    status: 200,
    shape: 'workflowTemplate',
    shows: () => ({
      executionConditions: { trigger: { offsetInDays: -7 } },
      tasks: [{ executionSequence: 1, continueOnError: false }],
    }),
  },
];

/** Subjects hang under a run, a workflow and a task report alike. */
const SUBJECT_PARENTS: readonly (readonly [route: string, path: (world: World) => string, sums: object])[] = [
  [
    `${R}/{run}`,
    ONE_RUN,
    { totalSubjects: 2, successfulSubjects: 1, failedSubjects: 1, totalTasks: 4, failedTasks: 1 },
  ],
  [
    'workflows/{workflow}',
    ({ workflow }) => `/workflows/${workflow}`,
    { totalSubjects: 3, successfulSubjects: 1, failedSubjects: 2, totalTasks: 6, failedTasks: 2 },
  ],
  [
    `${T}/{report}`,
    ({ workflow, report }) => `/workflows/${workflow}/taskReports/${report}`,
    { totalSubjects: 2, successfulSubjects: 1, failedSubjects: 1 },
  ],
];
const P9 = {
  subjectType: 'user',
  subject: {
    '@odata.type': `${TYPE}directoryObjectWorkflowSubject`,
    directoryObject: { '@odata.type': '#microsoft.graph.user', id: 'p9' },
  },
};
const SUBJECTS = SUBJECT_PARENTS.flatMap(([route, path, sums]): readonly Case[] => {
  const one = (w: World): string => `${path(w)}/subjectProcessingResults/${w.user}`;
  return [
    {
      route: `GET ${route}/subjectProcessingResults`,
      path: (w) => `${path(w)}/subjectProcessingResults`,
      status: 200,
      shape: 'subjectProcessingResult',
      shows: ({ user }) => HAS(user),
    },
    {
      route: `GET ${route}/subjectProcessingResults/{user}`,
      path: one,
      status: 200,
      shape: 'subjectProcessingResult',
      shows: ({ user }) => ({ id: user, processingStatus: 'failed', ...P9 }),
    },
    {
      route: `GET ${route}/subjectProcessingResults/summary()`,
      path: (w) => `${path(w)}/subjectProcessingResults/summary${WINDOW}`,
      status: 200,
      shape: 'subjectSummary',
      shows: () => sums,
    },
    {
      route: `GET ${route}/subjectProcessingResults/{user}/taskProcessingResults`,
      path: (w) => `${one(w)}/taskProcessingResults`,
      status: 200,
      shape: 'taskProcessingResult',
      shows: ({ taskResult }) => HAS(taskResult),
    },
    {
      route: `GET ${route}/subjectProcessingResults/{user}/taskProcessingResults/{taskResult}`,
      path: (w) => `${one(w)}/taskProcessingResults/${w.taskResult}`,
      status: 200,
      shape: 'taskProcessingResult',
      shows: ({ taskResult }) => ({ id: taskResult, subject: { id: 'p9' } }),
    },
    ...REPROCESSED(`${route}/subjectProcessingResults/{user}`, one),
  ];
});

/** What there is one of, what has been added to lists one by one, and what hangs under tasks. */
const PARTS: readonly Case[] = [
  { route: 'GET ', path: () => '/', status: 200, shape: 'lifecycleWorkflowsContainer' },
  { route: 'GET deletedItems', path: () => '/deletedItems', status: 200, shape: 'deletedItemContainer' },
  { route: 'GET insights', path: () => '/insights', status: 200, shape: 'insights' },
  {
    route: 'GET workflows/{workflow}/executionScope/{user}',
    path: ({ scheduled }) => `/workflows/${scheduled}/executionScope/${scheduled}_1_p4`,
    status: 200,
    shape: 'userProcessingResult',
    shows: () => ({ subject: { id: 'p4' }, processingStatus: 'queued' }),
  },
  {
    route: 'GET workflows/{workflow}/previewScope/{target}',
    path: ({ workflow }) => `/workflows/${workflow}/previewScope/p3`,
    status: 200,
    shape: 'directoryObject',
    shows: () => ({ '@odata.type': '#microsoft.graph.user', id: 'p3' }),
  },
  {
    route: 'GET workflows/{workflow}/administrationScopeTargets/{target}',
    path: ({ scheduled }) => `/workflows/${scheduled}/administrationScopeTargets/north`,
    status: 200,
    shape: 'directoryObject',
    shows: () => ({ '@odata.type': '#microsoft.graph.administrativeUnit', id: 'north' }),
  },
  {
    route: 'GET workflows/{workflow}/versions/{version}/administrationScopeTargets/{target}',
    path: ({ scheduled }) => `/workflows/${scheduled}/versions/1/administrationScopeTargets/NORTH`,
    status: 200,
    shape: 'directoryObject',
    shows: () => ({ id: 'north' }),
  },
  {
    route: 'GET workflows/{workflow}/versions/{version}/tasks/{task}',
    path: ({ workflow, task }) => `/workflows/${workflow}/versions/1/tasks/${task}`,
    status: 200,
    shape: 'task',
    shows: ({ task }) => ({ id: task, displayName: 'badge' }),
  },
  {
    route: 'GET workflows/{workflow}/versions/{version}/tasks/{task}/taskProcessingResults',
    path: ({ workflow, task }) => `/workflows/${workflow}/versions/1/tasks/${task}/taskProcessingResults`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult }) => HAS(taskResult),
  },
  {
    route: 'GET workflows/{workflow}/versions/{version}/tasks/{task}/taskProcessingResults/{taskResult}',
    path: ({ workflow, task, taskResult }) =>
      `/workflows/${workflow}/versions/1/tasks/${task}/taskProcessingResults/${taskResult}`,
    status: 200,
    shape: 'taskProcessingResult',
    shows: ({ taskResult }) => ({ id: taskResult }),
  },
  {
    route: 'GET deletedItems/workflows/{workflow}/tasks',
    path: ({ deleted }) => `/deletedItems/workflows/${deleted}/tasks`,
    status: 200,
    shape: 'task',
    shows: () => ({ value: [{ displayName: 'badge' }, { displayName: 'laptop' }] }),
  },
  {
    route: 'GET deletedItems/workflows/{workflow}/tasks/{task}',
    path: ({ deleted, deletedTask }) => `/deletedItems/workflows/${deleted}/tasks/${deletedTask}`,
    status: 200,
    shape: 'task',
    shows: ({ deletedTask }) => ({ id: deletedTask }),
  },
  {
    route: 'GET deletedItems/workflows/{workflow}/administrationScopeTargets',
    path: ({ deleted }) => `/deletedItems/workflows/${deleted}/administrationScopeTargets`,
    status: 200,
    shape: 'directoryObject',
    shows: () => ({ value: [{ id: 'south' }] }),
  },
  {
    route: 'GET deletedItems/workflows/{workflow}/administrationScopeTargets/{target}',
    path: ({ deleted }) => `/deletedItems/workflows/${deleted}/administrationScopeTargets/south`,
    status: 200,
    shape: 'directoryObject',
    shows: () => ({ id: 'south' }),
  },
  {
    route: 'GET workflowTemplates/{template}/tasks',
    path: () => `/workflowTemplates/${TEMPLATE}/tasks`,
    status: 200,
    shape: 'task',
    shows: () => ({ value: [{ executionSequence: 1 }, { executionSequence: 2 }, { executionSequence: 3 }] }),
  },
  {
    route: 'GET workflowTemplates/{template}/tasks/{task}',
    path: () => `/workflowTemplates/${TEMPLATE}/tasks/${TEMPLATE_TASK.toUpperCase()}`,
    status: 200,
    shape: 'task',
    shows: () => ({ id: TEMPLATE_TASK, executionSequence: 1 }),
  },
  {
    route: 'GET workflowTemplates/{template}/tasks/{task}/taskProcessingResults',
    path: () => `/workflowTemplates/${TEMPLATE}/tasks/${TEMPLATE_TASK}/taskProcessingResults`,
    status: 200,
    shows: () => ({ value: [] }),
  },
  {
    route: 'GET workflowTemplates/{template}/tasks/{task}/taskProcessingResults/{taskResult}',
    path: ({ taskResult }) =>
      `/workflowTemplates/${TEMPLATE}/tasks/${TEMPLATE_TASK}/taskProcessingResults/${taskResult}`,
    status: 404,
  },
];
/** Onboard new hire employee, and the task that it begins with: enabling the account. */
const TEMPLATE = '4e06785d-7c1d-4b24-b9e1-bba2b890c58b';
const TEMPLATE_TASK = '6fc52c9d-398b-4305-9763-15f42c1676fc';

const WRITES: readonly Case[] = [
  {
    route: 'POST workflows/{workflow}/restore',
    path: ({ deleted }) => `/workflows/${deleted}/restore`,
    status: 200,
    shape: 'workflow',
    shows: ({ deleted }) => ({ id: deleted, deletedDateTime: null }),
  },
  {
    route: 'POST workflows/{workflow}/tasks',
    path: ({ workflow }) => `/workflows/${workflow}/tasks`,
    body: () => ({ taskDefinitionId: 'keys', displayName: 'Hand over the keys' }),
    status: 201,
    shape: 'task',
    shows: () => ({ displayName: 'Hand over the keys', executionSequence: 3 }),
  },
  {
    route: 'DELETE workflows/{workflow}/tasks/{task}',
    path: ({ workflow, task }) => `/workflows/${workflow}/tasks/${task}`,
    status: 204,
  },
  {
    route: `POST ${R}`,
    path: ({ workflow }) => `/workflows/${workflow}/runs`,
    body: () => runBody(),
    status: 201,
    shape: 'run',
    shows: () => ({ processingStatus: 'queued' }),
  },
  {
    route: 'POST workflows',
    path: () => '/workflows',
    body: () => workflowBody('Another'),
    status: 201,
    shape: 'workflow',
    shows: () => ({ displayName: 'Another', isEnabled: true, isSchedulingEnabled: false, version: 1 }),
  },
  {
    route: 'PATCH workflows/{workflow}',
    path: ({ workflow }) => `/workflows/${workflow}`,
    body: () => ({ displayName: 'Onboarding' }),
    status: 204,
  },
  {
    route: 'PATCH workflows/{workflow}/tasks/{task}',
    path: ({ workflow, task }) => `/workflows/${workflow}/tasks/${task}`,
    body: () => ({ displayName: 'Badge' }),
    status: 204,
  },
  {
    route: 'POST workflows/{workflow}/activate',
    path: ({ workflow }) => `/workflows/${workflow}/activate`,
    body: () => ({ subjects: [{ id: 'p1' }] }),
    status: 204,
  },
  {
    route: 'POST workflows/{workflow}/activateWithScope',
    path: ({ workflow }) => `/workflows/${workflow}/activatewithscope`,
    body: () => ({ scope: { '@odata.type': `${TYPE}activateUserScope`, users: [{ id: 'p2' }] } }),
    status: 204,
  },
  {
    route: 'POST workflows/{workflow}/previewWorkflow',
    path: ({ workflow }) => `/workflows/${workflow}/previewWorkflow`,
    body: () => ({ subjects: [{ '@odata.type': '#microsoft.graph.user', id: 'p1' }] }),
    status: 204,
  },
  {
    route: 'POST workflows/{workflow}/previewTaskFailures',
    path: ({ workflow }) => `/workflows/${workflow}/previewTaskFailures`,
    status: 200,
    shows: () => ({
      '@odata.context':
        'http://localhost/v1.0/$metadata#Collection(microsoft.graph.identityGovernance.previewFailedTask)',
      value: [],
    }),
  },
  {
    route: 'POST workflows/{workflow}/activateAndWait',
    path: ({ workflow }) => `/workflows/${workflow}/activateAndWait`,
    body: () => ({
      subject: {
        '@odata.type': `${TYPE}provisioningObjectWorkflowSubject`,
        id: 'p9',
        attributeSetEntries: [],
      },
    }),
    status: 200,
    shape: 'awaitedWorkflowProcessingResult',
    shows: () => ({
      processingStatus: 'failed',
      statusReasons: ['The mail attribute is missing'],
      subject: { '@odata.type': `${TYPE}provisioningObjectWorkflowSubject`, id: 'p9' },
    }),
  },
  {
    route: 'PATCH settings',
    path: () => '/settings',
    body: () => ({
      workflowScheduleIntervalInHours: 6,
      quarantineConfiguration: {
        conditions: [{ '@odata.type': `${TYPE}countBasedQuarantineCondition`, threshold: 5 }],
        matchMode: 'any',
      },
    }),
    status: 204,
  },
  {
    route: 'POST workflows/{workflow}/clearQuarantine',
    path: ({ workflow }) => `/workflows/${workflow}/clearQuarantine`,
    status: 200,
    shape: 'workflow',
    shows: () => ({ quarantineDetails: { quarantineType: 'notQuarantined', quarantinedDateTime: null } }),
  },
  {
    route: 'POST workflows/{workflow}/pauseRuns',
    path: ({ workflow }) => `/workflows/${workflow}/pauseRuns`,
    status: 200,
    shape: 'workflow',
    shows: () => ({ runsPausedDateTime: expect.any(String) }),
  },
  {
    route: 'POST workflows/{workflow}/resumeRuns',
    path: ({ workflow }) => `/workflows/${workflow}/resumeRuns`,
    status: 200,
    shape: 'workflow',
    shows: () => ({ runsPausedDateTime: null }),
  },
  {
    route: 'POST workflows/{workflow}/createNewVersion',
    path: ({ workflow }) => `/workflows/${workflow}/microsoft.graph.identityGovernance.createNewVersion`,
    body: () => ({ workflow: workflowBody('Onboarding', ['badge']) }),
    status: 200,
    shape: 'workflow',
    shows: () => ({ version: 2, tasks: [expect.objectContaining({ displayName: 'badge' })] }),
  },
  {
    route: `POST ${R}/{run}/reprocess`,
    path: (w) => `${ONE_RUN(w)}/reprocess`,
    body: ({ failureGroup }) => ({ failureGroup }),
    status: 204,
  },
  UNTIED(`${R}/{run}`, ONE_RUN),
  UNTIED(`${R}/{run}/userProcessingResults/{user}`, (w) => `${ONE_RUN(w)}/userProcessingResults/${w.user}`),
  UNTIED(`${U}/{user}`, (w) => `/workflows/${w.workflow}/userProcessingResults/${w.user}`),
  ...SUBJECT_PARENTS.map(([route, path]) =>
    UNTIED(
      `${route}/subjectProcessingResults/{user}`,
      (w) => `${path(w)}/subjectProcessingResults/${w.user}`,
    ),
  ),
  UNTIED(`${SCOPED}/{user}`, SCOPED_USER),
  UNTIED(`${SCOPED}/{scoped}/reprocessedRuns/{run}`, SCOPED_RUN),
  {
    route: 'POST deletedItems/workflows/{workflow}/restore',
    path: ({ deleted }) => `/deletedItems/workflows/${deleted}/restore`,
    status: 200,
    shape: 'workflow',
    shows: ({ deleted }) => ({ id: deleted, deletedDateTime: null, isSchedulingEnabled: false }),
  },
  { route: 'DELETE workflows/{workflow}', path: ({ workflow }) => `/workflows/${workflow}`, status: 204 },
  {
    route: 'DELETE deletedItems/workflows/{workflow}',
    path: ({ deleted }) => `/deletedItems/workflows/${deleted}`,
    status: 204,
  },
];

/** What the tests below do with a run of their own, and `callbacks.test.ts`. */
const OWN = [
  ...TABLE.filter(({ takesCallbacks }) => takesCallbacks).map(({ method, path }) => `${method} ${path}`),
  'POST customTaskExtensions',
  'GET customTaskExtensions/{extension}',
  'PATCH customTaskExtensions/{extension}',
  'DELETE customTaskExtensions/{extension}',

  `PATCH ${R}/{run}`,
  `DELETE ${R}/{run}`,
  `POST ${R}/{run}/userProcessingResults`,
  'POST workflows/{workflow}/cancelProcessing',
];

/** A workflow with a run that was done again, and one that is deleted. */
async function openWorld(): Promise<{ readonly api: Api; readonly world: World }> {
  const api = await openApi();
  const { id: workflow, tasks } = await api.engine.workflows.create(workflowBody('Onboard') as never);
  const run = await makeRun(api, workflow, ['p1', 'p9']);
  const { value: users } = await api.engine.userProcessingResults.list(run);
  const { value: results } = await api.engine.taskProcessingResults.list(run, {
    processingStatus: 'failed',
  });
  const [report] = await api.engine.taskReports.list(run);
  const again = await api.engine.runs.reprocess(run);
  await api.engine.runs.waitFor(again.id);
  const { id: deleted, tasks: deletedTasks } = await api.engine.workflows.create({
    ...workflowBody('Old'),
    administrationScopeTargets: [{ id: 'south' }],
  } as never);
  await api.engine.workflows.delete(deleted);
  await api.engine.runs.waitFor((await api.engine.workflows.preview(workflow, { subjects: ['p3'] })).id);
  const endpointConfiguration = { targetUrl: 'https://hooks.example.com/' };
  await api.engine.customTaskExtensions.create({ displayName: 'Ask', endpointConfiguration });
  const { id: scheduled } = await api.engine.workflows.create({
    ...workflowBody('Every day'),
    executionConditions: {
      scope: { rule: "id ne ''" },
      trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
    },
    isSchedulingEnabled: true,
    administrationScopeTargets: [{ id: 'north' }],
  } as never);
  const idOf = (thing: { readonly id: string } | undefined): string => thing?.id ?? '';
  const failed = users.find(({ processingStatus }) => processingStatus === 'failed');
  const world = {
    workflow,
    run,
    user: idOf(failed),
    taskResult: idOf(results[0]),
    report: idOf(report),
    task: idOf(tasks[0]),
    again: again.id,
    failureGroup: (await api.engine.runs.failures(run))[0]?.key ?? '',
    deleted,
    deletedTask: idOf(deletedTasks[0]),
    scheduled,
  };
  return { api, world };
}

let api: Api;
let world: World;
const opened: Api[] = [];

async function renew(): Promise<void> {
  ({ api, world } = await openWorld());
  opened.push(api);
}

afterAll(async () => {
  for (const one of opened) {
    await one.engine.close();
    expect(one.faults).toEqual([]);
  }
});

function expectAnswer({ status, shape, shows }: Case, answer: Answered): void {
  expect(answer.status).toBe(status);
  if (status === 204) expect(answer.body).toBe('');
  if (shows) expect(answer.body).toMatchObject(shows(world));
  if (!shape) return;
  const isList = Array.isArray(answer.body.value);
  const rows: Json[] = isList ? answer.body.value : [answer.body];
  const extra = isList || status === 201 ? '' : (MORE[shape] ?? '');
  const conditions = status === 201 && shape === 'workflow' ? ['executionConditions'] : [];
  for (const row of rows) {
    const names = Object.keys(row)
      .filter((name) => !name.includes('@odata.'))
      .sort();
    expect(names).toEqual(
      [...SHAPES[shape].split(' '), ...extra.split(' ').filter(Boolean), ...conditions].sort(),
    );
  }
  expect(answer.body['@odata.context']).toMatch(
    /^http:\/\/localhost\/v1\.0\/\$metadata#(?:identityGovernance\/lifecycleWorkflows\/|(?:Collection\()?microsoft\.graph\.identityGovernance\.\w+\)?$)/,
  );
}

describe('every read route', () => {
  beforeAll(renew);

  it.each([...READS, ...SUBJECTS, ...PARTS])('$route', async (one) =>
    expectAnswer(one, await api.get(one.path(world))),
  );

  it.each([...READS, ...SUBJECTS, ...PARTS])('$route is in beta too', async (one) => {
    const url = `http://localhost/beta/identityGovernance/lifecycleWorkflows${one.path(world)}`;
    expect((await api.get(url)).status).toBe(one.status);
  });
});

describe('every write route', () => {
  beforeEach(renew);

  it.each(WRITES)('$route', async (one) => {
    const [method = ''] = one.route.split(' ');
    expectAnswer(one, await api.send(method, one.path(world), one.body?.(world)));
  });

  it('cancels a run, also repeatedly, and refuses one that has ended', async () => {
    const runs = `/workflows/${world.workflow}/runs`;
    const { body: run } = await api.post(runs, runBody());
    await api.post(`${runs}/${run.id}/userProcessingResults`, resultBody());
    const cancel = (id: string) =>
      api.post(`/workflows/${world.workflow}/cancelProcessing`, {
        scope: { '@odata.type': `${TYPE}cancelRunsScope`, runs: [{ id }] },
      });
    expect(await cancel(run.id)).toMatchObject({ status: 204, body: '' });
    expect((await api.get(`${runs}/${run.id}`)).body).toMatchObject({
      processingStatus: 'canceled',
      successfulUsersCount: 1,
    });
    expect((await cancel(run.id)).status).toBe(400);
    expect((await cancel('none')).status).toBe(404);
    expect(
      (await api.post(`/workflows/${world.workflow}/cancelProcessing`, { scope: { runs: [] } })).status,
    ).toBe(400);
    expect((await api.delete(`${runs}/${run.id}`)).status).toBe(204);
  });

  it('changes settings, and returns all of them', async () => {
    await api.patch('/settings', {
      emailSettings: { senderDomain: 'example.com', useCompanyBranding: true },
    });
    const { body } = await api.patch(
      '/settings',
      { workflowScheduleIntervalInHours: 6 },
      { prefer: 'return=representation' },
    );
    expect(body).toMatchObject({
      workflowScheduleIntervalInHours: 6,
      emailSettings: { senderDomain: 'example.com' },
    });
    expect((await api.patch('/settings', { workflowScheduleIntervalInHours: 25 })).status).toBe(400);
    expect((await api.delete('/settings')).status).toBe(405);
  });

  it('lists previews only when the filter asks for them', async () => {
    const users = `/workflows/${world.workflow}/userProcessingResults`;
    const types = async (path: string): Promise<string[]> => {
      const { body } = await api.get(path, { prefer: 'include-unknown-enum-members' });
      return [...new Set<string>(body.value.map((row: Json) => row.workflowExecutionType))].sort();
    };
    expect(await types(users)).toEqual(['activatedWithScope', 'onDemand']);
    expect(await types(`${users}?$filter=workflowExecutionType eq 'preview'`)).toEqual(['preview']);
    expect(await types(`${users}?$filter=tolower(workflowExecutionType) eq 'preview'`)).toEqual(['preview']);
    const runs = `/workflows/${world.workflow}/runs`;
    expect(await types(runs)).toEqual(['activatedWithScope', 'onDemand']);
    expect(await types(`${runs}?$filter=workflowExecutionType eq 'preview'`)).toEqual(['preview']);
    expect(await types(`${runs}?$filter=length(workflowExecutionType) eq 7`)).toEqual(['preview']);
    const partly = "processingStatus eq 'completed' and length(workflowExecutionType) eq 7";
    expect(await types(`${runs}?$filter=${partly}`)).toEqual(['preview']);
    expect(await types(`${users}?$filter=${partly}`)).toEqual(['preview']);
    const counted = await api.get(`${users}/$count?$filter=workflowExecutionType ne 'onDemand'`, {
      accept: 'text/plain',
    });
    expect(counted.body).toBe('2');
  });

  it('starts an external run by hand', async () => {
    const runs = `/workflows/${world.workflow}/runs`;
    const { body: run } = await api.post(runs, runBody());
    const { body } = await api.patch(`${runs}/${run.id}`, { processingStatus: 'INPROGRESS' });
    expect(body).toMatchObject({ processingStatus: 'inProgress', startedDateTime: expect.any(String) });
  });
});

describe('activations', () => {
  beforeAll(renew);

  it.each([
    ['a user who does not exist', { subjects: [{ id: 'nobody' }] }, 406],
    ['nobody', { subjects: [] }, 400],
    ['no list', { subjects: 'p1' }, 400],
    ['another field', { people: [{ id: 'p1' }] }, 400],
  ])('refuse %s', async (_, body, status) => {
    expect((await api.post(`/workflows/${world.workflow}/activate`, body)).status).toBe(status);
  });

  it('that wait answer 504 for a run that takes longer, and the run continues', async () => {
    const slow = await openApi({ limits: { awaitedMsMax: 1 } });
    const { promise, resolve } = Promise.withResolvers<void>();
    slow.engine.on('run.started', ({ run }) => {
      if (run.workflowExecutionType === 'extensibilityOnDemand') resolve();
    });
    const { body: workflow } = await slow.post('/workflows', workflowBody('Slow', ['waits']));
    const answer = await slow.post(`/workflows/${workflow.id}/activateAndWait`, { subject: { id: 'p1' } });
    expect(answer).toMatchObject({ status: 504, body: { error: { code: 'gatewayTimeout' } } });
    await promise;
    slow.letGo();
    const { body: runs } = await slow.get(`/workflows/${workflow.id}/runs`);
    expect(await slow.engine.runs.waitFor(runs.value[0].id)).toMatchObject({
      processingStatus: 'completed',
    });
    await slow.engine.close();
  });

  it('of a disabled workflow are refused', async () => {
    const { body } = await api.post('/workflows', { ...workflowBody('Asleep'), isEnabled: false });
    expect((await api.post(`/workflows/${body.id}/activate`, { subjects: [{ id: 'p1' }] })).status).toBe(400);
  });
});

describe('the table of routes', () => {
  beforeAll(renew);

  const named = TABLE.map(({ method, path }) => `${method} ${path}`);

  it('has each row once, and a test for each', () => {
    expect(new Set(named).size).toBe(named.length);
    const tested = [...READS, ...SUBJECTS, ...PARTS, ...WRITES].map(({ route }) => route).concat(OWN);
    expect(tested.sort()).toEqual(named.toSorted());
  });
});
