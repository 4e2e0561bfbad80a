/** The users of a slice, read from the store in batches: those in progress, and the queued ones. */
import { describe, expect, it } from 'vitest';
import { queuedUsers, usersInProgress } from '../../../../src/engine/runner/slice-users.ts';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { UserRecord } from '../../../../src/model/records.ts';
import type { SliceRecord } from '../../../../src/model/slices.ts';
import type { UserStatus } from '../../../../src/model/status.ts';
import { type StoreHooks, wrapStore } from '../../../../src/ports/wrap-store.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import {
  runId,
  runRecord,
  seedRun,
  T0,
  userRecord,
} from '../../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

const slice = (firstOrdinal: number, lastOrdinal: number) =>
  ({ runId: runId(1), slice: 1, firstOrdinal, lastOrdinal }) as SliceRecord;

/** A store whose run 1 has a user in each of the statuses. */
async function storeOf(statuses: readonly UserStatus[], hooks: StoreHooks = {}) {
  const inner = memoryStore();
  const users = statuses.map((processingStatus, index) =>
    userRecord(1, index + 1, { processingStatus, startedAtMs: processingStatus === 'queued' ? null : T0 }),
  );
  await seedRun(inner, runRecord(1), users);
  return { inner, store: wrapStore(inner, hooks) };
}

const ordinals = (users: readonly UserRecord[]) => users.map(({ ordinal }) => ordinal);
const fill = (count: number, status: UserStatus): UserStatus[] => Array(count).fill(status);

describe('the users in progress of a slice', () => {
  it('are those of the slice alone, both ends included, by ordinal', async () => {
    const { store } = await storeOf(fill(6, 'inProgress'));
    expect(ordinals(await usersInProgress(store, slice(2, 4)))).toEqual([2, 3, 4]);
    expect(ordinals(await usersInProgress(store, slice(1, 6)))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are no queued or final ones', async () => {
    const { store } = await storeOf([
      'queued',
      'inProgress',
      'completed',
      'failed',
      'canceled',
      'inProgress',
    ]);
    expect(ordinals(await usersInProgress(store, slice(1, 6)))).toEqual([2, 6]);
  });

  it('are none of an empty slice', async () => {
    const { store } = await storeOf(fill(3, 'queued'));
    expect(await usersInProgress(store, slice(1, 3))).toEqual([]);
  });

  it.each([
    LIMITS.usersPerBatch - 1,
    LIMITS.usersPerBatch,
    LIMITS.usersPerBatch + 1,
    2 * LIMITS.usersPerBatch,
  ])('are all %i of them, in as many reads as that takes', async (count) => {
    let reads = 0;
    const { store } = await storeOf(fill(count, 'inProgress'), {
      read: (_, run) => {
        reads += 1;
        return run();
      },
    });
    expect(await usersInProgress(store, slice(1, count))).toHaveLength(count);
    expect(reads).toBe(Math.floor(count / LIMITS.usersPerBatch) + 1);
  });

  it('are not read when the store fails, which the caller hears of', async () => {
    const { store } = await storeOf(fill(2, 'inProgress'), {
      read: () => {
        throw new LifecycleError('StoreUnavailable', 'It is away');
      },
    });
    await expect(usersInProgress(store, slice(1, 2))).rejects.toMatchObject({ code: 'StoreUnavailable' });
  });
});

/** What `queuedUsers` needs, and the errors that it reports. */
async function world(statuses: readonly UserStatus[], hooks: StoreHooks = {}) {
  const { inner, store } = await storeOf(statuses, hooks);
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const deps = {
    ports: { store, clock },
    events: { has: () => true, emit: (name: string, payload: unknown) => void errors.push([name, payload]) },
  } as unknown as Parameters<typeof queuedUsers>[0];
  return { inner, clock, errors, deps };
}

async function batchesOf(batches: AsyncIterable<readonly UserRecord[]>): Promise<number[][]> {
  const found: number[][] = [];
  for await (const users of batches) found.push(ordinals(users));
  return found;
}

describe('the queued users of a slice', () => {
  it('come in batches, by ordinal, and only those of the slice', async () => {
    const count = LIMITS.usersPerBatch + 2;
    const { deps } = await world(fill(count + 3, 'queued'));
    const batches = await batchesOf(queuedUsers(deps, slice(2, count + 1), () => true));
    expect(batches.map((batch) => batch.length)).toEqual([LIMITS.usersPerBatch, 2]);
    expect(batches.flat()).toEqual(Array.from({ length: count }, (_, index) => index + 2));
  });

  it('are no users in another status', async () => {
    const { deps } = await world(['queued', 'inProgress', 'canceled', 'queued']);
    expect(await batchesOf(queuedUsers(deps, slice(1, 4), () => true))).toEqual([[1, 4]]);
  });

  it('are read on while they are wanted, and no longer', async () => {
    const { deps } = await world(fill(2 * LIMITS.usersPerBatch, 'queued'));
    let isWanted = true;
    const sizes: number[] = [];
    for await (const users of queuedUsers(deps, slice(1, 2 * LIMITS.usersPerBatch), () => isWanted)) {
      sizes.push(users.length);
      isWanted = false;
    }
    expect(sizes).toEqual([LIMITS.usersPerBatch]);
    expect(await batchesOf(queuedUsers(deps, slice(1, 9), () => false))).toEqual([]);
  });

  it('that were read when they were no longer wanted are not handed out', async () => {
    let isWanted = true;
    const { deps } = await world(fill(2, 'queued'), {
      read: async (_, run) => {
        const result = await run();
        isWanted = false;
        return result;
      },
    });
    expect(await batchesOf(queuedUsers(deps, slice(1, 2), () => isWanted))).toEqual([]);
  });

  it('are read again a second after the store failed, which is reported, and none is left out', async () => {
    let failures = 2;
    const failure = new LifecycleError('StoreUnavailable', 'It is away');
    const { deps, clock, errors } = await world(fill(3, 'queued'), {
      read: (_, run) => {
        if (failures-- > 0) throw failure;
        return run();
      },
    });
    const reading = batchesOf(queuedUsers(deps, slice(1, 3), () => true));
    await clock.settle();
    expect(errors).toHaveLength(1);
    await clock.advance(999);
    expect(errors).toHaveLength(1);
    await clock.advance(1);
    expect(errors).toHaveLength(2);
    await clock.advance(1_000);
    expect(await reading).toEqual([[1, 2, 3]]);
    expect(errors[0]).toEqual(['engine.error', { error: failure, during: 'cancelingRun', runId: runId(1) }]);
  });

  it('are given up while the store fails, once they are not wanted', async () => {
    let isWanted = true;
    const { deps, clock } = await world(fill(1, 'queued'), {
      read: () => {
        throw new LifecycleError('StoreUnavailable', 'It is away');
      },
    });
    const reading = batchesOf(queuedUsers(deps, slice(1, 1), () => isWanted));
    await clock.settle();
    isWanted = false;
    await clock.advance(1_000);
    expect(await reading).toEqual([]);
    expect(clock.timers).toBe(0);
  });
});
