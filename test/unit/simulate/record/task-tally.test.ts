import { describe, expect, it } from 'vitest';
import { FailureKinds, type TalliedCall, TaskTally } from '../../../../src/simulate/record/task-tally.ts';

const CALL: TalliedCall = {
  durationMs: 100,
  waitMs: 0,
  hour: 8,
  department: 'IT',
  manager: 'm1',
  failure: null,
};

function tallied(count: number, callOf: (at: number) => Partial<TalliedCall>): TaskTally {
  const tally = new TaskTally();
  for (let at = 0; at < count; at++) tally.add({ ...CALL, ...callOf(at) });
  return tally;
}

describe('the tally of a task', () => {
  it('has the measured quantiles, and a fixed duration where all are alike', () => {
    expect(tallied(50, () => ({})).behaviour(false, [])).toEqual({ duration: { kind: 'fixed', ms: 100 } });
    const { duration } = tallied(101, (at) => ({ durationMs: at })).behaviour(false, []);
    const points = duration?.kind === 'quantiles' ? duration.points : [];
    expect(points[0]).toEqual({ share: 0, ms: 0 });
    expect(points.find(({ share }) => share === 0.5)).toEqual({ share: 0.5, ms: 50 });
    expect(points.at(-1)).toEqual({ share: 1, ms: 100 });
  });

  it('takes what a callback took for waiting, and waits only where they are longer than the engine’s own', () => {
    const callback = tallied(50, (at) => ({ durationMs: 1_000 * at }));
    expect(Object.keys(callback.behaviour(true, []))).toEqual(['wait']);
    const patient = tallied(50, (at) => ({ waitMs: at % 2 === 0 ? 0 : 60_000 })).behaviour(false, []);
    expect(patient.wait?.kind).toBe('quantiles');
    const quick = tallied(50, (at) => ({ waitMs: at % 2 === 0 ? 0 : 40 })).behaviour(false, []);
    expect(quick.wait).toBeUndefined();
    const crowded = tallied(50, () => ({ waitMs: null })).behaviour(false, []);
    expect(crowded.wait).toBeUndefined();
  });

  it('has failures by hour or by manager, where they depend on those', () => {
    const failure = { code: 'Busy', reason: 'Busy' };
    const byHour = tallied(2_400, (at) => ({
      hour: at % 24,
      failure: at % 24 === 9 || at % 24 === 10 ? failure : null,
    }));
    expect(byHour.behaviour(false, []).failures).toEqual([
      { probability: 1, code: 'Busy', reason: 'Busy', hours: [9, 10] },
    ]);
    const byManager = tallied(2_000, (at) => ({
      manager: `m${at % 20}`,
      failure: at % 20 === 3 && at % 40 === 3 ? failure : null,
    }));
    expect(byManager.behaviour(false, []).failures).toEqual([
      { probability: 0.5, code: 'Busy', reason: 'Busy', managers: ['m3'] },
    ]);
  });

  it('gives the rate of a later rule among the calls that the earlier ones let pass', () => {
    const [often, rare] = [
      { code: 'A', reason: 'A' },
      { code: 'B', reason: 'B' },
    ];
    const tally = tallied(1_000, (at) => ({ failure: at % 2 === 0 ? often : at % 4 === 1 ? rare : null }));
    expect(tally.behaviour(false, []).failures).toEqual([
      { probability: 0.5, code: 'A', reason: 'A' },
      { probability: 0.5, code: 'B', reason: 'B' },
    ]);
  });

  it('puts failures of many kinds together', () => {
    const tally = tallied(100, (at) => ({ failure: { code: `Code${at}`, reason: 'x' } }));
    const rules = tally.behaviour(false, []).failures ?? [];
    expect(rules).toHaveLength(13);
    expect(rules[0]).toMatchObject({ reason: 'Other failures', probability: 0.88 });
  });

  it('says when there were few calls', () => {
    expect(tallied(3, () => ({})).notes('badge')).toEqual([
      '“badge” was called 3 times only: its durations and failures are uncertain.',
    ]);
  });
});

describe('the kind of a failure', () => {
  it('has the reason without the code and without what differs from person to person', () => {
    const kinds = new FailureKinds();
    const person = { id: 'ada', displayName: 'Ada Lovelace' };
    expect(kinds.of('Http404', 'No mailbox of Ada Lovelace (Http404)', person)).toEqual({
      code: 'Http404',
      reason: 'No mailbox of …',
    });
    expect(kinds.of(undefined, undefined, person)).toEqual({ code: 'HandlerFailed', reason: 'Failed' });
  });
});
