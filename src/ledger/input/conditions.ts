/** Reads execution conditions from callers. Source: domain §1.12. */

import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { parseScopeRule } from '../../filter/parsing/scope-rule.ts';
import { type Fields, fieldsOf, readArray, readLine, readWhole, readWord } from '../../input/fields.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import { LIMITS } from '../../model/limits.ts';
import {
  EVENT_TIMINGS,
  MEMBERSHIP_CHANGE_TYPES,
  type OperatorBetween,
  type OperatorEqualTo,
  TRIGGER_ATTRIBUTES,
  type TriggerAndScopeBasedConditions,
  type WorkflowExecutionConditions,
  type WorkflowExecutionTrigger,
} from '../../model/workflow/workflow.ts';

type Loose<T> = T extends { readonly '@odata.type': string }
  ? Omit<T, '@odata.type' | 'operator'> & { readonly '@odata.type'?: string } & (T extends {
        readonly operator: infer Operator;
      }
        ? { readonly operator: Loose<Operator> }
        : unknown)
  : T;

/**
 * Input form of execution conditions. `'onDemand'`: no trigger; short for Graph's `onDemandExecutionOnly`. `@odata.type`
 * may be omitted where the other fields determine it.
 */
export type ExecutionConditionsInput =
  | 'onDemand'
  | {
      readonly '@odata.type'?: string;
      readonly scope: Loose<TriggerAndScopeBasedConditions['scope']>;
      readonly trigger: Loose<WorkflowExecutionTrigger>;
    }
  | { readonly '@odata.type': string };

const TYPE = '@odata.type';
const NAMESPACE = 'microsoft.graph.identityGovernance.';
/** Conditions that have no properties. */
const BARE_TYPES = ['onDemandExecutionOnly', 'provisioningAttributeMapping'] as const;
const ON_DEMAND = 'onDemand';
const OFFSET_DAYS_MAX = 180;
/** Type → its fields; the first one identifies the type when `@odata.type` is omitted. */
const TRIGGER_FIELDS = {
  timeBasedAttributeTrigger: ['timeBasedAttribute', 'offsetInDays'],
  timeBasedAttributeTriggerV2: ['attribute', 'operator'],
  attributeChangeTrigger: ['triggerAttributes'],
  membershipChangeTrigger: ['changeType'],
  userInactivityTrigger: ['inactivityPeriodInDays'],
} as const;
const SCOPE_FIELDS = { ruleBasedSubjectSet: ['rule'], groupBasedSubjectSet: ['groups'] } as const;
const OPERATOR_FIELDS = {
  operatorEqualTo: ['offsetInDays', 'eventTiming'],
  operatorBetween: ['greaterThanOffsetInDays', 'lessThanOffsetInDays', 'eventTiming'],
} as const;
/** Names and slashes, as in a scope rule; bounds the lookup in a subject. */
const ATTRIBUTE_PATH = /^[A-Za-z_]\w*(\/[A-Za-z_]\w*){0,7}$/;

/** The conditions, checked and frozen. @throws LifecycleError `InvalidArgument`, `InvalidFilter`. */
export function readConditions(place: Place): WorkflowExecutionConditions {
  if (place.value === ON_DEMAND) return bareConditions('onDemandExecutionOnly');
  if (typeof place.value === 'string') throw invalid(place, EXPECTED);
  const at = fieldsOf(place, [TYPE, 'scope', 'trigger']);
  const type = typeOf(at(TYPE));
  const bare = BARE_TYPES.find((one) => one === type);
  if (bare !== undefined) {
    fieldsOf(place, [TYPE]);
    return bareConditions(bare);
  }
  if (at(TYPE).value === undefined && at('scope').value === undefined && at('trigger').value === undefined)
    throw invalid(place, EXPECTED);
  if (at(TYPE).value !== undefined && type !== 'triggerAndScopeBasedConditions')
    throw invalid(at(TYPE), `#${NAMESPACE}triggerAndScopeBasedConditions, or ${BARE_TYPES.join(' or ')}`);
  const scope = readScope(at('scope'));
  const trigger = readTrigger(at('trigger'));
  const isOfGroups = 'groups' in scope;
  if (isOfGroups !== 'changeType' in trigger) {
    const expected = isOfGroups
      ? 'a membershipChangeTrigger for a groupBasedSubjectSet'
      : 'another trigger than membershipChangeTrigger for a ruleBasedSubjectSet';
    throw invalid({ path: at('trigger').path, value: trigger[TYPE] }, expected);
  }
  return Object.freeze({ [TYPE]: `#${NAMESPACE}triggerAndScopeBasedConditions`, scope, trigger });
}

const EXPECTED = `${ON_DEMAND}, an object with scope and trigger, or ${BARE_TYPES.join(' or ')} by its @odata.type`;

function bareConditions(type: (typeof BARE_TYPES)[number]): WorkflowExecutionConditions {
  return Object.freeze({ [TYPE]: `#${NAMESPACE}${type}` }) as WorkflowExecutionConditions;
}

/** The rule's text, when it is valid. @throws LifecycleError `InvalidArgument`, `InvalidFilter`. */
export function readRule(place: Place): string {
  const { path, value } = place;
  if (typeof value !== 'string' || value.trim() === '')
    throw invalid(place, "a rule such as `department eq 'Marketing'`");
  try {
    return parseScopeRule(value).text;
  } catch (error) {
    if (!LifecycleError.is(error)) throw error;
    const details = { ...error.details, field: path };
    throw new LifecycleError(error.code, `${path}: ${error.message}`, details, { cause: error });
  }
}

function readScope(place: Place): TriggerAndScopeBasedConditions['scope'] {
  const { type, at } = typed(place, SCOPE_FIELDS, 'ruleBasedSubjectSet');
  if (type === 'ruleBasedSubjectSet')
    return Object.freeze({ [TYPE]: `#${NAMESPACE}${type}`, rule: readRule(at('rule')) });
  const groups = readSome(at('groups'), LIMITS.groupsPerScopeMax).map((group) => {
    const id = readLine(fieldsOf(group, [TYPE, 'id'])('id'), LIMITS.idLengthMax);
    return Object.freeze({ id });
  });
  return Object.freeze({ [TYPE]: `#${NAMESPACE}${type}`, groups: Object.freeze(groups) });
}

function readTrigger(place: Place): WorkflowExecutionTrigger {
  const { type, at } = typed(place, TRIGGER_FIELDS, 'timeBasedAttributeTrigger');
  switch (type) {
    case 'timeBasedAttributeTrigger':
      return Object.freeze({
        [TYPE]: `#${NAMESPACE}${type}`,
        timeBasedAttribute: readWord(at('timeBasedAttribute'), TRIGGER_ATTRIBUTES),
        offsetInDays: readWhole(at('offsetInDays'), -OFFSET_DAYS_MAX, OFFSET_DAYS_MAX),
      });
    case 'timeBasedAttributeTriggerV2': {
      const attribute = readPath(at('attribute'));
      return Object.freeze({
        [TYPE]: `#${NAMESPACE}${type}`,
        attribute,
        operator: readOperator(at('operator')),
      });
    }
    case 'attributeChangeTrigger': {
      const triggerAttributes = readSome(at('triggerAttributes'), LIMITS.triggerAttributesMax).map((one) =>
        Object.freeze({ name: readPath(fieldsOf(one, [TYPE, 'name'])('name')) }),
      );
      return Object.freeze({
        [TYPE]: `#${NAMESPACE}${type}`,
        triggerAttributes: Object.freeze(triggerAttributes),
      });
    }
    case 'membershipChangeTrigger':
      return Object.freeze({
        [TYPE]: `#${NAMESPACE}${type}`,
        changeType: readWord(at('changeType'), MEMBERSHIP_CHANGE_TYPES),
      });
    case 'userInactivityTrigger':
      return Object.freeze({
        [TYPE]: `#${NAMESPACE}${type}`,
        inactivityPeriodInDays: readWhole(at('inactivityPeriodInDays'), 1, LIMITS.inactivityDaysMax),
      });
  }
}

function readOperator(place: Place): OperatorEqualTo | OperatorBetween {
  const { type, at } = typed(place, OPERATOR_FIELDS, 'operatorEqualTo');
  if (type === 'operatorEqualTo') {
    const offsetInDays = readWhole(at('offsetInDays'), 0, OFFSET_DAYS_MAX);
    const eventTiming = readWord(at('eventTiming'), EVENT_TIMINGS);
    if (eventTiming === 'on' && offsetInDays !== 0)
      throw invalid(at('offsetInDays'), '0 with eventTiming on');
    return Object.freeze({ [TYPE]: `#${NAMESPACE}${type}`, eventTiming, offsetInDays });
  }
  const eventTiming = readWord(at('eventTiming'), ['before', 'after'] as const);
  const greaterThanOffsetInDays = readWhole(at('greaterThanOffsetInDays'), 0, OPERATOR_DAYS_MAX);
  const lessThanOffsetInDays = readWhole(
    at('lessThanOffsetInDays'),
    greaterThanOffsetInDays + 1,
    greaterThanOffsetInDays + OFFSET_DAYS_MAX,
  );
  return Object.freeze({
    [TYPE]: `#${NAMESPACE}${type}`,
    eventTiming,
    greaterThanOffsetInDays,
    lessThanOffsetInDays,
  });
}

/** Microsoft limits only the difference of the two; a century keeps dates in range. */
const OPERATOR_DAYS_MAX = 36_500;

function readPath(place: Place): string {
  const path = readLine(place, LIMITS.idLengthMax);
  if (ATTRIBUTE_PATH.test(path) && !path.split('/').includes('__proto__')) return path;
  throw invalid(place, 'the path of an attribute such as employeeOrgData/division');
}

function readSome(place: Place, max: number): readonly Place[] {
  const places = readArray(place, max);
  if (places.length === 0) throw invalid(place, 'an array of at least one');
  return places;
}

/** Type of an object, by its `@odata.type` or else by the field that only this type has; and its fields. */
function typed<Type extends string>(
  place: Place,
  table: Readonly<Record<Type, readonly string[]>>,
  otherwise: NoInfer<Type>,
): { readonly type: Type; readonly at: Fields } {
  const every = fieldsOf(place, null);
  const types = Object.keys(table) as Type[];
  const given = every(TYPE);
  const name = given.value === undefined ? null : typeOf(given);
  const type =
    given.value === undefined
      ? (types.find((one) => every(table[one][0] ?? '').value !== undefined) ?? otherwise)
      : types.find((one) => one === name);
  if (type === undefined) throw invalid(given, types.map((one) => `#${NAMESPACE}${one}`).join(' or '));
  return { type, at: fieldsOf(place, [TYPE, ...table[type]]) };
}

/** `#microsoft.graph.identityGovernance.x`, with or without `#` and namespace → `x`. */
function typeOf({ value }: Place): string | null {
  if (typeof value !== 'string') return null;
  const name = value.startsWith('#') ? value.slice(1) : value;
  return name.startsWith(NAMESPACE) ? name.slice(NAMESPACE.length) : name;
}
