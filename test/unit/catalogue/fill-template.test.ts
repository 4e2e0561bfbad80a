import { describe, expect, it } from 'vitest';
import { fillTemplate, requireTemplate } from '../../../src/catalogue/fill-template.ts';
import { WORKFLOW_TEMPLATES } from '../../../src/catalogue/workflow-templates.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { Place } from '../../../src/input/refuse.ts';

const anyRule = ({ value }: Place): string => String(value);
const fill = (name: string, overrides: unknown) => fillTemplate(requireTemplate(name), overrides, anyRule);

function refusal(body: () => unknown): LifecycleError {
  try {
    body();
  } catch (error) {
    if (LifecycleError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('fillTemplate', () => {
  it('gives the template’s own values when nothing is overridden', () => {
    for (const template of WORKFLOW_TEMPLATES) {
      const { category, displayName, description, executionConditions, tasks } = template;
      expect(fillTemplate(template, {}, anyRule)).toEqual({
        category,
        displayName,
        description,
        executionConditions,
        tasks,
      });
    }
  });

  it('fills an argument of every task that has the parameter', () => {
    const filled = fill('Onboard new hire employee', { arguments: { groupID: 'g1', cc: 'boss' } });
    expect(filled).toMatchObject({
      tasks: [
        { arguments: [] },
        { arguments: [{ name: 'cc', value: 'boss' }] },
        { arguments: [{ name: 'groupID', value: 'g1' }] },
      ],
    });
  });

  it('replaces an argument that the template fills, and keeps the others', () => {
    expect(fill('Onboard pre-hire employee', { arguments: { tapLifetimeMinutes: '60' } })).toMatchObject({
      tasks: [
        {
          arguments: [
            { name: 'tapLifetimeMinutes', value: '60' },
            { name: 'tapIsUsableOnce', value: 'true' },
          ],
        },
      ],
    });
  });

  it('leaves the template as it is', () => {
    const before = structuredClone(WORKFLOW_TEMPLATES);
    fill('Onboard new hire employee', { arguments: { groupID: 'g1' }, rule: 'x', displayName: 'Mine' });
    expect(WORKFLOW_TEMPLATES).toEqual(before);
  });

  it('replaces the rule and passes the rest on', () => {
    expect(
      fill('Offboard an employee', {
        rule: 'r',
        displayName: 'Mine',
        description: null,
        isEnabled: false,
        isSchedulingEnabled: true,
      }),
    ).toMatchObject({
      displayName: 'Mine',
      description: null,
      isEnabled: false,
      isSchedulingEnabled: true,
      executionConditions: { scope: { rule: 'r' }, trigger: { offsetInDays: 0 } },
    });
  });

  it.each<[string, unknown, string]>([
    ['an unknown override', { name: 'x' }, 'name'],
    ['an argument that no task has', { arguments: { teamID: 'x' } }, 'arguments.teamID'],
    ['an argument that is no text', { arguments: { groupID: ['g1'] } }, 'arguments.groupID'],
    [
      'another value of an enumeration',
      { arguments: { enableOnPremisesAccount: 'yes' } },
      'arguments.enableOnPremisesAccount',
    ],
    ['arguments as pairs', { arguments: [{ name: 'groupID', value: 'x' }] }, 'arguments'],
    ['no object', 'x', ''],
  ])('refuses %s', (_, overrides, field) => {
    const error = refusal(() => fill('Onboard new hire employee', overrides));
    expect([error.code, error.details.field]).toEqual(['InvalidArgument', field]);
  });

  it('refuses a rule for a template that runs on demand only', () => {
    const error = refusal(() => fill('Real-time employee termination', { rule: "department eq 'Sales'" }));
    expect(error.details.field).toBe('rule');
  });
});

describe('requireTemplate', () => {
  it('names the template that was probably meant', () => {
    expect(refusal(() => requireTemplate('Ofboard an employee'))).toMatchObject({
      code: 'NotFound',
      message: expect.stringMatching(/did you mean `Offboard an employee`\?$/),
      details: { field: 'template', nearest: 'Offboard an employee' },
    });
  });

  it.each(['Onboard', '', 5, undefined, null])('refuses %o and lists the names', (name) => {
    const error = refusal(() => requireTemplate(name));
    expect(error.code).toBe('NotFound');
    expect(error.message).toContain('Onboard new hire employee, Post-Onboarding');
  });
});
