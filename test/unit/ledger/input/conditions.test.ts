/** Execution conditions from outside: every kind of trigger and scope, and the field that a refusal names. */
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import { root } from '../../../../src/input/refuse.ts';
import { readConditions } from '../../../../src/ledger/input/conditions.ts';

const N = '#microsoft.graph.identityGovernance.';
const rule = { rule: "department eq 'Sales'" };
const groups = { groups: [{ id: 'g1' }, { id: 'g2' }] };

const read = (scope: object, trigger: object) => readConditions({ path: 'c', value: { scope, trigger } });

/** The field that a refusal names. */
function fieldOf(scope: unknown, trigger: unknown): unknown {
  try {
    read(scope as object, trigger as object);
    return 'no refusal';
  } catch (error) {
    return LifecycleError.is(error) && error.code === 'InvalidArgument' ? error.details.field : error;
  }
}

describe('conditions', () => {
  it.each([
    [
      rule,
      'attributeChangeTrigger',
      { triggerAttributes: [{ name: 'department' }, { name: 'employeeOrgData/division' }] },
    ],
    [groups, 'membershipChangeTrigger', { changeType: 'remove' }],
    [rule, 'userInactivityTrigger', { inactivityPeriodInDays: 90 }],
    [rule, 'timeBasedAttributeTrigger', { timeBasedAttribute: 'createdDateTime', offsetInDays: -180 }],
  ])('%o with %s are read with and without types, and their output once more', (scope, type, trigger) => {
    const conditions = read(scope, trigger);
    expect(conditions).toMatchObject({
      '@odata.type': `${N}triggerAndScopeBasedConditions`,
      scope,
      trigger: { '@odata.type': N + type, ...trigger },
    });
    expect(readConditions(root(JSON.parse(JSON.stringify(conditions))))).toEqual(conditions);
    expect(Object.isFrozen(conditions)).toBe(true);
  });

  it.each([
    ['operatorEqualTo', { eventTiming: 'before', offsetInDays: 7 }],
    ['operatorEqualTo', { eventTiming: 'on', offsetInDays: 0 }],
    ['operatorBetween', { eventTiming: 'after', greaterThanOffsetInDays: 10, lessThanOffsetInDays: 190 }],
  ])('a V2 trigger has an %s', (type, operator) => {
    const conditions = read(rule, { attribute: 'custom/date', operator });
    expect(conditions).toMatchObject({
      trigger: {
        '@odata.type': `${N}timeBasedAttributeTriggerV2`,
        attribute: 'custom/date',
        operator: { '@odata.type': N + type, ...operator },
      },
    });
    expect(readConditions(root(conditions))).toEqual(conditions);
  });

  it.each([
    [groups, { triggerAttributes: [{ name: 'a' }] }, 'c.trigger'],
    [rule, { changeType: 'add' }, 'c.trigger'],
    [{ groups: [] }, { changeType: 'add' }, 'c.scope.groups'],
    [{ groups: [{ id: '' }] }, { changeType: 'add' }, 'c.scope.groups[0].id'],
    [{ groups: ['g'] }, { changeType: 'add' }, 'c.scope.groups[0]'],
    [{ groups: Array.from({ length: 101 }, () => ({ id: 'g' })) }, { changeType: 'add' }, 'c.scope.groups'],
    [groups, { changeType: 'change' }, 'c.trigger.changeType'],
    [{ ...groups, ...rule }, { changeType: 'add' }, 'c.scope.groups'],
    [rule, { triggerAttributes: [] }, 'c.trigger.triggerAttributes'],
    [rule, { triggerAttributes: ['a'] }, 'c.trigger.triggerAttributes[0]'],
    [rule, { triggerAttributes: [{ name: '__proto__' }] }, 'c.trigger.triggerAttributes[0].name'],
    [rule, { triggerAttributes: [{ name: 'a b' }] }, 'c.trigger.triggerAttributes[0].name'],
    [rule, { inactivityPeriodInDays: 0 }, 'c.trigger.inactivityPeriodInDays'],
    [rule, { inactivityPeriodInDays: '90' }, 'c.trigger.inactivityPeriodInDays'],
    [rule, { inactivityPeriodInDays: 90, offsetInDays: 1 }, 'c.trigger.offsetInDays'],
    [
      rule,
      { attribute: 'a', operator: { eventTiming: 'on', offsetInDays: 1 } },
      'c.trigger.operator.offsetInDays',
    ],
    [
      rule,
      { attribute: 'a', operator: { eventTiming: 'after', offsetInDays: 181 } },
      'c.trigger.operator.offsetInDays',
    ],
    [
      rule,
      { attribute: 'a', operator: { eventTiming: 'later', offsetInDays: 1 } },
      'c.trigger.operator.eventTiming',
    ],
    [
      rule,
      {
        attribute: 'a',
        operator: { eventTiming: 'after', greaterThanOffsetInDays: 5, lessThanOffsetInDays: 5 },
      },
      'c.trigger.operator.lessThanOffsetInDays',
    ],
    [
      rule,
      {
        attribute: 'a',
        operator: { eventTiming: 'after', greaterThanOffsetInDays: 5, lessThanOffsetInDays: 186 },
      },
      'c.trigger.operator.lessThanOffsetInDays',
    ],
    [rule, { attribute: 'a' }, 'c.trigger.operator'],
    [rule, { '@odata.type': `${N}guestSponsorTrigger` }, 'c.trigger.@odata.type'],
    [rule, null, 'c.trigger'],
    [[], { changeType: 'add' }, 'c.scope'],
  ])('%o with %o are refused, naming %s', (scope, trigger, field) => {
    expect(fieldOf(scope, trigger)).toBe(field);
  });
});
