import { describe, expect, it } from 'vitest';
import { HealthProbe, type HealthProbeDeps } from '../../../../src/engine/metrics/health.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { makeWorld } from '../../../helpers/world.ts';

const HOUR_MS = 3_600_000;

function probe(deps: Partial<HealthProbeDeps> = {}, clock = new VirtualClock()) {
  const health = new HealthProbe({
    store: memoryStore(),
    clock,
    phase: () => 'started',
    unsettled: { isStalled: false },
    scheduler: { seenAtMs: null },
    schedule: { scheduleIntervalMs: HOUR_MS },
    ...deps,
  });
  /** The messages of the checks that fail. */
  const failing = async () => {
    const { isReady, checks } = await clock.until(health.health());
    const failures = checks.filter(({ isOk }) => !isOk).map(({ name, message }) => `${name}: ${message}`);
    expect(isReady).toBe(failures.length === 0);
    return failures;
  };
  return { clock, failing, health };
}

describe('the health of an engine', () => {
  it('is good when it is started, its store takes writes, and nothing is stuck', async () => {
    expect(await probe().failing()).toEqual([]);
  });

  it.each([
    ['new', 'The engine has not been started'],
    ['starting', 'The engine is starting'],
    ['stopped', 'The engine is stopped'],
  ] as const)('is bad while it is %s', async (phase, message) => {
    expect(await probe({ phase: () => phase }).failing()).toEqual([`engine: ${message}`]);
  });

  it('is bad when its store refuses a write, and says why', async () => {
    const store = { transaction: () => Promise.reject(new Error('disk full')) };
    expect(await probe({ store }).failing()).toEqual(['store: The store cannot be written: disk full']);
  });

  it('is bad when its store does not take a write within a second', async () => {
    const store = { transaction: () => new Promise<never>(() => {}) };
    expect(await probe({ store }).failing()).toEqual([
      'store: The store did not take a write within 1000 ms',
    ]);
  });

  it('probes the store once in five seconds, however often it is asked', async () => {
    let probes = 0;
    const store = {
      transaction: async () => {
        probes += 1;
        if (probes === 2) throw new Error('gone');
        return undefined as never;
      },
    };
    const { clock, failing } = probe({ store });
    await Promise.all([failing(), failing()]);
    await clock.advance(4_999);
    expect([await failing(), probes]).toEqual([[], 1]);
    await clock.advance(1);
    expect([await failing(), probes]).toEqual([['store: The store cannot be written: gone'], 2]);
    await clock.advance(5_000);
    expect(await failing()).toEqual([]);
  });

  it('is bad when the scheduler has not looked for due slots in two intervals', async () => {
    const clock = new VirtualClock();
    const seenAtMs = clock.now();
    const { failing } = probe({ scheduler: { seenAtMs } }, clock);
    await clock.advance(2 * HOUR_MS);
    expect(await failing()).toEqual([]);
    await clock.advance(1);
    expect(await failing()).toEqual([
      `scheduler: The scheduler has not looked for due slots since ${new Date(seenAtMs).toISOString()}; restart the process`,
    ]);
  });

  it('is bad when no handler settles', async () => {
    expect(await probe({ unsettled: { isStalled: true } }).failing()).toEqual([
      'handlers: As many handlers as handlersUnsettledMax do not settle; restart the process',
    ]);
  });

  it('is bad while work cannot be claimed, until ten seconds after the last failure', async () => {
    const { clock, failing, health } = probe();
    health.heard('engine.error', { error: new Error('no answer'), during: 'listening' });
    expect(await failing()).toEqual([]);
    health.heard('engine.error', { error: new Error('no connection'), during: 'claimingRuns' });
    await clock.advance(10_000);
    expect(await failing()).toEqual(['work: Work cannot be claimed: no connection']);
    await clock.advance(1);
    expect(await failing()).toEqual([]);
  });

  it('follows an engine from its start to its stop', async () => {
    const { engine, clock } = makeWorld();
    const engineCheck = async () => (await clock.until(engine.health())).checks[0]?.message;
    expect(await engineCheck()).toBe('The engine has not been started');
    await clock.until(engine.start());
    expect(await clock.until(engine.health())).toMatchObject({ isReady: true });
    // The scheduler looks at every slot.
    await clock.advance(10 * HOUR_MS);
    expect(await clock.until(engine.health())).toMatchObject({ isReady: true });
    await clock.until(engine.stop());
    expect(await engineCheck()).toBe('The engine is stopped');
  });
});
