/** Stores and changes workflows, each change in one transaction, with its time and author. */

import type { WorkflowRecord } from '../../model/records.ts';
import type { DurationMs } from '../../model/time.ts';
import { NOT_QUARANTINED } from '../../model/workflow/quarantine.ts';
import type { Task, UserReference, Workflow } from '../../model/workflow/workflow.ts';
import type { WorkflowLimits } from '../../model/workflow/workflow-limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/random.ts';
import type { Store, StoreReader, StoreTransaction } from '../../ports/store.ts';
import { nextSlot, slotStart } from '../../rules/schedule/slots.ts';
import type { TaskDraft, WorkflowChanges, WorkflowDraft } from '../input/workflow.ts';
import { OF_WORKFLOWS } from '../notes.ts';
import { isoOf } from '../resources.ts';
import { checkRoom } from './workflow-lookup.ts';

/** Dependencies of the methods for workflows. */
export interface WorkflowsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits: WorkflowLimits;
  /** Length of a schedule slot, ms; may change with the settings. */
  readonly scheduleIntervalMs: () => DurationMs;
  /** Ends the unfinished runs of a workflow `canceled`. Called outside transactions; may be repeated. */
  freezeRuns(workflowId: string, which: 'all' | 'scheduled'): Promise<void>;
  /** Called in the transaction of each change: it is kept who made it. */
  kept(
    tx: StoreTransaction,
    by: UserReference | null,
    before: Workflow | null,
    after: Workflow | null,
  ): Promise<void>;
  /** Called after each commit, before runs are frozen: the schedule may have to be set anew. */
  changed(
    workflowId: string,
    by: UserReference | null,
    before: Workflow | null,
    after: Workflow | null,
  ): void;
}

/** Time and author of a change. */
export type Mark = Pick<Workflow, 'lastModifiedDateTime' | 'lastModifiedBy'>;

/** A workflow before and after a change; `after` is `before` when nothing changed. */
export interface Change {
  readonly before: Workflow;
  readonly after: Workflow;
}

/** What a change makes of a workflow; the workflow itself: nothing. */
export type Alter = (record: WorkflowRecord, tx: StoreTransaction, mark: Mark) => Promise<Workflow>;

/** Changes the record that `require` finds, unless `alter` gives back the workflow itself. */
export async function change(
  deps: WorkflowsDeps,
  id: string,
  by: UserReference | null,
  require: (reader: StoreReader, id: string) => Promise<WorkflowRecord>,
  alter: Alter,
): Promise<Change> {
  const result = await deps.store.transaction(async (tx) =>
    changeIn(deps, tx, await require(tx, id), by, alter),
  );
  if (result.after !== result.before) deps.changed(id, by, result.before, result.after);
  return result;
}

/** Changes a record in a transaction. The caller calls `deps.changed` after the commit. */
export async function changeIn(
  deps: WorkflowsDeps,
  tx: StoreTransaction,
  record: WorkflowRecord,
  by: UserReference | null,
  alter: Alter,
): Promise<Change> {
  const before = record.workflow;
  const nowMs = deps.clock.now();
  const atMs = Math.max(nowMs, Date.parse(before.lastModifiedDateTime) + 1);
  const mark: Mark = { lastModifiedDateTime: isoOf(atMs), lastModifiedBy: by };
  const altered = await alter(record, tx, mark);
  if (altered === before) return { before, after: before };
  const after = { ...altered, ...mark };
  const starts = after.isSchedulingEnabled && !before.isSchedulingEnabled;
  // Changes while it was off make no subject due: the baseline is taken anew.
  if (starts) await tx.purgeNotes(OF_WORKFLOWS.baselines, `${before.id}/`);
  const lastSlotAtMs = starts ? slotStart(nowMs, deps.scheduleIntervalMs()) : record.lastSlotAtMs;
  await tx.putWorkflow({ ...record, workflow: after, lastSlotAtMs });
  await deps.kept(tx, by, before, after);
  return { before, after };
}

/** Stores a draft as version 1. @throws LifecycleError `LimitExceeded`. */
export async function insertWorkflow(
  deps: WorkflowsDeps,
  tx: StoreTransaction,
  draft: WorkflowDraft,
  by: UserReference | null,
): Promise<Workflow> {
  await checkRoom(tx, deps.limits);
  const nowMs = deps.clock.now();
  const workflow: Workflow = {
    id: deps.ids.guid(),
    version: 1,
    ...draft,
    tasks: withIds(deps.ids, draft.tasks),
    createdDateTime: isoOf(nowMs),
    createdBy: by,
    lastModifiedDateTime: isoOf(nowMs),
    lastModifiedBy: by,
    deletedDateTime: null,
    nextScheduleRunDateTime: null,
    quarantineDetails: NOT_QUARANTINED,
  };
  const lastSlotAtMs = draft.isSchedulingEnabled ? slotStart(nowMs, deps.scheduleIntervalMs()) : null;
  await tx.putWorkflow({ workflow, lastSlotAtMs });
  await deps.kept(tx, by, null, workflow);
  return workflow;
}

/** The version that follows the newest one, which is over now. */
export async function nextVersion(
  deps: WorkflowsDeps,
  tx: StoreTransaction,
  record: WorkflowRecord,
  draft: WorkflowDraft,
  mark: Mark,
): Promise<Workflow> {
  const { workflow } = record;
  // A version that is over was last modified when the next one began (domain §3.11).
  await tx.putWorkflow({ ...record, workflow: { ...withoutPause(workflow), ...mark } });
  return { ...workflow, ...draft, version: workflow.version + 1, tasks: withIds(deps.ids, draft.tasks) };
}

/** A workflow whose runs are not paused: what is paused stands in the newest version. */
export function withoutPause({ runsPausedDateTime: _, ...workflow }: Workflow): Workflow {
  return workflow;
}

/** Cancels the runs that a change forbids; also when the change was made before, so that it can be retried. */
export async function freeze(
  deps: WorkflowsDeps,
  before: Workflow,
  after: Workflow,
  asked: WorkflowChanges,
): Promise<void> {
  if (!after.isEnabled && (before.isEnabled || asked.isEnabled === false)) {
    await deps.freezeRuns(after.id, 'all');
  } else if (
    !after.isSchedulingEnabled &&
    (before.isSchedulingEnabled || asked.isSchedulingEnabled === false)
  ) {
    await deps.freezeRuns(after.id, 'scheduled');
  }
}

function withIds(ids: Ids, tasks: readonly TaskDraft[]): readonly Task[] {
  return Object.freeze(tasks.map((task) => Object.freeze({ id: ids.guid(), ...task })));
}

/** A workflow as callers see it. */
export function resourceOf({ clock, scheduleIntervalMs }: WorkflowsDeps, workflow: Workflow): Workflow {
  const next = workflow.isSchedulingEnabled ? isoOf(nextSlot(clock.now(), scheduleIntervalMs())) : null;
  return { ...workflow, nextScheduleRunDateTime: next };
}
