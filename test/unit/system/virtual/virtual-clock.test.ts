import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../../../src/simulate.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

describe('a virtual clock', () => {
  it('fires timers in the order of their moments, then in the order in which they were set', async () => {
    const clock = virtualClock(START);
    const fired: string[] = [];
    const note = (name: string) => () => void fired.push(`${name} ${clock.now() - START}`);
    clock.setTimer(20, note('late'));
    clock.setTimer(10, note('first'));
    clock.setTimer(10, note('second'));
    clock.setTimer(0.2, note('fraction'));
    await clock.advance(30);
    expect(fired).toEqual(['fraction 1', 'first 10', 'second 10', 'late 20']);
    expect(clock.now()).toBe(START + 30);
    expect(clock.timersCount).toBe(0);
  });

  it('does not move while something is left to do', async () => {
    const clock = virtualClock(START);
    const seen: number[] = [];
    const work = async (): Promise<void> => {
      for (let turn = 0; turn < 50; turn++) {
        await clock.yield();
        for (let step = 0; step < 20; step++) await Promise.resolve();
        seen.push(clock.now() - START);
      }
    };
    clock.setTimer(5, () => void work());
    clock.setTimer(6, () => void seen.push(-1));
    await clock.advance(6);
    expect(seen).toEqual([...Array.from({ length: 50 }, () => 5), -1]);
  });

  it('does not call a timer that another timer of its instant has canceled', async () => {
    const clock = virtualClock(START);
    const fired: string[] = [];
    clock.setTimer(5, () => {
      fired.push('first');
      second.cancel();
    });
    const second = clock.setTimer(5, () => void fired.push('second'));
    await clock.advance(10);
    second.cancel();
    expect(fired).toEqual(['first']);
    expect(clock.timersCount).toBe(0);
  });

  it('forgets canceled timers, however many there were', async () => {
    const clock = virtualClock(START);
    for (let at = 0; at < 5_000; at++) clock.setTimer(1_000 + (at % 7), () => {}).cancel();
    const fired: number[] = [];
    for (let at = 0; at < 100; at++) clock.setTimer(100 - at, () => void fired.push(100 - at));
    expect(clock.timersCount).toBe(100);
    await clock.advance(2_000);
    expect(fired).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  });

  it('jumps without any effect on its timers', async () => {
    const clock = virtualClock(START);
    const fired: number[] = [];
    clock.setTimer(100, () => void fired.push(clock.now() - START));
    clock.jump(-50_000);
    await clock.advance(100);
    clock.jump(50_000);
    expect(fired).toEqual([-49_900]);
    expect(clock.now() - START).toBe(100);
  });

  it('fires timers that came due during sleep when it wakes, in order', async () => {
    const clock = virtualClock(START);
    const fired: string[] = [];
    clock.setTimer(2_000, () => void fired.push(`b ${clock.now() - START}`));
    clock.setTimer(1_000, () => void fired.push(`a ${clock.now() - START}`));
    clock.setTimer(9_000, () => void fired.push(`c ${clock.now() - START}`));
    await clock.sleepUntil(START + 5_000);
    expect(fired).toEqual(['a 5000', 'b 5000']);
    await clock.advanceTo(START + 9_000);
    expect(fired.at(-1)).toBe('c 9000');
  });

  it('ends a session with its timers and pauses, and leaves the others alone', async () => {
    const clock = virtualClock(START);
    const fired: string[] = [];
    const [dead, alive] = [clock.session(), clock.session()];
    dead.setTimer(10, () => void fired.push('dead timer'));
    alive.setTimer(10, () => void fired.push('alive timer'));
    void dead.yield().then(() => fired.push('dead pause'));
    void alive.yield().then(() => fired.push('alive pause'));
    dead.end();
    await clock.advance(10);
    expect(fired).toEqual(['alive pause', 'alive timer']);
  });

  it('forgets the timers of a session that has ended, and takes no new ones of it', () => {
    const clock = virtualClock(0);
    const session = clock.session();
    session.setTimer(10, () => {});
    clock.setTimer(20, () => {});
    session.end();
    session.setTimer(5, () => {});
    expect(clock.timersCount).toBe(1);
    expect(clock.nextTimerInMs).toBe(20);
  });

  it('gives a promise as much time as it takes, and reports a standstill', async () => {
    const clock = virtualClock(START);
    const later = new Promise<string>((resolve) => clock.setTimer(86_400_000, () => resolve('done')));
    expect(await clock.until(later)).toBe('done');
    expect(clock.now() - START).toBe(86_400_000);
    await expect(clock.until(new Promise(() => {}))).rejects.toThrow('standstill');
    await expect(clock.until(Promise.reject(new Error('own')))).rejects.toThrow('own');
  });
});
