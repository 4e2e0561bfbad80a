import type { LedgerContext } from '../ledger/context.ts';
import { planRun } from '../ledger/planning/plan.ts';
import type { Candidate, PlanOutcome, RunPlan } from '../ledger/planning/run-plan.ts';
import { isoOrNull } from '../ledger/resources.ts';
import type { Selection } from '../model/selection.ts';
import type { Directory } from '../ports/directory.ts';
import { leftOutError, needsAttention, type SelectionTally } from './selection.ts';

/** Dependencies of {@link planSelected}. */
export interface SelectedPlan {
  readonly context: LedgerContext;
  readonly directory: Directory;
  /** Complete when the plan's candidates have been read. */
  readonly tally: SelectionTally;
  /** See `strictSelection`. */
  readonly isStrict: boolean;
  readonly plan: RunPlan;
}

/** Result of a plan whose candidates were selected. */
export interface SelectedOutcome {
  readonly outcome: PlanOutcome;
  readonly selection: Selection;
}

/**
 * Makes a run for the selected subjects, and reports those that were left out.
 *
 * @throws LifecycleError as `planRun`; `SubjectsLeftOut` for a strict selection; nothing of the plan is kept then.
 */
export async function planSelected(input: SelectedPlan): Promise<SelectedOutcome> {
  const { context, directory, tally, isStrict, plan } = input;
  const report = (selection: Selection, runId: string | null): void => {
    if (!needsAttention(selection)) return;
    const { workflow, slotAtMs } = plan;
    const slotDateTime = isoOrNull(slotAtMs);
    context.events.emit('workflow.subjectsLeftOut', {
      workflowId: workflow.id,
      slotDateTime,
      runId,
      selection,
    });
  };
  async function* orRefused(): AsyncGenerator<readonly Candidate[]> {
    yield* plan.candidates;
    const selection = await tally.result(directory);
    if (!needsAttention(selection)) return;
    report(selection, null);
    throw leftOutError(selection);
  }
  const outcome = await planRun(context, isStrict ? { ...plan, candidates: orRefused() } : plan);
  const run = 'run' in outcome ? outcome.run : null;
  const selection = await tally.result(directory, run?.totalUsersCount ?? 0);
  report(selection, run?.id ?? null);
  return { outcome, selection };
}
