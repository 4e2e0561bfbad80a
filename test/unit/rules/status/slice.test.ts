/** A run that is driven in slices says the same, at any time and at its end, as one that is driven whole. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import type { RunChange, SliceRecord } from '../../../../src/model/slices.ts';
import { NO_COUNTERS, tallyOf } from '../../../../src/rules/counters/counters.ts';
import { addUserMove, changeOf, runAfter } from '../../../../src/rules/status/run.ts';
import {
  cutRun,
  runAfterSlice,
  runPut,
  runStarted,
  runWithSlices,
  SLICE_BOUNDS,
  sliceAfter,
  usersLeft,
} from '../../../../src/rules/status/slice.ts';
import { decideUser, type UserEvent } from '../../../../src/rules/status/user.ts';
import { ProductionRun } from '../../../properties/production-run.ts';

const OPTIONS = { strictFailed: false };
const newRun = (users: number) => new ProductionRun({ users, continueOnError: [true, false] });

/** One run, recorded twice: whole, and in slices. */
class RunTwice {
  whole: RunRecord;
  sliced: RunRecord;
  open: readonly SliceRecord[];
  readonly #users: UserRecord[];
  #nowMs = 1_000;

  constructor(users: number, sliceMax: number) {
    const production = newRun(users);
    this.whole = this.sliced = production.run;
    this.#users = production.users;
    this.open = cutRun(this.sliced, { min: 1, max: sliceMax });
  }

  get usersToEnd(): readonly number[] {
    return this.#users.flatMap(({ completedAtMs }, index) => (completedAtMs === null ? index : []));
  }

  /** What a reader sees of both. */
  get views() {
    return [this.whole, runWithSlices(this.sliced, this.open)].map((run) => ({
      counters: tallyOf(run),
      taskReports: run.taskReports,
      startedAtMs: run.startedAtMs,
      lastUserEndAtMs: run.lastUserEndAtMs,
      completedAtMs: run.completedAtMs,
      processingStatus: run.processingStatus,
      lastUpdatedAtMs: run.lastUpdatedAtMs,
    }));
  }

  /** Starts a queued user, ends the task of another, or cancels either, in a commit of its own. */
  commit(index: number, ending: 'completed' | 'failed' | 'canceled'): void {
    this.#nowMs += 1;
    const before = this.#users[index] as UserRecord;
    const decision = decideUser(before, this.#eventOf(before, ending));
    if (decision.kind === 'refused') throw new Error(decision.code);
    this.#users[index] = decision.user;
    const change = (): RunChange => {
      const made = changeOf(this.whole);
      addUserMove(made, before, decision.user, decision.moves);
      return made;
    };
    this.whole = runAfter(this.whole, change(), this.#nowMs, OPTIONS);
    const isOf = ({ firstOrdinal, lastOrdinal }: SliceRecord) =>
      firstOrdinal <= before.ordinal && before.ordinal <= lastOrdinal;
    const slice = sliceAfter(this.open.find(isOf) as SliceRecord, change(), this.#nowMs);
    this.sliced = runStarted(this.sliced, slice);
    const isEnded = slice.state === 'ended';
    if (isEnded) this.sliced = runAfterSlice(this.sliced, slice, OPTIONS);
    this.open = this.open.flatMap((one) => (isOf(one) ? (isEnded ? [] : slice) : one));
  }

  #eventOf(user: UserRecord, ending: 'completed' | 'failed' | 'canceled'): UserEvent {
    const atMs = this.#nowMs;
    if (ending === 'canceled') return { kind: 'cancel', atMs, runningSinceMs: null };
    if (user.processingStatus === 'queued') return { kind: 'start', atMs };
    const continueOnError = user.outcomes?.length === 0;
    return {
      kind: 'taskEnded',
      outcome: { status: ending, startedAtMs: atMs, completedAtMs: atMs },
      continueOnError,
    };
  }
}

describe('a run in slices', () => {
  it('is cut into consecutive shares within the bounds, which have all of its users once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), (users) => {
        const slices = cutRun({ ...newRun(1).run, totalUsersCount: users });
        expect(slices.map(({ slice }) => slice)).toEqual(slices.map((_, index) => index + 1));
        let last = 0;
        for (const slice of slices) {
          expect(slice).toMatchObject({ firstOrdinal: last + 1, state: 'queued', moved: NO_COUNTERS });
          expect(usersLeft(slice)).toBeLessThanOrEqual(SLICE_BOUNDS.max);
          if (slice.slice < slices.length) expect(usersLeft(slice)).toBeGreaterThanOrEqual(SLICE_BOUNDS.min);
          last = slice.lastOrdinal;
        }
        expect(last).toBe(users);
      }),
      { numRuns: 30 },
    );
  });

  it('shows readers what the whole one shows, after every commit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat()),
        fc.infiniteStream(fc.constantFrom('completed', 'completed', 'failed', 'canceled')),
        (users, sliceMax, picks, endings) => {
          const run = new RunTwice(users, sliceMax);
          while (run.usersToEnd.length > 0) {
            const index = run.usersToEnd[picks.next().value % run.usersToEnd.length] as number;
            run.commit(index, endings.next().value);
            const [whole, sliced] = run.views;
            expect(sliced).toEqual(whole);
            expect(run.open.reduce((left, slice) => left + usersLeft(slice), 0)).toBe(run.usersToEnd.length);
          }
          expect(run.open).toEqual([]);
        },
      ),
    );
  });

  it('starts with the first start of a user in any slice, and only once', () => {
    const run = new RunTwice(2, 1);
    run.commit(0, 'completed');
    const { startedAtMs, revision } = run.sliced;
    expect(run.sliced.processingStatus).toBe('inProgress');
    run.commit(1, 'completed');
    expect(run.sliced).toMatchObject({ startedAtMs, revision });
  });

  it('stays canceling when its first user starts late', () => {
    const { run } = newRun(1);
    const [slice] = cutRun(run) as [SliceRecord];
    const canceling: RunRecord = { ...run, processingStatus: 'canceling' };
    expect(runStarted(canceling, { ...slice, startedAtMs: 1_200 })).toMatchObject({
      processingStatus: 'canceling',
      startedAtMs: 1_200,
    });
  });

  it('keeps what its slices have moved when its record is written over', () => {
    const run = new RunTwice(3, 1);
    run.commit(0, 'canceled');
    run.commit(1, 'completed');
    const seen = runWithSlices(run.sliced, run.open);
    const put: RunRecord = {
      ...seen,
      processingStatus: 'canceling',
      lastUpdatedAtMs: seen.lastUpdatedAtMs + 5,
    };
    const written = runPut(run.sliced, put);
    expect(written).toMatchObject({
      processingStatus: 'canceling',
      canceledUsersCount: run.sliced.canceledUsersCount,
      revision: run.sliced.revision + 1,
      seq: run.sliced.seq,
      lastUpdatedAtMs: put.lastUpdatedAtMs,
    });
    expect(tallyOf(runWithSlices(written, run.open))).toEqual(tallyOf(seen));
  });
});
