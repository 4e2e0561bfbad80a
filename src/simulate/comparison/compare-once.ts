/** Compares two scenarios with one seed, person by person. */
import { isDeepStrictEqual } from 'node:util';
import type { SimulatedUser } from '../result.ts';
import type { ReadScenario } from '../scenario/read-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { simulateRead } from '../simulate.ts';
import type { SimulationProgress } from '../simulation-options.ts';
import type {
  Comparison,
  OutcomeMove,
  PersonDifference,
  PersonOutcome,
  WorkflowComparison,
} from './comparison.ts';

/** Settings of {@link compareOnce}; `CompareOptions` describes them. */
export interface CompareOnceOptions {
  readonly seed: number;
  readonly check: boolean;
  readonly peopleKeptMax: number;
  readonly onProgress?: ((side: 'a' | 'b', progress: SimulationProgress) => void) | undefined;
}

/** Most people of each kind of difference that are named, where nothing else is said. */
export const PEOPLE_KEPT_MAX = 500;

/** Parts of a scenario, and whether they make the people or the time. The compiler asks for each. */
const PARTS: Readonly<
  Record<Exclude<keyof Scenario, 'name' | 'description' | 'notes' | '$schema'>, boolean>
> = {
  start: true,
  horizon: true,
  timeZone: true,
  population: true,
  turnover: true,
  changes: true,
  workflows: false,
  tasks: false,
  schedule: false,
  capacity: false,
  processes: false,
  process: false,
};

/** Runs both, one after the other. */
export async function compareOnce(
  a: ReadScenario,
  b: ReadScenario,
  { seed, check, peopleKeptMax, onProgress }: CompareOnceOptions,
): Promise<Comparison> {
  const tally = new Tally(peopleKeptMax);
  const side = (which: 'a' | 'b') => ({
    seed,
    check,
    onProgress: (progress: SimulationProgress) => onProgress?.(which, progress),
  });
  const resultA = await simulateRead(a, { ...side('a'), onUser: (user) => tally.addA(user) });
  const resultB = await simulateRead(b, { ...side('b'), onUser: (user) => tally.addB(user) });
  tally.end();
  const differing = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter(
    (part) => !isDeepStrictEqual(a.scenario[part], b.scenario[part]),
  );
  const keys = [...new Set([...resultA.workflows, ...resultB.workflows].map(({ key }) => key))];
  return {
    seed,
    differingParts: differing,
    hasSamePeople: !differing.some((part) => PARTS[part]),
    a: resultA,
    b: resultB,
    workflows: keys.map((key) => ({
      key,
      a: resultA.workflows.find((one) => one.key === key) ?? null,
      b: resultB.workflows.find((one) => one.key === key) ?? null,
      ...tally.workflow(key),
    })),
    moves: tally.moves(),
    people: tally.people,
    peopleDropped: tally.dropped,
    overSeeds: null,
  };
}

type Sums = { -readonly [Field in Exclude<keyof WorkflowComparison, 'key' | 'a' | 'b'>]: number };

/** Pairs the results of both scenarios by workflow, person and draw key. */
class Tally {
  readonly #kept: number;
  readonly #a = new Map<string, SimulatedUser>();
  readonly #seenB = new Map<string, number>();
  readonly #sums = new Map<string, Sums>();
  readonly #moves = new Map<string, { -readonly [Field in keyof OutcomeMove]: OutcomeMove[Field] }>();
  readonly #named = { onlyA: 0, onlyB: 0, outcome: 0 };
  readonly people: PersonDifference[] = [];
  dropped = 0;

  constructor(kept: number) {
    this.#kept = kept;
  }

  addA(user: SimulatedUser): void {
    let key = keyOf(user, 1);
    for (let nth = 2; this.#a.has(key); nth++) key = keyOf(user, nth);
    this.#a.set(key, user);
  }

  addB(user: SimulatedUser): void {
    const first = keyOf(user, 1);
    const nth = (this.#seenB.get(first) ?? 0) + 1;
    this.#seenB.set(first, nth);
    const key = keyOf(user, nth);
    const other = this.#a.get(key);
    this.#a.delete(key);
    if (other) this.#both(other, user);
    else this.#one('onlyB', user);
  }

  /** Counts the remaining people, who were processed in A only. */
  end(): void {
    for (const user of this.#a.values()) this.#one('onlyA', user);
    this.#a.clear();
  }

  workflow(key: string): Sums {
    const known = this.#sums.get(key);
    if (known) return known;
    const sums: Sums = {
      onlyA: 0,
      onlyB: 0,
      sameOutcome: 0,
      otherOutcome: 0,
      failuresGained: 0,
      failuresLost: 0,
      savedMs: 0,
      faster: 0,
      slower: 0,
    };
    this.#sums.set(key, sums);
    return sums;
  }

  moves(): readonly OutcomeMove[] {
    return [...this.#moves.values()].sort((a, b) => b.count - a.count);
  }

  #one(kind: 'onlyA' | 'onlyB', user: SimulatedUser): void {
    this.workflow(user.workflow)[kind] += 1;
    const [from, to] =
      kind === 'onlyA' ? ([user.status, 'notProcessed'] as const) : (['notProcessed', user.status] as const);
    this.#move(user.workflow, from, to);
    this.#name(
      kind,
      user,
      kind === 'onlyA' ? outcomeOf(user) : null,
      kind === 'onlyB' ? outcomeOf(user) : null,
    );
  }

  #both(a: SimulatedUser, b: SimulatedUser): void {
    const sums = this.workflow(a.workflow);
    if (a.latencyMs !== null && b.latencyMs !== null) {
      sums.savedMs += a.latencyMs - b.latencyMs;
      sums.faster += b.latencyMs < a.latencyMs ? 1 : 0;
      sums.slower += b.latencyMs > a.latencyMs ? 1 : 0;
    }
    if (a.status === b.status) {
      sums.sameOutcome += 1;
      return;
    }
    sums.otherOutcome += 1;
    sums.failuresGained += hasFailed(b) && !hasFailed(a) ? 1 : 0;
    sums.failuresLost += hasFailed(a) && !hasFailed(b) ? 1 : 0;
    this.#move(a.workflow, a.status, b.status);
    this.#name('outcome', a, outcomeOf(a), outcomeOf(b));
  }

  #move(workflow: string, from: OutcomeMove['from'], to: OutcomeMove['to']): void {
    const key = JSON.stringify([workflow, from, to]);
    const known = this.#moves.get(key);
    if (known) known.count += 1;
    else this.#moves.set(key, { workflow, from, to, count: 1 });
  }

  #name(
    kind: PersonDifference['kind'],
    { workflow, subjectId, drawKey }: SimulatedUser,
    a: PersonOutcome | null,
    b: PersonOutcome | null,
  ): void {
    this.#named[kind] += 1;
    if (this.#named[kind] > this.#kept) this.dropped += 1;
    else this.people.push({ kind, workflow, subjectId, drawKey, a, b });
  }
}

function keyOf({ workflow, drawKey, subjectId }: SimulatedUser, nth: number): string {
  return JSON.stringify([workflow, drawKey, subjectId, nth]);
}

function outcomeOf({ status, failureReason, latencyMs }: SimulatedUser): PersonOutcome {
  return { status, failureReason, latencyMs };
}

function hasFailed({ status }: SimulatedUser): boolean {
  return status === 'failed' || status === 'completedWithErrors';
}
