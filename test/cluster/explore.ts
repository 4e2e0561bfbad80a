/**
 * All interleavings of two processes on one small run, exhaustively, through the slices of the memory store: every order
 * in which they claim, take over, commit and retry, in which an answer or a call is lost or late, and a cancel comes.
 */
import type { RunRecord, UserRecord } from '../../src/model/records.ts';
import type { SliceAnswer, SliceCommit, SliceRecord } from '../../src/model/slices.ts';
import type { StoreSlices } from '../../src/ports/store.ts';
import { addUserMove, changeOf } from '../../src/rules/status/run.ts';
import { cutRun, runWithSlices } from '../../src/rules/status/slice.ts';
import { decideUser, type UserEvent } from '../../src/rules/status/user.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import type { MemoryReader, StoredSlice } from '../../src/stores/memory/reader.ts';
import { RunUsers } from '../../src/stores/memory/run-users.ts';
import { firstState } from '../../src/testing/explore/explored-run.ts';
import { isTerminal } from '../../src/testing/model/edges.ts';
import { violationsOf } from '../../src/testing/model/invariants.ts';
import {
  type RunSnapshot,
  snapshotOfRecords,
  snapshotOfUser,
  type UserSnapshot,
} from '../../src/testing/model/snapshot.ts';
import { type Part, partFindings, partsOf } from '../faults/parts.ts';
import { type Hold, keyOf, type State } from './explored-state.ts';
import { KeySet } from './key-set.ts';

/** How much may go wrong, over the whole run. */
export interface ExplorationBounds {
  readonly slicesCount: number;
  readonly usersPerSlice: number;
  readonly tasks: number;
  /** Claims of a slice that another process holds, whose lease is over. */
  readonly expiries: number;
  /** Commits without an answer: written, not written, or written later. */
  readonly lost: number;
  readonly cancels: number;
  /** Whether tasks can also fail. */
  readonly failures: boolean;
  /** Puts other slices in the place of the store's own, to see whether a fault of theirs is found. */
  readonly slices?: (own: StoreSlices) => StoreSlices;
}

/** What was explored. */
export interface Exploration {
  readonly states: number;
  readonly moves: number;
  /** How the runs end: status → states. */
  readonly endings: Readonly<Record<string, number>>;
  /** Of the first state that breaks a rule: which, and the moves that lead there. */
  readonly violation: { readonly rule: string; readonly path: readonly string[] } | null;
}

type Move = readonly [label: string, make: () => Promise<State>];

const PROCESSES = [0, 1] as const;
const NOW_MS = 2_000;
const OPTIONS = { nowMs: NOW_MS, aggregation: { strictFailed: false } };

/** Explores until all states are known, or one breaks a rule. */
export async function exploreCluster(bounds: ExplorationBounds): Promise<Exploration> {
  const explorer = new Explorer(bounds);
  return explorer.explore();
}

class Explorer {
  readonly #bounds: ExplorationBounds;
  readonly #database: Database;
  readonly #seen = new KeySet();
  readonly #endings: Record<string, number> = {};
  #moves = 0;

  constructor(bounds: ExplorationBounds) {
    this.#bounds = bounds;
    this.#database = new Database(bounds);
  }

  async explore(): Promise<Exploration> {
    const first = this.#first();
    const stack = [new Visit('start', first, this.#movesOf(first))];
    this.#seen.add(keyOf(first));
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const move = top.moves.pop();
      if (!move) {
        stack.pop();
        continue;
      }
      const [label, make] = move;
      this.#moves += 1;
      const after = await make();
      const isNew = this.#seen.add(keyOf(after));
      const next = new Visit(label, after, isNew ? this.#movesOf(after) : []);
      const rule = this.#ruleBrokenBy(top, next, isNew);
      if (rule) return this.#report({ rule, path: [...stack.map((one) => one.label), label] });
      if (!isNew) continue;
      if (next.moves.length === 0) {
        const status = after.row.processingStatus;
        this.#endings[status] = (this.#endings[status] ?? 0) + 1;
      }
      stack.push(next);
    }
    return this.#report(null);
  }

  #report(violation: Exploration['violation']): Exploration {
    return { states: this.#seen.size, moves: this.#moves, endings: this.#endings, violation };
  }

  #first(): State {
    const { slicesCount, usersPerSlice, tasks, expiries, lost, cancels } = this.#bounds;
    const plan = {
      users: slicesCount * usersPerSlice,
      continueOnError: Array.from({ length: tasks }, () => false),
    };
    const { run, users } = firstState(plan, 0);
    const row = { ...run, inHand: false };
    const cut = cutRun(row, { min: usersPerSlice, max: usersPerSlice });
    return {
      row,
      users,
      slices: cut.map((slice) => ({ slice, holder: '', heardAtMs: 0 })),
      holds: PROCESSES.map(() => cut.map(() => null)),
      onTheWay: [],
      expiries,
      lost,
      cancels,
    };
  }

  /** What may happen next. A run in which nothing may happen has to have ended. */
  #movesOf(state: State): Move[] {
    const moves: Move[] = [];
    for (const process of PROCESSES)
      for (const [index, stored] of state.slices.entries())
        moves.push(...this.#movesAt(state, process, index, stored));
    for (const [at, commit] of state.onTheWay.entries())
      moves.push([`a late commit of slice ${commit.slice.slice} arrives`, () => this.#arrive(state, at)]);
    if (state.cancels > 0 && !isTerminal(state.row.processingStatus))
      moves.push(['cancel', () => this.#cancel(state)]);
    return moves;
  }

  #movesAt(state: State, process: number, index: number, { slice }: StoredSlice): Move[] {
    const name = `process ${process}`;
    const hold = state.holds[process]?.[index] ?? null;
    if (hold === null) {
      const isOpen = slice.state !== 'ended' && (!slice.inHand || state.expiries > 0);
      return isOpen
        ? [[`${name} claims slice ${slice.slice}`, () => this.#claim(state, process, index)]]
        : [];
    }
    const { pending } = hold;
    if (pending)
      return [
        [
          `${name} repeats its commit of slice ${slice.slice}`,
          () => this.#send(state, process, index, pending),
        ],
      ];
    const moves: Move[] = [];
    for (const [commit, what] of this.#commitsOf(state, hold)) {
      const label = `${name}: ${what}`;
      moves.push([label, () => this.#send(state, process, index, commit)]);
      if (state.lost === 0) continue;
      moves.push([`${label}, without an answer`, () => this.#loseAnswer(state, process, index, commit)]);
      moves.push([`${label}, late`, async () => this.#delay(state, process, index, commit)]);
    }
    return moves;
  }

  /** The commits that a holder may make: of the next event of each user. */
  *#commitsOf({ row }: State, { slice, users }: Hold): Generator<readonly [SliceCommit, string]> {
    for (const user of users) {
      for (const event of this.#eventsOf(user, slice.canceling)) {
        const decision = decideUser(user, event, slice.canceling);
        if (decision.kind === 'refused') continue;
        const change = changeOf(row);
        addUserMove(change, user, decision.user, decision.moves);
        const what = `user ${user.ordinal} ${event.kind}${event.kind === 'taskEnded' ? ` ${event.outcome.status}` : ''}`;
        yield [{ slice, users: [decision.user], change, withdrawn: [] }, what];
      }
    }
  }

  #eventsOf({ processingStatus }: UserRecord, canceling: boolean): UserEvent[] {
    if (isTerminal(processingStatus)) return [];
    if (canceling) return [{ kind: 'cancel', atMs: NOW_MS, runningSinceMs: null }];
    if (processingStatus === 'queued') return [{ kind: 'start', atMs: NOW_MS }];
    const statuses = this.#bounds.failures ? (['completed', 'failed'] as const) : (['completed'] as const);
    return statuses.map((status) => ({
      kind: 'taskEnded',
      outcome: { status, startedAtMs: NOW_MS, completedAtMs: NOW_MS },
      continueOnError: false,
    }));
  }

  async #claim(state: State, process: number, index: number): Promise<State> {
    const [before] = [state.slices[index]?.slice];
    const claimed = await this.#database.on(state, (slices) => slices.claim([keyAt(state, index)], CLAIM));
    const [answer] = claimed.answer;
    if (!answer || typeof answer === 'string') return claimed.state;
    const users = usersOf(claimed.state, answer.slice);
    const expiries = state.expiries - (before?.inHand ? 1 : 0);
    return {
      ...withHold(claimed.state, process, index, { slice: answer.slice, users, pending: null }),
      expiries,
    };
  }

  async #send(state: State, process: number, index: number, commit: SliceCommit): Promise<State> {
    const { state: after, answer } = await this.#database.on(state, (slices) =>
      slices.commit([commit], OPTIONS),
    );
    return withHold(after, process, index, holdAfter(state, process, index, commit, answer[0]));
  }

  async #loseAnswer(state: State, process: number, index: number, commit: SliceCommit): Promise<State> {
    const { state: after } = await this.#database.on(state, (slices) => slices.commit([commit], OPTIONS));
    const hold = state.holds[process]?.[index] as Hold;
    return { ...withHold(after, process, index, { ...hold, pending: commit }), lost: state.lost - 1 };
  }

  #delay(state: State, process: number, index: number, commit: SliceCommit): State {
    const hold = state.holds[process]?.[index] as Hold;
    const waiting = withHold(state, process, index, { ...hold, pending: commit });
    return { ...waiting, onTheWay: [...state.onTheWay, commit], lost: state.lost - 1 };
  }

  async #arrive(state: State, at: number): Promise<State> {
    const commit = state.onTheWay[at] as SliceCommit;
    const { state: after } = await this.#database.on(state, (slices) => slices.commit([commit], OPTIONS));
    return { ...after, onTheWay: state.onTheWay.toSpliced(at, 1) };
  }

  async #cancel(state: State): Promise<State> {
    const { state: after } = await this.#database.cancel(state);
    return { ...after, cancels: state.cancels - 1 };
  }

  /** The first rule that a move breaks. Of a state that is not new, only the way to it is. */
  #ruleBrokenBy(before: Visit, after: Visit, isNew: boolean): string | null {
    const [old, now] = [before.state, after.state];
    if (old.users !== now.users || old.slices !== now.slices) {
      const parts = partsOf(1, now.row, now.slices, before.parts);
      const [one] = partFindings(before.inParts, { run: after.run, users: now.users, parts }, false);
      if (one) return one.join(': ');
      const late = startedLate(old, now);
      if (late) return late;
      const broken = isNew ? invariantBrokenBy(before, after) : null;
      if (broken) return broken;
    }
    const isStuck = isNew && after.moves.length === 0 && !isTerminal(now.row.processingStatus);
    return isStuck ? 'liveness: nothing can happen, and the run is open' : null;
  }
}

/** A state on the way that is being explored, and the moves that are left to try from it. */
class Visit {
  readonly label: string;
  readonly state: State;
  readonly moves: Move[];
  #run: RunRecord | undefined;
  #parts: readonly Part[] | undefined;
  #snapshot: RunSnapshot | undefined;

  constructor(label: string, state: State, moves: Move[]) {
    this.label = label;
    this.state = state;
    this.moves = moves;
  }

  /** The run as readers see it. */
  get run(): RunRecord {
    this.#run ??= shown(this.state);
    return this.#run;
  }

  get parts(): readonly Part[] {
    this.#parts ??= partsOf(1, this.state.row, this.state.slices, []);
    return this.#parts;
  }

  get inParts(): {
    readonly run: RunRecord;
    readonly users: readonly UserRecord[];
    readonly parts: readonly Part[];
  } {
    return { run: this.run, users: this.state.users, parts: this.parts };
  }

  get snapshot(): RunSnapshot {
    this.#snapshot ??= snapshotOfRecords(this.run, this.state.users, FLAGS, snapshotOf);
    return this.#snapshot;
  }
}

/** No task continues after an error. */
const FLAGS: readonly boolean[] = [];

const ofUsers = new WeakMap<UserRecord, UserSnapshot>();

function snapshotOf(user: UserRecord): UserSnapshot {
  const known = ofUsers.get(user) ?? snapshotOfUser(user);
  ofUsers.set(user, known);
  return known;
}

function invariantBrokenBy(before: Visit, after: Visit): string | null {
  const found = violationsOf(after.snapshot, before.snapshot).find(({ rule }) => rule !== 'I12'); // time stands still here
  return found ? `${found.rule}: ${found.what}` : null;
}

const CLAIM = { holder: 'a process', leaseMs: 0, isNoOp: false, nowMs: NOW_MS };

/** The one memory store of an exploration, which is set to a state before each call. */
class Database {
  readonly #store;
  readonly #tables;
  readonly #slices: StoreSlices;

  constructor({ usersPerSlice, slices = (own) => own }: ExplorationBounds) {
    this.#store = memoryStore({ slices: { min: usersPerSlice, max: usersPerSlice } });
    this.#tables = (this.#store as unknown as MemoryReader).tables;
    this.#slices = slices(this.#store.slices as StoreSlices);
  }

  async on<T>(state: State, call: (slices: StoreSlices) => Promise<T>): Promise<{ state: State; answer: T }> {
    this.#set(state);
    const answer = await call(this.#slices);
    return { state: this.#get(state), answer };
  }

  /** As `cancelRun` of the ledger does it. */
  cancel(state: State): Promise<{ state: State }> {
    return this.on(state, (slices) =>
      this.#store.transaction(async (tx) => {
        await slices.cancel(tx, state.row.id);
        const run = (await tx.getRun(state.row.id)) ?? state.row;
        await tx.putRun({ ...run, processingStatus: 'canceling', revision: run.revision + 1 });
      }),
    );
  }

  #set({ row, users, slices }: State): void {
    const tables = this.#tables;
    const rows = this.#rowsOf(row.id);
    for (const user of users) {
      const own = rows.get(user.ordinal, false);
      if (own === undefined) rows.insert(user);
      else if (own !== user) rows.put(user);
    }
    rows.commit();
    tables.runs.set(row.id, row);
    tables.slices.set(row.id, slices);
    for (const table of [tables.runs, tables.slices]) table.commit();
  }

  #rowsOf(runId: string): RunUsers {
    const known = this.#tables.users.get(runId, false);
    if (known) return known;
    const rows = new RunUsers(1);
    this.#tables.users.set(runId, rows);
    this.#tables.users.commit();
    return rows;
  }

  #get(state: State): State {
    const { id } = state.row;
    const tables = this.#tables;
    const users = [...(tables.users.get(id, false)?.within(0, Number.POSITIVE_INFINITY, false) ?? [])];
    const isSame = users.every((user, index) => user === state.users[index]);
    return {
      ...state,
      row: tables.runs.get(id, false) ?? state.row,
      users: isSame ? state.users : users,
      slices: tables.slices.get(id, false) ?? state.slices,
    };
  }
}

/** The run as readers see it. */
function shown({ row, slices }: State): RunRecord {
  const open = slices.filter(({ slice }) => slice.state !== 'ended');
  return runWithSlices(
    row,
    open.map(({ slice }) => slice),
  );
}

function keyAt(state: State, index: number): { readonly runId: string; readonly slice: number } {
  return { runId: state.row.id, slice: index + 1 };
}

function usersOf({ users }: State, { firstOrdinal, lastOrdinal }: SliceRecord): readonly UserRecord[] {
  return users.slice(firstOrdinal - 1, lastOrdinal);
}

function withHold(state: State, process: number, index: number, hold: Hold | null): State {
  const own = state.holds[process] ?? [];
  return { ...state, holds: state.holds.with(process, own.with(index, hold)) };
}

/** What a holder knows after the answer to its commit, by the rules of the recorder. */
function holdAfter(
  state: State,
  process: number,
  index: number,
  commit: SliceCommit,
  answer: SliceAnswer | undefined,
): Hold | null {
  const hold = state.holds[process]?.[index] as Hold;
  if (answer?.kind === 'canceling')
    return { ...hold, slice: { ...hold.slice, canceling: true }, pending: null };
  if (answer?.kind !== 'written' || answer.slice.state === 'ended') return null;
  const users = hold.users.map(
    (user) => commit.users.find(({ ordinal }) => ordinal === user.ordinal) ?? user,
  );
  return { slice: answer.slice, users, pending: null };
}

function startedLate(before: State, after: State): string | null {
  for (const [index, user] of after.users.entries()) {
    const hasStarted = before.users[index]?.startedAtMs === null && user.startedAtMs !== null;
    const isCanceling = before.slices.some(
      ({ slice }) =>
        slice.canceling && slice.firstOrdinal <= user.ordinal && user.ordinal <= slice.lastOrdinal,
    );
    if (hasStarted && isCanceling) return `cancel: user ${user.ordinal} started after it`;
  }
  return null;
}
