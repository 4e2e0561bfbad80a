import type { WorkflowExecutionConditions, WorkflowExecutionTrigger } from '../model/workflow/workflow.ts';

/** When a workflow runs, in words. */
export function whenText(conditions: WorkflowExecutionConditions): string {
  if ('trigger' in conditions) return triggerText(conditions.trigger);
  return conditions['@odata.type'].endsWith('onDemandExecutionOnly')
    ? 'on demand'
    : 'on demand of a provisioning system';
}

/** Describes when a user becomes due by a trigger. */
export function triggerText(trigger: WorkflowExecutionTrigger): string {
  if ('timeBasedAttribute' in trigger) return daysFrom(trigger.offsetInDays, trigger.timeBasedAttribute);
  if ('inactivityPeriodInDays' in trigger)
    return `after ${trigger.inactivityPeriodInDays} days without a sign-in`;
  if ('triggerAttributes' in trigger)
    return `when ${trigger.triggerAttributes.map(({ name }) => name).join(' or ')} changes`;
  if ('changeType' in trigger)
    return trigger.changeType === 'add' ? 'on joining a group' : 'on leaving the groups';
  const { attribute, operator } = trigger;
  if ('offsetInDays' in operator)
    return daysFrom(
      operator.eventTiming === 'before' ? -operator.offsetInDays : operator.offsetInDays,
      attribute,
    );
  const { greaterThanOffsetInDays: near, lessThanOffsetInDays: far, eventTiming } = operator;
  return `more than ${near} and less than ${far} days ${eventTiming} ${attribute}`;
}

function daysFrom(days: number, attribute: string): string {
  return days === 0
    ? `on ${attribute}`
    : `${Math.abs(days)} days ${days < 0 ? 'before' : 'after'} ${attribute}`;
}
