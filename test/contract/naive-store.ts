/** The suite's naive model as a store: a second opinion, and the soil in which mutants grow. */
import { LifecycleError } from '../../src/errors/lifecycle-error.ts';
import type { Store, StoreReader, StoreTransaction } from '../../src/ports/store.ts';
import { NaiveTransaction } from '../../src/testing/contract/random/naive-transaction.ts';

/** Ways in which a {@link naiveStore} is made wrong. */
export interface Faults {
  /** Wraps the state of a transaction: what the transaction's calls go through. */
  readonly tx?: (state: NaiveTransaction) => StoreTransaction;
  /** Wraps the committed state: what calls outside go through. */
  readonly reader?: (state: NaiveTransaction) => StoreReader;
  /** Replaces the copy that a transaction works on. */
  readonly copy?: (state: NaiveTransaction) => NaiveTransaction;
  /** Transactions start at once, not one after another. */
  readonly isParallel?: boolean;
  /** The error that comes out of a transaction instead of the work's own. */
  readonly wrapError?: (error: unknown) => unknown;
  /** close() does not wait. */
  readonly closesAtOnce?: boolean;
  /** Calls after close() are answered. */
  readonly staysOpen?: boolean;
}

/** A store without any cleverness, or with the faults given. */
export function naiveStore(faults: Faults = {}): Store {
  let state = new NaiveTransaction();
  let queue: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  const checkOpen = () => {
    if (isClosed && !faults.staysOpen) throw new LifecycleError('StoreClosed', 'The store is closed');
  };
  const run = async <T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> => {
    checkOpen();
    const copy = faults.copy?.(state) ?? state.clone();
    try {
      const value = await work(faults.tx?.(copy) ?? copy);
      state = copy;
      return value;
    } catch (error) {
      throw faults.wrapError ? faults.wrapError(error) : error;
    }
  };
  const own = {
    capabilities: { durable: false, sharedWriters: false },
    slices: undefined,
    transaction: <T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> => {
      const result = faults.isParallel ? run(work) : queue.then(() => run(work));
      queue = result.catch(() => {});
      return result;
    },
    close: async () => {
      if (!faults.closesAtOnce) await queue;
      isClosed = true;
    },
  };
  return new Proxy(own, {
    get(target, name) {
      if (Reflect.has(target, name)) return Reflect.get(target, name);
      if (name === 'then') return undefined;
      return async (...args: readonly unknown[]) => {
        checkOpen();
        const reader = faults.reader?.(state) ?? state;
        return Reflect.apply(Reflect.get(reader, name), reader, args);
      };
    },
  }) as unknown as Store;
}
