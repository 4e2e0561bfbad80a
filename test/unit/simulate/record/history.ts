/** Records for tests: the history of a simulated scenario, and the directory as it is at its end. */
import { arrayDirectory } from '../../../../src/directory/array-directory.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import type { Directory } from '../../../../src/ports/directory.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { openPopulation } from '../../../../src/simulate/world/population.ts';
import { readScenario, type Scenario, type SimulationResult, simulate } from '../../../../src/simulate.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';

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
