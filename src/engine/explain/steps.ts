/** The steps of an explanation, each from what was met. Pure. */
import { escapeHidden } from '../../errors/shown.ts';
import { explainedValue } from '../../filter/evaluation/explain.ts';
import { ownValue } from '../../filter/evaluation/paths.ts';
import { enabledTasks, isoOf } from '../../ledger/resources.ts';
import type { ExplainedCondition, ExplainedStep, ExplainedValue } from '../../model/explanation.ts';
import type { Admission, WorkflowRecord } from '../../model/records.ts';
import type { Subject } from '../../model/subject.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import { isAdmitted, isOver, nextSlot, slotStart } from '../../rules/schedule/slots.ts';
import { triggerText } from '../../text/trigger-text.ts';
import type { ObservedChange } from '../selection/observe.ts';
import type { Qualification } from '../selection/qualify.ts';

/** What the steps up to the moment are made of. */
export interface Conditions {
  readonly record: WorkflowRecord;
  /** `null`: the workflow has no trigger. */
  readonly qualification: Qualification | null;
  readonly slotAtMs: EpochMs;
  readonly intervalMs: DurationMs;
}

/** A moment that makes a subject due; `null`: there is none. */
export type DueAtMs = EpochMs | null;

/** A step. */
export function step(
  condition: ExplainedCondition,
  result: ExplainedStep['result'],
  reason: string,
  values: Readonly<Record<string, ExplainedValue['value']>> = {},
): ExplainedStep {
  const named = Object.entries(values).map(([name, value]) => ({ name, value }));
  return { condition, result, reason, values: named, clauses: [], omittedClausesCount: 0 };
}

/** A foreign text in a sentence. */
export function quote(text: unknown): string {
  return `\`${escapeHidden(String(text))}\``;
}

/** The moment as ISO 8601; beyond the calendar, which ends in the year 275760, in words. */
function momentText(atMs: EpochMs): string {
  return Number.isNaN(new Date(atMs).getTime()) ? 'the end of the calendar' : isoOf(atMs);
}

/** @param hasDirectory `false`: there is none to look in. */
export function directoryStep(
  subjectId: string,
  subject: Subject | null,
  hasDirectory: boolean,
): ExplainedStep {
  if (!hasDirectory) return step('directory', 'notEvaluated', 'there is no directory to look in');
  return subject === null
    ? step('directory', 'notMet', `the directory does not have ${quote(subjectId)}`)
    : step('directory', 'met', `the directory has ${quote(subjectId)}`);
}

/** Whether the schedule runs the workflow at all. */
export function workflowStep({
  record: { workflow, lastSlotAtMs },
  qualification,
}: Conditions): ExplainedStep {
  const { isEnabled, isSchedulingEnabled, version } = workflow;
  const faults = [
    ...(isEnabled ? [] : ['the workflow is disabled']),
    ...(qualification === null ? ['the workflow has no trigger: it runs on demand only'] : []),
    ...(qualification === null || isSchedulingEnabled ? [] : ['the schedule of the workflow is off']),
    ...(enabledTasks(workflow).length > 0 ? [] : ['the workflow has no enabled task']),
  ];
  const lastSlotDateTime = lastSlotAtMs === null ? null : isoOf(lastSlotAtMs);
  return step(
    'workflow',
    faults.length === 0 ? 'met' : 'notMet',
    faults.length === 0 ? 'the workflow is enabled and scheduled' : faults.join(', and '),
    { version, isEnabled, isSchedulingEnabled, lastSlotDateTime },
  );
}

/** Whether the scope selects the subject, clause by clause. */
export function scopeStep({ qualification, record }: Conditions, subject: Subject | null): ExplainedStep {
  if (qualification === null) return step('scope', 'notEvaluated', 'the workflow has no scope');
  const { scope, inScope } = qualification.steps;
  if (scope === null)
    return step('scope', 'met', 'the scope is of groups, which the trigger looks at', groupsOf(record));
  if (subject === null)
    return step('scope', 'notEvaluated', 'there are no attributes to evaluate the scope rule with', {
      rule: scope.text,
    });
  const outside = inScope(subject);
  const { clauses, omittedClausesCount } = scope.explain(subject);
  const base = { clauses, omittedClausesCount };
  if (outside === null) return { ...step('scope', 'met', 'the scope rule selects the person'), ...base };
  const reason =
    outside.kind === 'unreadableScope'
      ? `the scope rule cannot be decided: ${unreadable(outside.attribute, outside.value, outside.expected)}`
      : `the scope rule does not select the person: ${missed(clauses)}`;
  return { ...step('scope', 'notMet', reason), ...base };
}

/** The parts that a rule fails by, the first three, with what they read; the whole of a rule without such parts. */
function missed(clauses: ExplainedStep['clauses']): string {
  const parts = clauses.flatMap((one, at) => (one.level === 1 && one.result !== 'met' ? at : []));
  const named = (parts.length === 0 ? [0] : parts.slice(0, 3)).map((at) => {
    const next = clauses.findIndex(({ level }, index) => index > at && level <= (clauses[at]?.level ?? 0));
    const within = clauses.slice(at, next < 0 ? clauses.length : next);
    const met = new Map(
      within.flatMap(({ values }) => values.map(({ name, value }) => [name, value] as const)),
    );
    const texts = Array.from(met, ([name, value]) => `${name} is ${value === null ? 'empty' : quote(value)}`);
    return `${clauses[at]?.text}, where ${texts.slice(0, 3).join(' and ')}`;
  });
  return [...named, ...(parts.length > 3 ? [`and ${parts.length - 3} more`] : [])].join('; ');
}

function groupsOf({ workflow: { executionConditions } }: WorkflowRecord): Readonly<Record<string, string>> {
  const groups =
    'scope' in executionConditions && 'groups' in executionConditions.scope
      ? executionConditions.scope.groups.map(({ id }) => id)
      : [];
  return { groups: String(explainedValue(groups)) };
}

function unreadable(attribute: string, value: unknown, expected: 'dateTime' | 'boolean'): string {
  const type = expected === 'dateTime' ? 'a date' : 'a boolean';
  return `${attribute} is ${quote(explainedValue(value))}, which cannot be read as ${type}`;
}

/** The moment that makes the subject due. @param change of a change trigger; `null`: it is not one, or nothing is known. */
export function triggerStep(
  { qualification, record }: Conditions,
  subject: Subject | null,
  change: ObservedChange | null,
): { readonly made: ExplainedStep; readonly dueAtMs: DueAtMs } {
  const none = (result: ExplainedStep['result'], reason: string, values = {}) => ({
    made: step('trigger', result, reason, values),
    dueAtMs: null,
  });
  const { executionConditions: conditions } = record.workflow;
  if (qualification === null || !('trigger' in conditions))
    return none('notEvaluated', 'the workflow has no trigger');
  const when = triggerText(conditions.trigger);
  if (subject === null) return none('notEvaluated', `there are no attributes to look at: due ${when}`);
  const { moments } = qualification.steps;
  const values: Record<string, ExplainedValue['value']> = {};
  if (moments === null) {
    for (const name of qualification.attributes.flatMap(({ names, usedBy }) =>
      usedBy === 'trigger' ? names : [],
    ))
      values[name] = explainedValue(ownValue(subject, name.split('/')));
    if (!change?.isObserved)
      return none(
        'notMet',
        `due ${when}: changes are not observed yet, the next slot begins with it`,
        values,
      );
    const { changedAtMs } = change;
    if (changedAtMs === null) return none('notMet', `due ${when}: no such change has been seen`, values);
    const seen = { ...values, changedDateTime: isoOf(changedAtMs) };
    if (qualification.observation?.holds(subject) === false)
      return none('notMet', `due ${when}: the change seen at ${isoOf(changedAtMs)} was undone`, seen);
    const reason = `due ${when}: the change is of ${isoOf(changedAtMs)}, the slot that saw it first`;
    return { made: step('trigger', 'met', reason, seen), dueAtMs: changedAtMs };
  }
  const found = moments.dueAt(subject, (attribute, value) => {
    values[attribute] = explainedValue(value);
  });
  if (typeof found === 'number') {
    const reason = `the moment is ${isoOf(found)}: ${when}`;
    return { made: step('trigger', 'met', reason, { ...values, dueDateTime: isoOf(found) }), dueAtMs: found };
  }
  if (found.kind === 'unreadableDate')
    return none('notMet', `due ${when}, but ${unreadable(found.attribute, found.value, 'dateTime')}`, values);
  const reason = found.kind === 'noDate' ? 'the person has no such date' : 'that is beyond the calendar';
  return none('notMet', `due ${when}, but ${reason}`, values);
}

/** Whether the moment has come at the slot, and the first slot for which it has. */
export function slotStep(
  { record, qualification, slotAtMs, intervalMs }: Conditions,
  dueAtMs: DueAtMs,
): ExplainedStep {
  if (qualification === null) return step('slot', 'notEvaluated', 'the workflow has no schedule');
  const slotDateTime = isoOf(slotAtMs);
  const isEvaluated = isPassed(record, slotAtMs);
  if (dueAtMs === null)
    return step('slot', 'notEvaluated', 'there is no moment to come', { slotDateTime, isEvaluated });
  const { hasCome } = qualification.steps;
  const atMoment = slotStart(dueAtMs, intervalMs);
  const first = hasCome(dueAtMs, atMoment) ? atMoment : nextSlot(dueAtMs, intervalMs);
  const values = { slotDateTime, firstSlotDateTime: momentText(first), isEvaluated };
  return hasCome(dueAtMs, slotAtMs)
    ? step(
        'slot',
        'met',
        `the moment has come at the slot of ${slotDateTime}; the first such slot is ${momentText(first)}`,
        values,
      )
    : step(
        'slot',
        'notMet',
        `the moment has not come at the slot of ${slotDateTime}; the slot of ${momentText(first)} is the first`,
        values,
      );
}

/** Whether the schedule has evaluated a slot, so that it will not do so again. */
export function isPassed({ lastSlotAtMs }: WorkflowRecord, slotAtMs: EpochMs): boolean {
  return lastSlotAtMs !== null && slotAtMs <= lastSlotAtMs;
}

/** Whether the slot is not too late. */
export function catchUpStep({ qualification, slotAtMs }: Conditions, dueAtMs: DueAtMs): ExplainedStep {
  if (qualification === null || dueAtMs === null)
    return step('catchUp', 'notEvaluated', 'there is no moment that could be too long ago');
  const { reachMs } = qualification;
  if (!Number.isFinite(reachMs)) return step('catchUp', 'met', 'it is never too late for the moment');
  const untilDateTime = momentText(dueAtMs + reachMs);
  return isOver(dueAtMs, slotAtMs, reachMs)
    ? step('catchUp', 'notMet', `the slot is too late: only slots before ${untilDateTime} take the moment`, {
        untilDateTime,
      })
    : step('catchUp', 'met', `slots before ${untilDateTime} take the moment`, { untilDateTime });
}

/** Whether a run has taken the person for this moment. @param underWay the run that has not finished with the person. */
export function admissionStep(
  dueAtMs: DueAtMs,
  admission: Admission | undefined,
  underWay: string | null,
): ExplainedStep {
  const last = admission && { runId: admission.runId, admittedForDateTime: isoOf(admission.dueAtMs) };
  const lastText = last ? `; run ${last.runId} took them for ${last.admittedForDateTime}` : '';
  if (dueAtMs === null)
    return step('admission', 'notEvaluated', `there is no moment to be taken for${lastText}`, last);
  if (admission && isAdmitted(admission, dueAtMs))
    return step('admission', 'notMet', `run ${admission.runId} has taken the person for this moment`, last);
  if (underWay !== null)
    return step('admission', 'notMet', `run ${underWay} has not finished with the person yet`, {
      ...last,
      runId: underWay,
    });
  return step('admission', 'met', `no run has taken the person for this moment${lastText}`, last);
}
