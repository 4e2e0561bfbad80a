import { describe, expect, it } from 'vitest';
import { createLedger } from '../../../../src/embed.ts';
import { readSharedSettings, settingsBeside } from '../../../../src/engine/cluster/shared-settings.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import { DEFAULT_LIMITS } from '../../../../src/model/workflow/workflow-limits.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { wrapStore } from '../../../../src/ports/wrap-store.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { expectNoUnhandledRejection } from '../../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { makeWorld, type WorldOptions, workflowInput } from '../../../helpers/world.ts';

expectNoUnhandledRejection();

/** Engines on one store, each with its own settings. */
function cluster(): {
  readonly clock: VirtualClock;
  readonly store: Store;
  start(settings?: WorldOptions): Promise<ReturnType<typeof makeWorld>>;
} {
  const clock = new VirtualClock();
  const store = memoryStore({ slices: true });
  let seed = 0;
  return {
    clock,
    store,
    async start(settings = {}) {
      seed += 1;
      const world = makeWorld({ clock, store, seed, ...settings });
      await clock.until(world.engine.start());
      return world;
    },
  };
}

describe('settings on which the engines of one database agree', () => {
  it.each([
    [{ scheduleIntervalHours: 6 }, 'scheduleIntervalHours', 3, 6],
    [{ noOp: true }, 'noOp', false, true],
    [{ catchUpDays: 5 }, 'catchUpDays', 3, 5],
    [{ strictFailed: true }, 'strictFailed', false, true],
    [{ limits: { tasksPerWorkflowMax: 7 } }, 'limits.tasksPerWorkflowMax', expect.any(Number), 7],
  ])('an engine with %j does not start beside others', async (other, setting, kept, given) => {
    const { clock, start, store } = cluster();
    const { engine } = await start();
    const refused = start(other);
    await expect(refused).rejects.toMatchObject({
      code: 'SettingsDiffer',
      message: expect.stringMatching(
        / to be `.*`, as in .*, got `.*`; stop those first .*`replaceSettings: true`/,
      ),
      details: { setting, kept, given },
    });
    expect((await store.listNotes(ENGINES)).length).toBe(1);
    await start(); // with the same settings
    await clock.until(engine.stop());
  });

  it('per process are concurrency, handlers and schedule', async () => {
    const { start } = cluster();
    await start();
    const { errors } = await start({ concurrency: 1, schedule: false, missedSlots: 'skip', tasks: {} });
    expect(errors()).toEqual([]);
  });

  it('may change when the others have stopped', async () => {
    const { clock, start, store } = cluster();
    const { engine } = await start();
    await clock.until(engine.stop());
    await start({ catchUpDays: 5 });
    expect((await readSharedSettings(store)).catchUpDays).toBe(5);
  });

  it('may change when the others have died, after a while', async () => {
    const { clock, start, store } = cluster();
    let isDead = false;
    const dying = wrapStore(store, {
      transaction: (work, run) => (isDead ? Promise.reject(new Error('dead')) : run(work)),
    });
    await start({ store: dying });
    await clock.advance(2 * LIMITS.engineSilenceMs);
    await expect(start({ catchUpDays: 5 })).rejects.toMatchObject({ code: 'SettingsDiffer' });
    isDead = true;
    await clock.advance(LIMITS.engineSilenceMs / 2);
    await expect(start({ catchUpDays: 5 })).rejects.toMatchObject({ code: 'SettingsDiffer' });
    await clock.advance(LIMITS.engineSilenceMs);
    const { engine } = await start({ catchUpDays: 5 });
    expect((await store.listNotes(ENGINES)).length).toBe(1);
    await clock.until(engine.stop());
    expect(await store.listNotes(ENGINES)).toEqual([]);
  });

  it('may be replaced while others run: the next ones have to agree with the newest', async () => {
    const { start, store } = cluster();
    await start();
    await start({ catchUpDays: 5, replaceSettings: true });
    await expect(start()).rejects.toMatchObject({ code: 'SettingsDiffer', details: { kept: 5, given: 3 } });
    await start(await readSharedSettings(store));
  });

  it('are kept nowhere in a store that one process writes', async () => {
    const store = memoryStore();
    const { clock, engine } = makeWorld({ store });
    await clock.until(engine.start());
    expect(await readSharedSettings(store)).toEqual({});
    expect(await store.listNotes(ENGINES)).toEqual([]);
  });

  it('what an older version has not kept does not differ', async () => {
    const { start, store } = cluster();
    await store.transaction(async (tx) => {
      await tx.putSetting('engineSettings', JSON.stringify({ catchUpDays: 3 }));
    });
    await start({ strictFailed: true });
    expect(await readSharedSettings(store)).toMatchObject({ catchUpDays: 3, strictFailed: true });
  });
});

describe('a ledger without an engine, on a database of engines', () => {
  const limits = { ...DEFAULT_LIMITS, tasksPerWorkflowMax: 7 };

  it('has their settings where none are given', async () => {
    const { clock, store, start } = cluster();
    await start({ strictFailed: true, limits: { tasksPerWorkflowMax: 7 } });
    expect(await settingsBeside(store, clock, {})).toEqual({ strictFailed: true, limits });
    expect(await settingsBeside(store, clock, { strictFailed: true })).toMatchObject({ strictFailed: true });
    const ledger = await createLedger({ store, clock });
    const large = workflowInput(Array.from({ length: 8 }, () => 'a'));
    await expect(ledger.workflows.create(large)).rejects.toMatchObject({ code: 'LimitExceeded' });
  });

  it('is refused when it is given others, while engines run', async () => {
    const { clock, store, start } = cluster();
    const { engine } = await start();
    for (const given of [{ strictFailed: true }, { limits: { tasksPerWorkflowMax: 7 } }])
      await expect(createLedger({ store, clock, ...given })).rejects.toMatchObject({
        code: 'SettingsDiffer',
        message: expect.stringMatching(/ as in the engines .*; leave it out to have theirs$/),
      });
    await clock.until(engine.stop());
    expect(await settingsBeside(store, clock, { strictFailed: true })).toMatchObject({ strictFailed: true });
  });

  it('has its own where one process writes', async () => {
    const given = { strictFailed: true };
    expect(await settingsBeside(memoryStore(), new VirtualClock(), given)).toEqual({
      strictFailed: true,
      limits: DEFAULT_LIMITS,
    });
  });
});

const ENGINES = { collection: 'engines', prefix: '', after: null, limit: 10 };
