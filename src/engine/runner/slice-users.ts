import { LIMITS } from '../../model/limits.ts';
import type { UserRecord } from '../../model/records.ts';
import type { SliceRecord } from '../../model/slices.ts';
import type { UserStatus } from '../../model/status.ts';
import type { StoreReader } from '../../ports/store.ts';
import type { DriverDeps } from './driver-deps.ts';

/** Wait before a failed read is repeated, ms. */
const RETRY_MS = 1_000;

/** The users of a slice in one status, by ordinal, in batches of `LIMITS.usersPerBatch`. */
export async function* usersIn(
  status: UserStatus,
  store: Pick<StoreReader, 'listUsersByStatus'>,
  { runId, firstOrdinal, lastOrdinal }: SliceRecord,
): AsyncGenerator<readonly UserRecord[]> {
  for (let after = firstOrdinal - 1; ; ) {
    const users = await store.listUsersByStatus(runId, status, after, LIMITS.usersPerBatch, lastOrdinal);
    const last = users.at(-1);
    if (last === undefined) return;
    yield users;
    if (users.length < LIMITS.usersPerBatch) return;
    after = last.ordinal;
  }
}

/** The queued users of a slice, in batches, while `isWanted`. A failed read is reported and repeated. */
export async function* queuedUsers(
  { ports: { store, clock }, events }: Pick<DriverDeps, 'ports' | 'events'>,
  slice: SliceRecord,
  isWanted: () => boolean,
): AsyncGenerator<readonly UserRecord[]> {
  let rest = slice;
  while (isWanted()) {
    try {
      for await (const users of usersIn('queued', store, rest)) {
        if (!isWanted()) return;
        yield users;
        rest = { ...rest, firstOrdinal: (users.at(-1)?.ordinal ?? 0) + 1 };
      }
      return;
    } catch (error) {
      events.emit('engine.error', { error, during: 'cancelingRun', runId: slice.runId });
      await new Promise<void>((resolve) => clock.setTimer(RETRY_MS, resolve));
    }
  }
}
