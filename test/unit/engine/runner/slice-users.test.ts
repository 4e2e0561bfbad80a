/** The users of a slice, read from the store in batches: those in progress, and the queued ones of one that is canceling. */
import { describe, expect, it } from 'vitest';
import { ActiveUser } from '../../../../src/engine/handlers/active-user.ts';
import { ActiveUsers } from '../../../../src/engine/runner/active-users.ts';
import { activateQueued, usersInProgress } from '../../../../src/engine/runner/slice-users.ts';
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
  return { store: wrapStore(inner, hooks) };
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

/** What `activateQueued` works with, and what it reports. */
async function world(statuses: readonly UserStatus[], hooks: StoreHooks = {}) {
  const { store } = await storeOf(statuses, hooks);
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const deps = {
    ports: { store, clock },
    events: { has: () => true, emit: (name: string, payload: unknown) => void errors.push([name, payload]) },
  } as unknown as Parameters<typeof activateQueued>[0];
  const activeUsers = new ActiveUsers({ activeUsers: 0, starved: new Set() });
  const activated: ActiveUser[] = [];
  const activate = (of: SliceRecord, isWanted: () => boolean = () => true) =>
    activateQueued(deps, of, { activeUsers, isWanted, activated: (active) => void activated.push(active) });
  const activatedOrdinals = () => activated.map(({ user }) => user.ordinal);
  return { clock, errors, activate, activeUsers, activated, activatedOrdinals };
}

describe('the queued users of a slice that is canceling', () => {
  it('become active by ordinal, without their subject, and only those of the slice', async () => {
    const { activate, activeUsers, activated, activatedOrdinals, clock } = await world(fill(6, 'queued'));
    await activate(slice(2, 4));
    expect(activatedOrdinals()).toEqual([2, 3, 4]);
    expect([...activeUsers]).toEqual(activated);
    expect(activated[0]).toMatchObject({ subject: null, state: 'read', fetchedAtMs: clock.now() });
  });

  it('are no users in another status', async () => {
    const { activate, activatedOrdinals } = await world(['queued', 'inProgress', 'canceled', 'queued']);
    await activate(slice(1, 4));
    expect(activatedOrdinals()).toEqual([1, 4]);
  });

  it('that are active already stay as they are, and are not made active twice', async () => {
    const { activate, activeUsers, activatedOrdinals } = await world(fill(3, 'queued'));
    const known = new ActiveUser(userRecord(1, 2), { id: 'subject-2' }, T0);
    activeUsers.add(known);
    await activate(slice(1, 3));
    expect(activatedOrdinals()).toEqual([1, 3]);
    expect(activeUsers.at(2)).toBe(known);
  });

  it('that were active when it began are left out also when they have ended before they are read', async () => {
    const { activate, activeUsers, activatedOrdinals } = await world(fill(2, 'queued'), {
      read: async (_, run) => {
        const result = await run();
        for (const active of activeUsers) activeUsers.remove(active);
        return result;
      },
    });
    activeUsers.add(new ActiveUser(userRecord(1, 2), null, T0));
    await activate(slice(1, 2));
    expect(activatedOrdinals()).toEqual([1]);
  });

  it('become active a batch at a time: the next one is read when there is room', async () => {
    const count = 2 * LIMITS.usersPerBatch + 1;
    const { activate, activeUsers, activated, clock } = await world(fill(count, 'queued'));
    const done = activate(slice(1, count));
    await clock.settle();
    expect(activated).toHaveLength(2 * LIMITS.usersPerBatch);
    for (const active of activeUsers) activeUsers.remove(active);
    await done;
    expect(activated).toHaveLength(count);
  });

  it('are none when they are not wanted', async () => {
    const { activate, activatedOrdinals } = await world(fill(2, 'queued'));
    await activate(slice(1, 2), () => false);
    expect(activatedOrdinals()).toEqual([]);
  });

  it('that were read when they were no longer wanted do not become active', async () => {
    let isWanted = true;
    const { activate, activatedOrdinals } = await world(fill(2, 'queued'), {
      read: async (_, run) => {
        const result = await run();
        isWanted = false;
        return result;
      },
    });
    await activate(slice(1, 2), () => isWanted);
    expect(activatedOrdinals()).toEqual([]);
  });

  it('are read again a second after the store failed, which is reported, and none is left out', async () => {
    let failures = 2;
    const failure = new LifecycleError('StoreUnavailable', 'It is away');
    const { activate, activatedOrdinals, clock, errors } = await world(fill(3, 'queued'), {
      read: (_, run) => {
        if (failures-- > 0) throw failure;
        return run();
      },
    });
    const done = activate(slice(1, 3));
    await clock.settle();
    expect(errors).toHaveLength(1);
    await clock.advance(999);
    expect(errors).toHaveLength(1);
    await clock.advance(1);
    expect(errors).toHaveLength(2);
    await clock.advance(1_000);
    await done;
    expect(activatedOrdinals()).toEqual([1, 2, 3]);
    expect(errors[0]).toEqual(['engine.error', { error: failure, during: 'cancelingRun', runId: runId(1) }]);
  });

  it('are given up while the store fails, once they are not wanted', async () => {
    let isWanted = true;
    const { activate, activatedOrdinals, clock } = await world(fill(1, 'queued'), {
      read: () => {
        throw new LifecycleError('StoreUnavailable', 'It is away');
      },
    });
    const done = activate(slice(1, 1), () => isWanted);
    await clock.settle();
    isWanted = false;
    await clock.advance(1_000);
    await done;
    expect([activatedOrdinals(), clock.timers]).toEqual([[], 0]);
  });
});
