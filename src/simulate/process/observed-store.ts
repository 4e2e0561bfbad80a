import type { Admission, RunRecord, UserRecord } from '../../model/records.ts';
import type { Store, StoreTransaction } from '../../ports/store.ts';
import { listenToWrites, wrapStore } from '../../ports/wrap-store.ts';
import { slicesThrough } from '../../stores/memory/memory-store.ts';

/** What a commit wrote, in order. */
export type Write =
  | { readonly kind: 'run'; readonly run: RunRecord; readonly isNew: boolean }
  | { readonly kind: 'runRemoved'; readonly runId: string }
  | { readonly kind: 'users'; readonly users: readonly UserRecord[]; readonly areNew: boolean }
  | { readonly kind: 'admissions'; readonly admissions: readonly Admission[] };

/** The store, with `committed` called after every commit that wrote something and before its caller is answered. */
export function observedStore(store: Store, committed: (writes: readonly Write[]) => void): Store {
  const isCut = store.slices !== undefined;
  const transaction: Store['transaction'] = async (work) => {
    let writes: Write[] = [];
    const result = await store.transaction((tx) => {
      writes = [];
      const working = work(listenTo(tx, writes));
      // Where runs are not cut no microtask is added: their order is that of the trace.
      if (!isCut) return working;
      return working.then(async (done) => {
        writes = await asReadersSee(tx, writes);
        return done;
      });
    });
    if (writes.length > 0) committed(writes);
    return result;
  };
  const slices = slicesThrough(store, transaction);
  return wrapStore(store, { transaction: (work) => transaction(work) }, slices ? { slices } : {});
}

function listenTo(tx: StoreTransaction, writes: Write[]): StoreTransaction {
  return listenToWrites(tx, {
    insertRun: (run) => void writes.push({ kind: 'run', run, isNew: true }),
    putRun: (run) => void writes.push({ kind: 'run', run, isNew: false }),
    deleteRun: (runId) => void writes.push({ kind: 'runRemoved', runId }),
    insertUsers: (users) => void writes.push({ kind: 'users', users, areNew: true }),
    putUsers: (users) => void writes.push({ kind: 'users', users, areNew: false }),
    putAdmissions: (admissions) => void writes.push({ kind: 'admissions', admissions }),
  });
}

/** Where runs are cut into slices, a run is its row and what its open slices have moved: it is read when all is written. */
async function asReadersSee(tx: StoreTransaction, writes: readonly Write[]): Promise<Write[]> {
  const ids = new Set<string>();
  for (const write of writes) {
    if (write.kind === 'run' && !write.isNew) ids.add(write.run.id);
    if (write.kind === 'users' && !write.areNew && write.users[0]) ids.add(write.users[0].runId);
  }
  const seen: Write[] = writes.filter((write) => write.kind !== 'run' || write.isNew);
  for (const id of ids) {
    const run = await tx.getRun(id);
    if (run) seen.push({ kind: 'run', run, isNew: false });
  }
  return seen;
}
