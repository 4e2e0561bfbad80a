/**
 * The resources as the wire has them: properties with their kinds, navigation properties, what a list of them
 * can do. Source: domain §1 and the capability annotations of §2.
 */
import { KINDS } from './complex-types.ts';
import { ENTITY } from './directory-types.ts';
import { type EntityType, type Kind, type Link, type Navigation, REFERENCE, REFERENCES } from './edm.ts';
import { CATEGORY, EXECUTION_TYPE, REPLY_MODE, STATUS, SUBJECT_TYPE, TASK_CATEGORY } from './enumerations.ts';

type Navigations = Readonly<Record<string, Navigation>>;
type Links = Readonly<Record<string, Link>>;

const REPROCESSED_RUNS: Links = { reprocessedRuns: { to: 'run', isMany: true } };
/** What of a resource's counters and moments is never null is all of them but the moments that may not have come. */
const never = (properties: EntityType['properties'], ...nullable: readonly string[]): readonly string[] =>
  Object.keys(properties).filter((name) => !nullable.includes(name));

const RUN_PROPERTIES = {
  id: 'id',
  completedDateTime: 'dateTime',
  failedTasksCount: 'int',
  failedUsersCount: 'int',
  lastUpdatedDateTime: 'dateTime',
  processingStatus: { enumeration: STATUS },
  scheduledDateTime: 'dateTime',
  startedDateTime: 'dateTime',
  successfulUsersCount: 'int',
  totalTasksCount: 'int',
  totalUnprocessedTasksCount: 'int',
  totalUsersCount: 'int',
  workflowExecutionType: { enumeration: EXECUTION_TYPE },
  activatedOnScope: KINDS.activationScope,
} as const satisfies EntityType['properties'];

/** A run. */
export const RUN: EntityType = {
  name: 'run',
  base: ENTITY,
  key: 'id',
  properties: RUN_PROPERTIES,
  required: never(
    RUN_PROPERTIES,
    'completedDateTime',
    'lastUpdatedDateTime',
    'startedDateTime',
    'activatedOnScope',
  ),
  navigation: {},
  links: {
    userProcessingResults: { to: 'userProcessingResult', isMany: true, isContained: true },
    taskProcessingResults: { to: 'taskProcessingResult', isMany: true, isContained: true },
    subjectProcessingResults: { to: 'subjectProcessingResult', isMany: true, isContained: true },
    ...REPROCESSED_RUNS,
  },
};

const TASK_PROPERTIES = {
  id: 'id',
  arguments: KINDS.arguments,
  category: { enumeration: TASK_CATEGORY },
  continueOnError: 'boolean',
  description: 'string',
  displayName: 'string',
  executionSequence: 'int',
  isEnabled: 'boolean',
  taskDefinitionId: 'id',
} as const satisfies EntityType['properties'];

/** A step of a workflow. */
export const TASK: EntityType = {
  name: 'task',
  base: ENTITY,
  key: 'id',
  properties: TASK_PROPERTIES,
  required: never(TASK_PROPERTIES, 'description'),
  navigation: {},
  links: { taskProcessingResults: { to: 'taskProcessingResult', isMany: true, isContained: true } },
};

const WHOLE_TASK: Kind = { complex: TASK_PROPERTIES };

const TASK_RESULT_PROPERTIES = {
  id: 'id',
  completedDateTime: 'dateTime',
  createdDateTime: 'dateTime',
  failureReason: 'string',
  processingInfo: 'string',
  processingStatus: { enumeration: STATUS },
  startedDateTime: 'dateTime',
  workflowSubject: KINDS.subject,
} as const satisfies EntityType['properties'];

/** What became of one task of one person. */
export const TASK_RESULT: EntityType = {
  name: 'taskProcessingResult',
  base: ENTITY,
  key: 'id',
  properties: TASK_RESULT_PROPERTIES,
  required: ['id', 'createdDateTime', 'processingStatus'],
  navigation: {
    subject: { to: 'user', isRequired: true, shown: 'list', type: REFERENCE, isUser: true },
    task: { to: 'task', isRequired: true, shown: 'list', type: WHOLE_TASK },
  },
};

const TASK_RESULTS: Navigations = {
  taskProcessingResults: {
    to: 'taskProcessingResult',
    isMany: true,
    isContained: true,
    shown: 'expand',
    type: { collection: { ...TASK_RESULT_PROPERTIES, subject: REFERENCE, task: WHOLE_TASK } },
    isFetched: true,
  },
};

const RESULT_PROPERTIES = {
  id: 'id',
  completedDateTime: 'dateTime',
  failedTasksCount: 'int',
  processingStatus: { enumeration: STATUS },
  scheduledDateTime: 'dateTime',
  startedDateTime: 'dateTime',
  totalTasksCount: 'int',
  totalUnprocessedTasksCount: 'int',
  workflowExecutionType: { enumeration: EXECUTION_TYPE },
  workflowVersion: 'int',
} as const satisfies EntityType['properties'];

/** What became of one person in a run. */
export const USER_RESULT: EntityType = {
  name: 'userProcessingResult',
  base: ENTITY,
  key: 'id',
  properties: RESULT_PROPERTIES,
  required: never(RESULT_PROPERTIES, 'completedDateTime', 'startedDateTime'),
  navigation: {
    subject: { to: 'user', isRequired: true, shown: 'list', type: REFERENCE, isUser: true },
    ...TASK_RESULTS,
  },
  links: REPROCESSED_RUNS,
};

const SUBJECT_RESULT_PROPERTIES = {
  ...RESULT_PROPERTIES,
  subject: KINDS.subject,
  subjectType: { enumeration: SUBJECT_TYPE },
} as const satisfies EntityType['properties'];

/** What became of one subject in a run: a user result, whose subject may be no user. */
export const SUBJECT_RESULT: EntityType = {
  name: 'subjectProcessingResult',
  base: ENTITY,
  key: 'id',
  properties: SUBJECT_RESULT_PROPERTIES,
  required: never(SUBJECT_RESULT_PROPERTIES, 'completedDateTime', 'startedDateTime'),
  navigation: TASK_RESULTS,
  links: REPROCESSED_RUNS,
};

const DEFINITION_PROPERTIES = {
  id: 'id',
  category: { enumeration: TASK_CATEGORY },
  continueOnError: 'boolean',
  description: 'string',
  displayName: 'string',
  parameters: KINDS.parameters,
  version: 'int',
} as const satisfies EntityType['properties'];

/** An entry of the catalogue of tasks. */
export const TASK_DEFINITION: EntityType = {
  name: 'taskDefinition',
  base: ENTITY,
  key: 'id',
  properties: DEFINITION_PROPERTIES,
  required: never(DEFINITION_PROPERTIES, 'description'),
  navigation: {},
  isSearchable: true,
};

const REPORT_PROPERTIES = {
  id: 'id',
  completedDateTime: 'dateTime',
  failedUsersCount: 'int',
  lastUpdatedDateTime: 'dateTime',
  processingStatus: { enumeration: STATUS },
  runId: 'id',
  startedDateTime: 'dateTime',
  successfulUsersCount: 'int',
  totalUsersCount: 'int',
  unprocessedUsersCount: 'int',
} as const satisfies EntityType['properties'];

/** One task over all people of a run. */
export const TASK_REPORT: EntityType = {
  name: 'taskReport',
  base: ENTITY,
  key: 'id',
  properties: REPORT_PROPERTIES,
  required: never(REPORT_PROPERTIES, 'completedDateTime', 'runId', 'startedDateTime'),
  navigation: {
    task: { to: 'task', isRequired: true, shown: 'expand', type: WHOLE_TASK },
    taskDefinition: {
      to: 'taskDefinition',
      isRequired: true,
      shown: 'expand',
      type: { complex: DEFINITION_PROPERTIES },
    },
  },
  links: {
    taskProcessingResults: { to: 'taskProcessingResult', isMany: true, isContained: true },
    subjectProcessingResults: { to: 'subjectProcessingResult', isMany: true, isContained: true },
  },
};

const TASKS: Navigation = {
  to: 'task',
  isMany: true,
  isContained: true,
  shown: 'get',
  type: { collection: TASK_PROPERTIES },
};
const AUTHORED: Navigations = {
  createdBy: { to: 'user', shown: 'get', type: REFERENCE, isUser: true },
  lastModifiedBy: { to: 'user', shown: 'get', type: REFERENCE, isUser: true },
};

/** What a workflow and its versions have in common. */
const WORKFLOW_BASE: EntityType = {
  name: 'workflowBase',
  isAbstract: true,
  key: '',
  properties: {
    category: { enumeration: CATEGORY },
    createdDateTime: 'dateTime',
    description: 'string',
    displayName: 'string',
    executionConditions: KINDS.conditions,
    isEnabled: 'boolean',
    isSchedulingEnabled: 'boolean',
    lastModifiedDateTime: 'dateTime',
  },
  required: ['category', 'displayName', 'isEnabled', 'isSchedulingEnabled'],
  navigation: {
    tasks: TASKS,
    ...AUTHORED,
    administrationScopeTargets: { to: 'directoryObject', isMany: true, shown: 'expand', type: REFERENCES },
  },
};

/** A workflow. */
export const WORKFLOW: EntityType = {
  name: 'workflow',
  base: WORKFLOW_BASE,
  key: 'id',
  properties: {
    id: 'id',
    ...WORKFLOW_BASE.properties,
    deletedDateTime: 'dateTime',
    nextScheduleRunDateTime: 'dateTime',
    quarantineDetails: KINDS.quarantineDetails,
    runsPausedDateTime: 'dateTime',
    settings: KINDS.workflowSetting,
    version: 'int',
  },
  required: [...(WORKFLOW_BASE.required ?? []), 'id', 'quarantineDetails', 'settings'],
  navigation: WORKFLOW_BASE.navigation,
  links: {
    executionScope: { to: 'userProcessingResult', isMany: true },
    previewScope: { to: 'directoryObject', isMany: true },
    runs: { to: 'run', isMany: true, isContained: true },
    subjectProcessingResults: { to: 'subjectProcessingResult', isMany: true, isContained: true },
    taskReports: { to: 'taskReport', isMany: true, isContained: true },
    userProcessingResults: { to: 'userProcessingResult', isMany: true, isContained: true },
    versions: { to: 'workflowVersion', isMany: true, isContained: true },
  },
  hiddenInLists: ['executionConditions'],
  isSearchable: true,
};

/** A version of a workflow; it has a number and no id. */
const WORKFLOW_VERSION: EntityType = {
  name: 'workflowVersion',
  base: WORKFLOW_BASE,
  key: 'versionNumber',
  properties: { ...WORKFLOW_BASE.properties, settings: KINDS.workflowSetting, versionNumber: 'int' },
  required: [...(WORKFLOW_BASE.required ?? []), 'settings', 'versionNumber'],
  navigation: WORKFLOW_BASE.navigation,
  hiddenInLists: ['executionConditions'],
  isSearchable: true,
};

/** A workflow to start from. */
const WORKFLOW_TEMPLATE: EntityType = {
  name: 'workflowTemplate',
  base: ENTITY,
  key: 'id',
  properties: {
    id: 'id',
    category: { enumeration: CATEGORY },
    description: 'string',
    displayName: 'string',
    executionConditions: KINDS.conditions,
  },
  required: ['id', 'category', 'displayName'],
  navigation: { tasks: TASKS },
  isSearchable: true,
};

/** The settings of all workflows. */
export const SETTINGS: EntityType = {
  name: 'lifecycleManagementSettings',
  key: '',
  properties: {
    emailSettings: KINDS.emailSettings,
    quarantineConfiguration: KINDS.quarantineConfiguration,
    workflowScheduleIntervalInHours: 'int',
  },
  required: ['emailSettings', 'workflowScheduleIntervalInHours'],
  navigation: {},
};

const CALLOUT: EntityType = {
  name: 'customCalloutExtension',
  namespace: 'microsoft.graph',
  base: ENTITY,
  isAbstract: true,
  key: 'id',
  properties: {
    id: 'id',
    authenticationConfiguration: KINDS.authentication,
    clientConfiguration: KINDS.client,
    description: 'string',
    displayName: 'string',
    endpointConfiguration: KINDS.endpoint,
  },
  required: ['id'],
  navigation: {},
};

/** A system that a task calls. */
export const CUSTOM_TASK_EXTENSION: EntityType = {
  name: 'customTaskExtension',
  base: CALLOUT,
  key: 'id',
  properties: {
    ...CALLOUT.properties,
    callbackConfiguration: KINDS.callback,
    createdDateTime: 'dateTime',
    lastModifiedDateTime: 'dateTime',
    replyMode: { enumeration: REPLY_MODE },
  },
  required: ['id', 'replyMode'],
  navigation: AUTHORED,
  isSearchable: true,
};

/** All of them, base types before derived ones. */
export const RESOURCE_TYPES: readonly EntityType[] = [
  RUN,
  TASK,
  TASK_RESULT,
  USER_RESULT,
  SUBJECT_RESULT,
  TASK_DEFINITION,
  TASK_REPORT,
  WORKFLOW_BASE,
  WORKFLOW,
  WORKFLOW_VERSION,
  WORKFLOW_TEMPLATE,
  SETTINGS,
  CALLOUT,
  CUSTOM_TASK_EXTENSION,
];
