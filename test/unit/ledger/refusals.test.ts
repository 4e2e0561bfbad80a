/** Refusals of the ledger: code, message and details of each. */
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import {
  alreadyFinal,
  counterMismatch,
  illegalMove,
  runOfAnotherWorkflow,
} from '../../../src/ledger/refusals.ts';
import { runId, runRecord } from '../../../src/testing/contract/records/records.ts';

const final = runRecord(1, { processingStatus: 'completed' });

describe('a refusal of the ledger', () => {
  it('of a change of a final run names the run, its status and what it should have become', () => {
    expect(alreadyFinal(final, 'inProgress')).toMatchObject({
      code: 'AlreadyFinal',
      message: `Expected run ${runId(1)} to be queued or inProgress to become \`inProgress\`, got \`completed\`, which is final`,
      details: { runId: runId(1), from: 'completed', to: 'inProgress' },
    });
  });

  it('of an illegal move names what moves, from where and to where', () => {
    expect(illegalMove('user 3 of run 7', 'queued', 'completed')).toMatchObject({
      code: 'IllegalTransition',
      message: 'Expected a legal move of user 3 of run 7 from `queued`, got `completed`',
      details: { from: 'queued', to: 'completed' },
    });
  });

  it('of a counter names the field, what the ledger counts and what was given', () => {
    expect(counterMismatch('failedTasksCount', 0, 2)).toMatchObject({
      code: 'CounterMismatch',
      message: 'Expected failedTasksCount to be 0, as the ledger counts, got `2`',
      details: { field: 'failedTasksCount', expected: 0, got: 2 },
    });
  });

  it('of a run of another workflow names both, and is a NotFound', () => {
    expect(runOfAnotherWorkflow('r1', 'w1')).toMatchObject({
      code: 'NotFound',
      message: 'Expected workflow w1 to have a run `r1`, got none',
      details: { workflowId: 'w1', runId: 'r1' },
    });
  });

  it('is a LifecycleError that a repeat does not mend', () => {
    for (const error of [
      alreadyFinal(final, 'canceling'),
      illegalMove('a', 'queued', 'failed'),
      counterMismatch('totalUsersCount', 1, 2),
      runOfAnotherWorkflow('r', 'w'),
    ]) {
      expect(LifecycleError.is(error)).toBe(true);
      expect(error.retryable).toBe(false);
    }
  });
});
