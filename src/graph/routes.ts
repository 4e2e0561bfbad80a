/** Every path and method that is served. Source: domain §2. */
import { TASK_DEFINITIONS, WORKFLOW_TEMPLATES } from '../catalogue/index.ts';
import type { TopOptions } from '../ledger/insights.ts';
import * as activations from './activations.ts';
import {
  AWAITED_RESULT,
  CUSTOM_TASK_EXTENSION,
  DIRECTORY_OBJECT,
  RUN,
  SETTINGS,
  SUBJECT_RESULT,
  TASK,
  TASK_DEFINITION,
  TASK_REPORT,
  TASK_RESULT,
  TOP_WORKFLOWS,
  USER_RESULT,
  WORKFLOW,
  WORKFLOW_TEMPLATE,
  WORKFLOW_VERSION,
} from './entity-types.ts';
import * as results from './operations.ts';
import { NEEDED } from './permissions.ts';
import type { Query } from './query.ts';
import { usersOfWorkflowLately } from './recent.ts';
import { act, collect, compute, create, done, list, one, type Route, summary, update } from './route.ts';
import { arrayOf, executionScopeOf, reportsOf, runsOf, taskResultsOf, usersOf } from './sources.ts';
import * as subjects from './subjects.ts';
import * as does from './workflow-operations.ts';

const { reports, workflows, change, activate, extensions, changeExtensions } = NEEDED;
const RUNS = 'workflows/{workflow}/runs';
const ONE_RUN = `${RUNS}/{run}`;
const USERS = 'workflows/{workflow}/userProcessingResults';
const REPORTS = 'workflows/{workflow}/taskReports';
const TASK_RESULTS = 'taskProcessingResults';
const SUBJECTS = 'subjectProcessingResults';
const SUBJECT_PARENTS = [ONE_RUN, 'workflows/{workflow}', `${REPORTS}/{report}`];
const DELETED = 'deletedItems/workflows';

/** The methods of the seed on runs and results, which Entra does not have. */
const SEED: readonly Route[] = [
  create(RUNS, change, RUN, results.createRun),
  update(ONE_RUN, change, RUN, 'acted', results.updateRun),
  done('DELETE', ONE_RUN, change, ({ engine, keys }) => engine.runs.delete(keys.workflow, keys.run)),
  create(`${ONE_RUN}/userProcessingResults`, change, USER_RESULT, results.createUserResult),
];

const RUN_ROUTES: readonly Route[] = [
  list(RUNS, reports, RUN, ({ engine, keys, query }) => runsOf(engine, keys.workflow, query.filter)),
  one(ONE_RUN, reports, RUN, ({ engine, keys }) => engine.runs.get(keys.workflow, keys.run)),
  summary(`${RUNS}/summary()`, reports, 'runSummary', ({ engine, keys }, start, end) =>
    engine.runs.summary(keys.workflow, start, end),
  ),
  list(`${ONE_RUN}/userProcessingResults`, reports, USER_RESULT, ({ engine, keys }) =>
    usersOf(engine, keys.workflow, keys.run),
  ),
  one(`${ONE_RUN}/userProcessingResults/{user}`, reports, USER_RESULT, ({ engine, keys }) =>
    engine.userProcessingResults.get(keys.workflow, keys.run, keys.user),
  ),
  summary(`${ONE_RUN}/userProcessingResults/summary()`, reports, 'userSummary', results.userSummaryOfRun),
  list(
    `${ONE_RUN}/userProcessingResults/{user}/${TASK_RESULTS}`,
    reports,
    TASK_RESULT,
    results.taskResultsOfUser,
  ),
  one(
    `${ONE_RUN}/userProcessingResults/{user}/${TASK_RESULTS}/{taskResult}`,
    reports,
    TASK_RESULT,
    results.taskResult,
  ),
  list(`${ONE_RUN}/${TASK_RESULTS}`, reports, TASK_RESULT, ({ engine, keys }) =>
    taskResultsOf(engine, keys.workflow, keys.run),
  ),
  one(`${ONE_RUN}/${TASK_RESULTS}/{taskResult}`, reports, TASK_RESULT, results.taskResult),
  ...reprocessedUnder(ONE_RUN),
  ...reprocessedUnder(`${ONE_RUN}/userProcessingResults/{user}`),
];

/** The results of subjects, and what hangs under them. */
const SUBJECT_ROUTES: readonly Route[] = [
  list(`${ONE_RUN}/${SUBJECTS}`, reports, SUBJECT_RESULT, subjects.subjectsOfRun),
  list(`workflows/{workflow}/${SUBJECTS}`, reports, SUBJECT_RESULT, subjects.subjectsOfWorkflow),
  list(`${REPORTS}/{report}/${SUBJECTS}`, reports, SUBJECT_RESULT, subjects.subjectsOfReport),
  ...SUBJECT_PARENTS.flatMap((parent) => [
    one(`${parent}/${SUBJECTS}/{user}`, reports, SUBJECT_RESULT, subjects.subjectResult),
    summary(`${parent}/${SUBJECTS}/summary()`, reports, 'subjectSummary', subjects.subjectSummary),
    list(`${parent}/${SUBJECTS}/{user}/${TASK_RESULTS}`, reports, TASK_RESULT, results.taskResultsOfUser),
    one(
      `${parent}/${SUBJECTS}/{user}/${TASK_RESULTS}/{taskResult}`,
      reports,
      TASK_RESULT,
      results.taskResult,
    ),
    ...reprocessedUnder(`${parent}/${SUBJECTS}/{user}`),
  ]),
];

const RESULT_ROUTES: readonly Route[] = [
  list(USERS, reports, USER_RESULT, usersOfWorkflowLately),
  one(`${USERS}/{user}`, reports, USER_RESULT, results.userResult),
  list(`${USERS}/{user}/${TASK_RESULTS}`, reports, TASK_RESULT, results.taskResultsOfUser),
  one(`${USERS}/{user}/${TASK_RESULTS}/{taskResult}`, reports, TASK_RESULT, results.taskResult),
  ...reprocessedUnder(`${USERS}/{user}`),
  summary(`${USERS}/summary()`, reports, 'userSummary', results.userSummaryOfWorkflow),
  list(REPORTS, reports, TASK_REPORT, ({ engine, keys }) => reportsOf(engine, keys.workflow)),
  one(`${REPORTS}/{report}`, reports, TASK_REPORT, results.taskReport),
  list(`${REPORTS}/{report}/${TASK_RESULTS}`, reports, TASK_RESULT, results.taskResultsOfReport),
  one(`${REPORTS}/{report}/${TASK_RESULTS}/{taskResult}`, reports, TASK_RESULT, results.taskResult),
  summary(`${REPORTS}/summary()`, reports, 'taskReportSummary', results.reportSummary),
  ...[
    `workflows/{workflow}/tasks/{task}`,
    ONE_RUN,
    `${ONE_RUN}/userProcessingResults/{user}`,
    `${USERS}/{user}`,
    `${REPORTS}/{report}`,
    ...SUBJECT_PARENTS.map((parent) => `${parent}/${SUBJECTS}/{user}`),
  ].map(
    (parent): Route => ({
      ...done('POST', `${parent}/${TASK_RESULTS}/{taskResult}/resume`, change, results.resume),
      takesCallbacks: true,
    }),
  ),
];

const WORKFLOW_ROUTES: readonly Route[] = [
  list('workflows', workflows, WORKFLOW, ({ engine }) => arrayOf(() => engine.workflows.list() as never)),
  create('workflows', change, WORKFLOW, does.createWorkflow),
  one('workflows/{workflow}', workflows, WORKFLOW, ({ engine, keys }) => engine.workflows.get(keys.workflow)),
  update('workflows/{workflow}', change, WORKFLOW, 'changed', does.updateWorkflow),
  done('DELETE', 'workflows/{workflow}', change, ({ engine, keys, author }) =>
    engine.workflows.delete(keys.workflow, author),
  ),
  done('POST', 'workflows/{workflow}/activate', activate, activations.activate),
  done('POST', 'workflows/{workflow}/activateWithScope', activate, activations.activateWithScope),
  done('POST', 'workflows/{workflow}/cancelProcessing', change, activations.cancelProcessing),
  act('workflows/{workflow}/createNewVersion', change, WORKFLOW, does.createNewVersion),
  act('workflows/{workflow}/clearQuarantine', change, WORKFLOW, ({ engine, keys, author }) =>
    engine.workflows.clearQuarantine(keys.workflow, author),
  ),
  list('workflows/{workflow}/executionScope', workflows, USER_RESULT, ({ engine, keys }) =>
    executionScopeOf(engine, keys.workflow),
  ),
  compute(
    'workflows/{workflow}/activateAndWait',
    activate,
    'awaitedWorkflowProcessingResult',
    AWAITED_RESULT,
    activations.activateAndWait,
  ),
  done('POST', 'workflows/{workflow}/previewWorkflow', change, activations.previewWorkflow),
  collect('workflows/{workflow}/previewTaskFailures', workflows, 'previewFailedTask', ({ engine, keys }) =>
    engine.workflows.previewTaskFailures(keys.workflow),
  ),
  list('workflows/{workflow}/previewScope', workflows, DIRECTORY_OBJECT, does.previewScope),
  list('workflows/{workflow}/administrationScopeTargets', workflows, DIRECTORY_OBJECT, does.scopeTargets),
  list('workflows/{workflow}/versions', workflows, WORKFLOW_VERSION, does.versions),
  one('workflows/{workflow}/versions/{version}', workflows, WORKFLOW_VERSION, does.version),
  list('workflows/{workflow}/versions/{version}/tasks', workflows, TASK, does.tasksOfVersion),
  list(
    'workflows/{workflow}/versions/{version}/administrationScopeTargets',
    workflows,
    DIRECTORY_OBJECT,
    does.scopeTargetsOfVersion,
  ),
  list('workflows/{workflow}/tasks', workflows, TASK, does.tasks),
  one('workflows/{workflow}/tasks/{task}', workflows, TASK, does.task),
  update('workflows/{workflow}/tasks/{task}', change, TASK, 'changed', does.updateTask),
  list(`workflows/{workflow}/tasks/{task}/${TASK_RESULTS}`, reports, TASK_RESULT, results.taskResultsOfTask),
  one(
    `workflows/{workflow}/tasks/{task}/${TASK_RESULTS}/{taskResult}`,
    reports,
    TASK_RESULT,
    results.taskResult,
  ),
  list(DELETED, workflows, WORKFLOW, ({ engine }) => arrayOf(() => engine.workflows.listDeleted() as never)),
  one(`${DELETED}/{workflow}`, workflows, WORKFLOW, does.deletedWorkflow),
  done('DELETE', `${DELETED}/{workflow}`, change, ({ engine, keys, author }) =>
    engine.workflows.purge(keys.workflow, author),
  ),
  // The only paths to them that Microsoft's documents have, though nothing in them need be deleted (R9).
  ...reprocessedUnder(`${DELETED}/{workflow}/executionScope/{user}`),
  ...reprocessedUnder(`${DELETED}/{workflow}/executionScope/{scoped}/reprocessedRuns/{run}`),
  act(`${DELETED}/{workflow}/restore`, change, WORKFLOW, ({ engine, keys, author }) =>
    engine.workflows.restore(keys.workflow, author),
  ),
];

const OTHER_ROUTES: readonly Route[] = [
  list('taskDefinitions', workflows, TASK_DEFINITION, () => arrayOf(() => TASK_DEFINITIONS as never)),
  one('taskDefinitions/{definition}', workflows, TASK_DEFINITION, does.taskDefinition),
  list('workflowTemplates', workflows, WORKFLOW_TEMPLATE, () =>
    arrayOf(() => WORKFLOW_TEMPLATES.map(does.templateRow)),
  ),
  one('workflowTemplates/{template}', workflows, WORKFLOW_TEMPLATE, does.workflowTemplate),
  one('settings', workflows, SETTINGS, ({ engine }) => engine.settings.get()),
  update('settings', change, SETTINGS, 'changed', does.updateSettings),
  list('customTaskExtensions', extensions, CUSTOM_TASK_EXTENSION, ({ engine }) =>
    arrayOf(() => engine.customTaskExtensions.list() as never),
  ),
  create('customTaskExtensions', changeExtensions, CUSTOM_TASK_EXTENSION, does.createExtension),
  one('customTaskExtensions/{extension}', extensions, CUSTOM_TASK_EXTENSION, ({ engine, keys }) =>
    engine.customTaskExtensions.get(keys.extension),
  ),
  update(
    'customTaskExtensions/{extension}',
    changeExtensions,
    CUSTOM_TASK_EXTENSION,
    'acted',
    does.updateExtension,
  ),
  done('DELETE', 'customTaskExtensions/{extension}', changeExtensions, ({ engine, keys, author }) =>
    engine.customTaskExtensions.delete(keys.extension, author),
  ),
  summary(
    'insights/workflowsProcessedSummary()',
    reports,
    'workflowsInsightsSummary',
    ({ engine }, start, end) => engine.insights.workflowsProcessedSummary(start, end),
  ),
  summary(
    'insights/workflowsProcessedByCategory()',
    reports,
    'workflowsInsightsByCategory',
    ({ engine }, start, end) => engine.insights.workflowsProcessedByCategory(start, end),
  ),
  summary(
    'insights/topTasksProcessedSummary()',
    reports,
    'topTasksInsightsSummary',
    ({ engine, query }, start, end) => engine.insights.topTasksProcessedSummary(start, end, topOption(query)),
    {},
    ['top'],
  ),
  summary(
    'insights/topWorkflowsProcessedSummary()',
    reports,
    'topWorkflowsInsightsSummary',
    ({ engine, query }, start, end) =>
      engine.insights.topWorkflowsProcessedSummary(start, end, topOption(query)),
    TOP_WORKFLOWS,
    ['top'],
  ),
];

function topOption({ top }: Query): TopOptions {
  return top === null ? {} : { top };
}

/** The runs that did again what stands at `parent`. */
function reprocessedUnder(parent: string): readonly Route[] {
  return [
    list(`${parent}/reprocessedRuns`, reports, RUN, results.reprocessedRuns),
    one(`${parent}/reprocessedRuns/{reprocessed}`, reports, RUN, results.reprocessedRun),
    done('DELETE', `${parent}/reprocessedRuns/{reprocessed}/$ref`, change, results.removeReprocessedRun),
  ];
}

/** The table. */
export const ROUTES: readonly Route[] = [
  ...SEED.map((route): Route => ({ ...route, ofSeed: true })),
  ...RUN_ROUTES,
  ...SUBJECT_ROUTES,
  ...RESULT_ROUTES,
  ...WORKFLOW_ROUTES,
  ...OTHER_ROUTES,
];
