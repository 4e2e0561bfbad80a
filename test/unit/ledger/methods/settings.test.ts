/** The tenant's settings: defaults, what is stored, and when a change is announced. */
import { describe, expect, it } from 'vitest';
import { createSettings, quarantineConfigurationOf } from '../../../../src/ledger/methods/settings.ts';
import { HOUR_MS, MINUTE_MS } from '../../../../src/model/time.ts';
import type { QuarantineConfiguration } from '../../../../src/model/workflow/quarantine.ts';
import type { UserReference } from '../../../../src/model/workflow/workflow.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { workflowRecord } from '../../../../src/testing/contract/records/records.ts';

const BOUNDS: QuarantineConfiguration = {
  matchMode: 'any',
  conditions: [
    { '@odata.type': '#microsoft.graph.identityGovernance.countBasedQuarantineCondition', threshold: 5 },
  ],
};

function settingsOf(intervalMs = 3 * HOUR_MS, store = memoryStore()) {
  const changes: (UserReference | null)[] = [];
  const settings = createSettings(
    store,
    intervalMs,
    async () => {},
    (by) => void changes.push(by),
  );
  return { store, settings, changes, stored: () => store.getSetting('lifecycleManagementSettings') };
}

describe('settings that were never changed', () => {
  it('are the defaults, with the interval that the ledger was given', async () => {
    const { settings, stored } = settingsOf(6 * HOUR_MS);
    expect(await settings.get()).toEqual({
      emailSettings: { senderDomain: '', useCompanyBranding: false },
      quarantineConfiguration: null,
      workflowScheduleIntervalInHours: 6,
    });
    expect(settings.scheduleIntervalMs).toBe(6 * HOUR_MS);
    expect(await stored()).toBeNull();
  });

  it('may have an interval that is no whole number of hours', async () => {
    const { settings } = settingsOf(90 * MINUTE_MS);
    expect((await settings.get()).workflowScheduleIntervalInHours).toBe(1.5);
    expect(settings.scheduleIntervalMs).toBe(90 * MINUTE_MS);
  });
});

describe('an update of the settings', () => {
  it('returns and stores the changed properties, and is announced once in the name of its author', async () => {
    const { settings, changes, stored } = settingsOf();
    const changed = await settings.update({ workflowScheduleIntervalInHours: 4 }, { by: 'ada' });
    expect(changed.workflowScheduleIntervalInHours).toBe(4);
    expect(await settings.get()).toEqual(changed);
    expect(settings.scheduleIntervalMs).toBe(4 * HOUR_MS);
    expect(JSON.parse((await stored()) ?? '')).toEqual({ workflowScheduleIntervalInHours: 4 });
    expect(changes).toEqual([{ id: 'ada' }]);
  });

  it('keeps what an earlier one set', async () => {
    const { settings } = settingsOf();
    await settings.update({ workflowScheduleIntervalInHours: 4 });
    await settings.update({ emailSettings: { senderDomain: 'x.example', useCompanyBranding: true } });
    await settings.update({ quarantineConfiguration: BOUNDS });
    expect(await settings.get()).toEqual({
      workflowScheduleIntervalInHours: 4,
      emailSettings: { senderDomain: 'x.example', useCompanyBranding: true },
      quarantineConfiguration: BOUNDS,
    });
  });

  it('that changes nothing stores nothing and is not announced', async () => {
    const { settings, changes, stored } = settingsOf();
    const before = await settings.get();
    expect(await settings.update({})).toEqual(before);
    expect(await settings.update(before, { by: 'ada' })).toEqual(before);
    expect([await stored(), changes]).toEqual([null, []]);
  });

  it('stores what was set only, so that another default interval applies to the rest', async () => {
    const { store, settings } = settingsOf(3 * HOUR_MS);
    await settings.update({ quarantineConfiguration: BOUNDS });
    const other = settingsOf(8 * HOUR_MS, store).settings;
    expect(await other.get()).toMatchObject({
      workflowScheduleIntervalInHours: 8,
      quarantineConfiguration: BOUNDS,
    });
  });

  it('can take a quarantine configuration away', async () => {
    const { settings } = settingsOf();
    await settings.update({ quarantineConfiguration: BOUNDS });
    await settings.update({ quarantineConfiguration: null });
    expect((await settings.get()).quarantineConfiguration).toBeNull();
  });

  it('of two at the same moment loses neither', async () => {
    const { settings, changes } = settingsOf();
    await Promise.all([
      settings.update({ workflowScheduleIntervalInHours: 5 }, { by: 'ada' }),
      settings.update({ quarantineConfiguration: BOUNDS }, { by: 'bob' }),
    ]);
    expect(await settings.get()).toMatchObject({
      workflowScheduleIntervalInHours: 5,
      quarantineConfiguration: BOUNDS,
    });
    expect(changes).toHaveLength(2);
  });

  it.each<[string, unknown, unknown, string]>([
    [
      'of an interval of 0 hours',
      { workflowScheduleIntervalInHours: 0 },
      undefined,
      'workflowScheduleIntervalInHours',
    ],
    [
      'of an interval of 25 hours',
      { workflowScheduleIntervalInHours: 25 },
      undefined,
      'workflowScheduleIntervalInHours',
    ],
    ['of an unknown property', { color: 'red' }, undefined, 'color'],
    ['by an author of another type', { workflowScheduleIntervalInHours: 4 }, { by: 7 }, 'by'],
  ])('%s is refused, stores nothing and is not announced', async (_, patch, author, field) => {
    const { settings, changes, stored } = settingsOf();
    await expect(settings.update(patch as never, author as never)).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { field: expect.stringContaining(field) },
    });
    expect([await stored(), changes, settings.scheduleIntervalMs]).toEqual([null, [], 3 * HOUR_MS]);
  });
});

it('a ledger has the interval that another process set from the next load on', async () => {
  const { store, settings } = settingsOf();
  const other = settingsOf(3 * HOUR_MS, store).settings;
  await other.update({ workflowScheduleIntervalInHours: 12 });
  expect(settings.scheduleIntervalMs).toBe(3 * HOUR_MS);
  expect((await settings.get()).workflowScheduleIntervalInHours).toBe(12);
  await settings.load();
  expect(settings.scheduleIntervalMs).toBe(12 * HOUR_MS);
});

it('the quarantine bounds of a workflow are its own, or else those of the tenant, or else none', async () => {
  const { settings } = settingsOf();
  const { workflow } = workflowRecord(0);
  const own = { ...BOUNDS, matchMode: 'all' } as const;
  expect(await quarantineConfigurationOf(settings, workflow)).toBeNull();
  await settings.update({ quarantineConfiguration: BOUNDS });
  expect(await quarantineConfigurationOf(settings, workflow)).toEqual(BOUNDS);
  const withOwn = { ...workflow, settings: { quarantineConfiguration: own } };
  expect(await quarantineConfigurationOf(settings, withOwn)).toEqual(own);
});
