/** Runs with too many users: what is kept, who is not processed, and how it goes on. */
import { describe, expect, it } from 'vitest';
import type { SettingsPatch } from '../../../../src/ledger/input/settings.ts';
import { HOUR_MS } from '../../../../src/model/time.ts';
import { sqliteStore } from '../../../../src/sqlite.ts';
import { checkDatabase } from '../../../../src/testing/oracles/check-database.ts';
import {
  allUsers,
  codeOf,
  expectRecount,
  expectSound,
  makeWorld,
  scheduledInput,
  type WorldOptions,
  workflowInput,
} from '../../../helpers/world.ts';
import { newFile } from '../../stores/sqlite/support.ts';

const bounds = (threshold: number) => ({ matchMode: 'any', conditions: [{ threshold }] }) as never;

/** A world in which `hire` makes people due at the next slot. */
function hiringWorld(options: WorldOptions = {}) {
  const people: { id: string; department: string; employeeHireDate: string }[] = [];
  const calls: string[] = [];
  const world = makeWorld({
    directory: {
      get: async (ids) => people.filter(({ id }) => ids.includes(id)),
      async *query() {
        yield* people;
      },
    },
    tasks: { '*': ({ subject }) => void calls.push(subject.id) },
    ...options,
  });
  const hire = (count: number) => {
    const employeeHireDate = new Date(world.clock.now()).toISOString();
    for (let index = 0; index < count; index++)
      people.push({ id: `u${people.length + 1}`, department: 'Sales', employeeHireDate });
  };
  const slot = async () => {
    calls.length = 0;
    await world.clock.advance(3 * HOUR_MS);
    return calls.length;
  };
  return { ...world, hire, slot };
}

describe('a scheduled run with too many users', () => {
  it('is kept with its users in quarantine, and its workflow waits until that is cleared', async () => {
    const world = hiringWorld();
    const { workflows, runs, settings } = world.engine;
    await settings.update({ quarantineConfiguration: bounds(2) });
    const workflow = await workflows.create(scheduledInput(['a', 'b']));
    await world.engine.start();
    world.hire(2);
    expect(await world.slot()).toBe(4);
    world.hire(3);
    expect(await workflows.wouldQuarantine(workflow.id)).toEqual({
      usersCount: 3,
      quarantine: {
        quarantineType: 'countBasedThresholdExceeded',
        quarantineReason: '3 users, where at most 2 may be processed at once',
      },
    });
    expect(await world.slot()).toBe(0);
    const [run] = (await runs.list(workflow.id)).value;
    expect(run).toMatchObject({
      processingStatus: 'quarantined',
      startedDateTime: null,
      completedDateTime: null,
      totalUsersCount: 3,
      totalUnprocessedTasksCount: 6,
    });
    const users = await allUsers(world.engine, run?.id ?? '');
    expect(users.map((user) => user.processingStatus)).toEqual(['quarantined', 'quarantined', 'quarantined']);
    const { quarantineDetails } = await workflows.get(workflow.id);
    expect(quarantineDetails).toMatchObject({ quarantineType: 'countBasedThresholdExceeded' });
    expect(
      world.events.filter(({ name }) => name === 'workflow.quarantined').map(({ payload }) => payload),
    ).toEqual([{ workflowId: workflow.id, runId: run?.id, quarantineDetails }]);
    await world.engine.runs.waitFor(run?.id ?? '');
    if (run) await expectRecount(world.engine, run);

    world.hire(1);
    expect(await world.slot()).toBe(0);
    expect((await runs.list(workflow.id)).value).toHaveLength(2);
    expect(await codeOf(runs.evaluate(workflow.id))).toBe('WorkflowQuarantined');
    const onDemand = await runs.activate(workflow.id, { subjects: ['u1', 'u2', 'u3'] });
    expect((await runs.waitFor(onDemand.id)).processingStatus).toBe('completed');

    await settings.update({ quarantineConfiguration: null });
    const cleared = await workflows.clearQuarantine(workflow.id);
    expect(cleared.quarantineDetails.quarantineType).toBe('notQuarantined');
    expect(await workflows.clearQuarantine(workflow.id)).toEqual(cleared);
    expect(await world.slot()).toBe(8);
    expect(await world.slot()).toBe(0);
    expect((await runs.get(run?.id ?? '')).processingStatus).toBe('quarantined');
    await expectSound(world.store);
    await world.engine.stop();
  });

  it('is judged by the workflow’s own bounds, if it has any, and by a share of all subjects', async () => {
    const world = hiringWorld();
    const { workflows, settings } = world.engine;
    await settings.update({ quarantineConfiguration: bounds(0) });
    const percentage = { matchMode: 'any', conditions: [{ percentage: 50 }] } as never;
    const workflow = await workflows.create(
      scheduledInput(['a'], { settings: { quarantineConfiguration: percentage } }),
    );
    await world.engine.start();
    world.hire(4);
    expect((await workflows.wouldQuarantine(workflow.id)).quarantine?.quarantineType).toBe(
      'percentageBasedThresholdExceeded',
    );
    await workflows.update(workflow.id, { settings: { quarantineConfiguration: bounds(4) } });
    expect(await world.slot()).toBe(4);
    world.hire(4);
    await workflows.update(workflow.id, { settings: { quarantineConfiguration: percentage } });
    expect(await world.slot()).toBe(4);
    await expectSound(world.store);
    await world.engine.stop();
  });

  it('of several batches is put in quarantine whole, on disk too', async () => {
    const file = newFile();
    const world = hiringWorld({ store: await sqliteStore(file) });
    const { workflows, settings } = world.engine;
    await settings.update({ quarantineConfiguration: bounds(2_000) });
    const workflow = await workflows.create(scheduledInput(['a']));
    await world.engine.start();
    world.hire(2_500);
    expect(await world.slot()).toBe(0);
    const [run] = (await world.engine.runs.list(workflow.id)).value;
    expect(run).toMatchObject({ processingStatus: 'quarantined', totalUsersCount: 2_500 });
    const inQuarantine = { filter: "processingStatus eq 'quarantined'", count: true, top: 1 };
    const page = await world.engine.userProcessingResults.list(run?.id ?? '', inQuarantine);
    expect(page.count).toBe(2_500);
    expect((await checkDatabase(world.store.inner)).violations).toEqual([]);
    await settings.update({ quarantineConfiguration: bounds(2_500) });
    await workflows.clearQuarantine(workflow.id);
    expect(await world.slot()).toBe(2_500);
    await world.engine.close();
  });
});

describe('the settings of quarantine and schedule', () => {
  it('have defaults, are stored, and name the field of an invalid value', async () => {
    const { engine } = hiringWorld({ scheduleIntervalHours: 6 });
    expect(await engine.settings.get()).toEqual({
      emailSettings: { senderDomain: '', useCompanyBranding: false },
      quarantineConfiguration: null,
      workflowScheduleIntervalInHours: 6,
    });
    const emailSettings = { senderDomain: 'contoso.com', useCompanyBranding: true };
    await engine.settings.update({ emailSettings });
    const updated = await engine.settings.update({ workflowScheduleIntervalInHours: 1 });
    expect(updated).toMatchObject({ emailSettings, workflowScheduleIntervalInHours: 1 });
    expect(await engine.settings.get()).toEqual(updated);
    const field = async (patch: unknown) => {
      const error = await engine.settings.update(patch as SettingsPatch).catch((reason: unknown) => reason);
      return (error as { details?: { field?: string } }).details?.field;
    };
    const condition = (one: object) => ({ quarantineConfiguration: { matchMode: 'any', conditions: [one] } });
    const at = 'quarantineConfiguration.conditions[0]';
    for (const [patch, name] of [
      [{ workflowScheduleIntervalInHours: 25 }, 'workflowScheduleIntervalInHours'],
      [{ emailSettings: { senderDomain: 'x' } }, 'emailSettings.useCompanyBranding'],
      [{ other: 1 }, 'other'],
      [condition({}), at],
      [condition({ threshold: 1, percentage: 1 }), at],
      [condition({ threshold: -1 }), `${at}.threshold`],
      [condition({ percentage: 101 }), `${at}.percentage`],
      [condition({ percentage: 1, '@odata.type': 'countBasedQuarantineCondition' }), `${at}.@odata.type`],
      [
        { quarantineConfiguration: { conditions: [], matchMode: 'some' } },
        'quarantineConfiguration.matchMode',
      ],
      [
        { quarantineConfiguration: { conditions: {}, matchMode: 'any' } },
        'quarantineConfiguration.conditions',
      ],
    ] as const)
      expect(await field(patch)).toBe(name);
  });

  it('change the interval of slots at once, and for the next start', async () => {
    const world = hiringWorld();
    const workflow = await world.engine.workflows.create(scheduledInput(['a']));
    await world.engine.start();
    await world.engine.settings.update({ workflowScheduleIntervalInHours: 1 });
    const next = async () => (await world.engine.workflows.get(workflow.id)).nextScheduleRunDateTime;
    expect(Date.parse((await next()) ?? '') - world.clock.now()).toBeLessThanOrEqual(HOUR_MS);
    world.hire(1);
    await world.clock.advance(HOUR_MS);
    expect((await world.engine.runs.list(workflow.id)).value).toHaveLength(1);
    await world.engine.stop();
    const second = hiringWorld({ store: world.store, clock: world.clock });
    await second.engine.start();
    expect((await second.engine.settings.get()).workflowScheduleIntervalInHours).toBe(1);
    second.hire(1);
    await second.clock.advance(HOUR_MS);
    expect((await second.engine.runs.list(workflow.id)).value).toHaveLength(2);
    await second.engine.stop();
  });
});

describe('the execution scope', () => {
  it('lists the subjects that qualify at the next slot, processed or not, page by page', async () => {
    const world = hiringWorld();
    const { workflows } = world.engine;
    const workflow = await workflows.create(scheduledInput(['a', 'b']));
    await world.engine.start();
    world.hire(5);
    await world.slot();
    const first = await workflows.eligible(workflow.id, { top: 2 });
    expect(first.value[0]).toMatchObject({
      processingStatus: 'queued',
      scheduledDateTime: (await workflows.get(workflow.id)).nextScheduleRunDateTime,
      totalTasksCount: 2,
      workflowVersion: 1,
      subject: { id: 'u1' },
    });
    const subjects = first.value.map(({ subject }) => subject.id);
    for (let after = first.nextToken; after !== null; ) {
      const page = await workflows.eligible(workflow.id, { top: 2, after });
      subjects.push(...page.value.map(({ subject }) => subject.id));
      after = page.nextToken;
    }
    expect(subjects).toEqual(['u1', 'u2', 'u3', 'u4', 'u5']);
    expect(await codeOf(workflows.eligible(workflow.id, { top: 0 }))).toBe('InvalidArgument');
    const onDemand = await workflows.create(workflowInput(['a']));
    expect(await workflows.eligible(onDemand.id)).toEqual({ value: [], nextToken: null });
    const [member] = first.value;
    expect(await workflows.eligibleSubject(workflow.id, member?.id ?? '')).toEqual(member);
    for (const one of [`${member?.id}x`, member?.subject.id ?? ''])
      expect(await codeOf(workflows.eligibleSubject(workflow.id, one))).toBe('NotFound');
    expect(await codeOf(workflows.eligibleSubject(onDemand.id, member?.id ?? ''))).toBe('NotFound');
    expect(await workflows.wouldQuarantine(onDemand.id)).toEqual({ usersCount: 0, quarantine: null });
    await world.engine.stop();
  });
});
