import { describe, expect, it } from 'vitest';
import { AUDIT_ACTIVITIES } from '../../../src/model/resources/audit.ts';
import type { Task, Workflow } from '../../../src/model/workflow/workflow.ts';
import { auditOfChange, categoryOf } from '../../../src/rules/audit.ts';
import { task, workflowRecord } from '../../../src/testing/contract/records/records.ts';

const { workflow } = workflowRecord(0);
const scheduled = {
  executionConditions: {
    '@odata.type': '#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions',
    scope: {
      '@odata.type': '#microsoft.graph.identityGovernance.ruleBasedSubjectSet',
      rule: "city eq 'Rome'",
    },
    trigger: {
      '@odata.type': '#microsoft.graph.identityGovernance.timeBasedAttributeTrigger',
      timeBasedAttribute: 'employeeHireDate',
      offsetInDays: 0,
    },
  },
} as const;
const activities = (before: Workflow | null, after: Workflow | null) =>
  auditOfChange(before, after).map(({ activity }) => activity);
const changed = (...changes: Partial<Workflow>[]) =>
  activities({ ...workflow, ...changes[0] }, { ...workflow, ...changes[0], ...changes[1] });

describe('the change of a workflow is audited as', () => {
  it('its beginning and its end', () => {
    expect(activities(null, workflow)).toEqual(['Create workflow', 'Set workflow for on-demand execution']);
    expect(activities(null, { ...workflow, ...scheduled })).toEqual([
      'Create workflow',
      'Add execution conditions',
    ]);
    expect(changed({}, { deletedDateTime: '2026-01-01' })).toEqual(['Delete workflow']);
    expect(changed({ deletedDateTime: '2026-01-01' }, { deletedDateTime: null })).toEqual([
      'Restore workflow',
    ]);
    expect(activities(workflow, null)).toEqual(['Hard delete workflow']);
    expect(activities(null, null)).toEqual([]);
  });

  it('flags, names and settings', () => {
    expect(changed({ isSchedulingEnabled: true }, { isEnabled: false, isSchedulingEnabled: false })).toEqual([
      'Disable workflow',
      'Disable workflow schedule',
    ]);
    expect(changed({ isEnabled: false }, { isEnabled: true })).toEqual(['Enable workflow']);
    expect(changed({}, { isSchedulingEnabled: true })).toEqual(['Enable workflow schedule']);
    expect(changed({}, { description: 'new' })).toEqual(['Update workflow']);
    expect(changed({}, { lastModifiedDateTime: 'later' })).toEqual([]);
  });

  it('a version with its conditions', () => {
    const version = { version: 2 };
    expect(changed({}, { ...version, ...scheduled })).toEqual([
      'Add workflow version',
      'Add execution conditions',
    ]);
    expect(changed(scheduled, { ...version, executionConditions: workflow.executionConditions })).toEqual([
      'Add workflow version',
      'Set workflow for on-demand execution',
    ]);
    const trigger = { ...scheduled.executionConditions.trigger, offsetInDays: 1 };
    const executionConditions = { ...scheduled.executionConditions, trigger };
    expect(changed(scheduled, { ...version, executionConditions })).toEqual([
      'Add workflow version',
      'Update execution conditions',
    ]);
  });

  it('what became of its tasks, whatever their new ids', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id, index) => task(0, index + 1, { taskDefinitionId: id })) as [
      Task,
      Task,
      Task,
    ];
    const of = (before: readonly Task[], after: readonly Task[]) =>
      auditOfChange({ ...workflow, tasks: before }, { ...workflow, tasks: after }).map(
        ({ activity, target }) => `${activity}: ${target.displayName}`,
      );
    const copy = { ...a, id: 'new' };
    expect(of([a, b], [copy, b])).toEqual([]);
    expect(of([a, b], [copy])).toEqual(['Remove task from workflow: Task 2']);
    expect(of([a], [copy, c])).toEqual(['Add task to workflow: Task 3']);
    expect(
      of(
        [a, b],
        [
          { ...copy, isEnabled: false },
          { ...b, continueOnError: !b.continueOnError },
        ],
      ),
    ).toEqual(['Disable task: Task 1', 'Update task: Task 2']);
    expect(of([{ ...a, isEnabled: false }], [copy])).toEqual(['Enable task: Task 1']);
    expect(of([a, { ...a, displayName: 'second' }], [copy])).toEqual(['Remove task from workflow: second']);
  });
});

it('every activity has the category that it is listed in', () => {
  for (const [category, activities] of Object.entries(AUDIT_ACTIVITIES))
    for (const activity of activities) expect(categoryOf(activity)).toBe(category);
});
