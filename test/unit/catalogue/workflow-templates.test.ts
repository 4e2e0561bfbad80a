import { describe, expect, it } from 'vitest';
import { argumentProblem, findParameter } from '../../../src/catalogue/task-arguments.ts';
import { findTaskDefinition } from '../../../src/catalogue/task-definitions.ts';
import { findWorkflowTemplate, WORKFLOW_TEMPLATES } from '../../../src/catalogue/workflow-templates.ts';
import { parseScopeRule } from '../../../src/filter/parsing/scope-rule.ts';
import type { WorkflowTemplate } from '../../../src/model/workflow/workflow.ts';

const keysOf = (template: WorkflowTemplate | undefined): readonly (string | undefined)[] | undefined =>
  template?.tasks.map(({ taskDefinitionId }) => findTaskDefinition(taskDefinitionId)?.key);

describe('the workflow templates', () => {
  it('are the 10 whose ids are known, each once', () => {
    expect(WORKFLOW_TEMPLATES).toHaveLength(10);
    expect(new Set(WORKFLOW_TEMPLATES.map(({ id }) => id)).size).toBe(10);
    expect(new Set(WORKFLOW_TEMPLATES.map(({ displayName }) => displayName.toLowerCase())).size).toBe(10);
  });

  it('have only tasks of the catalogue that their category allows', () => {
    for (const { category, tasks } of WORKFLOW_TEMPLATES) {
      for (const { taskDefinitionId } of tasks)
        expect(findTaskDefinition(taskDefinitionId)?.category).toContain(category);
    }
  });

  it('have only arguments that their definitions know, with values that they take', () => {
    for (const task of WORKFLOW_TEMPLATES.flatMap(({ tasks }) => tasks)) {
      const definition = findTaskDefinition(task.taskDefinitionId);
      for (const { name, value } of task.arguments) {
        const parameter = definition && findParameter(definition, name);
        expect(parameter && argumentProblem(parameter, value)).toBeNull();
      }
    }
  });

  it('select the department Marketing wherever they have a scope', () => {
    for (const { executionConditions } of WORKFLOW_TEMPLATES) {
      if (!('scope' in executionConditions)) continue;
      const { matches } = parseScopeRule(executionConditions.scope.rule);
      expect(matches({ id: '1', department: 'Marketing' })).toBe(true);
      expect(matches({ id: '2', department: 'Sales' })).toBe(false);
    }
  });

  it.each([
    ['Onboard pre-hire employee', 'employeeHireDate', -7],
    ['Onboard new hire employee', 'employeeHireDate', 0],
    ['Post-Onboarding of an employee', 'employeeHireDate', 7],
    ['Pre-Offboarding of an employee', 'employeeLeaveDateTime', -7],
    ['Offboard an employee', 'employeeLeaveDateTime', 0],
    ['Post-Offboarding of an employee', 'employeeLeaveDateTime', 7],
  ])('%s counts from %s, %i days', (name, timeBasedAttribute, offsetInDays) => {
    expect(findWorkflowTemplate(name)?.executionConditions).toMatchObject({
      trigger: { timeBasedAttribute, offsetInDays },
    });
  });

  it('start a job profile change when the department changes', () => {
    expect(findWorkflowTemplate('Employee job profile change')?.executionConditions).toMatchObject({
      trigger: { triggerAttributes: [{ name: 'department' }] },
    });
  });

  it('say of a group membership change what it needs to start on the change', () => {
    const template = findWorkflowTemplate('Employee group membership changes');
    expect(template?.executionConditions['@odata.type']).toMatch(/onDemandExecutionOnly$/);
    expect(template?.description).toMatch(/On demand until .*groupBasedSubjectSet.*membershipChangeTrigger/);
  });

  it('leave the groups of a new hire open', () => {
    const template = findWorkflowTemplate('Onboard new hire employee');
    expect(keysOf(template)).toEqual(['enableUserAccount', 'sendWelcomeEmail', 'addUserToGroups']);
    expect(template?.tasks[2]?.arguments).toEqual([{ name: 'groupID', value: '' }]);
  });

  it('take selected groups and teams from a user who will leave in a week', () => {
    expect(keysOf(findWorkflowTemplate('25abd83d-3b5d-4d6f-bb9a-4ed366fd96b1'))).toEqual([
      'removeUserFromSelectedGroups',
      'removeUserFromSelectedTeams',
    ]);
  });

  it('cannot be changed', () => {
    for (const one of WORKFLOW_TEMPLATES) {
      for (const part of [one, one.tasks, one.executionConditions, one.tasks[0], one.tasks[0]?.arguments])
        expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe('findWorkflowTemplate', () => {
  it('finds a template by GUID and by name, in any letter case', () => {
    for (const one of WORKFLOW_TEMPLATES) {
      expect(findWorkflowTemplate(one.id.toUpperCase())).toBe(one);
      expect(findWorkflowTemplate(` ${one.displayName.toUpperCase()} `)).toBe(one);
    }
  });

  it('finds nothing by another name', () => {
    expect(findWorkflowTemplate('Onboard')).toBeUndefined();
    expect(findWorkflowTemplate('')).toBeUndefined();
  });
});
