/** Memory stores that are each wrong in one way, for tests of what finds them. */
import type { RunRecord, UserRecord } from '../../../src/model/records.ts';
import type { Store, StoreTransaction } from '../../../src/ports/store.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';

type Writes = Partial<Pick<StoreTransaction, 'putRun' | 'putUsers' | 'insertUsers'>>;

/** A memory store of which these writes are replaced; `no` counts transactions, from 1. */
function withWrites(replace: (tx: StoreTransaction, no: number) => Writes): Store {
  const inner = memoryStore();
  let no = 0;
  return new Proxy(inner, {
    get(target, name) {
      if (name === 'transaction')
        return <T>(work: (tx: StoreTransaction) => Promise<T>) => {
          no += 1;
          const own = no;
          return target.transaction((tx) => work(over(tx, replace(tx, own))));
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function over(tx: StoreTransaction, replaced: Writes): StoreTransaction {
  return new Proxy(tx, {
    get(target, name) {
      const value: unknown = Reflect.get(replaced, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const final = ({ completedAtMs }: UserRecord) => completedAtMs !== null;

/** Name → a new store with this fault. */
export const FAULTY_STORES: Readonly<Record<string, () => Store>> = {
  'loses a write of users now and then': () =>
    withWrites((tx, no) =>
      no % 7 === 6 ? { putUsers: async () => {}, insertUsers: async (users) => tx.insertUsers(users) } : {},
    ),
  'loses the last user of a batch': () =>
    withWrites((tx) => ({ putUsers: (users) => tx.putUsers(users.slice(0, Math.max(1, users.length - 1))) })),
  'loses the write of a run now and then': () =>
    withWrites((_, no) => (no % 5 === 4 ? { putRun: async () => {} } : {})),
  'counts a failed task too many': () =>
    withWrites((tx) => ({
      putRun: (run: RunRecord) =>
        tx.putRun(run.failedTasksCount > 0 ? { ...run, failedTasksCount: run.failedTasksCount + 1 } : run),
    })),
  'forgets the reports': () =>
    withWrites((tx) => ({
      putRun: (run) =>
        tx.putRun({
          ...run,
          taskReports: run.taskReports.map((one) => ({
            ...one,
            failedUsersCount: 0,
            successfulUsersCount: 0,
          })),
        }),
    })),
  'keeps no end of a user': () =>
    withWrites((tx) => ({
      putUsers: (users) =>
        tx.putUsers(users.map((user) => (final(user) ? { ...user, completedAtMs: null } : user))),
      insertUsers: (users) =>
        tx.insertUsers(users.map((user) => (final(user) ? { ...user, completedAtMs: null } : user))),
    })),
  'takes completedWithErrors for completed': () =>
    withWrites((tx) => ({
      putRun: (run) =>
        tx.putRun(
          run.processingStatus === 'completedWithErrors' ? { ...run, processingStatus: 'completed' } : run,
        ),
    })),
};

/** A store that forgets how often a task has failed: only the code that retries tasks can notice. */
export const forgetfulStore = (): Store =>
  withWrites((tx) => ({
    putUsers: (users) => tx.putUsers(users.map((user) => ({ ...user, attempts: null }))),
  }));
