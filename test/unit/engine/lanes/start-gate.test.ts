/** Starts of one handler: a rate, and times in which it is held back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StartGate } from '../../../../src/engine/lanes/start-gate.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

/** Users before a gate, and when each started. */
function world(rate: { limit: number; intervalMs: number } | null) {
  const clock = new VirtualClock();
  const gate = new StartGate(rate);
  const starts: { no: number; atMs: number }[] = [];
  const keys = new Map<number, object>();
  /** @param delayMs between the permit and the start. */
  const arrive = (no: number, delayMs = 0) => {
    const key = {};
    keys.set(no, key);
    const start = () => {
      if (!keys.has(no)) return;
      // It asks again when it has a lane: the handler may be held back by now.
      if (!gate.take(clock, key, go)) return;
      gate.started(clock, key);
      keys.delete(no);
      starts.push({ no, atMs: clock.elapsed() });
    };
    const go = () => void clock.setTimer(delayMs, start);
    if (gate.take(clock, key, go)) go();
  };
  const leave = (no: number) => {
    const key = keys.get(no);
    keys.delete(no);
    if (key) gate.leave(clock, key);
  };
  return { clock, gate, starts, arrive, leave, waiting: keys };
}

describe('a gate with a rate', () => {
  it('lets the limit start at once, and the others one interval after a start, in their order', async () => {
    const { clock, starts, arrive } = world({ limit: 2, intervalMs: 1_000 });
    for (let no = 1; no <= 5; no++) arrive(no);
    await clock.advance(300);
    arrive(6);
    await clock.advance(10_000);
    const from = starts[0]?.atMs ?? 0;
    expect(starts.map(({ no, atMs }) => [no, atMs - from])).toEqual([
      [1, 0],
      [2, 0],
      [3, 1_000],
      [4, 1_000],
      [5, 2_000],
      [6, 2_000],
    ]);
    expect(clock.timers).toBe(0);
  });

  it('gives the permit of a user that leaves to the next one', async () => {
    const { clock, starts, arrive, leave } = world({ limit: 1, intervalMs: 1_000 });
    arrive(1, 500);
    arrive(2);
    arrive(3);
    await clock.advance(100);
    leave(1);
    leave(2);
    await clock.advance(0);
    expect(starts.map(({ no }) => no)).toEqual([3]);
  });

  it('leaves no timer behind when nothing waits any more', async () => {
    const { clock, arrive, leave } = world({ limit: 1, intervalMs: 60_000 });
    for (let no = 1; no <= 3; no++) arrive(no);
    await clock.advance(0);
    expect(clock.timers).toBe(1);
    leave(2);
    leave(3);
    expect(clock.timers).toBe(0);
  });

  it('starts nothing while it is held back, also not who had a permit, and then goes on', async () => {
    const { clock, gate, starts, arrive } = world({ limit: 2, intervalMs: 10 });
    arrive(1, 5);
    gate.holdBack(clock, 1_000);
    gate.holdBack(clock, 10);
    arrive(2);
    await clock.advance(999);
    expect(starts).toEqual([]);
    await clock.advance(10);
    expect(starts.map(({ no }) => no).toSorted()).toEqual([1, 2]);
  });

  it('never lets more than the limit start in any interval, and everyone who stays starts', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('arrive'), ms: fc.nat(250) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance'), ms: fc.nat(150) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave'), ms: fc.nat(30) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('hold'), ms: fc.nat(300) }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(step, { maxLength: 40 }),
        async (limit, intervalMs, steps) => {
          const { clock, gate, starts, arrive, leave, waiting } = world({ limit, intervalMs });
          for (const [no, { kind, ms }] of steps.entries()) {
            if (kind === 'arrive') arrive(no, ms % 3 === 0 ? ms : 0);
            else if (kind === 'leave') leave(no - (ms % 5));
            else if (kind === 'hold') gate.holdBack(clock, ms);
            else await clock.advance(ms);
          }
          await clock.advance(40 * 12 * 300);
          expect(waiting.size).toBe(0);
          expect(clock.timers).toBe(0);
          const moments = starts.map(({ atMs }) => atMs).toSorted((a, b) => a - b);
          for (const [index, atMs] of moments.entries()) {
            const after = moments[index + limit];
            if (after !== undefined) expect(after - atMs).toBeGreaterThanOrEqual(intervalMs);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

it('a gate without a rate is open, unless it is held back', async () => {
  const { clock, gate, starts, arrive } = world(null);
  for (let no = 1; no <= 100; no++) arrive(no);
  expect(gate.isOpen).toBe(true);
  await clock.advance(0);
  expect(starts).toHaveLength(100);
  gate.holdBack(clock, 50);
  expect(gate.isOpen).toBe(false);
  for (let no = 1; no <= 100; no++) arrive(no);
  await clock.advance(49);
  expect(starts).toHaveLength(100);
  await clock.advance(1);
  expect(starts).toHaveLength(200);
});
