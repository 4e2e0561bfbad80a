/**
 * All interleavings of a small run, exhaustively: the production rules and the independent model side by
 * side, in every order in which tasks can end, a cancel can come, commits can be cut and a process can die.
 */

import { readArray, readFlag, readFunction, readWhole } from '../../input/fields.ts';
import {
  optional,
  type Reader,
  type ReadShape,
  readOptions,
  type ShapeOf,
  shapeReader,
  withDefault,
} from '../../input/options.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import type { UserEvent } from '../../rules/status/user.ts';
import { type ModelEvent, type ModelPlan, possibleEvents } from '../model/reference-model.ts';
import { type RunCheckStep, stepFindings } from './compare.ts';
import {
  commitOf,
  type ExploredRules,
  type ExploredState,
  firstState,
  modelAfter,
  PRODUCTION_RULES,
  userEventOf,
} from './explored-run.ts';
import { keyOf } from './state-key.ts';

/** What to explore. */
export interface ExploreOptions {
  /** Users of the run. Every further one multiplies the states. */
  readonly users: number;
  /** How many tasks (none of which lets the next run when it fails), or a `continueOnError` for each. */
  readonly tasks: number | readonly boolean[];
  /** The run may be canceled at any moment, and tasks that then run may be written off. Default `false`. */
  readonly cancel?: boolean;
  /**
   * How many times a process may die: what is not committed is dropped, the record is reloaded and the
   * tasks that were running are interrupted. `true`: once. Default `false`: never.
   */
  readonly crash?: boolean | number;
  /** Events that one commit can carry, at most. Default 2. */
  readonly commitEventsMax?: number;
  /** See `AggregationOptions`. Default `false`. */
  readonly strictFailed?: boolean;
  /** Rules to explore in place of tenure's own. Default: those. */
  readonly rules?: Partial<ExploredRules>;
  /** Stops after so many violations. Default 10. */
  readonly violationsMax?: number;
}

const SIZE_MAX = 1_000;
const OPTIONS = {
  users: (place: Place) => readWhole(place, 1, SIZE_MAX),
  tasks: readTasks,
  cancel: withDefault(readFlag, false),
  crash: withDefault(readCrashes, 0),
  commitEventsMax: withDefault((place: Place) => readWhole(place, 1, SIZE_MAX), 2),
  strictFailed: withDefault(readFlag, false),
  rules: optional(
    shapeReader({
      decideUser: optional(readFunction<ExploredRules['decideUser']>),
      runAfter: optional(readFunction<ExploredRules['runAfter']>),
    } satisfies ShapeOf<ExploredRules>),
  ),
  violationsMax: withDefault((place: Place) => readWhole(place, 1, Number.MAX_SAFE_INTEGER), 10),
} satisfies Record<keyof ExploreOptions, Reader<unknown>>;

/** `continueOnError` for each task. */
function readTasks(place: Place): readonly boolean[] {
  if (typeof place.value === 'number')
    return Array.from({ length: readWhole(place, 1, SIZE_MAX) }, () => false);
  const flags = readArray(place, SIZE_MAX).map(readFlag);
  if (flags.length > 0) return flags;
  throw invalid(place, 'at least one task');
}

/** How often a process may die. */
function readCrashes(place: Place): number {
  return typeof place.value === 'boolean' ? Number(place.value) : readWhole(place, 0, SIZE_MAX);
}

/** A state in which a rule does not hold, and how to come there. */
export interface ExploredViolation {
  /** A rule of domain §6 (`I2`, `6.4`, `edges` …), `model` where rules and model disagree, `refused`. */
  readonly rule: string;
  readonly message: string;
  /** From the start to the state, in order: `user 0 starts`, `commit`, `crash` … */
  readonly path: readonly string[];
}

/** What was explored. */
export interface ExploreReport {
  /** States that differ in more than the order of users and the moments on record. */
  readonly states: number;
  /** Moves between them. */
  readonly moves: number;
  /** Ways from the start to an end: every order of every event, commit, cancel and crash. */
  readonly paths: bigint;
  /** How the runs end: status → states. */
  readonly endings: Readonly<Record<string, number>>;
  readonly violations: readonly ExploredViolation[];
}

/**
 * Explores every interleaving. Synchronous; 3 users × 3 tasks with cancel and a crash take some seconds.
 *
 * @throws LifecycleError `InvalidArgument`, for no user or no task, say.
 *
 * @example
 * ```ts
 * import { exploreInterleavings } from 'tenure/testing';
 *
 * const { endings, violations } = exploreInterleavings({ users: 2, tasks: 1 });
 * console.log(Object.keys(endings).sort(), violations.length);
 * // → [ 'completed', 'completedWithErrors', 'failed' ] 0
 * ```
 */
export function exploreInterleavings(options: ExploreOptions): ExploreReport {
  return new Exploration(readOptions(options, 'exploreInterleavings', OPTIONS)).explore();
}

class Exploration {
  readonly #plan: ModelPlan;
  readonly #rules: ExploredRules;
  readonly #cancel: boolean;
  readonly #commitMax: number;
  readonly #violationsMax: number;
  readonly #first: ExploredState;
  /** Ways to an end from each state that is done. */
  readonly #paths = new Map<string, bigint>();
  readonly #endings: Record<string, number> = {};
  readonly #violations: ExploredViolation[] = [];
  readonly #trail: string[] = [];
  #moves = 0;

  constructor(options: ReadShape<typeof OPTIONS>) {
    const { users, tasks: continueOnError, strictFailed } = options;
    this.#plan = { users, continueOnError, strictFailed };
    this.#rules = { ...PRODUCTION_RULES, ...options.rules };
    this.#cancel = options.cancel;
    this.#commitMax = options.commitEventsMax;
    this.#violationsMax = options.violationsMax;
    this.#first = firstState(this.#plan, options.crash);
  }

  explore(): ExploreReport {
    const paths = this.#visit(this.#first);
    return {
      states: this.#paths.size,
      moves: this.#moves,
      paths,
      endings: this.#endings,
      violations: this.#violations,
    };
  }

  /** Ways from `state` to an end. */
  #visit(state: ExploredState): bigint {
    const key = keyOf(state);
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    let paths = 0n;
    let isEnd = true;
    for (const [label, next] of this.#movesOf(state)) {
      if (this.#violations.length >= this.#violationsMax) break;
      isEnd = false;
      this.#moves += 1;
      this.#trail.push(label);
      const after = next();
      if (after) paths += this.#visit(after);
      this.#trail.pop();
    }
    if (isEnd) {
      const status = state.run.processingStatus;
      this.#endings[status] = (this.#endings[status] ?? 0) + 1;
      paths = 1n;
    }
    this.#paths.set(key, paths);
    return paths;
  }

  *#movesOf(state: ExploredState): Generator<readonly [string, () => ExploredState | null]> {
    for (const event of possibleEvents(state.stagedModel, { abandon: this.#cancel })) {
      // A cancel is a commit of its own, which does not go through the recorder's queue.
      if (event.kind === 'cancelRun') {
        if (this.#cancel && state.staged.length === 0) yield ['cancel', () => this.#cancelRun(state)];
      } else if (state.staged.length < this.#commitMax)
        yield [textOf(event), () => this.#stage(state, event)];
    }
    if (state.staged.length > 0) yield ['commit', () => this.#commit(state)];
    if (state.crashesLeft > 0 && state.run.completedAtMs === null) yield ['crash', () => this.#crash(state)];
  }

  #stage(state: ExploredState, event: Exclude<ModelEvent, { kind: 'cancelRun' }>): ExploredState | null {
    const user = state.stagedUsers[event.user];
    if (!user) return null;
    const nowMs = state.run.lastUpdatedAtMs + state.staged.length + 1;
    const canceling = state.run.processingStatus === 'canceling';
    const decision = this.#rules.decideUser(user, userEventOf(event, user, this.#plan, nowMs), canceling);
    if (decision.kind === 'refused') return this.#note('refused', `${decision.code} for ${event.kind}`);
    return {
      ...state,
      staged: [...state.staged, event],
      stagedUsers: state.stagedUsers.with(event.user, decision.user),
      stagedModel: modelAfter(state.stagedModel, event),
    };
  }

  #commit(state: ExploredState): ExploredState | null {
    const nowMs = state.run.lastUpdatedAtMs + state.staged.length;
    const events = state.staged.map((event, index) => {
      const own = event as Exclude<ModelEvent, { kind: 'cancelRun' }>;
      const atMs = state.run.lastUpdatedAtMs + index + 1;
      return [
        own.user,
        (user: ExploredState['users'][number]) => userEventOf(own, user, this.#plan, atMs),
      ] as const;
    });
    const written = commitOf(this.#rules, this.#plan, state, events, nowMs);
    if (typeof written === 'string') return this.#note('refused', written);
    return this.#arrive(state, { ...written, model: state.stagedModel });
  }

  /** As the ledger does it: the run is canceling in one commit, who has not started is canceled in the next. */
  #cancelRun(state: ExploredState): ExploredState | null {
    const { run, users } = state;
    const canceling = {
      ...run,
      processingStatus: 'canceling',
      lastUpdatedAtMs: run.lastUpdatedAtMs + 1,
    } as const;
    const nowMs = canceling.lastUpdatedAtMs + 1;
    const cancel: UserEvent = { kind: 'cancel', atMs: nowMs, runningSinceMs: null };
    const queued = users.flatMap((user, index) =>
      user.processingStatus === 'queued' ? [[index, () => cancel] as const] : [],
    );
    const model = modelAfter(state.model, { kind: 'cancelRun' });
    if (queued.length === 0) return this.#arrive(state, { run: canceling, users, model });
    const written = commitOf(this.#rules, this.#plan, { run: canceling, users }, queued, nowMs);
    if (typeof written === 'string') return this.#note('refused', written);
    return this.#arrive(state, { ...written, model });
  }

  /** The process dies: what is staged is gone, and the next process finds tasks that were possibly running. */
  #crash(state: ExploredState): ExploredState | null {
    const interrupted: UserEvent = { kind: 'interrupted' };
    const events = state.users.flatMap((user, index) =>
      user.processingStatus === 'inProgress' ? [[index, () => interrupted] as const] : [],
    );
    const crashesLeft = state.crashesLeft - 1;
    const before = { ...state, crashesLeft };
    if (events.length === 0) return settled(before, state);
    const written = commitOf(this.#rules, this.#plan, state, events, state.run.lastUpdatedAtMs + 1);
    if (typeof written === 'string') return this.#note('refused', written);
    return this.#arrive(before, { ...written, model: state.model });
  }

  #arrive(before: ExploredState, after: RunCheckStep): ExploredState | null {
    const found = stepFindings(before, after, this.#plan);
    for (const { rule, message } of found) this.#note(rule, message);
    return found.length > 0 ? null : settled(before, after);
  }

  #note(rule: string, message: string): null {
    if (this.#violations.length < this.#violationsMax)
      this.#violations.push({ rule, message, path: [...this.#trail] });
    return null;
  }
}

/** Nothing is staged. */
function settled(before: ExploredState, { run, users, model }: RunCheckStep): ExploredState {
  return { ...before, run, users, model, staged: [], stagedUsers: users, stagedModel: model };
}

const VERBS = {
  startUser: 'starts',
  taskSucceeds: 'succeeds',
  taskFails: 'fails',
  taskIsAbandoned: 'is abandoned',
  cancelUser: 'is canceled',
} as const;

function textOf(event: Exclude<ModelEvent, { kind: 'cancelRun' }>): string {
  return `user ${event.user} ${VERBS[event.kind]}`;
}
