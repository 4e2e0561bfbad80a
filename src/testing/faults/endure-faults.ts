/** A workflow that has to endure a plan of faults: safety while they hit, liveness when they are over. */
import { readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { readStore } from '../../input/ports.ts';
import type { Place } from '../../input/refuse.ts';
import { runResource, userResource } from '../../ledger/resources.ts';
import type { Run, UserProcessingResult } from '../../model/resources/resources.ts';
import { DAY_MS, type DurationMs } from '../../model/time.ts';
import type { Store } from '../../ports/store.ts';
import { memoryStore } from '../../stores/memory/memory-store.ts';
import type { AuditOptions } from '../audit/audit-options.ts';
import { EXECUTION_OPTIONS } from '../audit/options.ts';
import type { OracleViolation } from '../oracles/violation.ts';
import { FaultSite } from './fault-site.ts';
import type { FaultPlan } from './plan.ts';
import { readFaultPlan } from './read-plan.ts';

/** What has to endure what. `Effects` is what the host's recorder reports. */
export interface EndureOptions<Effects>
  extends Pick<AuditOptions<Effects>, 'workflow' | 'population' | 'effects' | 'tasks' | 'settings'> {
  /** The faults: written by hand, or drawn by `faultPlan`. */
  readonly plan: FaultPlan;
  /** An empty store. Default: in memory. */
  readonly store?: Store;
  /** Virtual time until the faults are over, ms. Default: a day. */
  readonly horizonMs?: DurationMs;
}

const OPTIONS = {
  ...EXECUTION_OPTIONS,
  plan: readFaultPlan,
  store: optional(readStore),
  horizonMs: withDefault((place: Place) => readWhole(place, 0, Number.MAX_SAFE_INTEGER), DAY_MS),
} satisfies ShapeOf<EndureOptions<unknown>>;

/** What has been endured. */
export interface Endured<Effects> {
  readonly effects: Effects;
  /** Every run with all of its results, as `checkRun` takes them. */
  readonly runs: readonly { readonly run: Run; readonly results: readonly UserProcessingResult[] }[];
  /** Processes that lived, one after the other or beside each other. */
  readonly processes: number;
  /** Empty: all is well. `liveness`: a run that never ends, or a process that does not stop. */
  readonly violations: readonly OracleViolation[];
}

/** In this much virtual time without faults every run must end, whatever its retries. */
const CALM_MS = 7 * DAY_MS;
/** Users of a run that are read; more are not endured. */
const USERS_MAX = 100_000;

/**
 * Runs the workflow for all people, on demand or, when it is scheduled, by its slots, while the faults of the
 * plan hit. After each of them the store is recounted. When they are over, all processes are killed; a last
 * one must end every run. In virtual time: nights cost nothing.
 *
 * @throws LifecycleError for a workflow or handler that an engine would refuse.
 */
export async function endureFaults<Effects>(options: EndureOptions<Effects>): Promise<Endured<Effects>> {
  const { plan, horizonMs, store = memoryStore() } = readOptions(options, 'endureFaults', OPTIONS);
  const effects = options.effects();
  const site = new FaultSite({
    plan,
    store,
    population: options.population,
    tasks: options.tasks(effects),
    settings: options.settings ?? {},
  });
  await site.begin(options.workflow);
  for (const { atMs, fault } of plan.processFaults.toSorted((a, b) => a.atMs - b.atMs)) {
    await site.passTo(Math.min(atMs, horizonMs));
    await site.befall(fault);
    await site.check();
  }
  await site.passTo(horizonMs);
  await site.recover(CALM_MS);
  await site.check();
  return { effects, runs: await runsOf(store), processes: site.processes, violations: site.violations };
}

async function runsOf(store: Store): Promise<Endured<unknown>['runs']> {
  const order = { property: 'id', descending: false } as const;
  const runs = await store.listRuns({ where: null, order, after: null, limit: USERS_MAX });
  return Promise.all(
    runs.map(async (run) => {
      const users = await store.listUsers({
        runId: run.id,
        where: null,
        order,
        after: null,
        limit: USERS_MAX,
      });
      return { run: runResource(run), results: users.map((user) => userResource(run, user)) };
    }),
  );
}
