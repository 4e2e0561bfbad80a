/** A store around another one, which fails on demand and watches every commit. */
import type { RunRecord, UserRecord } from '../../src/model/records.ts';
import type { Store, StoreTransaction } from '../../src/ports/store.ts';
import { listenToWrites, wrapStore } from '../../src/ports/wrap-store.ts';
import { checkStep } from '../../src/rules/invariants/invariants.ts';
import { isTerminal } from '../../src/rules/status/transitions.ts';

/** What a test does to the calls. */
export interface StoreHooks {
  /** Before the `n`-th transaction (1-based); a throw keeps it from beginning. */
  before?: (n: number) => void | Promise<void>;
  /** After its work and before its commit; a throw rolls it back. `writes` is what it wrote. */
  commit?: (n: number, writes: Writes) => void | Promise<void>;
  /** After its commit and before the caller hears of it; a throw makes a commit look failed. */
  after?: (n: number, writes: Writes) => void | Promise<void>;
  /** Before every read outside transactions. */
  read?: (method: string) => void | Promise<void>;
}

/** What one transaction wrote. */
interface Writes {
  readonly runs: Map<string, { readonly before: RunRecord | null; after: RunRecord }>;
  readonly users: Map<string, { readonly before: UserRecord | null; after: UserRecord }>;
}

/** A {@link Store} with hooks, counts, and what was wrong with the commits. */
export interface WatchedStore extends Store {
  readonly hooks: StoreHooks;
  /** Transactions that were begun. */
  readonly transactions: number;
  /** Broken rules of single commits, as text. */
  readonly faults: readonly string[];
  readonly inner: Store;
}

/** Wraps `inner`. */
export function watchedStore(inner: Store, hooks: StoreHooks = {}): WatchedStore {
  const faults: string[] = [];
  let transactions = 0;
  return wrapStore(
    inner,
    {
      async transaction(work, run) {
        transactions += 1;
        const n = transactions;
        await hooks.before?.(n);
        const writes: Writes = { runs: new Map(), users: new Map() };
        const result = await run(async (tx) => {
          writes.runs.clear();
          writes.users.clear();
          const value = await work(recordWrites(tx, writes));
          await hooks.commit?.(n, writes);
          return value;
        });
        inspect(writes, faults);
        await hooks.after?.(n, writes);
        return result;
      },
      async read(method, run) {
        await hooks.read?.(method);
        return run();
      },
    },
    {
      inner,
      hooks,
      faults,
      get transactions() {
        return transactions;
      },
    },
  );
}

function recordWrites(tx: StoreTransaction, writes: Writes): StoreTransaction {
  const noteRun = async (after: RunRecord) => {
    const known = writes.runs.get(after.id);
    const before = known ? known.before : await tx.getRun(after.id);
    writes.runs.set(after.id, { before, after });
  };
  const noteUsers = async (users: readonly UserRecord[]) => {
    for (const after of users) {
      const key = `${after.runId} ${after.ordinal}`;
      const known = writes.users.get(key);
      const before = known ? known.before : await tx.getUser(after.runId, after.ordinal);
      writes.users.set(key, { before, after });
    }
  };
  return listenToWrites(tx, {
    putRun: noteRun,
    insertRun: noteRun,
    putUsers: noteUsers,
    insertUsers: noteUsers,
  });
}

/** What no commit may do: leave the tables of moves, turn a counter back, touch what is final. */
function inspect({ runs, users }: Writes, faults: string[]): void {
  for (const { before, after } of runs.values()) {
    if (!before?.published) continue;
    if (after.claim < before.claim) faults.push(`run ${after.id}: the claim fell`);
    const isBookkeeping = after.lastUpdatedAtMs === before.lastUpdatedAtMs;
    const visible = (run: RunRecord) => JSON.stringify({ ...run, claim: 0, inHand: false });
    if (isBookkeeping && visible(before) === visible(after)) continue;
    if (isTerminal(before.processingStatus)) faults.push(`run ${after.id}: a final run was written`);
    for (const { invariant, message } of checkStep(before, after))
      faults.push(`run ${after.id}: ${invariant} ${message}`);
  }
  for (const { before, after } of users.values()) {
    if (!before) continue;
    const name = `user ${after.ordinal} of run ${after.runId}`;
    if (isTerminal(before.processingStatus)) faults.push(`${name}: a final user was written`);
    if (before.processingStatus === 'inProgress' && after.processingStatus === 'queued')
      faults.push(`${name}: went back to queued`);
    const known = JSON.stringify(before.outcomes ?? []);
    const kept = JSON.stringify((after.outcomes ?? []).slice(0, before.outcomes?.length ?? 0));
    if (known !== kept) faults.push(`${name}: a recorded outcome changed`);
    if ((after.outcomes?.length ?? 0) > (before.outcomes?.length ?? 0) + 1)
      faults.push(`${name}: two tasks ended in one commit`);
  }
}
