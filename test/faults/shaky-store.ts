/** A store as one process sees it: it can fail, be slow, and be cut off when the process dies. */

import type { RunRecord, UserRecord } from '../../src/model/records.ts';
import type { Store, StoreReader, StoreTransaction } from '../../src/ports/store.ts';
import { listenToWrites, wrapStore } from '../../src/ports/wrap-store.ts';
import { never } from './never.ts';
import type { Side } from './plan.ts';

/** A run as a commit leaves it; `run` `null`: it is gone. */
export interface TouchedRun {
  readonly id: string;
  readonly run: RunRecord | null;
  readonly users: readonly UserRecord[];
}

/** Who decides what becomes of calls. */
export interface StoreControl {
  /** The number of a call that begins. */
  begin(): number;
  /** `null`: nothing. Else it may wait, reject with what the store throws, or never come back: the process has died. */
  at(call: number, side: Side): Promise<void> | null;
  /** What a commit did, reported in the order of the commits and before the caller hears of it. */
  committed(touched: readonly TouchedRun[], call: number): void;
  readonly isDead: boolean;
}

/** Wraps `inner` for one process. */
export function shakyStore(inner: Store, control: StoreControl): Store {
  return wrapStore(inner, {
    transaction: (work, run) => transact(run, control, work),
    read: (_method, read) => shakyRead(control, read),
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

async function transact<T>(
  run: (work: (tx: StoreTransaction) => Promise<T>) => Promise<T>,
  control: StoreControl,
  work: (tx: StoreTransaction) => Promise<T>,
): Promise<T> {
  const call = control.begin();
  const before = control.at(call, 'before');
  if (before) await before;
  let touched: readonly TouchedRun[] = [];
  try {
    const result = await run(async (tx) => {
      const ids = new Set<string>();
      const value = await work(watched(tx, ids));
      const middle = control.at(call, 'middle');
      if (middle) await middle;
      touched = await lookAt(tx, ids);
      return value;
    });
    control.committed(touched, call);
    const after = control.at(call, 'after');
    if (after) await after;
    return result;
  } catch (error) {
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

async function lookAt(tx: StoreTransaction, ids: ReadonlySet<string>): Promise<TouchedRun[]> {
  const touched: TouchedRun[] = [];
  for (const id of ids) {
    const run = await tx.getRun(id);
    touched.push({ id, run, users: run ? await usersOf(tx, id) : [] });
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
