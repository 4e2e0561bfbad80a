/**
 * The resources as the wire has them: properties with their kinds, navigation properties, what a list of them
 * can do. Source: domain §1 and the capability annotations of §2.
 */
import { EXECUTION_TYPES, PROCESSING_STATUSES, WORKFLOW_CATEGORIES } from '../../model/status.ts';
import { REPLY_MODES } from '../../model/workflow/extension.ts';

/** An enumeration: its members, and those that come after the sentinel, which a client has to ask for. */
export interface Enumeration {
  readonly members: readonly string[];
  readonly hidden: readonly string[];
  /** Several members at once, comma-joined: `joiner,leaver`. */
  readonly isFlags?: true;
  /** Other spellings in Microsoft's pages, in lower case → the member. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/**
 * The member of that name, in any letter case, as Graph takes them; the sentinel is one too. `undefined`: there is
 * none.
 */
export function memberNamed({ members, aliases = {} }: Enumeration, name: string): string | undefined {
  const word = name.trim().toLowerCase();
  if (Object.hasOwn(aliases, word)) return aliases[word];
  return [...members, SENTINEL].find((member) => member.toLowerCase() === word);
}

/** What stands for members that came later; nothing has it as its value. */
export const SENTINEL = 'unknownFutureValue';

/** What a property is. */
export type Kind =
  | 'id'
  | 'string'
  | 'int'
  | 'boolean'
  | 'dateTime'
  | 'duration'
  | { readonly enumeration: Enumeration }
  | { readonly complex: Readonly<Record<string, Kind>> }
  | { readonly collection: Readonly<Record<string, Kind>> };

/** A resource type. */
export interface EntityType {
  /** Without the namespace: `run`. */
  readonly name: string;
  /** Default: `microsoft.graph.identityGovernance`. */
  readonly namespace?: string;
  /** The property that its address has: `id`. */
  readonly key: string;
  /** There is one, and its address has no key. */
  readonly isSingleton?: true;
  readonly properties: Readonly<Record<string, Kind>>;
  /** Present without being asked for, on one (`get`) or in lists too (`list`), or only by `$expand`. */
  readonly navigation: Readonly<
    Record<
      string,
      {
        readonly shown: 'list' | 'get' | 'expand';
        readonly type: Kind;
        /** Somebody by his id, whom `$expand` shows as the directory knows him. */
        readonly isUser?: true;
        /** Read only where it is expanded, so that nothing can be filtered by it. */
        readonly isFetched?: true;
      }
    >
  >;
  /** Structural properties that a list leaves out unless `$select` names them. */
  readonly hiddenInLists?: readonly string[];
  /** Whether `$search` works, on `displayName`. */
  readonly isSearchable?: true;
}

const enumeration = (members: readonly string[], hidden: readonly string[] = []): Kind => ({
  enumeration: { members, hidden },
});

const STATUS = enumeration(PROCESSING_STATUSES, ['canceling', 'quarantined']);
/** How a run came about. The page of previewWorkflow calls `preview` by another name than the metadata. */
export const EXECUTION_TYPE: Enumeration = {
  members: EXECUTION_TYPES,
  hidden: ['activatedWithScope', 'preview', 'extensibilityOnDemand'],
  aliases: { previewmode: 'preview' },
};
const CATEGORY = enumeration(WORKFLOW_CATEGORIES, ['mover', 'extensibility']);
const TASK_CATEGORY: Kind = {
  enumeration: { members: WORKFLOW_CATEGORIES, hidden: ['mover', 'extensibility'], isFlags: true },
};
const REFERENCE: Kind = { complex: { id: 'string' } };
const CONDITIONS: Kind = {
  complex: {
    scope: { complex: { rule: 'string' } },
    trigger: {
      complex: {
        timeBasedAttribute: enumeration(
          ['employeeHireDate', 'employeeLeaveDateTime', 'createdDateTime'],
          ['createdDateTime'],
        ),
        offsetInDays: 'int',
      },
    },
  },
};
const PAIRS: Kind = { collection: { name: 'string', value: 'string' } };

/** A run. */
export const RUN: EntityType = {
  name: 'run',
  key: 'id',
  properties: {
    id: 'id',
    completedDateTime: 'dateTime',
    failedTasksCount: 'int',
    failedUsersCount: 'int',
    lastUpdatedDateTime: 'dateTime',
    processingStatus: STATUS,
    scheduledDateTime: 'dateTime',
    startedDateTime: 'dateTime',
    successfulUsersCount: 'int',
    totalTasksCount: 'int',
    totalUnprocessedTasksCount: 'int',
    totalUsersCount: 'int',
    workflowExecutionType: { enumeration: EXECUTION_TYPE },
    activatedOnScope: { complex: {} },
  },
  navigation: {},
};

/** A step of a workflow. */
export const TASK: EntityType = {
  name: 'task',
  key: 'id',
  properties: {
    id: 'id',
    arguments: PAIRS,
    category: TASK_CATEGORY,
    continueOnError: 'boolean',
    description: 'string',
    displayName: 'string',
    executionSequence: 'int',
    isEnabled: 'boolean',
    taskDefinitionId: 'id',
  },
  navigation: {},
};

const TASK_REFERENCE: Kind = { complex: TASK.properties };

const SUBJECT: Kind = {
  complex: {
    id: 'string',
    directoryObject: REFERENCE,
    attributeSetEntries: { collection: { name: 'string', value: 'string' } },
  },
};

/** What became of one task of one person. */
export const TASK_RESULT: EntityType = {
  name: 'taskProcessingResult',
  key: 'id',
  properties: {
    id: 'id',
    completedDateTime: 'dateTime',
    createdDateTime: 'dateTime',
    failureReason: 'string',
    processingInfo: 'string',
    processingStatus: STATUS,
    startedDateTime: 'dateTime',
    workflowSubject: SUBJECT,
  },
  navigation: {
    subject: { shown: 'list', type: REFERENCE, isUser: true },
    task: { shown: 'list', type: TASK_REFERENCE },
  },
};

const TASK_RESULTS = {
  taskProcessingResults: {
    shown: 'expand',
    type: { collection: { ...TASK_RESULT.properties, subject: REFERENCE, task: TASK_REFERENCE } },
    isFetched: true,
  },
} as const satisfies EntityType['navigation'];

/** What became of one person in a run. */
export const USER_RESULT: EntityType = {
  name: 'userProcessingResult',
  key: 'id',
  properties: {
    id: 'id',
    completedDateTime: 'dateTime',
    failedTasksCount: 'int',
    processingStatus: STATUS,
    scheduledDateTime: 'dateTime',
    startedDateTime: 'dateTime',
    totalTasksCount: 'int',
    totalUnprocessedTasksCount: 'int',
    workflowExecutionType: { enumeration: EXECUTION_TYPE },
    workflowVersion: 'int',
  },
  navigation: { subject: { shown: 'list', type: REFERENCE, isUser: true }, ...TASK_RESULTS },
};

/** What became of one subject in a run: a user result, whose subject may be no user. */
export const SUBJECT_RESULT: EntityType = {
  name: 'subjectProcessingResult',
  key: 'id',
  properties: {
    ...USER_RESULT.properties,
    subject: SUBJECT,
    subjectType: {
      enumeration: {
        members: ['user', 'agentIdentity', 'provisioningObject'],
        hidden: ['provisioningObject'],
        isFlags: true,
      },
    },
  },
  navigation: TASK_RESULTS,
};

/** An entry of the catalogue of tasks. */
export const TASK_DEFINITION: EntityType = {
  name: 'taskDefinition',
  key: 'id',
  properties: {
    id: 'id',
    category: TASK_CATEGORY,
    continueOnError: 'boolean',
    description: 'string',
    displayName: 'string',
    parameters: { collection: { name: 'string', valueType: enumeration(['enum', 'string', 'int', 'bool']) } },
    version: 'int',
  },
  navigation: {},
  isSearchable: true,
};

/** One task over all people of a run. */
export const TASK_REPORT: EntityType = {
  name: 'taskReport',
  key: 'id',
  properties: {
    id: 'id',
    completedDateTime: 'dateTime',
    failedUsersCount: 'int',
    lastUpdatedDateTime: 'dateTime',
    processingStatus: STATUS,
    runId: 'id',
    startedDateTime: 'dateTime',
    successfulUsersCount: 'int',
    totalUsersCount: 'int',
    unprocessedUsersCount: 'int',
  },
  navigation: {
    task: { shown: 'expand', type: TASK_REFERENCE },
    taskDefinition: { shown: 'expand', type: { complex: TASK_DEFINITION.properties } },
  },
};

const QUARANTINE_CONFIGURATION: Kind = {
  complex: {
    conditions: { collection: { threshold: 'int', percentage: 'int' } },
    matchMode: enumeration(['any', 'all']),
  },
};
const WORKFLOW_SETTING: Kind = { complex: { quarantineConfiguration: QUARANTINE_CONFIGURATION } };
const QUARANTINE_DETAILS: Kind = {
  complex: {
    quarantinedDateTime: 'dateTime',
    quarantineReason: 'string',
    quarantineType: enumeration([
      'notQuarantined',
      'countBasedThresholdExceeded',
      'percentageBasedThresholdExceeded',
      'multipleConditionsExceeded',
    ]),
  },
};

const WORKFLOW_BASE = {
  category: CATEGORY,
  createdDateTime: 'dateTime',
  description: 'string',
  displayName: 'string',
  executionConditions: CONDITIONS,
  isEnabled: 'boolean',
  isSchedulingEnabled: 'boolean',
  lastModifiedDateTime: 'dateTime',
} as const satisfies Record<string, Kind>;
const TASKS = { shown: 'get', type: { collection: TASK.properties } } as const;
const AUTHORED = {
  createdBy: { shown: 'get', type: REFERENCE, isUser: true },
  lastModifiedBy: { shown: 'get', type: REFERENCE, isUser: true },
} as const satisfies EntityType['navigation'];
const WORKFLOW_NAVIGATION = {
  tasks: TASKS,
  ...AUTHORED,
  administrationScopeTargets: { shown: 'expand', type: { collection: { id: 'string' } } },
} as const satisfies EntityType['navigation'];

/** A workflow. */
export const WORKFLOW: EntityType = {
  name: 'workflow',
  key: 'id',
  properties: {
    id: 'id',
    ...WORKFLOW_BASE,
    deletedDateTime: 'dateTime',
    nextScheduleRunDateTime: 'dateTime',
    quarantineDetails: QUARANTINE_DETAILS,
    settings: WORKFLOW_SETTING,
    version: 'int',
  },
  navigation: WORKFLOW_NAVIGATION,
  hiddenInLists: ['executionConditions'],
  isSearchable: true,
};

/** A version of a workflow; it has a number and no id. */
export const WORKFLOW_VERSION: EntityType = {
  name: 'workflowVersion',
  key: 'versionNumber',
  properties: { ...WORKFLOW_BASE, settings: WORKFLOW_SETTING, versionNumber: 'int' },
  navigation: WORKFLOW_NAVIGATION,
  hiddenInLists: ['executionConditions'],
  isSearchable: true,
};

/** A workflow to start from. */
export const WORKFLOW_TEMPLATE: EntityType = {
  name: 'workflowTemplate',
  key: 'id',
  properties: {
    id: 'id',
    category: CATEGORY,
    description: 'string',
    displayName: 'string',
    executionConditions: CONDITIONS,
  },
  navigation: { tasks: TASKS },
  isSearchable: true,
};

/** The settings of all workflows. */
export const SETTINGS: EntityType = {
  name: 'lifecycleManagementSettings',
  key: '',
  isSingleton: true,
  properties: {
    emailSettings: { complex: { senderDomain: 'string', useCompanyBranding: 'boolean' } },
    quarantineConfiguration: QUARANTINE_CONFIGURATION,
    workflowScheduleIntervalInHours: 'int',
  },
  navigation: {},
};

/** Somebody, or something that bounds who administers; a row says by `@odata.type` what it is. */
export const DIRECTORY_OBJECT: EntityType = {
  name: 'directoryObject',
  namespace: 'microsoft.graph',
  key: 'id',
  properties: { id: 'string' },
  navigation: {},
};

/** `topWorkflowsInsightsSummary`: what of it is more than a number or text. */
export const TOP_WORKFLOWS: Readonly<Record<string, Kind>> = { workflowCategory: CATEGORY };

/** A system that a task calls. */
export const CUSTOM_TASK_EXTENSION: EntityType = {
  name: 'customTaskExtension',
  key: 'id',
  properties: {
    id: 'id',
    authenticationConfiguration: { complex: { resourceId: 'string' } },
    callbackConfiguration: { complex: { timeoutDuration: 'duration' } },
    clientConfiguration: { complex: { maximumRetries: 'int', timeoutInMilliseconds: 'int' } },
    createdDateTime: 'dateTime',
    description: 'string',
    displayName: 'string',
    endpointConfiguration: {
      complex: {
        logicAppWorkflowName: 'string',
        resourceGroupName: 'string',
        subscriptionId: 'string',
        targetUrl: 'string',
        url: 'string',
      },
    },
    lastModifiedDateTime: 'dateTime',
    replyMode: enumeration(REPLY_MODES),
  },
  navigation: AUTHORED,
  isSearchable: true,
};

/** `awaitedWorkflowProcessingResult`: what of it is more than text. */
export const AWAITED_RESULT: Readonly<Record<string, Kind>> = { processingStatus: STATUS, subject: SUBJECT };
