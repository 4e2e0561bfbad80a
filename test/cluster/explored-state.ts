/** A state of an exploration, and what distinguishes it from others. */
import type { RunRecord, UserRecord } from '../../src/model/records.ts';
import type { SliceCommit, SliceRecord } from '../../src/model/slices.ts';
import type { StoredSlice } from '../../src/stores/memory/reader.ts';

/** A slice in the hand of a process, as it knows it. */
export interface Hold {
  readonly slice: SliceRecord;
  readonly users: readonly UserRecord[];
  /** A commit without an answer, which is repeated. */
  readonly pending: SliceCommit | null;
}

/** The database, what the processes know, and calls that may still arrive. */
export interface State {
  readonly row: RunRecord;
  readonly users: readonly UserRecord[];
  readonly slices: readonly StoredSlice[];
  /** By process and slice. */
  readonly holds: readonly (readonly (Hold | null)[])[];
  readonly onTheWay: readonly SliceCommit[];
  readonly expiries: number;
  readonly lost: number;
  readonly cancels: number;
}

/** The orders of two processes. */
const ORDERS = [
  [0, 1],
  [1, 0],
] as const;

/**
 * Equal for states that differ in moments only, or in which processes, slices, or users of a slice have changed places:
 * the rules know none of them by number. Of all ways to order them it is the first.
 */
export function keyOf(state: State): string {
  const { row, slices, expiries, lost, cancels } = state;
  const counters = `${row.processingStatus} ${row.successfulUsersCount},${row.failedUsersCount},${row.canceledUsersCount},${row.totalUnprocessedTasksCount}`;
  const columns = slices.map((_, index) => columnOf(state, index));
  const [one = '', two = ''] = ORDERS.map((order) =>
    columns
      .map((column) => ordered(column, order))
      .sort()
      .join('|'),
  );
  return `${counters}|${one < two ? one : two}|${expiries}${lost}${cancels}`;
}

/** Everything about one slice. */
interface Column {
  readonly head: string;
  /** By user: in the database, and in what is on the way. */
  readonly users: readonly string[];
  /** What each process knows: of the slice, and of each user. */
  readonly known: readonly { readonly head: string; readonly users: readonly string[] }[];
}

function columnOf({ slices, users, holds, onTheWay }: State, index: number): Column {
  const { slice } = slices[index] as StoredSlice;
  const own = users.slice(slice.firstOrdinal - 1, slice.lastOrdinal);
  return {
    head: sliceKey(slice),
    users: own.map((user) => {
      const coming = onTheWay.filter((commit) => isOf(commit, slice, user)).map(commitKey);
      return `${userKey(user)}<${coming.sort().join('+')}`;
    }),
    known: holds.map((ofProcess) => {
      const hold = ofProcess[index] ?? null;
      if (hold === null) return { head: '', users: own.map(() => '') };
      const { slice: known, users: mine, pending } = hold;
      const ofUser = (user: UserRecord) =>
        `${userKey(user)}${pending && isOf(pending, slice, user) ? commitKey(pending) : ''}`;
      return { head: sliceKey(known), users: mine.map(ofUser) };
    }),
  };
}

function ordered({ head, users, known }: Column, order: readonly number[]): string {
  const inOrder = order.map((process) => known[process]);
  const own = users.map((user, index) => [user, ...inOrder.map((one) => one?.users[index])].join('/'));
  return `${head}:${inOrder.map((one) => one?.head).join('/')}:${own.sort().join()}`;
}

function isOf({ slice, users }: SliceCommit, { slice: no }: SliceRecord, { ordinal }: UserRecord): boolean {
  return slice.slice === no && users[0]?.ordinal === ordinal;
}

/** A commit is of one user. */
function commitKey({ slice, users: [user] }: SliceCommit): string {
  return `${sliceKey(slice)}>${user ? userKey(user) : ''}`;
}

const sliceKey = remembered(({ claim, seq, canceling, inHand, state, moved }: SliceRecord): string => {
  const { successfulUsersCount, failedUsersCount, canceledUsersCount, totalUnprocessedTasksCount } = moved;
  const counters = `${successfulUsersCount}${failedUsersCount}${canceledUsersCount}${totalUnprocessedTasksCount}`;
  return `${claim}.${seq}${canceling ? 'x' : ''}${inHand ? 'h' : ''}${state[0]}${counters}`;
});

const userKey = remembered(({ processingStatus, outcomes, startedAtMs }: UserRecord): string => {
  const done = (outcomes ?? []).map(({ status }) => status[0]).join('');
  return `${processingStatus.slice(0, 3)}${done}${startedAtMs === null ? '' : 's'}`;
});

/** Records never change: what was made of one holds. */
function remembered<Of extends object>(make: (of: Of) => string): (of: Of) => string {
  const known = new WeakMap<Of, string>();
  return (of) => {
    const before = known.get(of);
    if (before !== undefined) return before;
    const made = make(of);
    known.set(of, made);
    return made;
  };
}
