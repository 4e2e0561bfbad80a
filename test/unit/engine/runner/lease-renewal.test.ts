import { describe, expect, it } from 'vitest';
import { LeaseRenewal, type LeaseRenewalDeps } from '../../../../src/engine/runner/lease-renewal.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

type State = Awaited<ReturnType<LeaseRenewalDeps['slices']['renew']>>[number];

function world(states: State[]) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const failures: Error[] = [];
  const driven = ['a', 'b', 'c'].slice(0, states.length).map((runId) => ({
    driver: {
      held: { runId, slice: 1, claim: 7 },
      cancel: () => void log.push(`cancel ${runId}`),
      lost: (error: { code: string }) => void log.push(`lost ${runId} ${error.code}`),
    },
    ticket: { runId, slice: 1, isOnDemand: true },
  }));
  const renewal = new LeaseRenewal({
    clock,
    events: {
      has: () => true,
      emit: (name: string, payload: { during: string }) => void log.push(`${name} ${payload.during}`),
    },
    slices: {
      renew: async (held: readonly { runId: string }[]) => {
        log.push(`renew ${held.map(({ runId }) => runId).join()}`);
        const failure = failures.shift();
        if (failure) throw failure;
        return states;
      },
    },
    work: { renew: async (tickets: readonly unknown[]) => void log.push(`tickets ${tickets.length}`) },
    driven: () => driven,
    goesOn: () => true,
  } as unknown as LeaseRenewalDeps);
  return { clock, log, failures, renewal };
}
const INTERVAL = LIMITS.sliceLeaseMs / 4;

describe('the renewal of claims', () => {
  it('renews all of them, in the store and in the source of work, four times a lease', async () => {
    const { clock, log, renewal } = world(['held', 'held']);
    renewal.start();
    await clock.advance(INTERVAL - 1);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(['renew a,b', 'tickets 2']);
    await clock.advance(3 * INTERVAL);
    expect(log).toHaveLength(8);
    renewal.stop();
  });

  it('notifies the drivers of a canceled run and of a claim that another process has taken over', async () => {
    const { clock, log, renewal } = world(['held', 'canceling', 'lost']);
    renewal.start();
    await clock.advance(INTERVAL);
    expect(log).toEqual(['renew a,b,c', 'cancel b', 'lost c ClaimLost', 'tickets 3']);
    renewal.stop();
  });

  it('reports a failing store, and is repeated', async () => {
    const { clock, log, failures, renewal } = world(['held']);
    failures.push(new Error('down'));
    renewal.start();
    await clock.advance(INTERVAL);
    expect(log).toEqual(['renew a', 'engine.error renewingClaims']);
    await clock.advance(INTERVAL);
    expect(log.slice(2)).toEqual(['renew a', 'tickets 1']);
    renewal.stop();
  });

  it('asks nothing of the store while no slice is driven', async () => {
    const { clock, log, renewal } = world([]);
    renewal.start();
    await clock.advance(3 * INTERVAL);
    expect(log).toEqual([]);
    renewal.stop();
  });

  it('ends with stop', async () => {
    const { clock, log, renewal } = world(['held']);
    renewal.start();
    renewal.stop();
    await clock.advance(5 * INTERVAL);
    expect(log).toEqual([]);
  });
});
