/** Leases by the moments that a memory store is given. What holds for every store is in the contract. */
import { describe, expect, it } from 'vitest';
import type { StoreSlices } from '../../../../src/ports/store.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { claimedSlice, SlicedRun } from '../../../../src/testing/contract/slices/sliced-run.ts';

const LEASE_MS = 10_000;

/** A run of one slice that was claimed at `atMs`. */
async function claimedAt(atMs: number) {
  const store = memoryStore({ slices: true });
  const slices = store.slices as StoreSlices;
  const run = await SlicedRun.publish(store, slices, 3);
  const claimAt = async (nowMs: number) =>
    (await slices.claim([run.key(1)], { holder: 'p', leaseMs: LEASE_MS, isNoOp: false, nowMs }))[0];
  const isListed = async (nowMs: number) =>
    (await slices.list({ leaseMs: LEASE_MS, nowMs, limit: 9 })).length === 1;
  return { run, slices, claimAt, isListed, slice: claimedSlice(await claimAt(atMs)) };
}

describe('a lease', () => {
  it('lasts until its end, and not longer', async () => {
    const { claimAt, isListed } = await claimedAt(1_000);
    expect([await isListed(10_999), await isListed(11_000)]).toEqual([false, true]);
    expect(await claimAt(10_999)).toBe('held');
    expect(await claimAt(11_000)).toMatchObject({ wasInHand: true });
  });

  it('is extended by renewing it', async () => {
    const { slices, slice, claimAt } = await claimedAt(1_000);
    expect(await slices.renew([slice], 9_000)).toEqual(['held']);
    expect(await claimAt(18_999)).toBe('held');
    expect(await claimAt(19_000)).toMatchObject({ wasInHand: true });
  });

  it('is extended by a commit', async () => {
    const { run, slice, claimAt } = await claimedAt(1_000);
    await run.commit([run.commitOf(slice, [[1, 'start']])], { nowMs: 9_000 });
    expect(await claimAt(18_999)).toBe('held');
    expect(await claimAt(19_000)).toMatchObject({ wasInHand: true });
  });

  it('is not extended by an old claim', async () => {
    const { slices, slice, claimAt } = await claimedAt(1_000);
    claimedSlice(await claimAt(11_000));
    expect(await slices.renew([slice], 20_000)).toEqual(['lost']);
    expect(await claimAt(21_000)).toMatchObject({ wasInHand: true });
  });
});
