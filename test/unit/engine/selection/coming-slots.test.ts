/** How many people the coming slots will take, and that they then do. */
import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../../src/model/subject.ts';
import { HOUR_MS } from '../../../../src/model/time.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { codeOf, makeWorld, scheduledInput } from '../../../helpers/world.ts';

const NOW = '2026-03-02T13:00:00Z';
const hired = (id: string, employeeHireDate: unknown, department = 'Sales'): Subject => ({
  id,
  department,
  employeeHireDate,
});
const bounds = (...conditions: object[]) => ({
  settings: { quarantineConfiguration: { matchMode: 'any', conditions } } as never,
});

function world(subjects: readonly Subject[]) {
  return makeWorld({ clock: new VirtualClock(NOW), subjects, catchUpDays: 3 });
}

/** People hired over forty days, around each kind of edge: at a slot, before the catch-up, twice a day, by no date. */
function population(): readonly Subject[] {
  const people = Array.from({ length: 160 }, (_, no) =>
    hired(
      `u${no}`,
      new Date(Date.parse(NOW) + (no - 40) * 7 * HOUR_MS).toISOString(),
      no % 3 ? 'Sales' : 'IT',
    ),
  );
  return [
    ...people,
    hired('at a slot', '2026-03-04T15:00:00Z'),
    hired('just after it', '2026-03-04T15:00:00.001Z'),
    hired('no date', null),
    hired('no readable date', 'soon'),
  ];
}

describe('the coming slots', () => {
  it('take in the end who the calendar said they would', async () => {
    const made = world(population());
    const { engine, clock, events } = made;
    const inputs = [
      scheduledInput(['a'], { displayName: 'On the day' }),
      scheduledInput(['a'], { displayName: 'A week before', offsetInDays: -7 }),
      scheduledInput(['a'], { displayName: 'IT', rule: "department eq 'IT'", offsetInDays: 2 }),
    ];
    for (const input of inputs) await engine.workflows.create(input);
    const { workflows, examinedUsersCount, isCut } = await engine.workflows.comingSlots({ days: 20 });
    expect([examinedUsersCount, isCut]).toEqual([164, false]);
    const said = workflows.flatMap(({ displayName, slots }) =>
      slots.map(({ slotDateTime, usersCount }) => `${slotDateTime} ${displayName}: ${usersCount}`),
    );
    await engine.start();
    for (let hour = 0; hour < 20 * 24 + 1; hour += 1) await clock.advance(HOUR_MS);
    const done = events.flatMap(({ name, payload }) =>
      name === 'run.created' && 'run' in payload
        ? [
            `${payload.run.scheduledDateTime} ${payload.run.workflow.displayName}: ${payload.run.totalUsersCount}`,
          ]
        : [],
    );
    expect(said.length).toBeGreaterThan(50);
    expect(done.sort()).toEqual(said.sort());
    await engine.close();
  });

  it('leave out who was taken for the same moment before', async () => {
    const { engine, clock } = world([hired('ada', '2026-03-02'), hired('bob', '2026-03-05')]);
    await engine.workflows.create(scheduledInput(['a']));
    await engine.start();
    await clock.advance(3 * HOUR_MS);
    const { workflows } = await engine.workflows.comingSlots();
    expect(workflows[0]?.slots).toEqual([
      { slotDateTime: '2026-03-05T00:00:00.000Z', usersCount: 1, quarantineReason: null },
    ]);
    await engine.close();
  });

  it('say which would be too many, by number and by share of the directory', async () => {
    const { engine } = world([
      ...['a', 'b', 'c'].map((id) => hired(id, '2026-03-05')),
      hired('d', '2026-03-09'),
      ...['e', 'f'].map((id) => hired(id, null)),
    ]);
    await engine.workflows.create(scheduledInput(['a'], bounds({ threshold: 2 })));
    await engine.workflows.create(scheduledInput(['a'], bounds({ percentage: 20 })));
    await engine.workflows.create(scheduledInput(['a']));
    const { workflows } = await engine.workflows.comingSlots();
    expect(workflows.map(({ slots }) => slots.map(({ quarantineReason }) => quarantineReason))).toEqual([
      ['3 users, where at most 2 may be processed at once', null],
      ['3 users, where at most 20 % of the people in the directory may be processed at once', null],
      [null, null],
    ]);
    await engine.close();
  });

  it('are not foreseen for a trigger of changes, and are none of workflows whose schedule is off', async () => {
    const { engine } = world([hired('ada', '2026-03-05')]);
    const { executionConditions } = scheduledInput(['a']);
    const trigger = {
      '@odata.type': '#microsoft.graph.identityGovernance.attributeChangeTrigger',
      triggerAttributes: [{ name: 'department' }],
    };
    const changes = { executionConditions: { ...(executionConditions as object), trigger } as never };
    await engine.workflows.create(
      scheduledInput(['a'], { ...changes, displayName: 'Movers', category: 'mover' }),
    );
    await engine.workflows.create(scheduledInput(['a'], { isSchedulingEnabled: false }));
    const { workflows } = await engine.workflows.comingSlots();
    expect(workflows).toMatchObject([{ displayName: 'Movers', outlook: 'changes', slots: [] }]);
    await engine.close();
  });

  it('are none of a workflow in quarantine', async () => {
    const { engine, clock } = world(['a', 'b'].map((id) => hired(id, '2026-03-02')));
    await engine.workflows.create(scheduledInput(['a'], bounds({ threshold: 1 })));
    await engine.start();
    await clock.advance(3 * HOUR_MS);
    const { workflows } = await engine.workflows.comingSlots();
    expect(workflows).toMatchObject([{ outlook: 'quarantine', slots: [] }]);
    await engine.close();
  });

  it('are cut when the time is over, which the answer says', async () => {
    const clock = new VirtualClock(NOW);
    const many = Array.from({ length: 2_500 }, (_, no) => hired(`u${no}`, '2026-03-05'));
    async function* query() {
      for (const [at, person] of many.entries()) {
        if (at === 500) await clock.advance(2_000);
        yield person;
      }
    }
    const { engine } = makeWorld({ clock, directory: { query, get: async () => [] } });
    await engine.workflows.create(scheduledInput(['a']));
    expect(await engine.workflows.comingSlots({ timeoutMs: 1_000 })).toMatchObject({
      isCut: true,
      examinedUsersCount: 1_000,
    });
    expect(await codeOf(engine.workflows.comingSlots({ days: 0 }))).toBe('InvalidArgument');
    await engine.close();
  });

  it('are read from the directory once, whatever the number of workflows', async () => {
    let queries = 0;
    async function* query() {
      queries += 1;
      yield hired('ada', '2026-03-05');
    }
    const { engine } = makeWorld({ clock: new VirtualClock(NOW), directory: { query, get: async () => [] } });
    for (let no = 0; no < 3; no += 1)
      await engine.workflows.create(scheduledInput(['a'], bounds({ percentage: 1 })));
    expect((await engine.workflows.comingSlots()).workflows).toHaveLength(3);
    expect(queries).toBe(1);
    await engine.close();
  });
});
