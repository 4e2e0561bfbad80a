import { beforeEach, describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { WorkflowInput } from '../../../../src/ledger/input/workflow.ts';
import { createWorkflows, type Workflows } from '../../../../src/ledger/methods/workflows.ts';
import { HOUR_MS } from '../../../../src/model/time.ts';
import type { Task } from '../../../../src/model/workflow/workflow.ts';
import { LIMIT_PRESETS, type WorkflowLimits } from '../../../../src/model/workflow/workflow-limits.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { Ids } from '../../../../src/ports/random.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';

const START = Date.parse('2026-05-01T10:30:00Z');
let store: Store;
let nowMs: number;
/** Notifications of the engine, in order. */
let notified: string[];
let workflows: Workflows;
/** Further effects of freezing runs, beside the notification. */
let onFreeze: () => Promise<void>;

const clock: Clock = {
  now: () => nowMs,
  elapsed: () => nowMs,
  setTimer: () => ({ cancel: () => {} }),
  yield: async () => {},
};

function countingIds(): Ids {
  let count = 0;
  return { guid: () => `${(++count).toString(16).padStart(8, '0')}-aaaa-4000-8000-000000000000` };
}

function over(limits: WorkflowLimits): Workflows {
  return createWorkflows({
    store,
    clock,
    ids: countingIds(),
    limits,
    scheduleIntervalMs: () => 3 * HOUR_MS,
    freezeRuns: async (id, which) => {
      notified.push(`freeze ${which} ${id.slice(0, 8)}`);
      await onFreeze();
    },
    kept: async () => {},
    changed: (id) => notified.push(`changed ${id.slice(0, 8)}`),
  });
}

beforeEach(() => {
  store = memoryStore();
  nowMs = START;
  notified = [];
  onFreeze = async () => {};
  workflows = over(LIMIT_PRESETS.default);
});

const input: WorkflowInput = {
  category: 'joiner',
  displayName: 'Onboard',
  executionConditions: {
    scope: { rule: "department eq 'Sales'" },
    trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
  },
  tasks: [{ taskDefinitionId: 'sendWelcomeEmail' }, { taskDefinitionId: 'issueLaptop' }],
};
const scheduled: WorkflowInput = { ...input, isSchedulingEnabled: true };
const next = {
  tasks: [{ taskDefinitionId: 'addUserToGroups' }],
  executionConditions: input.executionConditions,
};

async function refusal(promise: Promise<unknown>): Promise<LifecycleError> {
  const error = await promise.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (LifecycleError.is(error)) return error;
  throw error;
}

describe('create', () => {
  it('keeps version 1, with an id of its own for each task', async () => {
    const workflow = await workflows.create(input);
    expect(workflow).toMatchObject({
      version: 1,
      isEnabled: true,
      isSchedulingEnabled: false,
      createdDateTime: '2026-05-01T10:30:00.000Z',
      lastModifiedDateTime: '2026-05-01T10:30:00.000Z',
      deletedDateTime: null,
      nextScheduleRunDateTime: null,
      settings: { quarantineConfiguration: null },
      quarantineDetails: {
        quarantineType: 'notQuarantined',
        quarantineReason: null,
        quarantinedDateTime: null,
      },
    });
    expect(new Set([workflow.id, ...workflow.tasks.map(({ id }) => id)]).size).toBe(3);
    expect(await workflows.get(workflow.id)).toEqual(workflow);
    expect(await workflows.get(workflow.id.toUpperCase())).toEqual(workflow);
    expect(notified).toEqual([`changed ${workflow.id.slice(0, 8)}`]);
  });

  it('with scheduling starts at the next slot', async () => {
    const workflow = await workflows.create(scheduled);
    expect(workflow.nextScheduleRunDateTime).toBe('2026-05-01T12:00:00.000Z');
    expect((await store.getWorkflow(workflow.id))?.lastSlotAtMs).toBe(Date.parse('2026-05-01T09:00:00Z'));
  });

  it('refuses a name that another workflow has, in any letter case, and keeps nothing', async () => {
    const { id } = await workflows.create(input);
    const error = await refusal(workflows.create({ ...input, displayName: ' ONBOARD ' }));
    expect([error.code, error.details]).toEqual([
      'Duplicate',
      { field: 'displayName', displayName: ' ONBOARD ', workflowId: id },
    ]);
    expect(await workflows.list()).toHaveLength(1);
  });

  it('lets one of two rivals for a name win', async () => {
    const results = await Promise.allSettled([workflows.create(input), workflows.create(input)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('refuses one workflow more than the limit; deleted ones do not count', async () => {
    const few = over({ ...LIMIT_PRESETS.default, workflowsMax: 2 });
    const first = await few.create(input);
    await few.create({ ...input, displayName: 'B' });
    const error = await refusal(few.create({ ...input, displayName: 'C' }));
    expect(error).toMatchObject({ code: 'LimitExceeded', details: { limit: 'workflowsMax', max: 2 } });
    await few.delete(first.id);
    await few.create({ ...input, displayName: 'C' });
    expect((await refusal(few.restore(first.id))).code).toBe('LimitExceeded');
  });

  it('rejects bad input and never throws at once', async () => {
    const promise = workflows.create({ ...input, tasks: [] });
    expect((await refusal(promise)).details.field).toBe('tasks');
    expect(notified).toEqual([]);
  });

  it('gives what the caller cannot use to change the record', async () => {
    const workflow = await workflows.create(input);
    expect(() => Object.assign(workflow.tasks[0] ?? {}, { displayName: 'x' })).toThrow(TypeError);
    Object.assign(workflow, { displayName: 'x' });
    expect((await workflows.get(workflow.id)).displayName).toBe('Onboard');
  });
});

describe('createFromTemplate', () => {
  it('makes a workflow with the open arguments filled', async () => {
    const workflow = await workflows.createFromTemplate('onboard new hire employee', {
      displayName: 'Hello',
      arguments: { groupID: 'g1' },
      rule: "department eq 'Sales'",
      isSchedulingEnabled: true,
    });
    expect(workflow).toMatchObject({
      displayName: 'Hello',
      isSchedulingEnabled: true,
      executionConditions: { scope: { rule: "department eq 'Sales'" } },
      tasks: [{}, {}, { arguments: [{ name: 'groupID', value: 'g1' }] }],
    });
  });

  it('makes every template without overrides', async () => {
    const { WORKFLOW_TEMPLATES } = await import('../../../../src/catalogue/workflow-templates.ts');
    for (const { id, displayName } of WORKFLOW_TEMPLATES)
      expect((await workflows.createFromTemplate(id)).displayName).toBe(displayName);
    expect(await workflows.list()).toHaveLength(WORKFLOW_TEMPLATES.length);
  });

  it('refuses an unknown template and a rule that cannot be read', async () => {
    expect((await refusal(workflows.createFromTemplate('Nope'))).code).toBe('NotFound');
    const error = await refusal(workflows.createFromTemplate('Offboard an employee', { rule: 'a eq' }));
    expect(error).toMatchObject({ code: 'InvalidFilter', details: { field: 'rule', position: 4 } });
  });
});

describe('update', () => {
  it('changes in place, strictly later than before', async () => {
    const { id } = await workflows.create(input);
    const after = await workflows.update(id, { displayName: 'New', description: 'Text' });
    expect(after).toMatchObject({ version: 1, displayName: 'New', description: 'Text' });
    expect(after.lastModifiedDateTime).toBe('2026-05-01T10:30:00.001Z');
    nowMs -= HOUR_MS;
    const again = await workflows.update(id, { description: null });
    expect(again.lastModifiedDateTime).toBe('2026-05-01T10:30:00.002Z');
    expect(again.createdDateTime).toBe('2026-05-01T10:30:00.000Z');
  });

  it('that changes nothing writes nothing', async () => {
    const before = await workflows.create(input);
    nowMs += HOUR_MS;
    expect(await workflows.update(before.id, {})).toEqual(before);
    expect(await workflows.update(before.id, { displayName: 'Onboard', isEnabled: true })).toEqual(before);
    expect(notified).toHaveLength(1);
  });

  it('keeps its own name, in another letter case too, and refuses that of another', async () => {
    const { id } = await workflows.create(input);
    await workflows.create({ ...input, displayName: 'Other' });
    expect((await workflows.update(id, { displayName: 'ONBOARD' })).displayName).toBe('ONBOARD');
    expect((await refusal(workflows.update(id, { displayName: 'other' }))).code).toBe('Duplicate');
  });

  it('that disables turns scheduling off and freezes every run, after the commit', async () => {
    const { id } = await workflows.create(scheduled);
    onFreeze = async () => {
      notified.push(`is enabled: ${(await workflows.get(id)).isEnabled}`);
    };
    const after = await workflows.update(id, { isEnabled: false });
    expect(after).toMatchObject({
      isEnabled: false,
      isSchedulingEnabled: false,
      nextScheduleRunDateTime: null,
      settings: { quarantineConfiguration: null },
      quarantineDetails: {
        quarantineType: 'notQuarantined',
        quarantineReason: null,
        quarantinedDateTime: null,
      },
    });
    expect(notified.slice(1)).toEqual(['changed 00000001', 'freeze all 00000001', 'is enabled: false']);
  });

  it('that enables does not turn scheduling back on', async () => {
    const { id } = await workflows.create(scheduled);
    await workflows.update(id, { isEnabled: false });
    expect(await workflows.update(id, { isEnabled: true })).toMatchObject({
      isEnabled: true,
      isSchedulingEnabled: false,
    });
  });

  it('that turns scheduling off freezes the scheduled runs only', async () => {
    const { id } = await workflows.create(scheduled);
    await workflows.update(id, { isSchedulingEnabled: false });
    expect(notified.slice(1)).toEqual(['changed 00000001', 'freeze scheduled 00000001']);
  });

  it('freezes once more when repeated, so that a failed freeze can be retried', async () => {
    const { id } = await workflows.create(scheduled);
    onFreeze = async () => {
      throw new LifecycleError('StoreFailed', 'no');
    };
    expect((await refusal(workflows.update(id, { isEnabled: false }))).code).toBe('StoreFailed');
    expect((await workflows.get(id)).isEnabled).toBe(false);
    onFreeze = async () => {};
    await workflows.update(id, { isEnabled: false });
    expect(notified.filter((one) => one.startsWith('freeze all'))).toHaveLength(2);
  });

  it('of a name freezes nothing, whatever the workflow’s state', async () => {
    const { id } = await workflows.create({ ...input, isEnabled: false });
    await workflows.update(id, { displayName: 'New' });
    expect(notified.some((one) => one.startsWith('freeze'))).toBe(false);
  });

  it('that turns scheduling on starts at the next slot, and leaves a schedule alone that is on', async () => {
    const { id } = await workflows.create(input);
    nowMs = Date.parse('2026-05-02T00:00:00Z');
    const after = await workflows.update(id, { isSchedulingEnabled: true });
    expect(after.nextScheduleRunDateTime).toBe('2026-05-02T03:00:00.000Z');
    expect((await store.getWorkflow(id))?.lastSlotAtMs).toBe(nowMs);
    nowMs += 7 * HOUR_MS;
    await workflows.update(id, { isSchedulingEnabled: true, displayName: 'New' });
    expect((await store.getWorkflow(id))?.lastSlotAtMs).toBe(Date.parse('2026-05-02T00:00:00Z'));
    expect((await workflows.get(id)).nextScheduleRunDateTime).toBe('2026-05-02T09:00:00.000Z');
  });

  it('refuses scheduling that cannot be', async () => {
    const { id } = await workflows.create({ ...input, isEnabled: false });
    const onDemand = { '@odata.type': 'onDemandExecutionOnly' };
    const other = await workflows.create({ ...input, displayName: 'B', executionConditions: onDemand });
    for (const promise of [
      workflows.update(id, { isSchedulingEnabled: true }),
      workflows.update(id, { isEnabled: false, isSchedulingEnabled: true }),
      workflows.update(other.id, { isSchedulingEnabled: true }),
    ])
      expect((await refusal(promise)).details.field).toBe('isSchedulingEnabled');
    await workflows.update(id, { isEnabled: true, isSchedulingEnabled: true });
  });

  it('loses no change of a rival', async () => {
    const { id } = await workflows.create(input);
    await Promise.all([
      workflows.update(id, { description: 'text' }),
      workflows.update(id, { displayName: 'New' }),
      workflows.createNewVersion(id, next),
      workflows.update(id, { isSchedulingEnabled: true }),
    ]);
    expect(await workflows.get(id)).toMatchObject({
      version: 2,
      description: 'text',
      displayName: 'New',
      isSchedulingEnabled: true,
      lastModifiedDateTime: '2026-05-01T10:30:00.004Z',
    });
  });
});

describe('who made a change', () => {
  const by = (id: string) => ({ by: id });

  it('is stored with the workflow and its versions, and is null when none was given', async () => {
    const { id, ...made } = await workflows.create(input, by('ada'));
    expect(made).toMatchObject({ createdBy: { id: 'ada' }, lastModifiedBy: { id: 'ada' } });
    const seen = async () => {
      const { createdBy, lastModifiedBy } = await workflows.get(id);
      return [createdBy?.id, lastModifiedBy?.id ?? null];
    };
    await workflows.update(id, { displayName: 'New' }, by('bob'));
    expect(await seen()).toEqual(['ada', 'bob']);
    await workflows.update(id, { displayName: 'New' }, by('nobody: nothing was changed'));
    expect(await seen()).toEqual(['ada', 'bob']);
    await workflows.updateTask(id, (made.tasks[0] as Task).id, { displayName: 'Mail' }, by('cid'));
    expect(await seen()).toEqual(['ada', 'cid']);
    await workflows.createNewVersion(id, next, by('dan'));
    expect(await seen()).toEqual(['ada', 'dan']);
    // A superseded version was last modified by the author of the next one.
    expect(await workflows.getVersion(id, 1)).toMatchObject({
      createdBy: { id: 'ada' },
      lastModifiedBy: { id: 'dan' },
    });
    await workflows.update(id, { displayName: 'Newer' });
    expect(await seen()).toEqual(['ada', null]);
    await workflows.delete(id, by('eve'));
    expect((await workflows.listDeleted())[0]?.lastModifiedBy).toEqual({ id: 'eve' });
    await workflows.restore(id, by('fay'));
    expect(await seen()).toEqual(['ada', 'fay']);
    expect((await workflows.createFromTemplate('Offboard an employee', {}, by('gus'))).createdBy).toEqual({
      id: 'gus',
    });
  });

  it.each(['', 'a\nb', 'x'.repeat(257), 7, null])('is refused as %j, and nothing is done', async (wrong) => {
    const { id } = await workflows.create(input);
    const author = { by: wrong } as never;
    for (const promise of [
      workflows.create({ ...input, displayName: 'B' }, author),
      workflows.update(id, { displayName: 'B' }, author),
      workflows.createNewVersion(id, next, author),
      workflows.delete(id, author),
    ])
      expect((await refusal(promise)).details.field).toBe('by');
    expect(notified).toEqual(['changed 00000001']);
    expect(await workflows.list()).toMatchObject([{ id, version: 1, displayName: 'Onboard' }]);
  });
});

describe('administration scopes', () => {
  const units = (...ids: string[]) =>
    ids.map((id) => ({ '@odata.type': '#microsoft.graph.administrativeUnit', id }));

  it('are kept, replaced by a patch, carried by versions and brought back by a restore', async () => {
    const { id } = await workflows.create({ ...input, administrationScopeTargets: [{ id: 'north' }] });
    const targets = async () => (await workflows.get(id)).administrationScopeTargets;
    expect(await targets()).toEqual(units('north'));
    await workflows.createNewVersion(id, next);
    expect(await targets()).toEqual(units('north'));
    await workflows.update(id, { administrationScopeTargets: [{ id: 'east' }, { id: 'west' }] });
    expect(await targets()).toEqual(units('east', 'west'));
    expect((await workflows.getVersion(id, 1)).administrationScopeTargets).toEqual(units('north'));
    await workflows.createNewVersion(id, { ...next, administrationScopeTargets: units('south') });
    await workflows.delete(id);
    await workflows.restore(id);
    expect(await targets()).toEqual(units('south'));
    expect(
      (await workflows.update(id, { administrationScopeTargets: [] })).administrationScopeTargets,
    ).toEqual([]);
  });
});

describe('createNewVersion', () => {
  it('replaces tasks and conditions, with new task ids, and keeps the old version', async () => {
    const first = await workflows.create(scheduled);
    nowMs += HOUR_MS;
    const second = await workflows.createNewVersion(first.id, {
      ...first,
      tasks: [...first.tasks].reverse(),
    });
    expect(second).toMatchObject({
      id: first.id,
      version: 2,
      createdDateTime: first.createdDateTime,
      lastModifiedDateTime: '2026-05-01T11:30:00.000Z',
      isSchedulingEnabled: true,
    });
    expect(second.tasks.map((task) => [task.taskDefinitionId, task.executionSequence])).toEqual([
      ['issueLaptop', 1],
      ['70b29d51-b59a-4773-9280-8841dfd3f2ea', 2],
    ]);
    const ids = [...first.tasks, ...second.tasks].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    const kept = await workflows.getVersion(first.id, 1);
    expect(kept.tasks).toEqual(first.tasks);
    expect(kept.lastModifiedDateTime).toBe(second.lastModifiedDateTime);
    expect(kept.nextScheduleRunDateTime).toBeNull();
    expect((await workflows.listVersions(first.id)).map(({ version }) => version)).toEqual([2, 1]);
    expect(await workflows.getVersion(first.id, 2)).toEqual(second);
  });

  it('leaves the schedule where it is, and freezes nothing', async () => {
    const { id } = await workflows.create(scheduled);
    const before = (await store.getWorkflow(id))?.lastSlotAtMs;
    nowMs += 24 * HOUR_MS;
    await workflows.createNewVersion(id, next);
    expect((await store.getWorkflow(id))?.lastSlotAtMs).toBe(before);
    expect(notified).toEqual(['changed 00000001', 'changed 00000001']);
  });

  it('that disables or unschedules freezes as an update does', async () => {
    const { id } = await workflows.create(scheduled);
    await workflows.createNewVersion(id, { ...next, isSchedulingEnabled: false });
    await workflows.createNewVersion(id, { ...next, isEnabled: false });
    expect(notified.filter((one) => one.startsWith('freeze'))).toEqual([
      'freeze scheduled 00000001',
      'freeze all 00000001',
    ]);
  });

  it('that is refused leaves everything as it was', async () => {
    const first = await workflows.create(input);
    await workflows.create({ ...input, displayName: 'Other' });
    expect((await refusal(workflows.createNewVersion(first.id, { ...next, tasks: [] }))).code).toBe(
      'InvalidArgument',
    );
    expect(
      (await refusal(workflows.createNewVersion(first.id, { ...next, displayName: 'Other' }))).code,
    ).toBe('Duplicate');
    expect(await workflows.get(first.id)).toEqual(first);
    expect(await workflows.listVersions(first.id)).toHaveLength(1);
  });

  it.each([0, -1, 1.5, Number.NaN, '1', null])('getVersion refuses %o', async (version) => {
    const { id } = await workflows.create(input);
    expect((await refusal(workflows.getVersion(id, version as number))).code).toBe('InvalidArgument');
  });

  it('getVersion does not find a version that never was', async () => {
    const { id } = await workflows.create(input);
    const error = await refusal(workflows.getVersion(id, 2));
    expect([error.code, error.details]).toEqual(['NotFound', { workflowId: id, version: 2 }]);
  });
});

describe('delete, restore, purge', () => {
  it('hides a deleted workflow from everything but the deleted ones', async () => {
    const { id } = await workflows.create(scheduled);
    nowMs += HOUR_MS;
    await workflows.delete(id);
    expect(await workflows.list()).toEqual([]);
    expect(await workflows.listDeleted()).toMatchObject([
      {
        id,
        deletedDateTime: '2026-05-01T11:30:00.000Z',
        isSchedulingEnabled: false,
        nextScheduleRunDateTime: null,
        settings: { quarantineConfiguration: null },
        quarantineDetails: {
          quarantineType: 'notQuarantined',
          quarantineReason: null,
          quarantinedDateTime: null,
        },
      },
    ]);
    for (const promise of [
      workflows.get(id),
      workflows.update(id, {}),
      workflows.createNewVersion(id, next),
      workflows.delete(id),
      workflows.listVersions(id),
      workflows.getVersion(id, 1),
    ])
      expect((await refusal(promise)).code).toBe('NotFound');
  });

  it('freezes before the deletion, and once more for runs that started in the meantime', async () => {
    const { id } = await workflows.create(input);
    onFreeze = async () => {
      notified.push(`deleted: ${(await workflows.listDeleted()).length}`);
    };
    await workflows.delete(id);
    expect(notified.slice(1)).toEqual([
      'freeze all 00000001',
      'deleted: 0',
      'changed 00000001',
      'freeze all 00000001',
      'deleted: 1',
    ]);
  });

  it('does not delete when its runs cannot be frozen', async () => {
    const { id } = await workflows.create(input);
    onFreeze = async () => {
      throw new LifecycleError('StoreFailed', 'no');
    };
    expect((await refusal(workflows.delete(id))).code).toBe('StoreFailed');
    expect(await workflows.list()).toHaveLength(1);
  });

  it('restores with history, not scheduled', async () => {
    const { id } = await workflows.create(scheduled);
    await workflows.createNewVersion(id, next);
    await workflows.delete(id);
    const restored = await workflows.restore(id);
    expect(restored).toMatchObject({
      id,
      version: 2,
      deletedDateTime: null,
      isEnabled: true,
      isSchedulingEnabled: false,
    });
    expect(await workflows.listVersions(id)).toHaveLength(2);
    expect(await workflows.listDeleted()).toEqual([]);
    expect((await refusal(workflows.restore(id))).code).toBe('NotFound');
  });

  it('frees the name, and refuses a restore once it is taken', async () => {
    const { id } = await workflows.create(input);
    await workflows.delete(id);
    await workflows.create(input);
    expect((await refusal(workflows.restore(id))).code).toBe('Duplicate');
    expect(await workflows.listDeleted()).toHaveLength(1);
  });

  it('purges only what is deleted', async () => {
    const { id } = await workflows.create(input);
    expect((await refusal(workflows.purge(id))).code).toBe('NotFound');
    await workflows.delete(id);
    await workflows.purge(id);
    expect(await workflows.listDeleted()).toEqual([]);
    expect(await store.getWorkflow(id)).toBeNull();
    expect((await refusal(workflows.restore(id))).code).toBe('NotFound');
    expect(notified.at(-1)).toBe('changed 00000001');
  });

  it.each([undefined, null, 5, {}, 'x'.repeat(257)])('refuses %o as an id', async (id) => {
    const methods = ['get', 'delete', 'restore', 'purge', 'listVersions'] as const;
    for (const method of methods)
      expect((await refusal(workflows[method](id as string))).details.field).toBe('id');
  });

  it('does not find an unknown id', async () => {
    for (const id of ['', '__proto__', '00000000-0000-4000-8000-000000000000'])
      expect(await refusal(workflows.get(id))).toMatchObject({ details: { workflowId: id } });
  });
});
