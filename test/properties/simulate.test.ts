import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, simulate } from '../../src/simulate.ts';
import { scenario } from '../../src/testing/fast-check.ts';
import { recount } from '../unit/simulate/recount.ts';

const any = scenario({ headcountMax: 60 });

describe('any scenario', () => {
  it('keeps every invariant, ends or accounts for every user, and counts as its trace does', async () => {
    await fc.assert(
      fc.asyncProperty(any, fc.integer({ min: 0, max: 1_000 }), async (one, seed) => {
        const lines: string[] = [];
        const users: string[] = [];
        const result = await simulate(one, {
          seed,
          check: true,
          onTrace: (line) => void lines.push(line),
          onUser: ({ runId, subjectId }) => void users.push(`${runId} ${subjectId}`),
        });
        expect(result.violations).toEqual([]);
        const counted = recount(lines);
        const { totals } = result;
        expect(counted.runs).toEqual(totals.runs);
        expect(counted.users).toEqual(totals.users);
        expect([counted.completed, counted.failed, counted.notRun, counted.retries]).toEqual([
          totals.tasksCompleted,
          totals.tasksFailed,
          totals.tasksNotRun,
          totals.retries,
        ]);
        // Each user is accounted for once.
        expect(new Set(users).size).toBe(users.length);
        expect(users.length).toBe(totals.usersCount);
        expect(result.latency.count).toBe(counted.latencies.length);
        const slots = result.calendar.every(
          ({ planned, onTime, late, skipped, missed }) => planned === onTime + late + skipped + missed,
        );
        expect(slots).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('runs the same way twice, and with all people evaluated in each slot', async () => {
    await fc.assert(
      fc.asyncProperty(any, async (one) => {
        const first = await simulate(one, { seed: 5 });
        expect(await simulate(one, { seed: 5 })).toEqual(first);
        expect((await simulate(one, { seed: 5, scansAllPeople: true })).trace.sha256).toBe(
          first.trace.sha256,
        );
      }),
      { numRuns: 25 },
    );
  });

  it('compared with itself differs in nothing', async () => {
    await fc.assert(
      fc.asyncProperty(any, async (one) => {
        const { moves, people, hasSamePeople } = await compare(one, one, { seed: 9 });
        expect({ moves, people, hasSamePeople }).toEqual({ moves: [], people: [], hasSamePeople: true });
      }),
      { numRuns: 15 },
    );
  });
});
