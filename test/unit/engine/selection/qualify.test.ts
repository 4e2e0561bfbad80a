/** The rule that classifies each person of a slot. */
import { describe, expect, it } from 'vitest';
import { requireQualification, type Standing } from '../../../../src/engine/selection/qualify.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import { DAY_MS } from '../../../../src/model/time.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';

const SLOT = Date.UTC(2026, 2, 2, 12);
const iso = (days: number): string => new Date(SLOT + days * DAY_MS).toISOString();

function workflowOf(rule: string, trigger: object): Workflow {
  const executionConditions = {
    '@odata.type': '#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions',
    scope: { rule },
    trigger,
  };
  return { id: 'w', displayName: 'W', executionConditions } as unknown as Workflow;
}

const HIRED = { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 };
const RULE = "department eq 'Sales' and accountEnabled eq true";

function standing(attributes: object, rule = RULE, trigger: object = HIRED, changedAtMs?: number): Standing {
  const { standing: of } = requireQualification(workflowOf(rule, trigger), 3 * DAY_MS);
  return of({ id: 'u', ...attributes } as Subject, SLOT, changedAtMs);
}

describe('a person is', () => {
  const sales = { department: 'Sales', accountEnabled: true };
  it.each<[string, object, Standing]>([
    ['due', { ...sales, employeeHireDate: iso(-1) }, { kind: 'due', dueAtMs: SLOT - DAY_MS }],
    ['not due: later', { ...sales, employeeHireDate: iso(1) }, { kind: 'notDue' }],
    ['not due: long ago', { ...sales, employeeHireDate: iso(-3) }, { kind: 'notDue' }],
    ['without a date', sales, { kind: 'noDate' }],
    [
      'with a date that cannot be read',
      { ...sales, employeeHireDate: '02/03/2026' },
      { kind: 'unreadableDate', attribute: 'employeeHireDate', value: '02/03/2026' },
    ],
    ['not in scope, whatever the date', { department: 'IT', employeeHireDate: '?' }, { kind: 'notInScope' }],
    [
      'perhaps in scope',
      { department: 'Sales', accountEnabled: 'ja', employeeHireDate: iso(0) },
      { kind: 'unreadableScope', attribute: 'accountEnabled', value: 'ja', expected: 'boolean' },
    ],
    ['certainly not in scope', { department: 'IT', accountEnabled: 'ja' }, { kind: 'notInScope' }],
  ])('%s', (_, attributes, expected) => {
    expect(standing(attributes)).toEqual(expected);
  });

  it('of a change trigger due only when the change is recent and the scope holds', () => {
    const trigger = { triggerAttributes: [{ name: 'department' }] };
    expect(standing(sales, RULE, trigger)).toEqual({ kind: 'notDue' });
    expect(standing(sales, RULE, trigger, SLOT - 4 * DAY_MS)).toEqual({ kind: 'notDue' });
    expect(standing(sales, RULE, trigger, SLOT)).toEqual({ kind: 'due', dueAtMs: SLOT });
    expect(standing({ department: 'IT' }, RULE, trigger, SLOT)).toEqual({ kind: 'notInScope' });
    expect(standing({ ...sales, accountEnabled: 1 }, RULE, trigger, SLOT)).toMatchObject({
      kind: 'unreadableScope',
      value: 1,
    });
  });
});

describe('the conditions of a workflow', () => {
  const read = (rule: string, trigger: object = HIRED) =>
    requireQualification(workflowOf(rule, trigger), 3 * DAY_MS);

  it('have a directory stream the subjects in scope, and those for which it cannot be decided', () => {
    const { rule } = read(RULE);
    const streams = (attributes: object): boolean | undefined => rule?.matches({ id: 'u', ...attributes });
    expect(rule?.text).toBe(RULE);
    expect(streams({ department: 'Sales', accountEnabled: true })).toBe(true);
    expect(streams({ department: 'Sales', accountEnabled: 'ja' })).toBe(true);
    expect(streams({ department: 'Sales', accountEnabled: false })).toBe(false);
    expect(streams({ department: 'IT', accountEnabled: 'ja' })).toBe(false);
  });

  it('name the attributes that they use', () => {
    expect(read(RULE).attributes).toEqual([
      { names: ['employeeHireDate'], usedBy: 'trigger' },
      { names: ['department'], usedBy: 'scope' },
      { names: ['accountEnabled'], usedBy: 'scope' },
    ]);
    const changes = { triggerAttributes: [{ name: 'city' }, { name: 'org/division' }] };
    expect(read("city eq 'Rome'", changes).attributes).toEqual([
      { names: ['city'], usedBy: 'trigger' },
      { names: ['org/division'], usedBy: 'trigger' },
      { names: ['city'], usedBy: 'scope' },
    ]);
    const [inactivity] = read("city eq 'Rome'", { inactivityPeriodInDays: 30 }).attributes;
    expect(inactivity?.names).toContain('createdDateTime');
  });
});
