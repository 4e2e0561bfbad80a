/** A store around another one: the base of every decorator (observing, crashing, failing, counting). */
import type { Store, StoreReader, StoreSlices, StoreTransaction } from './store.ts';

type Work<T> = (tx: StoreTransaction) => Promise<T>;

/** Hooks of a decorator; a call without a hook goes to the wrapped store. */
export interface StoreHooks {
  /** In place of a transaction; `run` begins it. */
  readonly transaction?: <T>(work: Work<T>, run: (work: Work<T>) => Promise<T>) => Promise<T>;
  /** In place of a read outside transactions; `run` makes it. */
  readonly read?: <T>(method: keyof StoreReader, run: () => Promise<T>) => Promise<T>;
  /** In place of a call for slices, where the store has them; `run` makes it. */
  readonly slices?: <T>(method: keyof StoreSlices, run: () => Promise<T>) => Promise<T>;
  /** In place of closing. */
  readonly close?: () => Promise<void>;
}

const READS: Readonly<Record<keyof StoreReader, true>> = {
  getWorkflow: true,
  listWorkflows: true,
  getWorkflowVersion: true,
  listWorkflowVersions: true,
  getRun: true,
  listRuns: true,
  countRuns: true,
  listUnfinishedRuns: true,
  sumRuns: true,
  getUser: true,
  getUserBySubject: true,
  listUsers: true,
  countUsers: true,
  listUsersOfWorkflow: true,
  listUsersOfSubject: true,
  sumUsers: true,
  listUsersByStatus: true,
  listFailureGroups: true,
  listUsersOfFailureGroup: true,
  listRunsWithFailures: true,
  countRepaired: true,
  getAdmissions: true,
  listAdmissions: true,
  getNotes: true,
  listNotes: true,
  getSetting: true,
};

/**
 * The store `inner` with `hooks`, and with the members of `own` beside the port's. Requests of other processes are
 * not passed on, unless `own` does it.
 */
export function wrapStore<Own extends object = object>(
  inner: Store,
  hooks: StoreHooks,
  own?: Own,
): Store & Own {
  const { transaction, read, slices, close } = hooks;
  const run = <T>(work: Work<T>): Promise<T> => inner.transaction(work);
  const methods: Record<string, unknown> = {
    capabilities: inner.capabilities,
    transaction: transaction ? <T>(work: Work<T>) => transaction(work, run) : run,
    close: close ?? (() => inner.close()),
  };
  for (const method of Object.keys(READS) as (keyof StoreReader)[]) {
    // Bound, because a store may have private state.
    const call = inner[method].bind(inner) as (...args: unknown[]) => Promise<unknown>;
    methods[method] = read ? (...args: unknown[]) => read(method, () => call(...args)) : call;
  }
  if (inner.slices) methods.slices = slices ? wrapSlices(inner.slices, slices) : inner.slices;
  return Object.defineProperties(methods, Object.getOwnPropertyDescriptors(own ?? {})) as unknown as Store &
    Own;
}

/** Which methods are hooked: those in a transaction are hooked with it, and a watch reads nothing. */
const SLICES: Readonly<Record<keyof StoreSlices, boolean>> = {
  insert: false,
  cancel: false,
  list: true,
  holders: true,
  claim: true,
  renew: true,
  release: true,
  commit: true,
  answered: false,
  watch: false,
};

function wrapSlices(inner: StoreSlices, hook: NonNullable<StoreHooks['slices']>): StoreSlices {
  const methods = Object.entries(SLICES).map(([name, isHooked]) => {
    const method = name as keyof StoreSlices;
    const made = inner[method].bind(inner) as (...args: unknown[]) => Promise<unknown>;
    return [method, isHooked ? (...args: unknown[]) => hook(method, () => made(...args)) : made];
  });
  return Object.fromEntries(methods) as unknown as StoreSlices;
}

/** Listeners by method of a transaction, called before the method; a promise is awaited first. */
export type WriteListeners = {
  readonly [Method in keyof StoreTransaction]?: (
    ...args: Parameters<NonNullable<StoreTransaction[Method]>>
  ) => void | Promise<void>;
};

/** The transaction `tx`, which calls `listeners` before its own methods. A transaction is used once, so it is changed in place. */
export function listenToWrites(tx: StoreTransaction, listeners: WriteListeners): StoreTransaction {
  const methods = tx as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  for (const [method, listen] of Object.entries(listeners)) {
    const call = methods[method] as (...args: unknown[]) => Promise<unknown>;
    const listener = listen as (...args: unknown[]) => void | Promise<void>;
    methods[method] = (...args) => {
      const pending = listener(...args);
      return pending ? pending.then(() => call.apply(tx, args)) : call.apply(tx, args);
    };
  }
  return tx;
}
