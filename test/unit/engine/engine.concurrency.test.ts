/** Bounds that are never exceeded, order that is kept, and nobody who starves. */
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/model/limits.ts';
import { below, seededRandom } from '../../../src/system/virtual/random.ts';
import { gated } from '../../helpers/deferred.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import {
  codeOf,
  expectRecount,
  expectSound,
  idsOf,
  makeWorld,
  people,
  scheduledInput,
  workflowInput,
} from '../../helpers/world.ts';

/** A handler of random latency that counts how many of it are at work. */
function counted(clock: VirtualClock, seed: number) {
  const random = seededRandom(seed);
  const state = { open: 0, peak: 0, calls: 0 };
  return {
    state,
    run: async () => {
      state.calls += 1;
      state.open += 1;
      state.peak = Math.max(state.peak, state.open);
      if (random.next() < 0.9) await clock.sleep(1 + below(random, 50));
      state.open -= 1;
      if (random.next() < 0.1) throw new Error('no');
    },
  };
}

describe('bounds', () => {
  it.each([1, 2, 7])(
    'an engine of concurrency %i never runs more handlers, and uses all its lanes',
    async (concurrency) => {
      const clock = new VirtualClock();
      const handler = counted(clock, concurrency);
      const { engine, store } = makeWorld({ clock, concurrency, subjects: 60, tasks: { '*': handler.run } });
      const workflow = await engine.workflows.create(
        workflowInput(['a', { id: 'b', continueOnError: true }, 'c']),
      );
      await clock.until(engine.start());
      const runs = await Promise.all(
        [30, 1, 60].map((count) => engine.runs.activate(workflow.id, { subjects: idsOf(count) })),
      );
      for (const run of runs) await expectRecount(engine, await clock.until(engine.runs.waitFor(run.id)));
      expect(handler.state.peak).toBe(concurrency);
      await expectSound(store);
    },
  );

  it('a handler with a bound of its own is never called more often at once, over all runs', async () => {
    const clock = new VirtualClock();
    const limited = counted(clock, 5);
    const other = counted(clock, 6);
    const { engine, store } = makeWorld({
      clock,
      concurrency: 20,
      subjects: 40,
      tasks: { limited: { run: limited.run, concurrency: 3 }, '*': other.run },
    });
    const workflows = [
      await engine.workflows.create(workflowInput(['a', 'limited', 'b'])),
      await engine.workflows.create(workflowInput(['limited', 'limited'])),
    ];
    await clock.until(engine.start());
    const runs = [];
    for (const workflow of workflows)
      for (let no = 0; no < 3; no++)
        runs.push(await engine.runs.activate(workflow.id, { subjects: idsOf(40) }));
    for (const run of runs) await clock.until(engine.runs.waitFor(run.id));
    expect(limited.state.peak).toBe(3);
    expect(other.state.peak).toBeGreaterThan(3);
    await expectSound(store);
  });

  it('handlers that are stuck keep their places until they settle', async () => {
    const gate = gated();
    const { engine, clock, store } = makeWorld({
      concurrency: 10,
      tasks: { limited: { run: gate.run, concurrency: 2, timeoutMs: 100 } },
    });
    const workflow = await engine.workflows.create(workflowInput(['limited']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(6) });
    await clock.advance(3_600_000);
    expect(gate.calls).toHaveLength(2);
    while (gate.open().length > 0) {
      gate.open()[0]?.resolve();
      await clock.settle();
      expect(gate.open().length).toBeLessThanOrEqual(2);
    }
    const done = await clock.until(engine.runs.waitFor(run.id));
    expect(done.totalUnprocessedTasksCount).toBe(0);
    expect(gate.peak()).toBe(2);
    await expectSound(store);
  });

  it('a canceled run gives back the places it held and waited for', async () => {
    const gate = gated();
    const { engine, clock, store } = makeWorld({ tasks: { limited: { run: gate.run, concurrency: 1 } } });
    const workflow = await engine.workflows.create(workflowInput(['limited', 'limited']));
    await clock.until(engine.start());
    const first = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    await clock.settle();
    const second = await engine.runs.activate(workflow.id, { subjects: ['u9'] });
    await clock.settle();
    expect(gate.calls).toHaveLength(1);
    await engine.runs.cancel(first.id);
    expect((await clock.until(engine.runs.waitFor(first.id))).processingStatus).toBe('canceled');
    gate.calls[0]?.resolve();
    await clock.settle();
    expect(gate.calls[1]?.subjectId).toBe('u9');
    gate.calls[1]?.resolve();
    await clock.settle();
    gate.calls[2]?.resolve();
    expect((await clock.until(engine.runs.waitFor(second.id))).processingStatus).toBe('completed');
    await expectSound(store);
  });

  it('of 5,000 users never more than activeUsersMax are in progress', async () => {
    let peak = 0;
    const { engine, clock, store } = makeWorld({
      subjects: 5_000,
      concurrency: 64,
      tasks: {
        a: {
          run: ({ attempt }) => {
            if (attempt === 1) throw new Error('all wait');
          },
          retry: { attempts: 2, delayMs: 60_000 },
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    store.hooks.after = async (_n, { runs }) => {
      for (const id of runs.keys()) {
        let count = 0;
        for await (const user of inProgress(id)) count += user ? 1 : 0;
        peak = Math.max(peak, count);
      }
    };
    async function* inProgress(runId: string) {
      yield* await store.inner.listUsersByStatus(runId, 'inProgress', 0, 100_000);
    }
    await clock.until(engine.start());
    const run = await clock.until(engine.runs.activate(workflow.id, { subjects: idsOf(5_000) }));
    const done = await clock.until(engine.runs.waitFor(run.id), 20_000);
    expect(done).toMatchObject({ processingStatus: 'completed', successfulUsersCount: 5_000 });
    expect(peak).toBeLessThanOrEqual(LIMITS.activeUsersMax);
    expect(peak).toBeGreaterThan(LIMITS.activeUsersMax / 2);
    expect(store.faults).toEqual([]);
  });
});

describe('order', () => {
  it('the tasks of a user run in order, and each outcome is committed before the next begins', async () => {
    const random = seededRandom(4);
    const trace: string[] = [];
    const made = makeWorld({
      subjects: 30,
      concurrency: 8,
      tasks: {
        '*': async ({ subject, task, run }) => {
          const user = await made.store.inner.getUserBySubject(run.id, subject.id);
          trace.push(`${subject.id} ${task.executionSequence}`);
          expect(user?.processingStatus).toBe('inProgress');
          expect(user?.outcomes).toHaveLength(task.executionSequence - 1);
          if (random.next() < 0.5) await made.clock.sleep(below(random, 30));
        },
      },
    });
    const { engine, clock, store } = made;
    const workflow = await engine.workflows.create(workflowInput(['a', 'b', 'c', 'd']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(30) });
    expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
    for (const id of idsOf(30))
      expect(trace.filter((line) => line.startsWith(`${id} `))).toEqual(
        [1, 2, 3, 4].map((no) => `${id} ${no}`),
      );
    await expectSound(store);
  });

  it('disabled tasks are not run and not counted; continueOnError lets the rest run', async () => {
    const calls: string[] = [];
    const { engine, clock } = makeWorld({
      tasks: {
        '*': ({ task }) => {
          calls.push(task.taskDefinitionId);
          if (task.taskDefinitionId !== 'c') throw new Error('no');
        },
      },
    });
    const workflow = await engine.workflows.create(
      workflowInput([
        { id: 'a', continueOnError: true },
        { id: 'off', isEnabled: false },
        { id: 'b', continueOnError: true },
        'c',
      ]),
    );
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const run = await clock.until(engine.runs.waitFor(id));
    expect(calls).toEqual(['a', 'b', 'c']);
    expect(run).toMatchObject({
      processingStatus: 'completedWithErrors',
      totalTasksCount: 3,
      failedTasksCount: 2,
    });
    await expectRecount(engine, run);
  });
});

describe('many runs', () => {
  it('350 small runs at once all end, with the right counters', async () => {
    const clock = new VirtualClock();
    const handler = counted(clock, 9);
    const { engine, store } = makeWorld({
      clock,
      concurrency: 16,
      subjects: 20,
      tasks: { '*': handler.run },
    });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const runs = await Promise.all(
      Array.from({ length: 350 }, (_, no) =>
        engine.runs.activate(workflow.id, { subjects: idsOf(1 + (no % 5)) }),
      ),
    );
    for (const run of runs)
      await expectRecount(engine, await clock.until(engine.runs.waitFor(run.id), 20_000));
    await expectSound(store);
  });

  it('an on-demand run is not starved by a scheduled one, nor the other way round', async () => {
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    const finished: string[] = [];
    const { engine } = makeWorld({
      clock,
      concurrency: 4,
      subjects: people(400, () => ({ department: 'Sales', employeeHireDate: '2026-03-02T09:00:00Z' })),
      tasks: {
        '*': async ({ run }) => {
          await clock.sleep(100);
          finished.push(run.workflowExecutionType);
        },
      },
    });
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    const scheduled = await clock.until(engine.runs.evaluate(workflow.id, { at: '2026-03-02T09:30:00Z' }));
    expect(scheduled.run).not.toBeNull();
    await clock.advance(1_000);
    const small = await clock.until(engine.runs.activate(workflow.id, { subjects: idsOf(20) }));
    await clock.until(engine.runs.waitFor(small.id));
    expect(finished.filter((type) => type === 'scheduled').length).toBeLessThan(150);
    // A stream of on-demand runs does not stop the scheduled one.
    for (let no = 0; no < 30; no++)
      await clock.until(engine.runs.activate(workflow.id, { subjects: idsOf(40) }));
    const before = finished.filter((type) => type === 'scheduled').length;
    await clock.advance(5_000);
    expect(finished.filter((type) => type === 'scheduled').length).toBeGreaterThan(before);
  });
});

describe('handlers by name', () => {
  const GUID = '22085229-5809-45e8-97fd-270d28d66910';

  it('a GUID, the key of the catalogue, an own name and * are all found; the exact one first', async () => {
    const calls: string[] = [];
    const note = (name: string) => () => void calls.push(name);
    const { engine, clock } = makeWorld({
      tasks: {
        addUserToGroups: note('key'),
        own: note('own'),
        '*': note('star'),
        sendWelcomeEmail: note('mail'),
      },
    });
    const workflow = await engine.workflows.create(
      workflowInput([{ id: 'addUserToGroups', arguments: [] }, 'own', 'else', 'sendWelcomeEmail']),
    );
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(id));
    expect(calls).toEqual(['key', 'own', 'star', 'mail']);
  });

  it('two names of one definition are refused', () => {
    expect(() => makeWorld({ tasks: { addUserToGroups: () => {}, [GUID]: () => {} } })).toThrow(
      /only handler/,
    );
    expect(() => makeWorld({ tasks: { addUserToGroups: () => {}, [GUID.toUpperCase()]: () => {} } })).toThrow(
      /only handler/,
    );
  });

  it('HandlerMissing names every task without one, and nothing is written', async () => {
    const { engine, store } = makeWorld({ tasks: { a: () => {} } });
    const workflow = await engine.workflows.create(
      workflowInput(['a', 'x', 'sendWelcomeEmail', 'x', { id: 'off', isEnabled: false }]),
    );
    const error = await engine.runs.activate(workflow.id, { subjects: ['u1'] }).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'HandlerMissing', details: { missing: ['x', 'sendWelcomeEmail'] } });
    expect(await store.countRuns({ where: null })).toBe(0);
  });

  it.each([
    ['a text', 'run'],
    ['null', null],
    ['nothing to run', {}],
    ['a time-out of 0', { run: () => {}, timeoutMs: 0 }],
    ['no attempts', { run: () => {}, retry: { attempts: 0 } }],
    ['a concurrency of 0', { run: () => {}, concurrency: 0 }],
    ['a shrinking delay', { run: () => {}, retry: { attempts: 2, factor: 0.5 } }],
  ])('%s is refused as a handler', (_what, handler) => {
    expect(() => makeWorld({ tasks: { a: handler as never } })).toThrow(/Expected tasks\.a/);
  });

  it.each([
    [{ concurrency: 0 }],
    [{ concurrency: 1.5 }],
    [{ scheduleIntervalHours: 25 }],
    [{ missedSlots: 'some' as never }],
    [{ catchUpDays: -1 }],
    [{ interruptionsMax: -1 }],
    [{ abortGraceMs: -1 }],
  ])('the setting %j is refused', (settings) => {
    expect(() => makeWorld(settings)).toThrow(/Expected/);
  });

  it('a schema converts the arguments, and refuses them by name before anything is written', async () => {
    const seen: unknown[] = [];
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: async (value: unknown) => {
          const count = Number((value as { count?: string }).count);
          return Number.isInteger(count)
            ? { value: { count } }
            : { issues: [{ message: 'not whole', path: [{ key: 'count' }] }] };
        },
      },
    };
    const { engine, clock, store } = makeWorld({
      tasks: {
        a: {
          run: (context: { arguments: { count: number } }) => void seen.push(context.arguments),
          argumentsSchema: schema,
        },
      },
    });
    const good = await engine.workflows.create(
      workflowInput([{ id: 'a', arguments: [{ name: 'count', value: '7' }] }]),
    );
    const bad = await engine.workflows.create(
      workflowInput([{ id: 'a', arguments: [{ name: 'count', value: 'x' }] }]),
    );
    await clock.until(engine.start());
    const error = await engine.runs.activate(bad.id, { subjects: ['u1'] }).catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'InvalidArgument',
      details: { field: 'arguments.count', issues: ['not whole'] },
    });
    expect(await store.countRuns({ where: null })).toBe(0);
    const { id } = await engine.runs.activate(good.id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(id));
    expect(seen).toEqual([{ count: 7 }]);
  });
});

describe('activation', () => {
  it.each<[string, object, string]>([
    ['nobody', { subjects: [] }, 'InvalidArgument'],
    ['no list', {}, 'InvalidArgument'],
    ['a number', { subjects: [5] }, 'InvalidArgument'],
    ['an empty id', { subjects: [''] }, 'InvalidArgument'],
    ['a stranger', { subjects: ['u1', 'stranger'] }, 'SubjectUnknown'],
    ['a rule that selects nobody', { rule: "department eq 'None'" }, 'InvalidArgument'],
    ['a rule that cannot be read', { rule: 'department is' }, 'InvalidFilter'],
    ['too many', { subjects: idsOf(4) }, 'LimitExceeded'],
    ['a rule that selects too many', { rule: "department eq 'Sales'" }, 'LimitExceeded'],
  ])('for %s is refused, and nothing is written', async (_what, activation, code) => {
    const { engine, store } = makeWorld({
      subjects: people(2_500, () => ({ department: 'Sales' })),
      limits: { subjectsPerActivationMax: 3 },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    expect(await codeOf(engine.runs.activate(workflow.id, activation as never))).toBe(code);
    expect(await store.listUnfinishedRuns()).toEqual([]);
  });

  it('a rule over more than one batch makes one run of them all; too many leave nothing half written', async () => {
    const world = makeWorld({
      subjects: people(3_100, (no) => ({ department: no % 2 === 0 ? 'Sales' : 'Other' })),
      limits: { subjectsPerActivationMax: 2_000 },
    });
    const { engine, clock, store } = world;
    const workflow = await engine.workflows.create(workflowInput(['a']));
    expect(
      await clock.until(
        codeOf(engine.runs.activate(workflow.id, { rule: "department in ('Sales', 'Other')" })),
      ),
    ).toBe('LimitExceeded');
    expect(await store.listUnfinishedRuns()).toEqual([]);
    const run = await clock.until(engine.runs.activate(workflow.id, { rule: "department eq 'Sales'" }));
    expect(run.totalUsersCount).toBe(1_550);
    await clock.until(engine.start());
    expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
    await expectSound(store);
  });

  it('repeats of a subject are one', async () => {
    const { engine } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1', { id: 'u1' }, 'u2'] });
    expect(run.totalUsersCount).toBe(2);
  });

  it('of a disabled workflow, of an unknown one and after a stop is refused', async () => {
    const { engine, clock } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    expect(await codeOf(engine.runs.activate('nobody', { subjects: ['u1'] }))).toBe('NotFound');
    await engine.workflows.update(workflow.id, { isEnabled: false });
    expect(await codeOf(engine.runs.activate(workflow.id, { subjects: ['u1'] }))).toBe('WorkflowDisabled');
    await engine.workflows.update(workflow.id, { isEnabled: true });
    await clock.until(engine.stop());
    expect(await codeOf(engine.runs.activate(workflow.id, { subjects: ['u1'] }))).toBe('EngineStopped');
  });
});
