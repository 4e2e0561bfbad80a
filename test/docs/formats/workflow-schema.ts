/** The JSON schema of a workflow file, made of the tables that its reader uses (`src/ledger/input`, `src/catalogue`). */
import { TASK_DEFINITIONS } from '../../../src/catalogue/task-definitions.ts';
import { SET_BY_LEDGER } from '../../../src/ledger/input/workflow.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import { WORKFLOW_CATEGORIES } from '../../../src/model/status.ts';
import { MATCH_MODES } from '../../../src/model/workflow/quarantine.ts';
import {
  EVENT_TIMINGS,
  MEMBERSHIP_CHANGE_TYPES,
  TRIGGER_ATTRIBUTES,
} from '../../../src/model/workflow/workflow.ts';
import {
  ARGUMENT_VALUE_LENGTH_MAX,
  ARGUMENTS_PER_TASK_MAX,
  LIMIT_PRESETS,
} from '../../../src/model/workflow/workflow-limits.ts';

/** A JSON schema, as far as the formats use it. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
}

/** Description of fields that a workflow has when it is read from tenure. */
export const IGNORED = 'Set by tenure; ignored.';

const NAMESPACE = 'microsoft.graph.identityGovernance.';
const LINE = String.raw`^(?=.*\S)[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$`;

const line = (maxLength: number, description: string): Schema => ({
  description,
  type: 'string',
  pattern: LINE,
  maxLength,
});
const whole = (minimum: number, maximum: number, description: string): Schema => ({
  description,
  type: 'integer',
  minimum,
  maximum,
});
const word = (words: readonly string[], description: string): Schema => ({ description, enum: words });
const orNull = (schema: Schema): Schema => ({ ...schema, type: [schema.type, 'null'] });
const flag = (standard: boolean | null, description: string): Schema => ({
  description,
  type: 'boolean',
  ...(standard === null ? {} : { default: standard }),
});
const list = (items: Schema, maxItems: number, description: string, minItems = 1): Schema => ({
  description,
  type: 'array',
  items,
  minItems,
  maxItems,
});

/** An object with these fields, and annotations of OData. */
function object(
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
  description?: string,
): Schema {
  return {
    ...(description === undefined ? {} : { description }),
    type: 'object',
    properties: { ...required, ...optional },
    patternProperties: { '@(odata|microsoft)\\.': {} },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

/** `@odata.type`, which may be left out, with or without `#`. */
const odataType = (...names: readonly string[]): Record<string, Schema> => ({
  '@odata.type': word(
    names.flatMap((name) => [`#${NAMESPACE}${name}`, `${NAMESPACE}${name}`]),
    'As Microsoft Graph has it. Default: by the other fields.',
  ),
});

const path = (description: string): Schema => ({
  description,
  type: 'string',
  maxLength: LIMITS.idLengthMax,
  pattern: String.raw`^(?!(.*/)?__proto__(/|$))[A-Za-z_]\w*(/[A-Za-z_]\w*){0,7}$`,
});

const RULE_SCOPE = object(
  {
    rule: {
      description: "Whom the schedule takes: a filter over attributes, such as `department eq 'Sales'`.",
      type: 'string',
      pattern: String.raw`\S`,
    },
  },
  odataType('ruleBasedSubjectSet'),
  'People by a rule.',
);
const GROUP_SCOPE = object(
  {
    groups: list(
      object({ id: line(LIMITS.idLengthMax, 'Id of a group.') }),
      LIMITS.groupsPerScopeMax,
      'Groups whose members change.',
    ),
  },
  odataType('groupBasedSubjectSet'),
  'People by groups, for a trigger with `changeType`.',
);

const offset = (minimum: number, description: string) => whole(minimum, 180, description);
const OPERATOR = {
  anyOf: [
    {
      ...object(
        {
          eventTiming: word([...EVENT_TIMINGS], 'Before, on or after the date.'),
          offsetInDays: offset(0, 'Days; 0 with `on`.'),
        },
        odataType('operatorEqualTo'),
        'So many days before or after the date.',
      ),
      if: { properties: { eventTiming: { const: 'on' } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
      then: { properties: { offsetInDays: { const: 0 } } },
    },
    object(
      {
        eventTiming: word(['before', 'after'], 'Before or after the date.'),
        greaterThanOffsetInDays: whole(0, 36_500, 'At least so many days.'),
        lessThanOffsetInDays: whole(1, 36_680, 'Fewer than so many days; at most 180 more than the other.'),
      },
      odataType('operatorBetween'),
      'In a span of days before or after the date.',
    ),
  ],
};
const RULE_TRIGGERS = [
  object(
    {
      timeBasedAttribute: word([...TRIGGER_ATTRIBUTES], 'The date that decides.'),
      offsetInDays: offset(-180, 'Days after it; negative: before.'),
    },
    odataType('timeBasedAttributeTrigger'),
    'A date of Graph’s user.',
  ),
  object(
    { attribute: path('The attribute with the date: `employeeOrgData/contractEnd`.'), operator: OPERATOR },
    odataType('timeBasedAttributeTriggerV2'),
    'Any attribute with a date.',
  ),
  object(
    {
      triggerAttributes: list(
        object({ name: path('Name of the attribute.') }),
        LIMITS.triggerAttributesMax,
        'Attributes of which one has to change.',
      ),
    },
    odataType('attributeChangeTrigger'),
    'A changed attribute.',
  ),
  object(
    { inactivityPeriodInDays: whole(1, LIMITS.inactivityDaysMax, 'Days without a sign-in.') },
    odataType('userInactivityTrigger'),
    'No sign-in for some time.',
  ),
];
const GROUP_TRIGGER = object(
  { changeType: word([...MEMBERSHIP_CHANGE_TYPES], 'Joined or left.') },
  odataType('membershipChangeTrigger'),
  'A group joined or left.',
);
const conditions = (scope: Schema, trigger: Schema, description: string) =>
  object({ scope, trigger }, odataType('triggerAndScopeBasedConditions'), description);

const CONDITIONS: Schema = {
  description: 'Who is taken and when.',
  anyOf: [
    { description: 'Only when it is activated for named people.', const: 'onDemand' },
    conditions(
      RULE_SCOPE,
      { description: 'When.', anyOf: RULE_TRIGGERS },
      'People by a rule, on a date or after a change.',
    ),
    conditions(GROUP_SCOPE, GROUP_TRIGGER, 'People who join or leave groups.'),
    {
      ...object(odataType('onDemandExecutionOnly', 'provisioningAttributeMapping')),
      description: 'As Microsoft Graph says `onDemand`, or what another system starts.',
    },
  ],
};

const ARGUMENT = object({
  name: line(LIMITS.idLengthMax, 'Name of the parameter.'),
  value: {
    description: 'Its value. Empty: left open; `tenure run --arg NAME=VALUE` fills it in.',
    type: 'string',
    maxLength: ARGUMENT_VALUE_LENGTH_MAX,
  },
});
const KEYS = TASK_DEFINITIONS.map(({ key }) => key);
const TASK = object(
  {
    taskDefinitionId: {
      ...line(
        LIMITS.idLengthMax,
        'A task of the catalogue by its key or GUID (`tenure tasks`), or a name of your own.',
      ),
      examples: KEYS,
    },
  },
  {
    displayName: line(
      LIMITS.displayNameLengthMax,
      'Default: that of the catalogue, or the name of your own.',
    ),
    description: {
      description: 'Default: that of the catalogue, or none.',
      type: ['string', 'null'],
      maxLength: LIMITS.descriptionLengthMax,
    },
    isEnabled: flag(true, '`false`: it is left out of runs. Default `true`.'),
    continueOnError: flag(
      null,
      '`true`: after its failure the next task runs. Default: that of the catalogue, or `false`.',
    ),
    arguments: list(ARGUMENT, ARGUMENTS_PER_TASK_MAX, 'Default: none.', 0),
    id: { description: IGNORED },
    category: { description: IGNORED },
    executionSequence: { description: IGNORED },
  },
);

const CONDITION = {
  description: 'Either one.',
  anyOf: [
    object(
      { threshold: whole(0, Number.MAX_SAFE_INTEGER, 'People in a slot, at most.') },
      odataType('countBasedQuarantineCondition'),
    ),
    object(
      { percentage: whole(0, 100, 'Share of the people in scope, at most.') },
      odataType('percentageBasedQuarantineCondition'),
    ),
  ],
};
const SETTINGS = object(
  {},
  {
    quarantineConfiguration: {
      description:
        'How many people a slot may take before the workflow is stopped. Default: as the engine’s settings say.',
      anyOf: [
        { type: 'null' },
        { type: 'object', maxProperties: 0 },
        object({
          conditions: list(CONDITION, LIMITS.quarantineConditionsMax, 'Bounds.', 0),
          matchMode: word([...MATCH_MODES], 'Whether all or any of them have to be exceeded.'),
        }),
      ],
    },
  },
  'Default: none of its own.',
);

const ignored: Readonly<Record<string, Schema>> = Object.fromEntries(
  SET_BY_LEDGER.map((name) => [name, { description: IGNORED }]),
);

/** JSON schema (2020-12) of a workflow file. */
export const WORKFLOW_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'tenure workflow',
  ...object(
    {
      category: word([...WORKFLOW_CATEGORIES], 'Which tasks of the catalogue it may have. It never changes.'),
      displayName: line(LIMITS.displayNameLengthMax, 'Its name, unique among the workflows of a database.'),
      executionConditions: CONDITIONS,
      tasks: list(
        TASK,
        LIMIT_PRESETS.default.tasksPerWorkflowMax,
        'What is done for each person, in this order.',
      ),
    },
    {
      $schema: { description: 'This schema, for editors. Ignored.', type: 'string' },
      description: orNull({
        description: 'For readers. Default: none.',
        type: 'string',
        maxLength: LIMITS.descriptionLengthMax,
      }),
      isEnabled: flag(true, '`false`: it cannot be activated. Default `true`.'),
      isSchedulingEnabled: flag(
        false,
        '`true`: slots of the schedule run it; needs a trigger. Default `false`.',
      ),
      settings: SETTINGS,
      administrationScopeTargets: list(
        object({ id: line(LIMITS.idLengthMax, 'Id of the administrative unit.') }),
        LIMITS.administrationScopeTargetsMax,
        'Whose administrators may manage it, for Graph. Default: none.',
        0,
      ),
      ...ignored,
    },
  ),
};
