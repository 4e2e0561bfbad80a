import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { USER_STATUSES } from '../../../../src/model/status.ts';
import { isTerminal } from '../../../../src/testing/model/edges.ts';
import {
  appendResult,
  createExternalRun,
  type ExternalResult,
  moveResult,
  refusalOfAppend,
  refusalOfMove,
  snapshotOfExternal,
} from '../../../../src/testing/model/external-model.ts';
import { describeViolations, violationsOf } from '../../../../src/testing/model/invariants.ts';

const results: fc.Arbitrary<ExternalResult> = fc.record({
  status: fc.constantFrom(...USER_STATUSES),
  totalTasksCount: fc.integer({ min: 1, max: 3 }),
  failedTasksCount: fc.integer({ min: 0, max: 2 }),
  totalUnprocessedTasksCount: fc.integer({ min: 0, max: 3 }),
});

const done = (failed: number, unprocessed: number, status: ExternalResult['status']): ExternalResult => ({
  status,
  totalTasksCount: 2,
  failedTasksCount: failed,
  totalUnprocessedTasksCount: unprocessed,
});

describe('the model of an externally driven run', () => {
  it('keeps every invariant while results are appended and moved', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.tuple(fc.nat(3), results), { maxLength: 60 }),
        (users, reported) => {
          const run = createExternalRun(users, users * 2);
          let before = snapshotOfExternal(run);
          for (const [index, result] of reported) {
            if (refusalOfMove(run, index, result) === null) moveResult(run, index, result);
            else if (refusalOfAppend(run, result) === null) appendResult(run, result);
            const after = snapshotOfExternal(run);
            assert.equal(describeViolations(violationsOf(after, before)), '');
            before = after;
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('starts with the first user who has started and ends with the last', () => {
    const run = createExternalRun(3, 6);
    appendResult(run, done(0, 2, 'canceled'));
    assert.equal(run.status, 'queued');
    appendResult(run, done(0, 0, 'completed'));
    assert.equal(run.status, 'inProgress');
    appendResult(run, done(1, 1, 'inProgress'));
    assert.equal(run.status, 'inProgress');
    moveResult(run, 2, done(1, 0, 'completedWithErrors'));
    assert.equal(run.status, 'completedWithErrors');
    assert.ok(isTerminal(run.status));
  });

  it('ends completed, failed or completedWithErrors by §6.4', () => {
    const endOf = (...reported: readonly ExternalResult[]) => {
      const run = createExternalRun(reported.length, reported.length * 2);
      for (const result of reported) appendResult(run, result);
      return run.status;
    };
    assert.equal(endOf(done(0, 0, 'completed'), done(0, 0, 'completed')), 'completed');
    assert.equal(endOf(done(1, 1, 'failed'), done(1, 0, 'failed')), 'failed');
    assert.equal(endOf(done(1, 1, 'failed'), done(0, 2, 'canceled')), 'failed');
    assert.equal(endOf(done(0, 0, 'completed'), done(0, 2, 'canceled')), 'completedWithErrors');
    assert.equal(endOf(done(0, 2, 'canceled'), done(0, 2, 'canceled')), 'completedWithErrors');
  });

  it('refuses what contradicts the declared totals, the status or the end', () => {
    const run = createExternalRun(2, 4);
    assert.equal(refusalOfAppend(run, done(0, 1, 'completed')), 'counters contradict the status');
    assert.equal(refusalOfAppend(run, done(0, 0, 'canceled')), 'counters contradict the status');
    assert.equal(refusalOfAppend(run, done(0, 2, 'quarantined')), 'counters contradict the status');
    appendResult(run, done(0, 0, 'completed'));
    const three = { ...done(0, 0, 'completed'), totalTasksCount: 3 };
    assert.equal(refusalOfAppend(run, three), 'more tasks than declared');
    assert.equal(
      refusalOfAppend(run, { ...three, totalTasksCount: 1 }),
      'the last user leaves declared tasks over',
    );
    appendResult(run, done(0, 2, 'queued'));
    assert.equal(refusalOfAppend(run, done(0, 0, 'completed')), 'more users than declared');
    moveResult(run, 1, done(0, 0, 'completed'));
    assert.equal(refusalOfAppend(run, done(0, 0, 'completed')), 'the run is final');
  });
});
