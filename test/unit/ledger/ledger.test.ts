/** How a ledger is put together: its defaults, and what a change of a workflow or of the settings causes. */
import { describe, expect, it } from 'vitest';
import { assembleLedger, type LedgerSettings } from '../../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../../src/model/resources/audit.ts';
import { HOUR_MS } from '../../../src/model/time.ts';
import { DEFAULT_LIMITS } from '../../../src/model/workflow/workflow-limits.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { seededIds } from '../../../src/system/virtual/random.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { codeOf, scheduledInput, workflowInput } from '../../helpers/world.ts';

function ledgerOf(settings: LedgerSettings = {}, store = memoryStore()) {
  const clock = new VirtualClock();
  const audited: AuditEntry[] = [];
  const emitted: string[] = [];
  const ledger = assembleLedger(
    {
      store,
      clock,
      ids: seededIds(1),
      events: {
        has: () => true,
        emit: (name, payload) => {
          if (name === 'audit.recorded') audited.push(payload as AuditEntry);
          else emitted.push(name);
        },
      },
      aggregation: { strictFailed: false },
      planning: new Set(),
    },
    settings,
  );
  return { clock, store, ledger, audited, emitted };
}

describe('a ledger without settings', () => {
  it('has slots of 3 hours and the default limits', async () => {
    const { ledger, clock } = ledgerOf();
    const workflow = await ledger.workflows.create(scheduledInput(['a']));
    expect(workflow.nextScheduleRunDateTime).toBe(clock.iso(3 * HOUR_MS));
    expect((await ledger.settings.get()).workflowScheduleIntervalInHours).toBe(3);
    const tasks = Array.from({ length: DEFAULT_LIMITS.tasksPerWorkflowMax + 1 }, (_, no) => `t${no}`);
    expect(await codeOf(ledger.workflows.create(workflowInput(tasks)))).toBe('LimitExceeded');
  });

  it('has an empty record', async () => {
    const { ledger } = ledgerOf();
    expect(await ledger.workflows.list()).toEqual([]);
    expect(await ledger.runs.list()).toEqual({ value: [], nextToken: null });
    expect(await ledger.customTaskExtensions.list()).toEqual([]);
  });
});

describe('the settings of a ledger', () => {
  it('bound the workflows', async () => {
    const { ledger } = ledgerOf({ limits: { ...DEFAULT_LIMITS, workflowsMax: 1 } });
    await ledger.workflows.create(workflowInput(['a']));
    expect(await codeOf(ledger.workflows.create(workflowInput(['a'])))).toBe('LimitExceeded');
  });

  it('set the interval of slots until the tenant sets another one, which holds at once', async () => {
    const { ledger, clock } = ledgerOf({ scheduleIntervalMs: 6 * HOUR_MS });
    const { id } = await ledger.workflows.create(scheduledInput(['a']));
    const next = async () => (await ledger.workflows.get(id)).nextScheduleRunDateTime;
    expect(await next()).toBe(clock.iso(6 * HOUR_MS));
    await ledger.settings.update({ workflowScheduleIntervalInHours: 12 });
    expect(await next()).toBe(clock.iso(12 * HOUR_MS));
  });
});

describe('a change of the record', () => {
  it('of a workflow is passed on with its id, of the settings with null, and each is audited once', async () => {
    const changed: (string | null)[] = [];
    const { ledger, audited } = ledgerOf({ workflowChanged: (id) => void changed.push(id) });
    const { id } = await ledger.workflows.create(workflowInput(['a']), { by: 'ada' });
    await ledger.workflows.update(id, { isEnabled: false }, { by: 'bob' });
    await ledger.settings.update({ workflowScheduleIntervalInHours: 4 }, { by: 'cleo' });
    expect(changed).toEqual([id, id, null]);
    expect(audited.map(({ activity, initiatedBy }) => [activity, initiatedBy?.id])).toEqual([
      ['Create workflow', 'ada'],
      ['Set workflow for on-demand execution', 'ada'],
      ['Disable workflow', 'bob'],
      ['Update tenant settings', 'cleo'],
    ]);
  });

  it('that changes nothing is neither passed on nor audited', async () => {
    const changed: (string | null)[] = [];
    const { ledger, audited } = ledgerOf({ workflowChanged: (id) => void changed.push(id) });
    const { id, displayName } = await ledger.workflows.create(workflowInput(['a']));
    const before = [changed.length, audited.length];
    await ledger.workflows.update(id, { displayName });
    await ledger.settings.update({ workflowScheduleIntervalInHours: 3 });
    expect([changed.length, audited.length]).toEqual(before);
  });

  it('that disables a workflow ends its runs canceled, and no run of another workflow', async () => {
    const { ledger, clock, emitted } = ledgerOf();
    const [first, second] = [
      await ledger.workflows.create(workflowInput(['a'])),
      await ledger.workflows.create(workflowInput(['a'])),
    ];
    const create = (workflowId: string, type: 'onDemand' | 'scheduled') =>
      ledger.runs.create(workflowId, {
        scheduledDateTime: clock.iso(),
        workflowExecutionType: type,
        totalUsersCount: 1,
        totalTasksCount: 1,
      });
    const runs = [
      await create(first.id, 'onDemand'),
      await create(first.id, 'scheduled'),
      await create(second.id, 'onDemand'),
    ];
    emitted.length = 0;
    await ledger.workflows.update(first.id, { isEnabled: false });
    const statuses = await Promise.all(
      runs.map(async ({ id }) => (await ledger.runs.get(id)).processingStatus),
    );
    expect(statuses).toEqual(['canceled', 'canceled', 'queued']);
    expect(emitted.filter((name) => name === 'run.finished')).toHaveLength(2);
  });
});

it('two ledgers on one store have one record', async () => {
  const { ledger, store } = ledgerOf();
  const other = ledgerOf({}, store).ledger;
  const workflow = await ledger.workflows.create(workflowInput(['a']));
  expect(await other.workflows.get(workflow.id)).toEqual(workflow);
  await other.workflows.delete(workflow.id);
  expect(await codeOf(ledger.workflows.get(workflow.id))).toBe('NotFound');
});
