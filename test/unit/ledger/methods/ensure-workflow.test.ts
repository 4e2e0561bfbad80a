import { beforeEach, describe, expect, it } from 'vitest';
import { createLedger, type StandaloneLedger } from '../../../../src/embed.ts';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { WorkflowInput } from '../../../../src/ledger/input/workflow.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';

const executionConditions = {
  scope: { rule: "department eq 'Sales'" },
  trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: -7 },
} as const;
const input: WorkflowInput = {
  category: 'joiner',
  displayName: 'Onboard',
  executionConditions,
  tasks: [
    { taskDefinitionId: 'enableUserAccount' },
    { taskDefinitionId: 'badge', arguments: [pair('colour', 'red'), pair('size', 's')] },
  ],
};

let ledger: StandaloneLedger;
beforeEach(async () => {
  ledger = await createLedger();
});

function pair(name: string, value: string) {
  return { name, value };
}

/** What `ensure` does with `change` after a first call without. */
async function again(change: Partial<WorkflowInput>, first: Partial<WorkflowInput> = {}) {
  const before = (await ledger.workflows.ensure({ ...input, ...first })).workflow;
  const { outcome, workflow } = await ledger.workflows.ensure({ ...input, ...change });
  expect(workflow.id).toBe(before.id);
  expect(await ledger.workflows.list()).toEqual([workflow]);
  return { outcome, before, workflow };
}

function withTask(at: number, change: object): Partial<WorkflowInput> {
  return { tasks: input.tasks.map((task, index) => (index === at ? { ...task, ...change } : task)) };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  return LifecycleError.is(error) ? error.code : String(error);
}

describe('a workflow that is not there', () => {
  it('is created as create would', async () => {
    const { outcome, workflow } = await ledger.workflows.ensure(input, { by: 'ada' });
    expect(outcome).toBe('created');
    expect(workflow).toMatchObject({ version: 1, createdBy: { id: 'ada' }, isSchedulingEnabled: false });
    expect(await ledger.workflows.get(workflow.id)).toEqual(workflow);
  });

  it('is created anew when the one of its name was deleted', async () => {
    const first = (await ledger.workflows.ensure(input)).workflow;
    await ledger.workflows.delete(first.id);
    const { outcome, workflow } = await ledger.workflows.ensure(input);
    expect([outcome, workflow.id === first.id]).toEqual(['created', false]);
  });

  it('is created once by callers at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => ledger.workflows.ensure(input)));
    expect(all.map(({ outcome }) => outcome).sort()).toEqual(['created', ...Array(4).fill('unchanged')]);
    expect(await ledger.workflows.list()).toHaveLength(1);
  });

  it('is refused as create refuses it', async () => {
    expect(await codeOf(ledger.workflows.ensure({ ...input, tasks: [] }))).toBe('InvalidArgument');
    const few = await createLedger({ limits: { workflowsMax: 1 } });
    await few.workflows.ensure(input);
    expect((await few.workflows.ensure(input)).outcome).toBe('unchanged');
    expect(await codeOf(few.workflows.ensure({ ...input, displayName: 'Other' }))).toBe('LimitExceeded');
  });
});

describe('a workflow that is as the input says', () => {
  it.each<[string, Partial<WorkflowInput>]>([
    ['word for word', {}],
    ['with the id of what was got', { id: undefined } as object],
    [
      'with arguments in another order',
      withTask(1, { arguments: [pair('size', 's'), pair('colour', 'red')] }),
    ],
    [
      'with defaults that are written out',
      { isEnabled: true, isSchedulingEnabled: false, description: null },
    ],
    [
      'with a definition by its GUID',
      withTask(0, { taskDefinitionId: '6fc52c9d-398b-4305-9763-15f42c1676fc' }),
    ],
  ])('is left alone: %s', async (_how, change) => {
    const { outcome, before, workflow } = await again(change);
    expect(outcome).toBe('unchanged');
    expect(workflow).toEqual(before);
  });

  it('is left alone when the result of get is passed back', async () => {
    const { workflow } = await ledger.workflows.ensure(input);
    expect(await ledger.workflows.ensure(workflow)).toEqual({ outcome: 'unchanged', workflow });
  });

  it('reports no change', async () => {
    await ledger.workflows.ensure(input);
    const told: unknown[] = [];
    ledger.on('audit.recorded', (entry) => told.push(entry));
    await ledger.workflows.ensure(input);
    expect(told).toEqual([]);
    await ledger.workflows.ensure({ ...input, description: 'New' });
    expect(told).toHaveLength(1);
  });
});

describe('a workflow that does something else', () => {
  it.each<[string, Partial<WorkflowInput>]>([
    [
      'another rule',
      {
        executionConditions: { ...executionConditions, scope: { rule: "department eq 'R'" } },
      },
    ],
    [
      'another offset',
      {
        executionConditions: {
          ...executionConditions,
          trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
        },
      },
    ],
    ['another task', { tasks: [...input.tasks, { taskDefinitionId: 'desk' }] }],
    ['another order', { tasks: input.tasks.toReversed() }],
    ['another argument', withTask(1, { arguments: [pair('colour', 'blue'), pair('size', 's')] })],
    ['a task that is off', withTask(1, { isEnabled: false })],
    ['a task that may fail', withTask(1, { continueOnError: true })],
  ])('becomes a new version: %s', async (_what, change) => {
    const { outcome, before, workflow } = await again(change);
    expect([outcome, workflow.version]).toEqual(['newVersion', 2]);
    expect(await ledger.workflows.getVersion(workflow.id, 1)).toMatchObject({ tasks: before.tasks });
    expect(await ledger.workflows.ensure({ ...input, ...change })).toEqual({
      outcome: 'unchanged',
      workflow,
    });
  });

  it('takes the rest of the input into its new version', async () => {
    const { workflow } = await again({ ...withTask(0, { isEnabled: false }), description: 'Second' });
    expect(workflow).toMatchObject({ version: 2, description: 'Second' });
  });

  it('of another category is refused, and stays as it is', async () => {
    const { workflow } = await ledger.workflows.ensure(input);
    const leaver = { ...input, category: 'leaver' as const, tasks: [{ taskDefinitionId: 'badge' }] };
    expect(await codeOf(ledger.workflows.ensure(leaver))).toBe('InvalidArgument');
    expect(await ledger.workflows.get(workflow.id)).toEqual(workflow);
  });
});

describe('a workflow with other names or switches', () => {
  it.each<[string, Partial<WorkflowInput>, Partial<Workflow>]>([
    ['its description', { description: 'New' }, { description: 'New' }],
    ['the letter case of its name', { displayName: 'ONBOARD' }, { displayName: 'ONBOARD' }],
    ['scheduling', { isSchedulingEnabled: true }, { isSchedulingEnabled: true }],
    ['being enabled', { isEnabled: false }, { isEnabled: false }],
  ])('is changed in place: %s', async (_what, change, expected) => {
    const { outcome, before, workflow } = await again(change);
    expect(outcome).toBe('updated');
    expect(workflow).toMatchObject({ ...expected, version: 1, tasks: before.tasks });
  });

  it('has names of tasks changed in place, under the same ids', async () => {
    const { outcome, before, workflow } = await again(withTask(1, { displayName: 'Hand over the badge' }));
    expect([outcome, workflow.version]).toEqual(['updated', 1]);
    expect(workflow.tasks.map(({ id }) => id)).toEqual(before.tasks.map(({ id }) => id));
    expect(workflow.tasks[1]?.displayName).toBe('Hand over the badge');
  });
});

describe('a property that the input leaves out', () => {
  it('stays as it was changed', async () => {
    const { workflow } = await ledger.workflows.ensure(input);
    const [first] = workflow.tasks;
    await ledger.workflows.updateTask(workflow.id, first?.id ?? '', { displayName: 'Switch on' });
    const changed = await ledger.workflows.update(workflow.id, {
      description: 'By hand',
      isSchedulingEnabled: true,
    });
    expect(await ledger.workflows.ensure(input)).toEqual({ outcome: 'unchanged', workflow: changed });
  });

  it('stays in a new version too', async () => {
    const { workflow } = await again(withTask(1, { isEnabled: false }), { description: 'By hand' });
    expect(workflow).toMatchObject({ version: 2, description: 'By hand' });
  });
});

describe('a workflow that was disabled', () => {
  const scheduled = { ...input, isSchedulingEnabled: true };

  it('stays disabled and unscheduled when the program starts again', async () => {
    const { workflow } = await ledger.workflows.ensure(scheduled);
    await ledger.workflows.update(workflow.id, { isEnabled: false });
    expect(await ledger.workflows.ensure(scheduled)).toMatchObject({
      outcome: 'unchanged',
      workflow: { isEnabled: false, isSchedulingEnabled: false },
    });
    const other = { ...scheduled, tasks: [{ taskDefinitionId: 'badge' }] };
    expect(await ledger.workflows.ensure(other)).toMatchObject({
      outcome: 'newVersion',
      workflow: { isEnabled: false, isSchedulingEnabled: false },
    });
  });

  it('is enabled again when the input says so', async () => {
    const { workflow } = await ledger.workflows.ensure(scheduled);
    await ledger.workflows.update(workflow.id, { isEnabled: false });
    expect(await ledger.workflows.ensure({ ...scheduled, isEnabled: true })).toMatchObject({
      outcome: 'updated',
      workflow: { isEnabled: true, isSchedulingEnabled: true },
    });
  });
});

describe('a workflow that is disabled by the input', () => {
  it('has its unfinished runs canceled', async () => {
    const { workflow } = await ledger.workflows.ensure(input);
    const run = await ledger.runs.create(workflow.id, {
      workflowExecutionType: 'onDemand',
      scheduledDateTime: '2026-01-31T17:00:00Z',
      totalUsersCount: 1,
      totalUnprocessedTasksCount: 2,
    });
    await ledger.workflows.ensure({ ...input, isEnabled: false });
    expect((await ledger.runs.get(run.id)).processingStatus).toBe('canceled');
  });
});

describe('a template', () => {
  it('is ensured like a workflow', async () => {
    const name = 'Onboard new hire employee';
    const call = (groupID: string) => ledger.workflows.ensureFromTemplate(name, { arguments: { groupID } });
    expect((await call('a')).outcome).toBe('created');
    expect((await call('a')).outcome).toBe('unchanged');
    expect(await call('b')).toMatchObject({ outcome: 'newVersion', workflow: { version: 2 } });
    expect(await codeOf(ledger.workflows.ensureFromTemplate('No such one'))).toBe('NotFound');
  });
});
