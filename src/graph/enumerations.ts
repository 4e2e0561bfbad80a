/** The enumerations of the service. Source: domain §1.1. */
import { TASK_SCOPES, USER_SCOPES } from '../model/activation.ts';
import { REPLY_MODES } from '../model/extension.ts';
import { MATCH_MODES } from '../model/quarantine.ts';
import { EXECUTION_TYPES, PROCESSING_STATUSES, WORKFLOW_CATEGORIES } from '../model/status.ts';
import { EVENT_TIMINGS, MEMBERSHIP_CHANGE_TYPES, TRIGGER_ATTRIBUTES } from '../model/workflow.ts';
import type { Enumeration } from './edm.ts';

/** Status of runs and of results. */
export const STATUS: Enumeration = {
  name: 'lifecycleWorkflowProcessingStatus',
  members: PROCESSING_STATUSES,
  hidden: ['canceling', 'quarantined'],
};

/** How a run came about. The page of previewWorkflow calls `preview` by another name than the metadata. */
export const EXECUTION_TYPE: Enumeration = {
  name: 'workflowExecutionType',
  members: EXECUTION_TYPES,
  hidden: ['activatedWithScope', 'preview', 'extensibilityOnDemand'],
  aliases: { previewmode: 'preview' },
};

/** What a workflow is for. */
export const CATEGORY: Enumeration = {
  name: 'lifecycleWorkflowCategory',
  members: WORKFLOW_CATEGORIES,
  hidden: ['mover', 'extensibility'],
};

/** Which workflows a task is for. */
export const TASK_CATEGORY: Enumeration = {
  name: 'lifecycleTaskCategory',
  members: WORKFLOW_CATEGORIES,
  hidden: ['mover', 'extensibility'],
  isFlags: true,
};

/** What a parameter of a task takes. */
export const VALUE_TYPE: Enumeration = {
  name: 'valueType',
  members: ['enum', 'string', 'int', 'bool'],
  hidden: [],
};

/** What a membership change is. */
export const MEMBERSHIP_CHANGE: Enumeration = {
  name: 'membershipChangeType',
  members: MEMBERSHIP_CHANGE_TYPES,
  hidden: [],
  from: 1,
};

/** The attributes that a time-based trigger can count from. */
export const TIME_BASED_ATTRIBUTE: Enumeration = {
  name: 'workflowTriggerTimeBasedAttribute',
  members: TRIGGER_ATTRIBUTES,
  hidden: ['createdDateTime'],
};

/** How an attribute's moment and the trigger's stand to each other. */
export const EVENT_TIMING: Enumeration = {
  name: 'workflowTriggerOperatorEventTiming',
  members: EVENT_TIMINGS,
  hidden: [],
};

/** What became of a called task. */
export const OPERATION_STATUS: Enumeration = {
  name: 'customTaskExtensionOperationStatus',
  members: ['completed', 'failed'],
  hidden: [],
};

/** How a called system answers. */
export const REPLY_MODE: Enumeration = {
  name: 'customTaskExtensionReplyMode',
  members: REPLY_MODES,
  hidden: [],
};

/** Which tasks are done again. */
export const TASK_SCOPE: Enumeration = { name: 'activationTaskScopeType', members: TASK_SCOPES, hidden: [] };

/** Which users are done again. */
export const USER_SCOPE: Enumeration = { name: 'activationUserScopeType', members: USER_SCOPES, hidden: [] };

/** How many of the conditions of a quarantine must be met. */
export const MATCH_MODE: Enumeration = { name: 'matchMode', members: MATCH_MODES, hidden: [] };

/** Why a workflow is in quarantine. */
export const QUARANTINE_TYPE: Enumeration = {
  name: 'quarantineType',
  members: [
    'notQuarantined',
    'countBasedThresholdExceeded',
    'percentageBasedThresholdExceeded',
    'multipleConditionsExceeded',
  ],
  hidden: [],
};

/** What a subject is. */
export const SUBJECT_TYPE: Enumeration = {
  name: 'subjectType',
  members: ['user', 'agentIdentity', 'provisioningObject'],
  hidden: ['provisioningObject'],
  isFlags: true,
};

/** All of them. */
export const ENUMERATIONS: readonly Enumeration[] = [
  STATUS,
  EXECUTION_TYPE,
  CATEGORY,
  TASK_CATEGORY,
  VALUE_TYPE,
  MEMBERSHIP_CHANGE,
  TIME_BASED_ATTRIBUTE,
  EVENT_TIMING,
  OPERATION_STATUS,
  REPLY_MODE,
  TASK_SCOPE,
  USER_SCOPE,
  MATCH_MODE,
  QUARANTINE_TYPE,
  SUBJECT_TYPE,
];
