/** Records for tests: the history of a simulated scenario, and the directory as it is at its end. */
import { arrayDirectory } from '../../../../src/directory/array-directory.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import type { Directory } from '../../../../src/ports/directory.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { openPopulation } from '../../../../src/simulate/world/population.ts';
import { readScenario, type Scenario, type SimulationResult, simulate } from '../../../../src/simulate.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { ON_DEMAND } from '../scenarios.ts';

/** A quarter of a company, but for two weeks: three kinds of failures, an outage, waits, and all three kinds of changes. */
export const QUARTER: Scenario = {
  name: 'Quarter',
  start: '2026-01-01',
  horizon: 'P75D',
  timeZone: 'Europe/Berlin',
  population: {
    kind: 'generated',
    headcount: 1_500,
    departments: [{ name: 'Sales', weight: 2 }, { name: 'IT' }, { name: 'Legal' }],
  },
  turnover: { joinersPerMonth: 400, leaversPerMonth: 150, moversPerMonth: 120, keptDays: 90 },
  workflows: [
    {
      workflow: {
        category: 'joiner',
        displayName: 'First day',
        executionConditions: {
          scope: { rule: 'department ne null' },
          trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
        },
        tasks: [{ taskDefinitionId: 'account' }, { taskDefinitionId: 'badge', continueOnError: true }],
      },
    },
    {
      workflow: {
        category: 'leaver',
        displayName: 'Last day',
        executionConditions: {
          scope: { rule: 'department ne null' },
          trigger: { timeBasedAttribute: 'employeeLeaveDateTime', offsetInDays: 0 },
        },
        tasks: [{ taskDefinitionId: 'close' }],
      },
    },
    {
      onMove: true,
      workflow: {
        category: 'mover',
        displayName: 'Moved',
        executionConditions: ON_DEMAND,
        tasks: [{ taskDefinitionId: 'approve', arguments: [{ name: 'to', value: 'ada@contoso.com' }] }],
      },
    },
  ],
  tasks: {
    account: {
      duration: { kind: 'lognormal', medianMs: 40_000, p95Ms: 200_000 },
      failures: [
        { probability: 0.25, departments: ['Sales'], reason: 'No licence', code: 'NoLicence' },
        { probability: 0.02, reason: 'No licence', code: 'NoLicence' },
      ],
    },
    badge: {
      duration: { kind: 'uniform', minMs: 1_000, maxMs: 9_000 },
      wait: { kind: 'fixed', ms: 600_000 },
    },
    close: { duration: { kind: 'exponential', meanMs: 30_000 }, failureProbability: 0.1 },
    approve: { outages: [{ from: '2026-02-10', until: '2026-02-17', reason: 'Down' }] },
  },
  schedule: { intervalHours: 3 },
};

/** What a scenario leaves behind. */
export interface History {
  readonly store: Store;
  readonly people: readonly Subject[];
  readonly directory: Directory;
  readonly result: SimulationResult;
}

/** Simulates a scenario into a store. */
export async function historyOf(
  scenario: Scenario,
  { seed = 1, store = memoryStore() }: { readonly seed?: number; readonly store?: Store } = {},
): Promise<History> {
  const result = await simulate(scenario, { seed, history: store });
  const people = await peopleAtEnd(scenario, seed);
  return { store, people, directory: arrayDirectory(people), result };
}

async function peopleAtEnd(scenario: Scenario, seed: number): Promise<readonly Subject[]> {
  const { initial, changes } = await openPopulation(readScenario(scenario), seed);
  const people = new Map(initial.map((one) => [one.id, one]));
  for (const change of changes) {
    if (change.kind === 'entered') people.set(change.subject.id, change.subject);
    else if (change.kind === 'removed') people.delete(change.id);
    else {
      const before = people.get(change.id) as Subject;
      const changed =
        change.kind === 'moved'
          ? { department: change.department }
          : { employeeLeaveDateTime: new Date(change.leaveMs).toISOString() };
      people.set(change.id, { ...before, ...changed });
    }
  }
  return [...people.values()];
}
