/** Arbitraries: what they make is what they say, and shrinks to something small. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../src/directory/array-directory.ts';
import { checkStore, createLedger, memoryStore, NO_COUNTERS, recount } from '../../src/index.ts';
import {
  brokenGraphRun,
  eventSequence,
  graphRun,
  inconsistentRunCounters,
  inconsistentUserCounters,
  ledgerScript,
  modelPlan,
  population,
  runCounters,
  userCounters,
  workflowInput,
} from '../../src/testing/fast-check.ts';
import { BREAKAGES } from '../../src/testing/oracles/graph-run.ts';
import {
  apply,
  canPerform,
  checkRun,
  createRun,
  LedgerModel,
  ledgerClient,
  perform,
  snapshotOf,
  TERMINAL,
  violationsOf,
} from '../../src/testing.ts';

const SEED = 20_261_124;
const check = <Inputs extends [unknown, ...unknown[]]>(
  property: fc.IProperty<Inputs> | fc.IAsyncProperty<Inputs>,
  numRuns = 300,
) => fc.assert(property as fc.IAsyncProperty<Inputs>, { seed: SEED, numRuns });
/** The smallest value that `is` true of, as shrinking finds it. */
function smallest<T>(arbitrary: fc.Arbitrary<T>, is: (value: T) => boolean): T {
  const { counterexample } = fc.check(
    fc.property(arbitrary, (value) => !is(value)),
    { seed: SEED, numRuns: 2_000 },
  );
  if (!counterexample) throw new Error('Expected a value of this kind, got none');
  return counterexample[0];
}

const run = { id: 'r', workflowVersion: 1, scheduledDateTime: '2026-01-05T09:00:00Z' };
/** A result that says only its status and counters, with the dates that these need. */
const resultOf = (user: { processingStatus: string }) => ({
  ...user,
  startedDateTime: ['queued', 'quarantined', 'canceled'].includes(user.processingStatus)
    ? null
    : '2026-01-05T09:00:01Z',
  completedDateTime: ['queued', 'inProgress', 'quarantined'].includes(user.processingStatus)
    ? null
    : '2026-01-05T09:00:02Z',
});

describe('counters', () => {
  it('of users fit their status, and the others do not', async () => {
    const rulesOf = (user: { processingStatus: string }) =>
      checkRun(
        {
          ...run,
          ...NO_COUNTERS,
          processingStatus: 'inProgress',
          totalUsersCount: 9,
          totalTasksCount: 99,
          startedDateTime: '2026-01-05T09:00:01Z',
        },
        [resultOf(user)],
        { results: 'some' },
      );
    await check(fc.property(userCounters(), (user) => void expect(rulesOf(user)).toEqual([])));
    await check(
      fc.property(inconsistentUserCounters(), (user) => void expect(rulesOf(user).length).toBeGreaterThan(0)),
    );
  });

  it('of runs are those of their users, and the others are not', async () => {
    await check(
      fc.property(runCounters(), ({ users, counters }) => void expect(recount(users)).toEqual(counters)),
    );
    await check(
      fc.property(inconsistentRunCounters(), ({ users, counters, wrong }) => {
        expect(counters[wrong]).not.toBe(recount(users)[wrong]);
      }),
    );
  });

  it('shrink to one user with one task', () => {
    const { users } = smallest(runCounters(), ({ counters }) => counters.failedUsersCount > 0);
    expect(users).toHaveLength(1);
    expect(users[0]?.totalTasksCount).toBe(1);
  });
});

describe('events', () => {
  it('are legal, and the model after them keeps every invariant', async () => {
    await check(
      fc.property(eventSequence(), ({ plan, events, model }) => {
        const replayed = createRun(plan);
        for (const event of events) apply(replayed, event);
        expect(replayed).toEqual(model);
        expect(violationsOf(snapshotOf(model))).toEqual([]);
      }),
    );
  });

  it('go on to the end when they shall', async () => {
    await check(
      fc.property(
        eventSequence({ toTheEnd: true }),
        ({ model }) => void expect(TERMINAL).toContain(model.status),
      ),
    );
  });

  it('shrink to the fewest that show it', () => {
    const canceled = smallest(eventSequence(), ({ model }) => model.status === 'canceled');
    expect(canceled.plan).toMatchObject({ users: 1, continueOnError: [expect.any(Boolean)] });
    expect(canceled.events.length).toBeLessThanOrEqual(2);
    expect(smallest(modelPlan(), () => true)).toEqual({
      users: 1,
      continueOnError: [false],
      strictFailed: false,
    });
  });
});

describe('Graph-shaped runs', () => {
  it('are accepted, with all oddities', async () => {
    await check(
      fc.property(graphRun(), ({ run: one, results }) => void expect(checkRun(one, results)).toEqual([])),
      1_000,
    );
  });

  it('are refused for the rule that is broken', async () => {
    await check(
      fc.property(brokenGraphRun(), ({ run: one, results, rule }) => {
        expect(checkRun(one, results).map((violation) => violation.rule)).toContain(rule);
      }),
      1_000,
    );
  });

  it.each([...new Set(BREAKAGES.map(({ rule }) => rule))])('can be broken in %s alone', (rule) => {
    const [broken] = fc.sample(brokenGraphRun({ rule, toTheEnd: rule === '6.4', cancel: rule !== '6.4' }), {
      seed: SEED,
      numRuns: 1,
    });
    expect(broken?.rule).toBe(rule);
  });
});

describe('workflows and populations', () => {
  it('are accepted by a ledger and a directory', async () => {
    const ledger = await createLedger();
    await check(
      fc.asyncProperty(workflowInput(), fc.uuid(), async (input, name) => {
        const created = await ledger.workflows.create({ ...input, displayName: name });
        expect(created.tasks.some((task) => task.isEnabled)).toBe(true);
        expect(created.isSchedulingEnabled).toBe(input.isSchedulingEnabled);
      }),
      100,
    );
    await check(
      fc.asyncProperty(population(), async (people) => {
        const found = await arrayDirectory(people).get(people.map(({ id }) => id));
        expect(found).toHaveLength(people.length);
      }),
      100,
    );
    expect(smallest(population(), () => true)).toHaveLength(1);
    const smallestPopulation = smallest(population(), (people) => people.some(({ mail }) => mail === null));
    expect(smallestPopulation).toHaveLength(1);
  });
});

describe('ledger scripts', () => {
  it('come to what the model says, on a ledger', async () => {
    await check(
      fc.asyncProperty(ledgerScript(), async (script) => {
        const store = memoryStore();
        const ledger = await createLedger({ store });
        const workflow = await ledger.workflows.create({
          category: 'mover',
          displayName: 'W',
          executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
          tasks: [{ taskDefinitionId: 'a' }, { taskDefinitionId: 'b' }],
        });
        const model = new LedgerModel([false, false]);
        const client = ledgerClient(ledger, workflow.id);
        for (const operation of script)
          if (canPerform(model, client, operation)) await perform(model, client, operation);
        expect((await checkStore(store)).violations).toEqual([]);
      }),
      60,
    );
  });
});
