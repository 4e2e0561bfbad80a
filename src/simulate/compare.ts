/** Compares two scenarios with the same people and the same random draws, person by person. */
import { isDeepStrictEqual } from 'node:util';
import { readFunction, readWhole } from '../input/fields.ts';
import { optional, type ReadShape, readOptions, type ShapeOf, withDefault } from '../input/options.ts';
import type { Place } from '../input/refuse.ts';
import type { DurationMs } from '../model/time.ts';
import type { SimulatedUser, SimulationResult, WorkflowFigures } from './result.ts';
import {
  FILE_OPTIONS,
  type ReadScenario,
  readScenario,
  readScenarioFile,
  SCENARIO_OPTIONS,
} from './scenario/read-scenario.ts';
import type { Scenario } from './scenario/scenario.ts';
import { type SimulateOptions, simulateRead } from './simulate.ts';
import { SIMULATION_OPTIONS, type SimulationProgress } from './simulation-options.ts';

/** Options of {@link compare}. */
export interface CompareOptions extends Pick<SimulateOptions, 'seed' | 'horizon' | 'folder' | 'check'> {
  /** Called about 400 times for each side. Default: nothing is called. */
  readonly onProgress?: (side: 'a' | 'b', progress: SimulationProgress) => void;
  /** Most people of each kind of difference that the result names. Default 500. */
  readonly peopleKeptMax?: number;
}

/** One person's results in both scenarios. */
export interface PersonDifference {
  readonly kind: 'onlyA' | 'onlyB' | 'outcome';
  readonly workflow: string;
  readonly subjectId: string;
  readonly drawKey: string;
  readonly a: PersonOutcome | null;
  readonly b: PersonOutcome | null;
}

/** A person's result in one scenario. */
export interface PersonOutcome {
  readonly status: SimulatedUser['status'];
  readonly failureReason: string | null;
  readonly latencyMs: DurationMs | null;
}

/** Results of a workflow in both scenarios. `null`: the scenario does not have it. */
export interface WorkflowComparison {
  readonly key: string;
  readonly a: WorkflowFigures | null;
  readonly b: WorkflowFigures | null;
  /** People who are processed in one only. */
  readonly onlyA: number;
  readonly onlyB: number;
  readonly sameOutcome: number;
  readonly otherOutcome: number;
  /** People processed in both who fail (or complete with errors) in one and not in the other. */
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

/** Result of a comparison. */
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

/**
 * Runs both scenarios with the same seed and compares them. Draws belong to (workflow, person, draw key, task,
 * attempt), so what differs is due to the change and not to randomness. Workflows are paired by their `key`.
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
