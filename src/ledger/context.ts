import { LifecycleError } from '../errors/lifecycle-error.ts';
import type { EventSink } from '../events/event-map.ts';
import { addressOf } from '../model/ids.ts';
import type { RunRecord, UserRecord, WorkflowRecord } from '../model/records.ts';
import type { SliceKey } from '../model/slices.ts';
import type { DurationMs, EpochMs } from '../model/time.ts';
import type { Workflow } from '../model/workflow/workflow.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/random.ts';
import type { Store, StoreReader, StoreTransaction } from '../ports/store.ts';
import type { AggregationOptions } from '../rules/status/aggregate.ts';

/** Measures what is recorded. Nothing in it throws. */
interface RecordMeter {
  /** A commit of the recorder was made: the time it took, ms, and how many events it had. */
  committed(ms: DurationMs, events: number): void;
  /** A commit has changed these users of a run. */
  changed(run: RunRecord, users: readonly UserRecord[]): void;
}

/** Dependencies of the ledger. */
export interface LedgerContext {
  readonly store: Store;
  readonly clock: Clock;
  /** Whether other work goes on while a commit is made: in real time. Virtual time would not wait for it. Default: `false`. */
  readonly commitsInBackground?: boolean;
  readonly ids: Ids;
  readonly events: EventSink;
  readonly meter?: RecordMeter;
  readonly aggregation: AggregationOptions;
  /** Runs that this process is writing and has not published yet: not to be removed as abandoned. */
  readonly planning: Set<string>;
  /** Called in the commit that publishes a run that the engine will drive, with its slices. */
  readonly slicesOffered?: (
    tx: StoreTransaction,
    run: RunRecord,
    slices: readonly SliceKey[],
  ) => Promise<void>;
  /** Called in the commit that ends slices. */
  readonly slicesEnded?: (tx: StoreTransaction, keys: readonly SliceKey[]) => Promise<void>;
}

/** The published run, whether or not its workflow is deleted. @throws LifecycleError `NotFound`. */
export async function findRun(reader: StoreReader, runId: string): Promise<RunRecord> {
  const run = await reader.getRun(runId.toLowerCase());
  if (run?.published) return run;
  throw noRun(runId, 'none');
}

/** As {@link findRun}, but the runs of a deleted workflow are hidden with it (domain §3.11). */
export async function requireRun(reader: StoreReader, runId: string): Promise<RunRecord> {
  const run = await findRun(reader, runId);
  const record = await reader.getWorkflow(run.workflowId);
  if (record?.workflow.deletedDateTime === null) return run;
  throw noRun(runId, 'one of a deleted workflow');
}

function noRun(runId: string, got: string): LifecycleError<'NotFound'> {
  return new LifecycleError('NotFound', `Expected the id of a run, got \`${runId}\`: ${got}`, { runId });
}

/** The workflow, unless it is deleted. @throws LifecycleError `NotFound`. */
export async function requireWorkflow(reader: StoreReader, workflowId: string): Promise<Workflow> {
  return (await requireWorkflowRecord(reader, workflowId)).workflow;
}

/** As {@link requireWorkflow}, with what the schedule keeps of it. */
export async function requireWorkflowRecord(
  reader: StoreReader,
  workflowId: string,
): Promise<WorkflowRecord> {
  const record = await reader.getWorkflow(workflowId.toLowerCase());
  if (record && record.workflow.deletedDateTime === null) return record;
  throw new LifecycleError('NotFound', `Expected a workflow \`${workflowId}\`, got none`, { workflowId });
}

/** The user result `resultId` of `run`. @throws LifecycleError `NotFound`. */
export async function requireUser(
  reader: StoreReader,
  run: RunRecord,
  resultId: string,
): Promise<UserRecord> {
  const address = addressOf(resultId);
  const isHere = address?.runId === run.id && address.ordinal > 0;
  const user = isHere ? await reader.getUser(run.id, address.ordinal) : null;
  if (user) return user;
  throw new LifecycleError(
    'NotFound',
    `Expected run ${run.id} to have a user result \`${resultId}\`, got none`,
    { runId: run.id, resultId },
  );
}

/** The version that a run has pinned. */
export async function pinnedVersion(reader: StoreReader, run: RunRecord): Promise<Workflow> {
  const workflow = await reader.getWorkflowVersion(run.workflowId, run.workflowVersion);
  if (workflow) return workflow;
  throw new LifecycleError(
    'StoreCorrupt',
    `Expected version ${run.workflowVersion} of workflow ${run.workflowId} to be kept while run ${run.id} exists, got none`,
    { runId: run.id },
  );
}

/** The moment of a change of `run`: the present, but never before the last recorded change (I12). */
export function commitMoment(clock: Clock, run: RunRecord): EpochMs {
  return Math.max(clock.now(), run.lastUpdatedAtMs);
}

/** As {@link commitMoment}, for a change of the run itself: later than the last recorded change. */
export function laterMoment(clock: Clock, run: RunRecord): EpochMs {
  return Math.max(clock.now(), run.lastUpdatedAtMs + 1);
}
