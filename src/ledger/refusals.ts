import { LifecycleError } from '../errors/lifecycle-error.ts';
import type { RunRecord } from '../model/records.ts';
import type { ProcessingStatus } from '../model/status.ts';

/** The error for a change of a terminal run. */
export function alreadyFinal(run: RunRecord, to: ProcessingStatus): LifecycleError<'AlreadyFinal'> {
  return new LifecycleError(
    'AlreadyFinal',
    `Expected run ${run.id} to be queued or inProgress to become \`${to}\`, got \`${run.processingStatus}\`, which is final`,
    { runId: run.id, from: run.processingStatus, to },
  );
}

/** The error for an illegal transition. */
export function illegalMove(what: string, from: string, to: string): LifecycleError<'IllegalTransition'> {
  return new LifecycleError(
    'IllegalTransition',
    `Expected a legal move of ${what} from \`${from}\`, got \`${to}\``,
    {
      from,
      to,
    },
  );
}

/** The error for a counter that differs from the recorded one. */
export function counterMismatch(
  field: string,
  expected: number,
  got: number,
): LifecycleError<'CounterMismatch'> {
  return new LifecycleError(
    'CounterMismatch',
    `Expected ${field} to be ${expected}, as the ledger counts, got \`${got}\``,
    {
      field,
      expected,
      got,
    },
  );
}

/** The refusal of a run that is of another workflow than the caller said. */
export function runOfAnotherWorkflow(runId: string, workflowId: string): LifecycleError<'NotFound'> {
  return new LifecycleError(
    'NotFound',
    `Expected workflow ${workflowId} to have a run \`${runId}\`, got none`,
    {
      workflowId,
      runId,
    },
  );
}
