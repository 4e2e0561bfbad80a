/** How many people each coming slot of each workflow will take, in one reading of the directory. */
import type { LedgerContext } from '../../ledger/context.ts';
import { isoOf } from '../../ledger/resources.ts';
import { LIMITS } from '../../model/limits.ts';
import type { ComingSlots, ComingSlotsOfWorkflow } from '../../model/resources/coming-slots.ts';
import type { Subject } from '../../model/subject.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { QuarantineConfiguration } from '../../model/workflow/quarantine.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { Directory } from '../../ports/directory.ts';
import { quarantineOf } from '../../rules/schedule/quarantine.ts';
import { isAdmitted, slotStart } from '../../rules/schedule/slots.ts';
import { type EarlierRuns, earlierRuns } from './candidates.ts';
import { pickFrom } from './pick-from.ts';
import type { Qualification } from './qualify.ts';

/** A workflow whose schedule is on. */
export interface ScheduledWorkflow {
  readonly workflow: Workflow;
  readonly qualification: Qualification;
  /** `null`: no run is too large. */
  readonly quarantine: QuarantineConfiguration | null;
}

interface ComingSlotsInput {
  readonly context: Pick<LedgerContext, 'store' | 'clock'>;
  readonly directory: Directory;
  readonly scheduled: readonly ScheduledWorkflow[];
  readonly intervalMs: DurationMs;
  /** Slots in `fromMs`..`toMs`, the end excluded. */
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly timeoutMs: DurationMs;
}

/** Reads the directory once, whatever the number of workflows. Changes nothing. */
export async function comingSlots(input: ComingSlotsInput): Promise<ComingSlots> {
  const { context, directory, fromMs, toMs } = input;
  const counts = input.scheduled.map(() => new Map<EpochMs, number>());
  const earlier = await Promise.all(
    input.scheduled.map(({ workflow }) => earlierRuns({ context, workflowId: workflow.id })),
  );
  const endsAtMs = context.clock.elapsed() + input.timeoutMs;
  let examined = 0;
  let isCut = false;
  for await (const people of pickFrom(directory.query(null), (subject) => subject)) {
    for (const [at, one] of input.scheduled.entries()) {
      if (outlookOf(one) !== 'dates') continue;
      const due = people.flatMap((subject) => firstSlot(input, one.qualification, subject) ?? []);
      for (const slotAtMs of await notTaken(earlier[at] as EarlierRuns, due, fromMs)) {
        const slots = counts[at] as Map<EpochMs, number>;
        slots.set(slotAtMs, (slots.get(slotAtMs) ?? 0) + 1);
      }
    }
    examined += people.length;
    if (people.length === LIMITS.usersPerBatch && context.clock.elapsed() >= endsAtMs) {
      isCut = true;
      break;
    }
    await context.clock.yield();
  }
  return {
    fromDateTime: isoOf(fromMs),
    toDateTime: isoOf(toMs),
    examinedUsersCount: examined,
    isCut,
    workflows: input.scheduled.map((one, at) => ({
      id: one.workflow.id,
      displayName: one.workflow.displayName,
      outlook: outlookOf(one),
      slots: [...(counts[at] as Map<EpochMs, number>)]
        .sort(([a], [b]) => a - b)
        .map(([slotAtMs, usersCount]) => ({
          slotDateTime: isoOf(slotAtMs),
          usersCount,
          quarantineReason:
            one.quarantine && (quarantineOf(one.quarantine, usersCount, examined)?.quarantineReason ?? null),
        })),
    })),
  };
}

function outlookOf({ workflow, qualification }: ScheduledWorkflow): ComingSlotsOfWorkflow['outlook'] {
  if (workflow.quarantineDetails.quarantineType !== 'notQuarantined') return 'quarantine';
  return qualification.steps.moments === null ? 'changes' : 'dates';
}

interface Due {
  readonly subjectId: string;
  readonly dueAtMs: EpochMs;
  readonly slotAtMs: EpochMs;
}

/** The first of the slots at which a subject is due; `null`: there is none. */
function firstSlot(
  { intervalMs, fromMs, toMs }: ComingSlotsInput,
  { steps, standing }: Qualification,
  subject: Subject,
): Due | null {
  if (steps.moments === null || steps.inScope(subject) !== null) return null;
  const dueAtMs = steps.moments.dueAt(subject);
  if (typeof dueAtMs !== 'number' || dueAtMs >= toMs) return null;
  const around = Math.max(fromMs, slotStart(dueAtMs, intervalMs));
  const slotAtMs = steps.hasCome(dueAtMs, around) ? around : around + intervalMs;
  if (slotAtMs >= toMs || standing(subject, slotAtMs).kind !== 'due') return null;
  return { subjectId: subject.id, dueAtMs, slotAtMs };
}

/** Slots of the subjects that were not taken before for the same moment; the next one takes none who are in a run. */
async function notTaken(
  earlier: EarlierRuns,
  due: readonly Due[],
  nextSlotMs: EpochMs,
): Promise<readonly EpochMs[]> {
  if (due.length === 0) return [];
  const admissions = await earlier.admissionsOf(due.map(({ subjectId }) => subjectId));
  const slots: EpochMs[] = [];
  for (const { subjectId, dueAtMs, slotAtMs } of due) {
    if (isAdmitted(admissions.get(subjectId), dueAtMs)) continue;
    if (slotAtMs === nextSlotMs && (await earlier.underWay(subjectId)) !== null) continue;
    slots.push(slotAtMs);
  }
  return slots;
}
