/** What-if: two scenarios with the same people and the same chance, person by person. */
import { isDeepStrictEqual } from 'node:util';
import { readFunction, readWhole } from '../input/fields.ts';
import { optional, type ReadShape, readOptions, type ShapeOf, withDefault } from '../input/options.ts';
import type { Place } from '../input/refuse.ts';
import type { DurationMs } from '../model/time.ts';
import {
  FILE_OPTIONS,
  type ReadScenario,
  readScenario,
  readScenarioFile,
  SCENARIO_OPTIONS,
} from './read-scenario.ts';
import type { SimulatedUser, SimulationResult, WorkflowFigures } from './result.ts';
import type { Scenario } from './scenario.ts';
import { type SimulateOptions, simulateRead } from './simulate.ts';
import { SIMULATION_OPTIONS, type SimulationProgress } from './simulation-options.ts';

/** Options of {@link compare}. */
export interface CompareOptions extends Pick<SimulateOptions, 'seed' | 'horizon' | 'folder' | 'check'> {
  readonly onProgress?: (side: 'a' | 'b', progress: SimulationProgress) => void;
  /** People of each kind of difference whom the result names, at most. Default 500. */
  readonly peopleKeptMax?: number;
}

/** One person's results in both scenarios. */
export interface PersonDifference {
  readonly kind: 'onlyA' | 'onlyB' | 'outcome';
  readonly workflow: string;
  readonly subjectId: string;
  readonly occasion: string;
  readonly a: PersonOutcome | null;
  readonly b: PersonOutcome | null;
}

/** What became of a person in one scenario. */
export interface PersonOutcome {
  readonly status: SimulatedUser['status'];
  readonly failureReason: string | null;
  readonly latencyMs: DurationMs | null;
}

/** How a workflow fares in both. `null`: the scenario does not have it. */
export interface WorkflowComparison {
  readonly key: string;
  readonly a: WorkflowFigures | null;
  readonly b: WorkflowFigures | null;
  /** People who are processed in one only. */
  readonly onlyA: number;
  readonly onlyB: number;
  readonly sameOutcome: number;
  readonly otherOutcome: number;
  /** Who fails (or completes with errors) in one and not in the other, of those processed in both. */
  readonly failuresGained: number;
  readonly failuresLost: number;
  /** Sum over people who end in both: latency in A minus that in B. Above 0: B is faster. */
  readonly savedMs: DurationMs;
  readonly faster: number;
  readonly slower: number;
}

/** People who went from one outcome to another. */
export interface OutcomeMove {
  readonly workflow: string;
  readonly from: PersonOutcome['status'] | 'notProcessed';
  readonly to: PersonOutcome['status'] | 'notProcessed';
  readonly count: number;
}

/** What a comparison comes to. */
export interface Comparison {
  readonly seed: number;
  /** Parts of the scenarios that differ: `workflows`, `capacity` … */
  readonly differingParts: readonly string[];
  /** Whether both have the same people in the same time; else differences are not the change's alone. */
  readonly hasSamePeople: boolean;
  readonly a: SimulationResult;
  readonly b: SimulationResult;
  readonly workflows: readonly WorkflowComparison[];
  /** Most frequent first; people whose outcome is the same are not in it. */
  readonly moves: readonly OutcomeMove[];
  readonly people: readonly PersonDifference[];
  /** Differences that are counted and not named. */
  readonly peopleDropped: number;
}

const READ_OPTIONS = {
  seed: SIMULATION_OPTIONS.seed,
  check: SIMULATION_OPTIONS.check,
  onProgress: optional(readFunction<NonNullable<CompareOptions['onProgress']>>),
  peopleKeptMax: withDefault((place: Place) => readWhole(place, 0, Number.MAX_SAFE_INTEGER), 500),
};
const OPTIONS = { ...READ_OPTIONS, ...SCENARIO_OPTIONS } satisfies ShapeOf<CompareOptions>;
const PEOPLE_PARTS = ['start', 'horizon', 'timeZone', 'population', 'turnover', 'changes'] as const;
const PARTS = [...PEOPLE_PARTS, 'workflows', 'tasks', 'schedule', 'capacity', 'process'] as const;

/**
 * Runs both scenarios with the same seed and compares them. Draws belong to (workflow, person, occasion, task,
 * attempt), so what differs is the change's doing and not chance's. Workflows are paired by their `key`.
 *
 * @throws LifecycleError as `simulate`; a scenario that is refused is refused before the other one runs.
 */
export async function compare(a: Scenario, b: Scenario, options?: CompareOptions): Promise<Comparison> {
  const { horizon, folder, ...others } = readOptions(options, 'compare', OPTIONS);
  const given = { ...(horizon === undefined ? {} : { horizon }), folder };
  return run(readScenario(a, given), readScenario(b, given), others);
}

/** As {@link compare}, of two scenario files. */
export async function compareFiles(
  pathA: string,
  pathB: string,
  options?: Omit<CompareOptions, 'folder'>,
): Promise<Comparison> {
  const { horizon, ...others } = readOptions(options, 'compareFiles', { ...READ_OPTIONS, ...FILE_OPTIONS });
  const given = horizon === undefined ? {} : { horizon };
  return run(await readScenarioFile(pathA, given), await readScenarioFile(pathB, given), others);
}

/** As {@link compare}, of scenarios that have been read. */
export async function compareRead(
  a: ReadScenario,
  b: ReadScenario,
  options?: Omit<CompareOptions, 'horizon' | 'folder'>,
): Promise<Comparison> {
  return run(a, b, readOptions(options, 'compareRead', READ_OPTIONS));
}

async function run(
  a: ReadScenario,
  b: ReadScenario,
  options: ReadShape<typeof READ_OPTIONS>,
): Promise<Comparison> {
  const { seed, check, onProgress, peopleKeptMax } = options;
  const tally = new Tally(peopleKeptMax);
  const side = (which: 'a' | 'b') => ({
    seed,
    check,
    onProgress: (progress: SimulationProgress) => onProgress?.(which, progress),
  });
  const resultA = await simulateRead(a, { ...side('a'), onUser: (user) => tally.addA(user) });
  const resultB = await simulateRead(b, { ...side('b'), onUser: (user) => tally.addB(user) });
  tally.end();
  const differs = (part: (typeof PARTS)[number]): boolean =>
    !isDeepStrictEqual(a.scenario[part], b.scenario[part]);
  const keys = [...new Set([...resultA.workflows, ...resultB.workflows].map(({ key }) => key))];
  return {
    seed,
    differingParts: PARTS.filter(differs),
    hasSamePeople: !PEOPLE_PARTS.some(differs),
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
  };
}

type Sums = { -readonly [Field in Exclude<keyof WorkflowComparison, 'key' | 'a' | 'b'>]: number };

/** Pairs the people of both. */
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

  /** Who is left was processed in A only. */
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
    { workflow, subjectId, occasion }: SimulatedUser,
    a: PersonOutcome | null,
    b: PersonOutcome | null,
  ): void {
    this.#named[kind] += 1;
    if (this.#named[kind] > this.#kept) this.dropped += 1;
    else this.people.push({ kind, workflow, subjectId, occasion, a, b });
  }
}

function keyOf({ workflow, occasion, subjectId }: SimulatedUser, nth: number): string {
  return JSON.stringify([workflow, occasion, subjectId, nth]);
}

function outcomeOf({ status, failureReason, latencyMs }: SimulatedUser): PersonOutcome {
  return { status, failureReason, latencyMs };
}

function hasFailed({ status }: SimulatedUser): boolean {
  return status === 'failed' || status === 'completedWithErrors';
}
