/** Slots and workflows that change meanwhile. */

import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/array-directory.ts';
import type { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { Subject } from '../../../src/model/subject.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import { deferred } from '../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { makeWorld, scheduledInput, type World } from '../../helpers/world.ts';

expectNoUnhandledRejection();

describe('schedule', () => {
  const hired = (id: string, employeeHireDate: string): Subject => ({
    id,
    department: 'Sales',
    employeeHireDate,
  });

  it('a slot skips a workflow whose tasks are all disabled', async () => {
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    const { engine, store } = makeWorld({ clock, subjects: [hired('u1', '2026-03-02T11:00:00Z')] });
    await engine.workflows.create(scheduledInput([{ id: 'a', isEnabled: false }]));
    await clock.until(engine.start());
    await clock.advance(4 * 3_600_000);
    expect(await store.listUnfinishedRuns()).toEqual([]);
  });

  it('no scheduled run appears after its scheduling was disabled', async () => {
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    const gate = deferred();
    const asked = deferred();
    const good = arrayDirectory([hired('u1', '2026-03-02T11:00:00Z')]);
    const directory: Directory = {
      ...good,
      async *query(rule) {
        asked.resolve();
        await gate.promise;
        yield* good.query(rule);
      },
    };
    const effects: string[] = [];
    const { engine, store } = makeWorld({
      clock,
      directory,
      tasks: { a: (context) => void effects.push(context.subject.id) },
    });
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    const passing = clock.advance(3 * 3_600_000);
    await asked.promise;
    await engine.workflows.update(workflow.id, { isSchedulingEnabled: false });
    gate.resolve();
    await passing;
    await clock.settle();
    expect(effects).toEqual([]);
    expect(await store.listUnfinishedRuns()).toEqual([]);
  });

  it('an on-demand run in which a subject has vanished does not let it be processed twice', async () => {
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    let isThere = true;
    const good = arrayDirectory([hired('u1', '2026-03-02T11:00:00Z')]);
    let gets = 0;
    const directory: Directory = {
      ...good,
      get: async (ids) => {
        gets += 1;
        return isThere || gets === 1 ? good.get(ids) : [];
      },
    };
    const effects: string[] = [];
    const { engine } = makeWorld({
      clock,
      directory,
      tasks: { a: (context) => void effects.push(context.run.workflowExecutionType) },
    });
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await clock.advance(3 * 3_600_000);
    expect(effects).toEqual(['scheduled']);
    isThere = false;
    gets = 0;
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('completedWithErrors');
    isThere = true;
    await clock.advance(12 * 3_600_000);
    expect(effects).toEqual(['scheduled']);
  });

  it('a catch-up of 0 days is refused, or still picks up the subjects that are due at the slot', async () => {
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    const effects: string[] = [];
    let engine: World['engine'];
    try {
      engine = makeWorld({
        clock,
        catchUpDays: 0,
        subjects: [hired('u1', '2026-03-02T12:00:00Z')],
        tasks: { a: (context) => void effects.push(context.subject.id) },
      }).engine;
    } catch (error) {
      expect((error as LifecycleError).code).toBe('InvalidArgument');
      return;
    }
    await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await clock.advance(6 * 3_600_000);
    expect(effects).toEqual(['u1']);
  });
});
