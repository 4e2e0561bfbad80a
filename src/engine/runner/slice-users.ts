import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { SliceRecord } from '../../model/slices.ts';
import type { UserStatus } from '../../model/status.ts';
import type { StoreReader } from '../../ports/store.ts';
import { ActiveUser } from '../handlers/active-user.ts';
import type { Qualification } from '../selection/qualify.ts';
import type { ActiveUsers } from './active-users.ts';
import type { DriverDeps } from './driver-deps.ts';

/** Wait before a failed read is repeated, ms. */
const RETRY_MS = 1_000;

/** A batch of the users of a slice in one status, by ordinal. */
function listBatch(
  store: Pick<StoreReader, 'listUsersByStatus'>,
  { runId, lastOrdinal }: SliceRecord,
  status: UserStatus,
  afterOrdinal: number,
): Promise<readonly UserRecord[]> {
  return store.listUsersByStatus(runId, status, afterOrdinal, LIMITS.usersPerBatch, lastOrdinal);
}

/** All users of a slice that are in progress. */
export async function usersInProgress(
  store: Pick<StoreReader, 'listUsersByStatus'>,
  slice: SliceRecord,
): Promise<readonly UserRecord[]> {
  let users = await listBatch(store, slice, 'inProgress', slice.firstOrdinal - 1);
  for (let size = users.length; size === LIMITS.usersPerBatch; ) {
    const further = await listBatch(store, slice, 'inProgress', users.at(-1)?.ordinal ?? 0);
    size = further.length;
    users = users.concat(further);
  }
  return users;
}

/** Checks once more, just before a user is processed (domain §3.1). `null`: the run is on demand. */
export function qualifies(
  { subject }: ActiveUser,
  qualification: Qualification | null,
  { scheduledAtMs }: RunRecord,
): boolean {
  return subject !== null && (qualification === null || qualification.holds(subject, scheduledAtMs));
}

/** What {@link activateQueued} works with. */
export interface Activating {
  readonly activeUsers: ActiveUsers;
  readonly isWanted: () => boolean;
  readonly activated: (active: ActiveUser) => void;
}

/** Makes the queued users of a slice that is canceling active, a batch at a time. */
export async function activateQueued(
  deps: Pick<DriverDeps, 'ports' | 'events'>,
  slice: SliceRecord,
  { activeUsers, isWanted, activated }: Activating,
): Promise<void> {
  // A start that waits for a commit will be refused, and its user canceled then: maybe before a read that still finds
  // it queued has come back.
  const known = new Set([...activeUsers].map(({ user }) => user.ordinal));
  for await (const users of queuedUsers(deps, slice, isWanted)) {
    for (const user of users) {
      if (known.has(user.ordinal)) continue;
      const active = new ActiveUser(user, null, deps.ports.clock.now());
      activeUsers.add(active);
      activated(active);
    }
    await activeUsers.untilRoom();
  }
}

/** The queued users of a slice, in batches, while `isWanted`. A failed read is reported and repeated. */
async function* queuedUsers(
  { ports: { store, clock }, events }: Pick<DriverDeps, 'ports' | 'events'>,
  slice: SliceRecord,
  isWanted: () => boolean,
): AsyncGenerator<readonly UserRecord[]> {
  for (let after = slice.firstOrdinal - 1; isWanted(); ) {
    try {
      const users = await listBatch(store, slice, 'queued', after);
      const last = users.at(-1);
      if (last === undefined || !isWanted()) return;
      after = last.ordinal;
      yield users;
    } catch (error) {
      events.emit('engine.error', { error, during: 'cancelingRun', runId: slice.runId });
      await new Promise<void>((resolve) => clock.setTimer(RETRY_MS, resolve));
    }
  }
}
