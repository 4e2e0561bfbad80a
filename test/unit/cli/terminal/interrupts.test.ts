import { beforeEach, describe, expect, it } from 'vitest';
import { engineStopMs, Interrupts } from '../../../../src/cli/terminal/interrupts.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import { systemClock } from '../../../../src/system/real/clock.ts';

let [nowMs, happened] = [0, [] as unknown[]];
let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
const clock: Clock = {
  ...systemClock,
  elapsed: () => nowMs,
  setTimer: (delayMs, callback) => {
    timers.push({ atMs: nowMs + delayMs, callback });
    return { cancel: () => {} };
  },
};

beforeEach(() => {
  [nowMs, happened, timers] = [1_000, [], []];
});

function interrupts(): Interrupts {
  return new Interrupts(clock, (code, message) => happened.push(...(message ? [message, code] : [code])));
}

describe('a signal to stop', () => {
  it('ends the process when there is no handler', () => {
    interrupts().arrived('SIGINT');
    expect(happened).toEqual([130]);
  });

  it('goes to who has asked for it; a second one ends the process', () => {
    const both = interrupts();
    both.handle(8_000, (signal) => happened.push(signal));
    both.arrived('SIGTERM');
    nowMs += 251;
    both.arrived('SIGINT');
    expect(happened).toEqual(['SIGTERM', 130]);
  });

  it('counts once when it comes twice at the same moment, as through npm', () => {
    const both = interrupts();
    both.handle(8_000, (signal) => happened.push(signal));
    both.arrived('SIGINT');
    nowMs += 250;
    both.arrived('SIGINT');
    expect(happened).toEqual(['SIGINT']);
  });

  it('ends the process when its handler was taken back', () => {
    const both = interrupts();
    both.handle(8_000, (signal) => happened.push(signal))();
    both.arrived('SIGINT');
    expect(happened).toEqual([130]);
  });

  it('ends the process with a message when the stop takes longer than it may', () => {
    const stopping = interrupts();
    stopping.handle(8_000, (signal) => happened.push(signal));
    stopping.arrived('SIGTERM');
    expect(timers.map(({ atMs }) => atMs)).toEqual([9_000]);
    timers[0]?.callback();
    expect(happened).toEqual(['SIGTERM', 'Stopping took longer than 8 s; quitting.', 130]);
  });
});

describe('the time of an engine that stops', () => {
  it('leaves half a second to the command, or an eighth of a shorter time', () => {
    expect([8_000, 4_000, 800, 0].map(engineStopMs)).toEqual([7_500, 3_500, 700, 0]);
  });
});
