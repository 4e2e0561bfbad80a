import type { Admission, RunRecord, UserRecord } from '../model/records.ts';
import type { Store, StoreTransaction } from '../ports/store.ts';

/** What a commit wrote, in order. */
export type Write =
  | { readonly kind: 'run'; readonly run: RunRecord; readonly isNew: boolean }
  | { readonly kind: 'users'; readonly users: readonly UserRecord[]; readonly areNew: boolean }
  | { readonly kind: 'admissions'; readonly admissions: readonly Admission[] };

/**
 * The store, with somebody who is told of every commit when it is made, before the committer hears of it. It
 * watches and changes nothing.
 */
export function observedStore(store: Store, committed: (writes: readonly Write[]) => void): Store {
  // Bound methods: a store may have private state, which a proxy or a subclass would not reach.
  const methods = new Map<PropertyKey, unknown>();
  return new Proxy(store, {
    get(target, name) {
      if (name === 'transaction')
        return <T>(work: (tx: StoreTransaction) => Promise<T>) => transact(target, work, committed);
      const known = methods.get(name);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, name, target);
      const bound: unknown = typeof value === 'function' ? value.bind(target) : value;
      methods.set(name, bound);
      return bound;
    },
  });
}

async function transact<T>(
  store: Store,
  work: (tx: StoreTransaction) => Promise<T>,
  committed: (writes: readonly Write[]) => void,
): Promise<T> {
  let writes: Write[] = [];
  const result = await store.transaction((tx) => {
    writes = [];
    return work(watched(tx, writes));
  });
  if (writes.length > 0) committed(writes);
  return result;
}

/** A transaction is new each time, so its methods can be replaced on it. */
function watched(tx: StoreTransaction, writes: Write[]): StoreTransaction {
  const { insertRun, putRun, insertUsers, putUsers, putAdmissions } = tx;
  return Object.assign(tx, {
    insertRun: (run: RunRecord) => {
      writes.push({ kind: 'run', run, isNew: true });
      return insertRun.call(tx, run);
    },
    putRun: (run: RunRecord) => {
      writes.push({ kind: 'run', run, isNew: false });
      return putRun.call(tx, run);
    },
    insertUsers: (users: readonly UserRecord[]) => {
      writes.push({ kind: 'users', users, areNew: true });
      return insertUsers.call(tx, users);
    },
    putUsers: (users: readonly UserRecord[]) => {
      writes.push({ kind: 'users', users, areNew: false });
      return putUsers.call(tx, users);
    },
    putAdmissions: (admissions: readonly Admission[]) => {
      writes.push({ kind: 'admissions', admissions });
      return putAdmissions.call(tx, admissions);
    },
  });
}
