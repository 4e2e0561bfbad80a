/** Plans what `tenure serve` would do by itself: the runs that resume, and the next slots of the schedule. */
import { nextSlot, slotStart } from '../../rules/schedule/slots.ts';
import { scheduledWorkflows } from '../session/required-handlers.ts';
import type { DryRun } from './dry-run.ts';
import { type PlanPlace, plannedSlot, slotIntervalMs } from './planned-run.ts';
import { remainingRuns } from './remaining.ts';

/** Runs that would resume, and for each scheduled workflow its next slot, a missed one included. */
export async function servedRuns(place: PlanPlace): Promise<readonly DryRun[]> {
  const { store, users, clock, job } = place;
  const intervalMs = await slotIntervalMs(store);
  const nowMs = clock.now();
  const scheduled: DryRun[] = [];
  for (const workflow of await scheduledWorkflows(store)) {
    const lastSlotAtMs = (await store.getWorkflow(workflow.id))?.lastSlotAtMs ?? nowMs;
    const current = slotStart(nowMs, intervalMs);
    const slotAtMs = lastSlotAtMs < current ? current : nextSlot(nowMs, intervalMs);
    scheduled.push((await plannedSlot(place, workflow, slotAtMs)).dryRun);
  }
  return [...(await remainingRuns(store, users, job)), ...scheduled];
}
