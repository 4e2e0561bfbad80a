/** Figures that the store has of all processes together. Pure. */
import type { RunRecord, WorkflowRecord } from '../model/records.ts';
import type { DurationMs, EpochMs } from '../model/time.ts';
import { nextSlot } from '../rules/schedule/slots.ts';
import type { Metric } from './engine-metrics.ts';
import { NumberFamily, OTHER } from './families.ts';

/** What was read. */
export interface StoreReading {
  readonly workflows: readonly WorkflowRecord[];
  /** Published ones that have not ended, as many as were read. */
  readonly runs: readonly RunRecord[];
  /** How many more there are, by status; they count for the workflow `other`. */
  readonly moreRuns: Readonly<Partial<Record<RunRecord['processingStatus'], number>>>;
  readonly nowMs: EpochMs;
  readonly scheduleIntervalMs: DurationMs;
}

/** The metrics of scope `store`. Of workflows with one name, a gauge has the sum, and the earliest slot. */
export function storeFigures({
  workflows,
  runs,
  moreRuns,
  nowMs,
  scheduleIntervalMs,
}: StoreReading): readonly Metric[] {
  const active = new NumberFamily('tenure.run.active');
  const oldest = new NumberFamily('tenure.run.waiting.oldest');
  const next = new NumberFamily('tenure.schedule.next');
  const quarantined = new NumberFamily('tenure.workflow.quarantined');
  const paused = new NumberFamily('tenure.workflow.paused');
  const age = oldest.of();
  const pausedIds = new Set(workflows.flatMap(({ workflow }) => (isPaused(workflow) ? [workflow.id] : [])));
  for (const run of runs) {
    active.of(run.workflowDisplayName, run.processingStatus).value += 1;
    if (run.processingStatus === 'queued' && run.driver === 'engine' && !pausedIds.has(run.workflowId))
      age.value = Math.max(age.value, (nowMs - run.scheduledAtMs) / 1_000);
  }
  for (const [status, count] of Object.entries(moreRuns)) active.of(OTHER, status).value += count ?? 0;
  for (const { workflow, lastSlotAtMs } of workflows) {
    if (workflow.deletedDateTime !== null) continue;
    const { displayName, quarantineDetails, isEnabled, isSchedulingEnabled } = workflow;
    quarantined.of(displayName).value += quarantineDetails.quarantineType === 'notQuarantined' ? 0 : 1;
    paused.of(displayName).value += isPaused(workflow) ? 1 : 0;
    if (!isEnabled || !isSchedulingEnabled) continue;
    const slot = next.of(displayName);
    const slotMs = nextSlot(lastSlotAtMs ?? nowMs, scheduleIntervalMs);
    slot.value = Math.min(slot.value || Number.POSITIVE_INFINITY, slotMs / 1_000);
  }
  return [active, oldest, next, quarantined, paused].map((family) => family.metric());
}

function isPaused({ runsPausedDateTime }: WorkflowRecord['workflow']): boolean {
  return runsPausedDateTime !== undefined;
}
