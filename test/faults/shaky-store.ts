/** A store as one process sees it: it can fail, be slow, and be cut off when the process dies. */

import { LifecycleError } from '../../src/errors/lifecycle-error.ts';
import type { RunRecord, UserRecord } from '../../src/model/records.ts';
import type { RunNews } from '../../src/model/slices.ts';
import type { Store, StoreReader, StoreTransaction } from '../../src/ports/store.ts';
import { listenToWrites, type StoreHooks, wrapStore } from '../../src/ports/wrap-store.ts';
import type { StoredSlice } from '../../src/stores/memory/reader.ts';
import type { NewsListener, SharedTables } from '../cluster/shared-tables.ts';
import { never } from './never.ts';
import type { Side } from './plan.ts';

type Work<T> = (tx: StoreTransaction) => Promise<T>;

/** A run as a commit leaves it; `run` `null`: it is gone. */
export interface TouchedRun {
  readonly id: string;
  readonly run: RunRecord | null;
  readonly users: readonly UserRecord[];
  /** Empty: the run is one slice, which its own record tells. */
  readonly slices: readonly StoredSlice[];
}

/** Who decides what becomes of calls. */
export interface StoreControl {
  /** The number of a call that begins, which is a commit of slices or not. */
  begin(isCommit?: boolean): number;
  /** `null`: nothing. Else it may wait, reject with what the store throws, or never come back: the process has died. */
  at(call: number, side: Side): Promise<void> | null;
  /** What a commit did, reported in the order of the commits and before the caller hears of it. */
  committed(touched: readonly TouchedRun[], call: number): void;
  /** Passes news of the runs on to the process, or does not. */
  deliver(listener: NewsListener, news: RunNews): void;
  readonly isDead: boolean;
}

/** What a call is told that reaches the store later than its caller waits. */
export class LateCall extends LifecycleError {
  readonly reached: Promise<void>;

  constructor(reached: Promise<void>) {
    super('StoreFailed', 'Expected the store to answer in time, got a call that reaches it later');
    this.reached = reached;
  }
}

/** Wraps `inner` for one process; `shared`: for one of several. */
export function shakyStore(inner: Store, control: StoreControl, shared: SharedTables | null): Store {
  const run = <T>(work: Work<T>) => inner.transaction(work);
  const transactWith =
    (mayBeLate: boolean, isCommit: boolean) =>
    <T>(work: Work<T>) =>
      transact(run, { control, shared, mayBeLate, isCommit }, work);
  const hooks: StoreHooks = {
    transaction: transactWith(false, false),
    read: (_method, read) => shakyRead(control, read),
  };
  if (!shared) return wrapStore(inner, hooks);
  const deliver = (listener: NewsListener, news: RunNews) => control.deliver(listener, news);
  return wrapStore(inner, hooks, {
    slices: shared.slicesFor(transactWith(true, false), transactWith(true, true), deliver),
  });
}

async function shakyRead<T>(control: StoreControl, read: () => Promise<T>): Promise<T> {
  const call = control.begin();
  const before = control.at(call, 'before');
  if (before) await before;
  const result = await read();
  const after = control.at(call, 'after');
  if (after) await after;
  return result;
}

interface Connection {
  readonly control: StoreControl;
  readonly shared: SharedTables | null;
  /** A call can reach the store when its caller no longer waits for it: it is one statement. */
  readonly mayBeLate: boolean;
  /** Of slices. */
  readonly isCommit: boolean;
}

async function transact<T>(
  run: (work: Work<T>) => Promise<T>,
  { control, shared, mayBeLate, isCommit }: Connection,
  work: Work<T>,
): Promise<T> {
  const call = control.begin(isCommit);
  let touched: readonly TouchedRun[] = [];
  const make = async (middle: () => Promise<void> | null): Promise<T> => {
    const result = await run(async (tx) => {
      const ids = new Set<string>();
      const value = await work(watched(tx, ids));
      const pending = middle();
      if (pending) await pending;
      for (const id of shared?.changed() ?? []) ids.add(id);
      touched = await lookAt(tx, ids, shared);
      return value;
    });
    control.committed(touched, call);
    return result;
  };
  try {
    const before = control.at(call, 'before');
    if (before) await before;
    const result = await make(() => control.at(call, 'middle'));
    const after = control.at(call, 'after');
    if (after) await after;
    return result;
  } catch (error) {
    if (error instanceof LateCall && mayBeLate) void error.reached.then(() => make(() => null));
    if (control.isDead) await never();
    throw error;
  }
}

function watched(tx: StoreTransaction, ids: Set<string>): StoreTransaction {
  const noteRun = ({ id }: RunRecord) => void ids.add(id);
  const noteUsers = (users: readonly UserRecord[]) => {
    for (const user of users) ids.add(user.runId);
  };
  return listenToWrites(tx, {
    insertRun: noteRun,
    putRun: noteRun,
    insertUsers: noteUsers,
    putUsers: noteUsers,
    deleteRun: (id) => void ids.add(id),
  });
}

async function lookAt(
  tx: StoreTransaction,
  ids: ReadonlySet<string>,
  shared: SharedTables | null,
): Promise<TouchedRun[]> {
  const touched: TouchedRun[] = [];
  for (const id of ids) {
    const run = await tx.getRun(id);
    const slices = shared?.slicesOf(id) ?? [];
    touched.push({ id, run, users: run ? await usersOf(tx, id) : [], slices });
  }
  return touched;
}

/** All users of a run, by `no`. */
function usersOf(reader: StoreReader, runId: string): Promise<readonly UserRecord[]> {
  return reader.listUsers({
    runId,
    where: null,
    order: { property: 'id', descending: false },
    after: null,
    limit: 1_000_000,
  });
}
