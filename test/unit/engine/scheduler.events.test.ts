/** The scheduler on virtual time, and what listeners are told. */
import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/array-directory.ts';
import { slotsToEvaluate } from '../../../src/engine/scheduler.ts';
import type { MissedSlotPolicy } from '../../../src/engine/settings.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { Subject } from '../../../src/model/subject.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { gated } from '../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import {
  allUsers,
  codeOf,
  expectSound,
  idsOf,
  makeWorld,
  scheduledInput,
  type World,
  type WorldOptions,
  workflowInput,
} from '../../helpers/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
expectNoUnhandledRejection();

const hired = (id: string, employeeHireDate: string, more: object = {}): Subject => ({
  id,
  department: 'Sales',
  employeeHireDate,
  ...more,
});

/** A directory whose people a test changes. */
function living(subjects: Subject[]): {
  directory: Directory;
  people: Map<string, Subject>;
  failures: { left: number };
} {
  const people = new Map(subjects.map((subject) => [subject.id, subject]));
  const failures = { left: 0 };
  const now = () => arrayDirectory(people.values());
  const fail = () => {
    if (failures.left > 0) {
      failures.left -= 1;
      throw new Error('The directory is away');
    }
  };
  return {
    people,
    failures,
    directory: {
      get: async (ids) => {
        fail();
        return now().get(ids);
      },
      async *query(rule) {
        fail();
        yield* now().query(rule);
      },
    },
  };
}

interface Office extends World, ReturnType<typeof living> {
  /** `hh:mm subject` of each effect. */
  readonly effects: string[];
}

function office(start: string, subjects: Subject[], options: WorldOptions = {}): Office {
  const clock = options.clock ?? new VirtualClock(start);
  const alive = living(subjects);
  const effects: string[] = [];
  const world = makeWorld({
    clock,
    directory: alive.directory,
    tasks: { '*': ({ subject }) => void effects.push(`${clock.iso().slice(5, 16)} ${subject.id}`) },
    ...options,
  });
  return { ...world, ...alive, effects };
}

describe('slotsToEvaluate', () => {
  const at = (hours: number) => hours * HOUR;
  const plan = (last: number, now: number, missedSlots: MissedSlotPolicy, catchUpMs = 3 * DAY) => {
    const { evaluate, skip } = slotsToEvaluate(last, now, {
      scheduleIntervalMs: 3 * HOUR,
      catchUpMs,
      missedSlots,
    });
    return { evaluate: evaluate.map((ms) => ms / HOUR), skip: skip.map((ms) => ms / HOUR) };
  };

  it.each<[string, number, number, MissedSlotPolicy, number[], number[]]>([
    ['before the next slot nothing', at(3), at(6) - 1, 'each', [], []],
    ['at a slot that one', at(3), at(6), 'each', [6], []],
    ['once: the newest', at(3), at(13), 'once', [12], []],
    ['each: all, oldest first', at(3), at(13), 'each', [6, 9, 12], []],
    ['skip, late: none', at(3), at(13), 'skip', [], [6, 9, 12]],
    ['skip, on time: the newest', at(3), at(12) + 60_000, 'skip', [12], [6, 9]],
    ['skip, a moment too late: none', at(3), at(12) + 60_001, 'skip', [], [6, 9, 12]],
    ['a clock that went back: nothing', at(12), at(6), 'each', [], []],
    ['the same moment again: nothing', at(12), at(12), 'once', [], []],
    ['a last slot of another interval', at(4), at(9), 'each', [6, 9], []],
  ])('%s', (_what, last, now, policy, evaluate, skip) => {
    expect(plan(last, now, policy)).toEqual({ evaluate, skip });
  });

  it('slots older than the catch-up window are left out', () => {
    const { evaluate } = plan(0, at(24 * 30), 'each');
    expect(evaluate[0]).toBe(24 * 27);
    expect(evaluate.at(-1)).toBe(24 * 30);
    expect(evaluate).toHaveLength(25);
  });
});

describe('the scheduler', () => {
  it('makes a run at the slot for the subjects that are due, and none for an empty slot', async () => {
    const { engine, clock, effects, events, store } = office('2026-03-02T10:00:00Z', [
      hired('u1', '2026-03-02T11:00:00Z'),
      hired('u2', '2026-03-02T13:00:00Z'),
      hired('u3', '2026-03-02T11:00:00Z', { department: 'Other' }),
      hired('u4', 'no date'),
    ]);
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    expect(workflow.nextScheduleRunDateTime).toBe('2026-03-02T12:00:00.000Z');
    await clock.until(engine.start());
    await clock.advance(14 * HOUR);
    expect(effects).toEqual(['03-02T12:00 u1', '03-02T15:00 u2']);
    const told = events.flatMap((one) =>
      one.name === 'schedule.evaluated'
        ? [[clockTime(Date.parse(one.payload.slotDateTime)), one.payload.runId !== null]]
        : [],
    );
    expect(told).toEqual([
      ['12:00', true],
      ['15:00', true],
      ['18:00', false],
      ['21:00', false],
      ['00:00', false],
    ]);
    const runs = await engine.runs.list(workflow.id);
    expect(
      runs.value.map((run) => [run.scheduledDateTime, run.workflowExecutionType, run.totalUsersCount]),
    ).toEqual([
      ['2026-03-02T15:00:00.000Z', 'scheduled', 1],
      ['2026-03-02T12:00:00.000Z', 'scheduled', 1],
    ]);
    await expectSound(store);
  });

  it.each([
    [10, 'none', []],
    [5, 'two days late', ['u1']],
    [3, 'four days late', []],
  ])('with offset −7, a hire in %i days is picked up: %s', async (inDays, _what, expected) => {
    const { engine, clock, effects } = office('2026-03-02T11:59:00Z', [
      hired('u1', new Date(Date.parse('2026-03-02T12:00:00Z') + inDays * DAY).toISOString()),
    ]);
    await engine.workflows.create(scheduledInput(['a'], { offsetInDays: -7 }));
    await clock.until(engine.start());
    await clock.advance(2 * HOUR);
    expect(effects.map((line) => line.slice(-2))).toEqual(expected);
  });

  it('no subject is processed twice; a changed hire date makes a subject due once more', async () => {
    const { engine, clock, effects, people } = office('2026-03-02T10:00:00Z', [
      hired('u1', '2026-03-02T11:00:00Z'),
    ]);
    await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await clock.advance(2 * DAY);
    expect(effects).toEqual(['03-02T12:00 u1']);
    people.set('u1', hired('u1', '2026-03-05T01:00:00Z'));
    await clock.advance(3 * DAY);
    expect(effects).toEqual(['03-02T12:00 u1', '03-05T03:00 u1']);
  });

  it.each<[string, (people: Map<string, Subject>) => void]>([
    ['has vanished', (people) => people.delete('u2')],
    [
      'has left the scope',
      (people) => people.set('u2', hired('u2', '2026-03-02T11:00:00Z', { department: 'Other' })),
    ],
    ['has another hire date', (people) => people.set('u2', hired('u2', '2026-04-02T11:00:00Z'))],
  ])('who %s when his turn comes is canceled, and may be admitted again', async (_what, change) => {
    const gate = gated();
    const { engine, clock, people, store } = office(
      '2026-03-02T10:00:00Z',
      [hired('u1', '2026-03-02T11:00:00Z'), hired('u2', '2026-03-02T11:00:00Z')],
      { tasks: { a: { run: gate.run, concurrency: 1 } }, concurrency: 1 },
    );
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    // He changes after the run was made and before anybody is read.
    store.hooks.after = (_n, { runs }) => {
      if ([...runs.values()].some(({ before }) => before === null)) change(people);
    };
    await clock.until(engine.start());
    await clock.advance(2 * HOUR);
    store.hooks.after = () => {};
    gate.calls[0]?.resolve();
    await clock.settle();
    const run = (await engine.runs.list(workflow.id)).value[0];
    expect(run?.processingStatus).toBe('completedWithErrors');
    expect(
      (await allUsers(engine, run?.id ?? '')).map((user) => [user.subject.id, user.processingStatus]),
    ).toEqual([
      ['u1', 'completed'],
      ['u2', 'canceled'],
    ]);
    people.set('u2', hired('u2', '2026-03-02T11:00:00Z'));
    await clock.advance(3 * HOUR);
    expect(gate.calls[1]?.subjectId).toBe('u2');
    gate.calls[1]?.resolve();
    await clock.settle();
    await expectSound(store);
  });

  it('a slot whose users are all canceled by the re-check ends completedWithErrors (r4)', async () => {
    const { engine, clock, people, store, effects } = office('2026-03-02T10:00:00Z', [
      hired('u1', '2026-03-02T11:00:00Z'),
    ]);
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    store.hooks.after = (_n, { runs }) => {
      if ([...runs.values()].some(({ before }) => before === null)) people.clear();
    };
    await clock.until(engine.start());
    await clock.advance(2 * HOUR);
    const run = (await engine.runs.list(workflow.id)).value[0];
    expect(run).toMatchObject({
      processingStatus: 'completedWithErrors',
      startedDateTime: null,
      totalUnprocessedTasksCount: 1,
    });
    expect(effects).toEqual([]);
    await expectSound(store);
  });

  it('the re-check happens when a lane is free for the user, not when the run is made', async () => {
    const gate = gated();
    const { engine, clock, people } = office(
      '2026-03-02T10:00:00Z',
      [1, 2, 3].map((no) => hired(`u${no}`, '2026-03-02T11:00:00Z')),
      { tasks: { a: gate.run }, concurrency: 2 },
    );
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await clock.advance(3 * HOUR - 60_000);
    expect(gate.calls).toHaveLength(2);
    people.delete('u3');
    gate.calls[0]?.resolve();
    await clock.settle();
    await clock.advance(1_000);
    for (const call of gate.open()) call.resolve();
    await clock.settle();
    const run = (await engine.runs.list(workflow.id)).value[0];
    expect((await allUsers(engine, run?.id ?? '')).map((user) => user.processingStatus)).toEqual([
      'completed',
      'completed',
      'canceled',
    ]);
  });

  it('two engines on one store make one run for a slot', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    const subjects = [hired('u1', '2026-03-02T11:00:00Z')];
    const first = office('', subjects, { store: inner, clock });
    const workflow = await first.engine.workflows.create(scheduledInput(['a']));
    const second = office('', subjects, { store: inner, clock, seed: 2 });
    await clock.until(Promise.all([first.engine.start(), second.engine.start()]));
    await clock.advance(DAY);
    expect((await first.engine.runs.list(workflow.id)).value).toHaveLength(1);
    expect([...first.effects, ...second.effects]).toHaveLength(1);
    await expectSound(first.store);
    await expectSound(second.store);
  });

  const months = Array.from({ length: 8 }, (_, no) =>
    hired(`u${no + 1}`, new Date(Date.parse('2026-03-02T11:00:00Z') + no * 7 * HOUR).toISOString()),
  );

  it.each(['skip', 'once', 'each'] as const)(
    '%s: a process that slept and one that was off make the same runs',
    async (missedSlots) => {
      const make = async (how: 'asleep' | 'off') => {
        const inner = memoryStore();
        const clock = new VirtualClock('2026-03-02T10:00:00Z');
        const first = office('', months, { store: inner, clock, missedSlots });
        const workflow = await first.engine.workflows.create(scheduledInput(['a']));
        await clock.until(first.engine.start());
        await clock.advance(3 * HOUR);
        let last = first;
        if (how === 'asleep') {
          clock.jump(40 * HOUR);
          await clock.advance(DAY);
        } else {
          await clock.until(first.engine.stop());
          clock.jump(40 * HOUR);
          last = office('', months, { store: inner, clock, missedSlots, seed: 2 });
          await clock.until(last.engine.start());
          await clock.advance(DAY);
        }
        const runs = (await last.engine.runs.list(workflow.id)).value;
        return runs.map((run) => [run.scheduledDateTime.slice(5, 16), run.totalUsersCount]);
      };
      const [asleep, off] = [await make('asleep'), await make('off')];
      // The one that slept notices at its next timer, up to an interval later.
      if (missedSlots === 'each') expect(asleep).toEqual(off);
      const sum = (runs: typeof off) => runs.reduce((total, [, users]) => total + Number(users), 0);
      if (missedSlots !== 'skip') expect([sum(asleep), sum(off)]).toEqual([8, 8]);
    },
  );

  it('a skipped slot is reported, and its subjects are picked up by the next one within the window', async () => {
    const { engine, clock, effects, events } = office(
      '2026-03-02T10:00:00Z',
      [hired('u1', '2026-03-02T11:00:00Z')],
      { missedSlots: 'skip' },
    );
    await engine.workflows.create(scheduledInput(['a']));
    clock.jump(3 * HOUR + 5 * 60_000);
    await clock.until(engine.start());
    expect(effects).toEqual([]);
    expect(
      events.flatMap((one) =>
        one.name === 'schedule.skipped' ? clockTime(Date.parse(one.payload.slotDateTime)) : [],
      ),
    ).toEqual(['12:00']);
    await clock.advance(3 * HOUR);
    expect(effects).toEqual(['03-02T15:00 u1']);
  });

  it('a clock that is set back repeats no slot; one that is set forward loses none', async () => {
    const { engine, clock, store } = office('2026-03-02T10:00:00Z', months);
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    for (const jump of [0, -5 * HOUR, 9 * HOUR, -DAY, DAY + HOUR, 0, 0]) {
      clock.jump(jump);
      await clock.advance(10 * HOUR);
    }
    const runs = (await engine.runs.list(workflow.id, { top: 999 })).value;
    const slots = runs.map((run) => run.scheduledDateTime);
    expect(new Set(slots).size).toBe(slots.length);
    expect(runs.reduce((total, run) => total + run.totalUsersCount, 0)).toBe(8);
    expect(runs.every((run) => run.processingStatus === 'completed')).toBe(true);
    await expectSound(store);
  });

  it('scheduling can be switched on and off while the engine runs', async () => {
    const { engine, clock, effects } = office('2026-03-02T10:00:00Z', months);
    const workflow = await engine.workflows.create(scheduledInput(['a'], { isSchedulingEnabled: false }));
    await clock.until(engine.start());
    await clock.advance(4 * HOUR);
    expect(effects).toEqual([]);
    await engine.workflows.update(workflow.id, { isSchedulingEnabled: true });
    await clock.advance(2 * HOUR);
    expect(effects).toEqual(['03-02T15:00 u1']);
    await engine.workflows.update(workflow.id, { isSchedulingEnabled: false });
    await clock.advance(DAY);
    expect(effects).toHaveLength(1);
  });

  it('a failing directory is reported and queried once more', async () => {
    const { engine, clock, effects, failures, errors } = office('2026-03-02T10:00:00Z', [
      hired('u1', '2026-03-02T11:00:00Z'),
    ]);
    await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    failures.left = 3;
    await clock.advance(2 * HOUR + 10 * 60_000);
    expect(effects).toEqual(['03-02T12:03 u1']);
    expect(errors()).toHaveLength(3);
  });

  it('one workflow that fails does not keep the others from their slots', async () => {
    const { engine, clock, effects, store } = office('2026-03-02T10:00:00Z', [
      hired('u1', '2026-03-02T11:00:00Z'),
    ]);
    const bad = await engine.workflows.create(scheduledInput(['a']));
    await engine.workflows.create(scheduledInput(['a']));
    store.hooks.commit = (_n, { runs }) => {
      if ([...runs.values()].some(({ after }) => after.workflowId === bad.id))
        throw new LifecycleError('StoreFailed', 'Expected luck');
    };
    await clock.until(engine.start());
    await clock.advance(2 * HOUR);
    expect(effects).toEqual(['03-02T12:00 u1']);
  });

  it('a subject that is still being processed is not admitted a second time', async () => {
    const gate = gated();
    const { engine, clock, people } = office('2026-03-02T10:00:00Z', [hired('u1', '2026-03-02T11:00:00Z')], {
      tasks: { '*': gate.run },
    });
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await clock.advance(3 * HOUR);
    people.set('u1', hired('u1', '2026-03-02T13:30:00Z'));
    await clock.advance(6 * HOUR);
    expect((await engine.runs.list(workflow.id)).value).toHaveLength(1);
    gate.calls[0]?.resolve();
    await clock.advance(3 * HOUR);
    expect((await engine.runs.list(workflow.id)).value).toHaveLength(2);
  });

  it('evaluate() makes one slot’s run at once, also when scheduling is off, and once only', async () => {
    const { engine, clock, effects } = office('2026-03-02T13:00:00Z', [hired('u1', '2026-03-02T11:00:00Z')]);
    const workflow = await engine.workflows.create(scheduledInput(['a'], { isSchedulingEnabled: false }));
    const onDemand = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    expect(await codeOf(engine.runs.evaluate(workflow.id, { at: clock.iso(1) }))).toBe('InvalidArgument');
    expect(await codeOf(engine.runs.evaluate(onDemand.id))).toBe('InvalidArgument');
    expect(await engine.runs.evaluate(workflow.id, { at: '2026-03-02T10:00:00Z' })).toMatchObject({
      slotDateTime: '2026-03-02T09:00:00.000Z',
      run: null,
      selection: { inScopeCount: 1, takenCount: 0, leftOutCounts: { notDue: 1 } },
    });
    expect(await engine.runs.evaluate(workflow.id)).toMatchObject({
      slotDateTime: '2026-03-02T12:00:00.000Z',
      run: { scheduledDateTime: '2026-03-02T12:00:00.000Z', workflowExecutionType: 'scheduled' },
      selection: { inScopeCount: 1, takenCount: 1 },
    });
    await clock.settle();
    expect(effects).toHaveLength(1);
    expect(await engine.runs.evaluate(workflow.id)).toMatchObject({
      run: null,
      selection: { takenCount: 0, leftOutCounts: { alreadyTaken: 1 } },
    });
  });
});

function clockTime(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 16);
}

describe('events', () => {
  it('of a run are emitted in order, after the commit that makes them true', async () => {
    const { engine, clock, store, events } = makeWorld({
      tasks: {
        '*': async () => {
          await clock.sleep(10);
        },
      },
      concurrency: 2,
    });
    const checks: Promise<void>[] = [];
    const seen = new Map<string, string[]>();
    for (const name of ['run.created', 'run.started', 'run.progress', 'run.finished'] as const)
      engine.on(name, ({ run }) => {
        seen.set(run.id, [...(seen.get(run.id) ?? []), name]);
        checks.push(
          Promise.resolve().then(async () => {
            const stored = await store.inner.getRun(run.id);
            expect(stored?.lastUpdatedAtMs).toBeGreaterThanOrEqual(Date.parse(run.lastUpdatedDateTime));
            if (name === 'run.finished') expect(stored?.processingStatus).toBe(run.processingStatus);
          }),
        );
      });
    engine.on('user.finished', ({ runId, result }) => {
      checks.push(
        store.inner
          .getUserBySubject(runId, result.subject.id)
          .then((user) => expect(user?.processingStatus).toBe(result.processingStatus)),
      );
    });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    await clock.until(engine.runs.waitFor(run.id));
    await Promise.all(checks);
    const names = seen.get(run.id) ?? [];
    expect(names[0]).toBe('run.created');
    expect(names[1]).toBe('run.started');
    expect(names.at(-1)).toBe('run.finished');
    expect(names.filter((name) => name !== 'run.progress')).toEqual([
      'run.created',
      'run.started',
      'run.finished',
    ]);
    expect(events.filter(({ name }) => name === 'user.finished')).toHaveLength(5);
    const counts = events.flatMap((one) =>
      one.name === 'run.progress' ? one.payload.run.totalUnprocessedTasksCount : [],
    );
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(counts.at(-1)).toBe(0);
  });

  it('whose listeners throw, at once or later, reach all other listeners, and engine.error is emitted', async () => {
    const { engine, clock, store, errors } = makeWorld();
    const heard: string[] = [];
    engine.on('run.finished', () => {
      throw new Error('sync');
    });
    engine.on('run.finished', async () => {
      throw new Error('async');
    });
    engine.on('run.finished', ({ run }) => void heard.push(run.id));
    engine.on('engine.error', () => {
      throw new Error('again');
    });
    engine.on('engine.error', async () => {
      throw new Error('and again');
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(2) });
    await clock.until(engine.runs.waitFor(run.id));
    await clock.settle();
    expect(heard).toEqual([run.id]);
    expect(
      errors()
        .map((error) => (error as Error).message)
        .sort(),
    ).toEqual(['async', 'sync']);
    await expectSound(store);
  });

  it('may be listened to by a listener that calls the engine or removes itself', async () => {
    const { engine, clock } = makeWorld();
    const heard: string[] = [];
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const listener = ({ run }: { run: { id: string } }) => {
      heard.push(run.id);
      engine.off('run.finished', listener);
      void engine.runs.activate(workflow.id, { subjects: ['u2'] });
    };
    engine.on('run.finished', listener);
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(run.id));
    await clock.settle();
    expect(heard).toEqual([run.id]);
    expect(
      (await engine.runs.list(workflow.id, { filter: "processingStatus eq 'completed'" })).value,
    ).toHaveLength(2);
  });
});
