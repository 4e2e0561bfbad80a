/** The complex types of resources: values without a path of their own. Source: domain §1. */
import { type ComplexType, type Kind, many, one } from './edm.ts';
import {
  EVENT_TIMING,
  MATCH_MODE,
  MEMBERSHIP_CHANGE,
  QUARANTINE_TYPE,
  TASK_SCOPE,
  TIME_BASED_ATTRIBUTE,
  USER_SCOPE,
  VALUE_TYPE,
} from './enumerations.ts';

const GRAPH = 'microsoft.graph';
const abstract = (name: string, namespace?: string): ComplexType => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  isAbstract: true,
  properties: {},
});

/** A name and its value. */
export const PAIR: ComplexType = {
  name: 'keyValuePair',
  namespace: GRAPH,
  properties: { name: 'string', value: 'string' },
  required: ['name'],
};
const PARAMETER: ComplexType = {
  name: 'parameter',
  properties: {
    name: 'string',
    values: { collection: {}, type: 'string' },
    valueType: { enumeration: VALUE_TYPE },
  },
  required: ['name', 'values', 'valueType'],
};

const SUBJECT_SET = abstract('subjectSet', GRAPH);
const RULE_SET: ComplexType = {
  name: 'ruleBasedSubjectSet',
  base: SUBJECT_SET,
  properties: { rule: 'string' },
  required: ['rule'],
};
const GROUP_SET: ComplexType = {
  name: 'groupBasedSubjectSet',
  base: SUBJECT_SET,
  properties: {},
  links: { groups: { to: 'group', isMany: true } },
};

const OPERATOR = abstract('workflowExecutionTriggerOperator');
const TIME_BASED_OPERATOR: ComplexType = {
  name: 'workflowTriggerTimeBasedOperator',
  base: OPERATOR,
  isAbstract: true,
  properties: { eventTiming: { enumeration: EVENT_TIMING } },
  required: ['eventTiming'],
};
const EQUAL_TO: ComplexType = {
  name: 'operatorEqualTo',
  base: TIME_BASED_OPERATOR,
  properties: { offsetInDays: 'int' },
  required: ['offsetInDays'],
};
const BETWEEN: ComplexType = {
  name: 'operatorBetween',
  base: TIME_BASED_OPERATOR,
  properties: { greaterThanOffsetInDays: 'int', lessThanOffsetInDays: 'int' },
  required: ['greaterThanOffsetInDays', 'lessThanOffsetInDays'],
};

const TRIGGER = abstract('workflowExecutionTrigger');
const TRIGGER_ATTRIBUTE: ComplexType = {
  name: 'triggerAttribute',
  properties: { name: 'string' },
  required: ['name'],
};
const TRIGGERS: readonly ComplexType[] = [
  {
    name: 'timeBasedAttributeTrigger',
    base: TRIGGER,
    properties: { offsetInDays: 'int', timeBasedAttribute: { enumeration: TIME_BASED_ATTRIBUTE } },
    required: ['offsetInDays', 'timeBasedAttribute'],
  },
  {
    name: 'timeBasedAttributeTriggerV2',
    base: TRIGGER,
    properties: { attribute: 'string', operator: one(OPERATOR, EQUAL_TO, BETWEEN) },
    required: ['attribute', 'operator'],
  },
  {
    name: 'attributeChangeTrigger',
    base: TRIGGER,
    properties: { triggerAttributes: many(TRIGGER_ATTRIBUTE) },
    required: ['triggerAttributes'],
  },
  {
    name: 'membershipChangeTrigger',
    base: TRIGGER,
    properties: { changeType: { enumeration: MEMBERSHIP_CHANGE } },
    required: ['changeType'],
  },
  {
    name: 'userInactivityTrigger',
    base: TRIGGER,
    properties: { inactivityPeriodInDays: 'int' },
    required: ['inactivityPeriodInDays'],
  },
];

const CONDITIONS_BASE = abstract('workflowExecutionConditions');
const TRIGGER_AND_SCOPE: ComplexType = {
  name: 'triggerAndScopeBasedConditions',
  base: CONDITIONS_BASE,
  properties: { scope: one(SUBJECT_SET, RULE_SET, GROUP_SET), trigger: one(TRIGGER, ...TRIGGERS) },
};
const ON_DEMAND: ComplexType = { name: 'onDemandExecutionOnly', base: CONDITIONS_BASE, properties: {} };
const MAPPING: ComplexType = { name: 'provisioningAttributeMapping', base: CONDITIONS_BASE, properties: {} };

const SCOPE = abstract('activationScope');
const ACTIVATION_SCOPES: readonly ComplexType[] = [
  {
    name: 'activateUserScope',
    base: SCOPE,
    properties: {},
    links: { users: { to: 'user', isMany: true } },
  },
  { name: 'activateGroupScope', base: SCOPE, properties: {}, links: { group: { to: 'group' } } },
  {
    name: 'activateRunScope',
    base: SCOPE,
    properties: { taskScope: { enumeration: TASK_SCOPE }, userScope: { enumeration: USER_SCOPE } },
    required: ['taskScope', 'userScope'],
    links: { run: { to: 'run' } },
  },
  {
    name: 'activateProcessingResultScope',
    base: SCOPE,
    properties: { taskScope: { enumeration: TASK_SCOPE } },
    required: ['taskScope'],
    links: { processingResults: { to: 'userProcessingResult', isMany: true } },
  },
];

const ATTRIBUTE_SET_ENTRY: ComplexType = {
  name: 'attributeSetEntry',
  properties: { name: 'string', value: 'string' },
  required: ['name'],
};
/** The subject of a workflow. */
export const WORKFLOW_SUBJECT = abstract('workflowSubject');
const DIRECTORY_SUBJECT: ComplexType = {
  name: 'directoryObjectWorkflowSubject',
  base: WORKFLOW_SUBJECT,
  properties: {},
  links: { directoryObject: { to: 'directoryObject' } },
};
const OBJECT_SUBJECT: ComplexType = {
  name: 'provisioningObjectWorkflowSubject',
  base: WORKFLOW_SUBJECT,
  properties: { id: 'string', attributeSetEntries: many(ATTRIBUTE_SET_ENTRY) },
  required: ['id', 'attributeSetEntries'],
};

const CONDITION = abstract('quarantineCondition');
const BY_COUNT: ComplexType = {
  name: 'countBasedQuarantineCondition',
  base: CONDITION,
  properties: { threshold: 'long' },
  required: ['threshold'],
};
const BY_PERCENTAGE: ComplexType = {
  name: 'percentageBasedQuarantineCondition',
  base: CONDITION,
  properties: { percentage: 'int' },
  required: ['percentage'],
};
const CONFIGURATION: ComplexType = {
  name: 'quarantineConfiguration',
  properties: {
    conditions: many(CONDITION, BY_COUNT, BY_PERCENTAGE),
    matchMode: { enumeration: MATCH_MODE },
  },
  required: ['conditions', 'matchMode'],
};
const DETAILS: ComplexType = {
  name: 'quarantineDetails',
  properties: {
    quarantinedDateTime: 'dateTime',
    quarantineReason: 'string',
    quarantineType: { enumeration: QUARANTINE_TYPE },
  },
  required: ['quarantineType'],
};
const SETTING: ComplexType = {
  name: 'workflowSetting',
  properties: { quarantineConfiguration: one(CONFIGURATION) },
};
const EMAIL_SETTINGS: ComplexType = {
  name: 'emailSettings',
  namespace: GRAPH,
  properties: { senderDomain: 'string', useCompanyBranding: 'boolean' },
  required: ['senderDomain', 'useCompanyBranding'],
};

const AUTHENTICATION = abstract('customExtensionAuthenticationConfiguration', GRAPH);
const POP_TOKEN: ComplexType = {
  name: 'azureAdPopTokenAuthentication',
  namespace: GRAPH,
  base: AUTHENTICATION,
  properties: {},
};
const TOKEN: ComplexType = {
  name: 'azureAdTokenAuthentication',
  namespace: GRAPH,
  base: AUTHENTICATION,
  properties: { resourceId: 'string' },
};
const CLIENT: ComplexType = {
  name: 'customExtensionClientConfiguration',
  namespace: GRAPH,
  properties: { maximumRetries: 'int', timeoutInMilliseconds: 'int' },
};
const ENDPOINT = abstract('customExtensionEndpointConfiguration', GRAPH);
const LOGIC_APP: ComplexType = {
  name: 'logicAppTriggerEndpointConfiguration',
  namespace: GRAPH,
  base: ENDPOINT,
  properties: {
    logicAppWorkflowName: 'string',
    resourceGroupName: 'string',
    subscriptionId: 'string',
    url: 'string',
  },
};
const HTTP_ENDPOINT: ComplexType = {
  name: 'httpRequestEndpoint',
  namespace: GRAPH,
  base: ENDPOINT,
  properties: { targetUrl: 'string' },
  required: ['targetUrl'],
};
const CALLBACK: ComplexType = {
  name: 'customExtensionCallbackConfiguration',
  namespace: GRAPH,
  properties: { timeoutDuration: 'duration' },
};
const TASK_CALLBACK: ComplexType = {
  name: 'customTaskExtensionCallbackConfiguration',
  base: CALLBACK,
  properties: {},
  links: { authorizedApps: { to: 'application', isMany: true } },
};

const ORGANIZATION: ComplexType = {
  name: 'employeeOrgData',
  namespace: GRAPH,
  properties: { costCenter: 'string', division: 'string' },
};
const EXTENSION_ATTRIBUTES: ComplexType = {
  name: 'onPremisesExtensionAttributes',
  namespace: GRAPH,
  properties: Object.fromEntries(
    Array.from({ length: 15 }, (_, index) => [`extensionAttribute${index + 1}`, 'string' as const]),
  ),
};

/** The kinds of properties, each with whatever its derived types can have. */
export const KINDS = {
  arguments: many(PAIR),
  parameters: many(PARAMETER),
  conditions: one(CONDITIONS_BASE, TRIGGER_AND_SCOPE, ON_DEMAND, MAPPING),
  activationScope: one(SCOPE, ...ACTIVATION_SCOPES),
  subject: one(WORKFLOW_SUBJECT, DIRECTORY_SUBJECT, OBJECT_SUBJECT),
  quarantineConfiguration: one(CONFIGURATION),
  quarantineDetails: one(DETAILS),
  workflowSetting: one(SETTING),
  emailSettings: one(EMAIL_SETTINGS),
  authentication: one(AUTHENTICATION, POP_TOKEN, TOKEN),
  client: one(CLIENT),
  endpoint: one(ENDPOINT, LOGIC_APP, HTTP_ENDPOINT),
  callback: one(CALLBACK, TASK_CALLBACK),
  organization: one(ORGANIZATION),
  extensionAttributes: one(EXTENSION_ATTRIBUTES),
} as const satisfies Readonly<Record<string, Kind>>;

/** What an activation is for. */
export const ACTIVATION_SCOPE = SCOPE;

/** All of them, base types before derived ones. */
export const COMPLEX_TYPES: readonly ComplexType[] = [
  PAIR,
  PARAMETER,
  SUBJECT_SET,
  RULE_SET,
  GROUP_SET,
  OPERATOR,
  TIME_BASED_OPERATOR,
  EQUAL_TO,
  BETWEEN,
  TRIGGER,
  TRIGGER_ATTRIBUTE,
  ...TRIGGERS,
  CONDITIONS_BASE,
  TRIGGER_AND_SCOPE,
  ON_DEMAND,
  MAPPING,
  SCOPE,
  ...ACTIVATION_SCOPES,
  ATTRIBUTE_SET_ENTRY,
  WORKFLOW_SUBJECT,
  DIRECTORY_SUBJECT,
  OBJECT_SUBJECT,
  CONDITION,
  BY_COUNT,
  BY_PERCENTAGE,
  CONFIGURATION,
  DETAILS,
  SETTING,
  EMAIL_SETTINGS,
  AUTHENTICATION,
  POP_TOKEN,
  TOKEN,
  CLIENT,
  ENDPOINT,
  LOGIC_APP,
  HTTP_ENDPOINT,
  CALLBACK,
  TASK_CALLBACK,
  ORGANIZATION,
  EXTENSION_ATTRIBUTES,
];
