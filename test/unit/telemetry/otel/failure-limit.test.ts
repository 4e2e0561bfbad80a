import { describe, expect, it } from 'vitest';
import { FailureLimit } from '../../../../src/telemetry/otel/failure-limit.ts';

describe('failures of telemetry', () => {
  it('pass once a minute, and are dropped in between', () => {
    let nowMs = 5;
    const failures = new FailureLimit({ elapsed: () => nowMs });
    expect(() => failures.pass(new Error('first'))).toThrow('first');
    nowMs += 59_999;
    expect(() => failures.pass(new Error('second'))).not.toThrow();
    nowMs += 1;
    expect(() => failures.pass(new Error('third'))).toThrow('third');
  });

  it('are counted together, whatever function they are of', () => {
    const failures = new FailureLimit({ elapsed: () => 0 });
    const calls: number[] = [];
    const broken = failures.around((n: number) => {
      calls.push(n);
      throw new Error(`call ${n}`);
    });
    expect(() => broken(1)).toThrow('call 1');
    broken(2);
    failures.around(() => broken(3))();
    expect(calls).toEqual([1, 2, 3]);
  });
});
