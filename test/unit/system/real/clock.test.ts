import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../../src/system/real/clock.ts';
import { systemIds, systemRandom } from '../../../../src/system/real/random.ts';

afterEach(() => vi.useRealTimers());

describe('the system clock', () => {
  it('a timer longer than the platform takes fires once, at its time and not before', () => {
    vi.useFakeTimers();
    const delayMs = 3 * 2 ** 31 + 17;
    const fired = vi.fn();
    systemClock.setTimer(delayMs, fired);
    vi.advanceTimersByTime(delayMs - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(delayMs);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a canceled timer never fires, also in the middle of a long delay and after it has fired', () => {
    vi.useFakeTimers();
    const fired = vi.fn();
    const long = systemClock.setTimer(2 ** 32, fired);
    vi.advanceTimersByTime(2 ** 31 + 5);
    long.cancel();
    const short = systemClock.setTimer(5, fired);
    vi.advanceTimersByTime(5);
    short.cancel();
    vi.advanceTimersByTime(2 ** 33);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([0, -5])('a delay of %i fires at the next turn of the event loop', (delayMs) => {
    vi.useFakeTimers();
    const fired = vi.fn();
    systemClock.setTimer(delayMs, fired);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it('now is whole milliseconds, elapsed never falls, and yield lets the host work', async () => {
    expect(Number.isInteger(systemClock.now())).toBe(true);
    const order: string[] = [];
    const before = systemClock.elapsed();
    setImmediate(() => order.push('host'));
    await systemClock.yield();
    order.push('engine');
    expect(order).toEqual(['host', 'engine']);
    expect(systemClock.elapsed()).toBeGreaterThanOrEqual(before);
  });
});

describe('system random and ids', () => {
  it('numbers lie in [0, 1), ids are new GUIDs in lower case', () => {
    const ids = Array.from({ length: 1_000 }, () => systemIds.guid());
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    for (let no = 0; no < 1_000; no++) {
      const number = systemRandom.next();
      expect(number >= 0 && number < 1).toBe(true);
    }
  });
});
