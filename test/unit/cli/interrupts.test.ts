import { beforeEach, describe, expect, it } from 'vitest';
import { Interrupts } from '../../../src/cli/interrupts.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { systemClock } from '../../../src/system/index.ts';

let [nowMs, happened] = [0, [] as (string | number)[]];
const clock: Clock = { ...systemClock, elapsed: () => nowMs };

beforeEach(() => {
  [nowMs, happened] = [1_000, []];
});

function interrupts(): Interrupts {
  return new Interrupts(clock, (code) => happened.push(code));
}

describe('a signal to stop', () => {
  it('ends the process when nobody has asked for it', () => {
    interrupts().arrived('SIGINT');
    expect(happened).toEqual([130]);
  });

  it('goes to who has asked for it; a second one ends the process', () => {
    const both = interrupts();
    both.handle((signal) => happened.push(signal));
    both.arrived('SIGTERM');
    nowMs += 251;
    both.arrived('SIGINT');
    expect(happened).toEqual(['SIGTERM', 130]);
  });

  it('counts once when it comes twice at the same moment, as through npm', () => {
    const both = interrupts();
    both.handle((signal) => happened.push(signal));
    both.arrived('SIGINT');
    nowMs += 250;
    both.arrived('SIGINT');
    expect(happened).toEqual(['SIGINT']);
  });

  it('ends the process when its handler was taken back', () => {
    const both = interrupts();
    both.handle((signal) => happened.push(signal))();
    both.arrived('SIGINT');
    expect(happened).toEqual([130]);
  });
});
