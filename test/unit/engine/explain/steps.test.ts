/** The steps of an explanation, each from what was met. */
import { describe, expect, it } from 'vitest';
import {
  admissionStep,
  type Conditions,
  catchUpStep,
  directoryStep,
  isPassed,
  quote,
  scopeStep,
  slotStep,
  triggerStep,
  workflowStep,
} from '../../../../src/engine/explain/steps.ts';
import { qualificationOf } from '../../../../src/engine/selection/qualify.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import { DAY_MS, HOUR_MS } from '../../../../src/model/time.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';
import {
  runId,
  T0,
  task,
  workflowId,
  workflowRecord,
} from '../../../../src/testing/contract/records/records.ts';

const SLOT = T0 + 3 * HOUR_MS;
const iso = (atMs: number) => new Date(atMs).toISOString();
const CONDITIONS = {
  '@odata.type': '#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions',
  scope: {
    '@odata.type': '#microsoft.graph.identityGovernance.ruleBasedSubjectSet',
    rule: "department eq 'Sales' and accountEnabled eq true",
  },
  trigger: {
    '@odata.type': '#microsoft.graph.identityGovernance.timeBasedAttributeTrigger',
    timeBasedAttribute: 'employeeHireDate',
    offsetInDays: 0,
  },
} as const;

function conditions(changes: Partial<Workflow> = {}, lastSlotAtMs: number | null = null): Conditions {
  const record = workflowRecord(
    0,
    { isSchedulingEnabled: true, executionConditions: CONDITIONS, ...changes },
    lastSlotAtMs,
  );
  const qualification = qualificationOf(record.workflow, 3 * DAY_MS);
  return { record, qualification, slotAtMs: SLOT, intervalMs: 3 * HOUR_MS };
}

const ON_DEMAND = conditions({ executionConditions: workflowRecord(0).workflow.executionConditions });
const ada: Subject = { id: 'ada', department: 'Sales', accountEnabled: true, employeeHireDate: iso(T0) };

it('a foreign text in a sentence is quoted, and hides no control character', () => {
  expect(quote('ada')).toBe('`ada`');
  expect(quote('a\u202eb')).not.toContain('\u202e');
});

it.each([
  [ada, true, 'met', 'the directory has `ada`'],
  [null, true, 'notMet', 'the directory does not have `ada`'],
  [null, false, 'notEvaluated', 'there is no directory to look in'],
] as const)(
  'the step of the directory for %j, with a directory %s, is %s',
  (subject, has, result, reason) => {
    expect(directoryStep('ada', subject, has)).toMatchObject({ condition: 'directory', result, reason });
  },
);

describe('the step of the workflow', () => {
  it.each<[Partial<Workflow>, string]>([
    [{}, 'the workflow is enabled and scheduled'],
    [{ isEnabled: false }, 'the workflow is disabled'],
    [{ isSchedulingEnabled: false }, 'the schedule of the workflow is off'],
    [{ tasks: [task(0, 1, { isEnabled: false })] }, 'the workflow has no enabled task'],
    [
      { isEnabled: false, isSchedulingEnabled: false },
      'the workflow is disabled, and the schedule of the workflow is off',
    ],
  ])('of a workflow with %j says why it runs, or does not', (changes, reason) => {
    const isMet = Object.keys(changes).length === 0;
    expect(workflowStep(conditions(changes))).toMatchObject({ result: isMet ? 'met' : 'notMet', reason });
  });

  it('of a workflow on demand names the missing trigger, and not the schedule that it cannot have', () => {
    const { reason } = workflowStep(ON_DEMAND);
    expect(reason).toBe('the workflow has no trigger: it runs on demand only');
  });
});

describe('the step of the scope', () => {
  it('is met by a person that the rule selects', () => {
    expect(scopeStep(conditions(), ada)).toMatchObject({
      result: 'met',
      reason: 'the scope rule selects the person',
    });
  });

  it('of a person that it does not select names the part that fails, with what it read', () => {
    const { result, reason } = scopeStep(conditions(), { ...ada, department: 'IT' });
    expect(result).toBe('notMet');
    expect(reason).toContain("department eq 'Sales', where department is `IT`");
    expect(scopeStep(conditions(), { id: 'ada', accountEnabled: true }).reason).toContain(
      'department is empty',
    );
  });

  it('of a value that cannot be read says so', () => {
    expect(scopeStep(conditions(), { ...ada, accountEnabled: 'ja' })).toMatchObject({
      result: 'notMet',
      reason: 'the scope rule cannot be decided: accountEnabled is `ja`, which cannot be read as a boolean',
    });
  });

  it('is not evaluated without attributes or without a scope', () => {
    expect(scopeStep(conditions(), null).result).toBe('notEvaluated');
    expect(scopeStep(ON_DEMAND, ada).result).toBe('notEvaluated');
  });
});

describe('the step of the trigger', () => {
  it('has the moment, and the values that it was made of', () => {
    const { made, dueAtMs } = triggerStep(conditions(), ada, null);
    expect(dueAtMs).toBe(T0);
    expect(made.result).toBe('met');
    expect(made.values).toEqual([
      { name: 'employeeHireDate', value: iso(T0) },
      { name: 'dueDateTime', value: iso(T0) },
    ]);
  });

  it.each<[unknown, RegExp]>([
    [undefined, /the person has no such date$/],
    ['02/03/2026', /employeeHireDate is `02\/03\/2026`, which cannot be read as a date$/],
  ])('with the date %j is not met, and says why', (employeeHireDate, reason) => {
    const { made, dueAtMs } = triggerStep(conditions(), { ...ada, employeeHireDate }, null);
    expect([made.result, dueAtMs]).toEqual(['notMet', null]);
    expect(made.reason).toMatch(reason);
  });

  it('is not evaluated without attributes or without a trigger', () => {
    expect(triggerStep(conditions(), null, null)).toMatchObject({
      made: { result: 'notEvaluated' },
      dueAtMs: null,
    });
    expect(triggerStep(ON_DEMAND, ada, null).made.result).toBe('notEvaluated');
  });
});

describe('the step of the slot', () => {
  it.each([
    [SLOT, 'met', SLOT],
    [SLOT - 1, 'met', SLOT],
    [SLOT + 1, 'notMet', SLOT + 3 * HOUR_MS],
  ] as const)('for the moment %i is %s, and names the first slot for it', (dueAtMs, result, first) => {
    const made = slotStep(conditions(), dueAtMs);
    expect(made.result).toBe(result);
    expect(made.values).toContainEqual({ name: 'firstSlotDateTime', value: iso(first) });
  });

  it('is not evaluated without a moment or a schedule', () => {
    expect(slotStep(conditions(), null).result).toBe('notEvaluated');
    expect(slotStep(ON_DEMAND, T0).result).toBe('notEvaluated');
  });

  it.each([
    [null, false],
    [SLOT - 1, false],
    [SLOT, true],
    [SLOT + 1, true],
  ])('after the last slot %j says whether the slot has been evaluated: %s', (lastSlotAtMs, isEvaluated) => {
    const given = conditions({}, lastSlotAtMs);
    expect(isPassed(given.record, SLOT)).toBe(isEvaluated);
    expect(slotStep(given, T0).values).toContainEqual({ name: 'isEvaluated', value: isEvaluated });
  });
});

describe('the step of the catch-up window', () => {
  it.each([
    [SLOT - 3 * DAY_MS + 1, 'met'],
    [SLOT - 3 * DAY_MS - 1, 'notMet'],
  ] as const)('for the moment %i is %s', (dueAtMs, result) => {
    expect(catchUpStep(conditions(), dueAtMs)).toMatchObject({
      result,
      values: [{ name: 'untilDateTime', value: iso(dueAtMs + 3 * DAY_MS) }],
    });
  });

  it('is not evaluated without a moment', () => {
    expect(catchUpStep(conditions(), null).result).toBe('notEvaluated');
    expect(catchUpStep(ON_DEMAND, T0).result).toBe('notEvaluated');
  });
});

describe('the step of the admission', () => {
  const admission = { workflowId: workflowId(0), subjectId: 'ada', dueAtMs: T0, runId: runId(1) };

  it('is not met by a person that a run has taken for this moment', () => {
    expect(admissionStep(T0, admission, null)).toMatchObject({
      result: 'notMet',
      reason: `run ${runId(1)} has taken the person for this moment`,
    });
  });

  it('is met by a person that was taken for another moment, which it names', () => {
    expect(admissionStep(T0 + DAY_MS, admission, null)).toMatchObject({
      result: 'met',
      reason: `no run has taken the person for this moment; run ${runId(1)} took them for ${iso(T0)}`,
    });
  });

  it('is not met while another run has not finished with the person', () => {
    const made = admissionStep(T0 + DAY_MS, undefined, runId(2));
    expect(made).toMatchObject({
      result: 'notMet',
      reason: `run ${runId(2)} has not finished with the person yet`,
      values: [{ name: 'runId', value: runId(2) }],
    });
  });

  it('is not evaluated without a moment', () => {
    expect(admissionStep(null, undefined, null).reason).toBe('there is no moment to be taken for');
  });
});
