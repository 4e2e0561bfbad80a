/** When a run started and ended, and what a start does to a cancel. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../../src/model/records.ts';
import { addReportedUser, addUserMove, changeOf, runAfter } from '../../../../src/rules/status/run.ts';
import { decideUser, queuedUser } from '../../../../src/rules/status/user.ts';
import { ProductionRun } from '../../../properties/production-run.ts';

const OPTIONS = { strictFailed: false };
const NOW_MS = 2_000;

/** A run of three users of one task, of whom some started at these moments in one commit. */
function startedAt(run: RunRecord, moments: readonly number[]): RunRecord {
  const change = changeOf(run);
  for (const [index, atMs] of moments.entries()) {
    const before = queuedUser(run, index + 1, `u${index}`, 1, 1_000);
    const decision = decideUser(before, { kind: 'start', atMs });
    if (decision.kind === 'refused') throw new Error(decision.code);
    addUserMove(change, before, decision.user, decision.moves);
  }
  return runAfter(run, change, NOW_MS, OPTIONS);
}

describe('a run', () => {
  const { run } = new ProductionRun({ users: 3, continueOnError: [false] });

  it('starts with the first of the users that start in one commit, in whatever order they come', () => {
    expect(startedAt(run, [1_500, 1_200, 1_700]).startedAtMs).toBe(1_200);
    expect(startedAt(run, [1_200, 1_500]).startedAtMs).toBe(1_200);
  });

  it('starts once', () => {
    const started = startedAt(run, [1_200]);
    expect(startedAt(started, [1_500]).startedAtMs).toBe(1_200);
    expect(startedAt(started, [1_100]).startedAtMs).toBe(1_200);
  });

  it('stays canceling when the first start is reported late', () => {
    const canceling = { ...run, driver: 'external', processingStatus: 'canceling' } as const;
    const change = changeOf(canceling);
    addReportedUser(change, {
      ...queuedUser(run, 1, 'u', 1, 1_000),
      processingStatus: 'inProgress',
      startedAtMs: 1_300,
    });
    expect(runAfter(canceling, change, NOW_MS, OPTIONS)).toMatchObject({
      processingStatus: 'canceling',
      startedAtMs: 1_300,
    });
  });

  it('ends with the last of its users, in whatever order and commits they come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1_001, max: 5_000 }), { minLength: 3, maxLength: 3 }),
        fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        (ends, commitsAfter) => {
          let current: RunRecord = run;
          let change = changeOf(current);
          for (const [index, atMs] of ends.entries()) {
            const before = queuedUser(run, index + 1, `u${index}`, 1, 1_000);
            const decision = decideUser(before, { kind: 'cancel', atMs, runningSinceMs: null });
            if (decision.kind === 'refused') throw new Error(decision.code);
            addUserMove(change, before, decision.user, decision.moves);
            if (!commitsAfter[index] && index < 2) continue;
            current = runAfter(current, change, NOW_MS, OPTIONS);
            change = changeOf(current);
          }
          expect(current.completedAtMs).toBe(Math.max(...ends));
          expect(current.lastUpdatedAtMs).toBeGreaterThanOrEqual(Math.max(...ends));
        },
      ),
    );
  });
});
