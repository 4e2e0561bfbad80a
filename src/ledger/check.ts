/** Recounts a store and verifies every invariant: `tenure check`. */
import { readFlag, readFunction } from '../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../input/options.ts';
import { readStoreReader } from '../input/ports.ts';
import type { RunRecord } from '../model/records.ts';
import type { StoreReader } from '../ports/store.ts';
import { startGroupCheck } from '../rules/invariants/failure-groups.ts';
import { startRunCheck, type Violation } from '../rules/invariants/invariants.ts';
import type { AggregationOptions } from '../rules/status/aggregate.ts';
import { allRuns, pagesOfUsers } from './read-all.ts';

/** Result of a check. */
export interface CheckReport {
  readonly workflows: number;
  readonly runs: number;
  readonly users: number;
  readonly tasks: number;
  readonly violations: readonly Violation[];
}

/** Options of {@link checkStore}. */
export interface CheckOptions extends Partial<AggregationOptions> {
  /** Called after each run, with the totals so far. Default: nothing is called. */
  readonly onProgress?: (seen: { readonly runs: number; readonly users: number }) => void;
}

const OPTIONS = {
  strictFailed: withDefault(readFlag, false),
  onProgress: optional(readFunction<NonNullable<CheckOptions['onProgress']>>),
} satisfies ShapeOf<CheckOptions>;

/**
 * Checks every published run of a store against the invariants of domain §6.6, a batch of users at a
 * time. On a store that is being written, runs that change during the read are reread, so that
 * a run and its users are of the same moment.
 *
 * @example
 * ```ts
 * import { checkStore, memoryStore } from 'tenure';
 *
 * const { runs, violations } = await checkStore(memoryStore());
 * console.log(runs, violations.length); // → 0 0
 * ```
 */
export async function checkStore(store: StoreReader, options?: CheckOptions): Promise<CheckReport> {
  const given = readOptions(options, 'checkStore', OPTIONS);
  readStoreReader({ path: 'store', value: store });
  const seen = { workflows: (await store.listWorkflows()).length, runs: 0, users: 0, tasks: 0 };
  const violations: Violation[] = [];
  for await (const run of allRuns(store)) {
    const result = await checkOne(store, run, given);
    violations.push(...result.violations);
    seen.runs += 1;
    seen.users += result.users;
    seen.tasks += result.tasks;
    given.onProgress?.({ runs: seen.runs, users: seen.users });
  }
  return { ...seen, violations };
}

const RETRIES_MAX = 20;

async function checkOne(
  store: StoreReader,
  first: RunRecord,
  options: AggregationOptions,
): Promise<{ users: number; tasks: number; violations: readonly Violation[] }> {
  let run = first;
  for (let attempt = 1; ; attempt++) {
    const check = startRunCheck(run, { strictFailed: options.strictFailed });
    const groups = startGroupCheck(run.id, await store.listFailureGroups(run.id));
    const counts = { users: 0, tasks: 0 };
    for await (const page of pagesOfUsers(store, run.id)) {
      for (const user of page) {
        check.add(user);
        groups.add(user);
        counts.users += 1;
        counts.tasks += user.totalTasksCount;
      }
    }
    const current = await store.getRun(run.id);
    if (!current) return { users: 0, tasks: 0, violations: [] };
    // Several processes may write in one moment, so its date does not show every change.
    const isUnchanged = current.revision === run.revision;
    if (isUnchanged || attempt === RETRIES_MAX)
      return { ...counts, violations: isUnchanged ? [...check.end(), ...groups.end()] : [] };
    run = current;
  }
}
