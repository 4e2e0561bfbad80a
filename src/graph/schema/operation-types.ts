/** The actions and functions of the service. Source: domain §2.1, §2.3, §2.4. */
import { ACTIVATION_SCOPE, WORKFLOW_SUBJECT } from './complex-types.ts';
import { CONTAINER, INSIGHTS } from './container-types.ts';
import { DIRECTORY_OBJECT, USER } from './directory-types.ts';
import type { ComplexType, EntityType, Operation, OperationValue } from './edm.ts';
import { RUN, SUBJECT_RESULT, TASK_REPORT, TASK_RESULT, USER_RESULT, WORKFLOW } from './entity-types.ts';
import {
  AWAITED_RESULT,
  BY_CATEGORY,
  CALLBACK_DATA,
  CANCEL_SCOPE,
  EXPLANATION,
  FAILED_TASK,
  FAILURE_GROUP,
  REPORT_SUMMARY,
  RUN_SUMMARY,
  SUBJECT_HISTORY,
  SUBJECT_SUMMARY,
  TOP_TASKS,
  TOP_WORKFLOWS,
  USER_SUMMARY,
  WORKFLOW_FAILURE_GROUP,
  WORKFLOWS_SUMMARY,
} from './summary-types.ts';

const action = (
  type: EntityType,
  name: string,
  parameters: Readonly<Record<string, OperationValue>> = {},
  returns?: OperationValue,
): Operation => ({
  name,
  kind: 'action',
  of: { type },
  parameters,
  ...(returns === undefined ? {} : { returns }),
});

const WINDOW = { startDateTime: { type: 'dateTime' }, endDateTime: { type: 'dateTime' } } as const;
const summary = (type: EntityType, returns: ComplexType): Operation => ({
  name: 'summary',
  kind: 'function',
  of: { type, isMany: true },
  parameters: WINDOW,
  returns: { type: returns },
});
const insight = (name: string, returns: OperationValue): Operation => ({
  name,
  kind: 'function',
  of: { type: INSIGHTS },
  parameters: WINDOW,
  returns,
});

const explain = (parameters: Operation['parameters']): Operation => ({
  name: 'explain',
  kind: 'function',
  of: { type: WORKFLOW },
  parameters,
  returns: { type: EXPLANATION },
});

const history = (parameters: Operation['parameters']): Operation => ({
  name: 'subjectHistory',
  kind: 'function',
  of: { type: CONTAINER },
  parameters,
  returns: { type: SUBJECT_HISTORY },
});

const failures = (
  of: EntityType,
  type: ComplexType,
  parameters: Operation['parameters'] = {},
): Operation => ({
  name: 'failures',
  kind: 'function',
  of: { type: of },
  parameters,
  returns: { type, isMany: true },
});

const USERS: OperationValue = { type: USER, isMany: true };

/** All of them. */
export const OPERATIONS: readonly Operation[] = [
  action(WORKFLOW, 'activate', { subjects: USERS }),
  action(WORKFLOW, 'activateAndWait', { subject: { type: WORKFLOW_SUBJECT } }, { type: AWAITED_RESULT }),
  action(WORKFLOW, 'activateWithScope', { scope: { type: ACTIVATION_SCOPE } }),
  action(WORKFLOW, 'cancelProcessing', { scope: { type: CANCEL_SCOPE } }),
  action(WORKFLOW, 'clearQuarantine', {}, { type: WORKFLOW }),
  // Not Microsoft's: two overloads, because `at` may be left out.
  explain({ subjectId: { type: 'string' } }),
  explain({ subjectId: { type: 'string' }, at: { type: 'dateTime' } }),
  history({ subjectId: { type: 'string' } }),
  history({ subjectId: { type: 'string' }, after: { type: 'string' } }),
  failures(RUN, FAILURE_GROUP),
  failures(WORKFLOW, WORKFLOW_FAILURE_GROUP),
  failures(WORKFLOW, WORKFLOW_FAILURE_GROUP, { since: { type: 'dateTime' } }),
  action(RUN, 'reprocess', {
    failureGroup: { type: 'string' },
    failureGroups: { type: 'string', isMany: true },
  }),
  action(WORKFLOW, 'pauseRuns', {}, { type: WORKFLOW }),
  action(WORKFLOW, 'resumeRuns', {}, { type: WORKFLOW }),
  action(WORKFLOW, 'createNewVersion', { workflow: { type: WORKFLOW } }, { type: WORKFLOW }),
  action(WORKFLOW, 'previewTaskFailures', {}, { type: FAILED_TASK, isMany: true }),
  action(WORKFLOW, 'previewWorkflow', { subjects: { type: DIRECTORY_OBJECT, isMany: true } }),
  action(WORKFLOW, 'restore', {}, { type: WORKFLOW }),
  action(TASK_RESULT, 'resume', {
    type: { type: 'string' },
    source: { type: 'string' },
    data: { type: CALLBACK_DATA },
  }),
  summary(RUN, RUN_SUMMARY),
  summary(USER_RESULT, USER_SUMMARY),
  summary(SUBJECT_RESULT, SUBJECT_SUMMARY),
  summary(TASK_REPORT, REPORT_SUMMARY),
  insight('workflowsProcessedSummary', { type: WORKFLOWS_SUMMARY }),
  insight('workflowsProcessedByCategory', { type: BY_CATEGORY }),
  insight('topTasksProcessedSummary', { type: TOP_TASKS, isMany: true }),
  insight('topWorkflowsProcessedSummary', { type: TOP_WORKFLOWS, isMany: true }),
];
