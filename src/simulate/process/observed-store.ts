import type { Admission, RunRecord, UserRecord } from '../../model/records.ts';
import type { Store } from '../../ports/store.ts';
import { listenToWrites, wrapStore } from '../../ports/wrap-store.ts';

/** What a commit wrote, in order. */
export type Write =
  | { readonly kind: 'run'; readonly run: RunRecord; readonly isNew: boolean }
  | { readonly kind: 'users'; readonly users: readonly UserRecord[]; readonly areNew: boolean }
  | { readonly kind: 'admissions'; readonly admissions: readonly Admission[] };

/** The store, with `committed` called after every commit that wrote something and before its caller is answered. */
export function observedStore(store: Store, committed: (writes: readonly Write[]) => void): Store {
  return wrapStore(store, {
    async transaction(work, run) {
      let writes: Write[] = [];
      const result = await run((tx) => {
        writes = [];
        return work(
          listenToWrites(tx, {
            insertRun: (run) => void writes.push({ kind: 'run', run, isNew: true }),
            putRun: (run) => void writes.push({ kind: 'run', run, isNew: false }),
            insertUsers: (users) => void writes.push({ kind: 'users', users, areNew: true }),
            putUsers: (users) => void writes.push({ kind: 'users', users, areNew: false }),
            putAdmissions: (admissions) => void writes.push({ kind: 'admissions', admissions }),
          }),
        );
      });
      if (writes.length > 0) committed(writes);
      return result;
    },
  });
}
