/** What an explanation says of the next slot is what the schedule then does. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { WorkflowInput } from '../../src/ledger/input/workflow.ts';
import type { Subject } from '../../src/model/subject.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import type { Directory } from '../../src/ports/directory.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { makeWorld, workflowInput } from '../helpers/world.ts';

const START = Date.UTC(2026, 2, 2, 10);
const SLOT_MS = 3 * HOUR_MS;
const IDS = ['u1', 'u2', 'u3', 'u4'];

const sometimes = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const date = fc.oneof(
  { arbitrary: fc.integer({ min: -40, max: 20 }).map((hours) => iso(hours * HOUR_MS)), weight: 4 },
  { arbitrary: fc.integer({ min: -5, max: 3 }).map((days) => iso(days * DAY_MS)), weight: 3 },
  { arbitrary: fc.constantFrom('soon', '', '02/03/2026', null), weight: 1 },
);
const attributes = fc.record({
  department: sometimes(fc.constantFrom('Sales', 'IT')),
  accountEnabled: sometimes(fc.constantFrom<unknown>(true, false, 'True', 'ja', '')),
  employeeHireDate: sometimes(date),
  createdDateTime: sometimes(date),
  signInActivity: sometimes(fc.record({ lastSignInDateTime: date })),
  memberOf: fc.subarray(['g1', 'g2']),
});
const rule = fc.constantFrom(
  "id ne ''",
  "department eq 'Sales'",
  "department eq 'Sales' and accountEnabled eq true",
  "not (department eq 'IT') or accountEnabled ne false",
  "startsWith(department, 'S')",
);
const timing = fc.constantFrom('before' as const, 'after' as const);
const trigger = fc.oneof(
  fc
    .integer({ min: -2, max: 2 })
    .map((offsetInDays) => ({ timeBasedAttribute: 'employeeHireDate' as const, offsetInDays })),
  fc
    .record({ eventTiming: timing, near: fc.nat(1), span: fc.integer({ min: 1, max: 3 }) })
    .map(({ eventTiming, near, span }) => ({
      attribute: 'employeeHireDate',
      operator: { eventTiming, greaterThanOffsetInDays: near, lessThanOffsetInDays: near + span },
    })),
  fc.constant({ inactivityPeriodInDays: 1 }),
  fc.constant({ triggerAttributes: [{ name: 'department' }] }),
  fc.constantFrom('add' as const, 'remove' as const).map((changeType) => ({ changeType })),
);
const scenario = fc.record({
  trigger,
  rule,
  isSchedulingEnabled: fc.constantFrom(true, true, true, false),
  isTaskEnabled: fc.constantFrom(true, true, true, false),
  threshold: fc.constantFrom(null, null, 1, 2),
  hasChanges: fc.boolean(),
  /** Hours that the task of each person takes. */
  taskHours: fc.tuple(...IDS.map(() => fc.constantFrom(0, 0, 5))),
  /** The people at each slot; a person who is absent has left the directory. */
  slots: fc.array(fc.tuple(...IDS.map(() => fc.option(attributes, { freq: 8 }))), {
    minLength: 2,
    maxLength: 5,
  }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function iso(fromStartMs: number): string {
  return new Date(START + fromStartMs).toISOString();
}

function peopleOf(slot: readonly (object | null)[]): readonly Subject[] {
  return slot.flatMap((one, at) => (one === null ? [] : { ...one, id: IDS[at] as string }));
}

/** A directory whose people can be replaced. */
function changingDirectory(hasChanges: boolean): Directory & { people: readonly Subject[] } {
  let versions = 0;
  const log: (readonly string[])[] = [];
  let people: readonly Subject[] = [];
  return {
    get people() {
      return people;
    },
    set people(next) {
      people = next;
      log.push(IDS);
      versions += 1;
    },
    get: async (ids) => people.filter(({ id }) => ids.includes(id)),
    async *query(scope) {
      for (const one of people) if (scope === null || scope.matches(one)) yield one;
    },
    ...(hasChanges && {
      changes: async (token: string | null) => ({
        subjectIds: token === null ? null : log.slice(Number(token)).flat(),
        token: String(versions),
      }),
    }),
  };
}

function inputOf(
  drawn: Pick<Scenario, 'trigger' | 'rule' | 'isSchedulingEnabled' | 'isTaskEnabled'>,
): WorkflowInput {
  const scope = 'changeType' in drawn.trigger ? { groups: [{ id: 'g1' }] } : { rule: drawn.rule };
  return workflowInput([{ id: 'a', isEnabled: drawn.isTaskEnabled }], {
    isSchedulingEnabled: drawn.isSchedulingEnabled,
    executionConditions: { scope, trigger: drawn.trigger } as never,
  });
}

it('a person qualifies, for a moment, exactly when the next slot admits them for it', async () => {
  const seen = { taken: 0, left: 0 };
  await fc.assert(
    fc.asyncProperty(scenario, async (drawn) => {
      const clock = new VirtualClock(START);
      const directory = changingDirectory(drawn.hasChanges);
      const [first, ...later] = drawn.slots;
      directory.people = peopleOf(first ?? []);
      const { engine, store, errors } = makeWorld({
        clock,
        directory,
        tasks: {
          a: ({ subject }) => clock.sleep((drawn.taskHours[IDS.indexOf(subject.id)] ?? 0) * HOUR_MS),
        },
      });
      const { id } = await engine.workflows.create(inputOf(drawn));
      if (drawn.threshold !== null) {
        const condition = {
          '@odata.type': '#microsoft.graph.identityGovernance.countBasedQuarantineCondition',
          threshold: drawn.threshold,
        } as const;
        await engine.settings.update({
          quarantineConfiguration: { conditions: [condition], matchMode: 'any' },
        });
      }
      await clock.until(engine.start());
      await clock.settle();
      for (const slot of later) {
        directory.people = peopleOf(slot);
        const slotAtMs = clock.now() - (clock.now() % SLOT_MS) + SLOT_MS;
        // Shortly before the slot: a run that is under way now may have finished by then.
        await clock.advance(slotAtMs - MINUTE_MS - clock.now());
        const explained = await Promise.all(
          IDS.map(async (subjectId, at) => {
            const options = at % 2 === 0 ? {} : { at: new Date(slotAtMs + MINUTE_MS).toISOString() };
            return engine.workflows.explain(id, subjectId, options);
          }),
        );
        await clock.advance(slotAtMs + MINUTE_MS - clock.now());
        await clock.settle();
        const admissions = await store.getAdmissions(id, IDS);
        const taken = new Map<string, number>();
        for (const { subjectId, runId, dueAtMs } of admissions)
          if ((await store.getRun(runId))?.slotAtMs === slotAtMs) taken.set(subjectId, dueAtMs);
        for (const { subjectId, qualifies, dueDateTime, summary, steps } of explained) {
          expect([subjectId, qualifies, steps], summary).toEqual([subjectId, taken.has(subjectId), steps]);
          if (qualifies) expect(Date.parse(dueDateTime ?? '')).toBe(taken.get(subjectId));
          seen[qualifies ? 'taken' : 'left'] += 1;
        }
      }
      expect(errors()).toEqual([]);
      await clock.until(engine.close());
    }),
    { numRuns: 250 },
  );
  // Both answers have been seen often enough to mean something.
  expect(Math.min(seen.taken, seen.left)).toBeGreaterThan(100);
});
