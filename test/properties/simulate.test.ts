import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, type Scenario, simulate, type TaskBehaviour } from '../../src/simulate.ts';
import { recount } from '../unit/simulate/recount.ts';

const START = Date.parse('2026-03-25T00:00:00Z');
const HOURS = 6 * 24;

const moment = (hour: number): string => new Date(START + hour * 3_600_000).toISOString();
const probability = fc.constantFrom(0, 0.1, 0.5, 1);

const behaviour: fc.Arbitrary<TaskBehaviour> = fc.record(
  {
    duration: fc.oneof(
      fc.constant({ kind: 'fixed', ms: 0 } as const),
      fc.constant({ kind: 'fixed', ms: 700 } as const),
      fc.constant({ kind: 'exponential', meanMs: 60_000 } as const),
      fc.constant({ kind: 'lognormal', medianMs: 2_000, p95Ms: 900_000 } as const),
    ),
    failureProbability: probability,
    failures: fc.array(fc.record({ probability, persistent: fc.boolean() }), { maxLength: 2 }),
    retry: fc.record({
      attempts: fc.integer({ min: 1, max: 4 }),
      delayMs: fc.constantFrom(0, 1_000, 600_000),
    }),
    concurrency: fc.integer({ min: 1, max: 3 }),
    rate: fc.record({
      perSecond: fc.constantFrom(0.1, 1, 10),
      whenExceeded: fc.constantFrom('wait', 'fail'),
    }),
  },
  { requiredKeys: [] },
);

const timed: fc.Arbitrary<TaskBehaviour> = fc
  .tuple(behaviour, probability, fc.boolean(), fc.constantFrom(500, 30_000))
  .map(([task, hangs, ignoresAbort, timeoutMs]) => ({
    ...task,
    hang: { probability: ignoresAbort ? Math.min(hangs, 0.1) : hangs, ignoresAbort },
    timeoutMs,
  }));

/** Windows one after the other. */
const windows = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom('stop', 'kill', 'asleep', 'back', 'forth'),
    ),
    { maxLength: 3 },
  )
  .map((steps) => {
    let hour = 0;
    return steps.map(([gap, length, what]): NonNullable<Scenario['process']>[0] => {
      const from = moment(hour + gap);
      hour += gap + length;
      if (what === 'back' || what === 'forth') {
        hour += 1;
        return { kind: 'clockJump', at: from, bySeconds: (what === 'back' ? -1 : 1) * length * 600 };
      }
      if (what === 'asleep') return { kind: 'asleep', from, until: moment(hour) };
      return { kind: 'off', from, until: moment(hour), how: what === 'kill' ? 'kill' : 'stop' };
    });
  });

const scenario: fc.Arbitrary<Scenario> = fc.record({
  name: fc.constant('generated'),
  start: fc.constant(moment(0)),
  horizon: fc.constant(`PT${HOURS}H`),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns'),
  population: fc.record({
    kind: fc.constant('generated' as const),
    headcount: fc.integer({ min: 0, max: 60 }),
  }),
  turnover: fc.record({
    joinersPerMonth: fc.integer({ min: 0, max: 150 }),
    leaversPerMonth: fc.integer({ min: 0, max: 60 }),
    moversPerMonth: fc.integer({ min: 0, max: 60 }),
    lateShare: probability,
  }),
  workflows: fc
    .array(
      fc.tuple(fc.constantFrom(-7, -1, 0, 1), fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.boolean()),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((all) =>
      all.map(([offsetInDays, tasks, continueOnError, onMove], no) => ({
        key: `W${no}`,
        onMove,
        activations: onMove ? [{ at: moment(20), limit: 15 }] : [],
        workflow: {
          category: 'mover' as const,
          displayName: `W${no}`,
          executionConditions: {
            scope: { rule: "employeeType ne 'Robot'" },
            trigger: { timeBasedAttribute: 'employeeHireDate' as const, offsetInDays },
          },
          tasks: Array.from({ length: tasks }, (_, at) => ({
            taskDefinitionId: at === 0 ? 'plain' : 'timed',
            displayName: `T${at}`,
            continueOnError,
          })),
        },
      })),
    ),
  tasks: fc.record({ plain: behaviour, timed }),
  schedule: fc.record({
    intervalHours: fc.constantFrom(1, 3, 7, 24),
    missedSlots: fc.constantFrom('once', 'each', 'skip'),
    catchUpDays: fc.constantFrom(1, 3),
  }),
  capacity: fc.record({ concurrency: fc.constantFrom(1, 2, 40) }),
  process: windows,
});

describe('any scenario', () => {
  it('keeps every invariant, ends every user or accounts for him, and counts as its trace does', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, fc.integer({ min: 0, max: 1_000 }), async (one, seed) => {
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
        // Everybody is accounted for once.
        expect(new Set(users).size).toBe(users.length);
        expect(users.length).toBe(totals.usersCount);
        expect(result.latency.count).toBe(counted.latencies.length);
        const slots = result.calendar.every(
          ({ planned, onTime, late, skipped, missed }) => planned === onTime + late + skipped + missed,
        );
        expect(slots).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  it('runs the same way twice, and with everybody looked at in each slot', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const first = await simulate(one, { seed: 5 });
        expect(await simulate(one, { seed: 5 })).toEqual(first);
        expect((await simulate(one, { seed: 5, scansEverybody: true })).trace.sha256).toBe(
          first.trace.sha256,
        );
      }),
      { numRuns: 25 },
    );
  });

  it('compared with itself differs in nothing', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const { moves, people, hasSamePeople } = await compare(one, one, { seed: 9 });
        expect({ moves, people, hasSamePeople }).toEqual({ moves: [], people: [], hasSamePeople: true });
      }),
      { numRuns: 15 },
    );
  });
});
