/** Slices of runs, as the judge knows them: what may happen to claims, commit numbers and counters. */
import type { RunRecord, UserRecord } from '../../src/model/records.ts';
import type { StoredSlice } from '../../src/stores/memory/reader.ts';
import { isTerminal } from '../../src/testing/model/edges.ts';
import { sum } from '../../src/testing/model/recount.ts';

/** A slice of a run after a commit. */
export interface Part {
  readonly firstOrdinal: number;
  readonly lastOrdinal: number;
  readonly claim: number;
  readonly seq: number;
  readonly inHand: boolean;
  readonly isCanceling: boolean;
  /** Before the commit. */
  readonly wasCanceling: boolean;
  /** The process that claimed it last; 0: none. */
  readonly holder: number;
  /** It was claimed to be drained: no handler runs under this claim, and any process may help with the drain. */
  readonly isDrained: boolean;
  /** Claims that found it in the hand of a driver. */
  readonly takeovers: number;
  /** The newest claim of each process. */
  readonly claims: ReadonlyMap<number, number>;
  /** The process that handed it back, in this commit; 0: none. */
  readonly handedBackBy: number;
  /** As stored; `null`: it is the whole run, whose record tells all of it. */
  readonly stored: StoredSlice | null;
}

type OwnState = Pick<
  Part,
  'firstOrdinal' | 'lastOrdinal' | 'claim' | 'seq' | 'inHand' | 'isCanceling' | 'stored'
>;

/** The slices after a commit of `process`; `before`: none, at the first sight of the run. */
export function partsOf(
  process: number,
  run: RunRecord,
  slices: readonly StoredSlice[],
  before: readonly Part[],
): readonly Part[] {
  const own = slices.length === 0 ? [wholeOf(run)] : slices.map(stateOf);
  return own.map((state, index) => partAfter(process, state, before[index]));
}

function wholeOf({ knownUsersCount, claim, seq, inHand, processingStatus }: RunRecord): OwnState {
  const isCanceling = processingStatus === 'canceling';
  return { firstOrdinal: 1, lastOrdinal: knownUsersCount, claim, seq, inHand, isCanceling, stored: null };
}

function stateOf(stored: StoredSlice): OwnState {
  const { firstOrdinal, lastOrdinal, claim, seq, inHand, canceling: isCanceling } = stored.slice;
  return { firstOrdinal, lastOrdinal, claim, seq, inHand, isCanceling, stored };
}

function partAfter(process: number, state: OwnState, before: Part | undefined): Part {
  const isClaimed = before !== undefined && state.claim > before.claim;
  return {
    ...state,
    wasCanceling: before?.isCanceling ?? false,
    holder: isClaimed ? process : (before?.holder ?? 0),
    isDrained: isClaimed ? before.isCanceling : (before?.isDrained ?? false),
    takeovers: (before?.takeovers ?? 0) + (isClaimed && before.inHand ? 1 : 0),
    handedBackBy: before?.inHand && !state.inHand && state.seq === before.seq ? process : 0,
    claims: isClaimed ? new Map(before.claims).set(process, state.claim) : (before?.claims ?? new Map()),
  };
}

/** The slice that a user is in. */
export function partAt(parts: readonly Part[], ordinal: number): Part {
  const part = parts.find(
    ({ firstOrdinal, lastOrdinal }) => firstOrdinal <= ordinal && ordinal <= lastOrdinal,
  );
  if (!part) throw new Error(`Expected user ${ordinal} to be in a slice, got none`);
  return part;
}

interface RunInParts {
  readonly run: RunRecord;
  readonly users: readonly UserRecord[];
  readonly parts: readonly Part[];
}

type Finding = readonly [rule: string, what: string];

/** What is wrong with the slices of a run after a commit. */
export function* partFindings(
  before: RunInParts | null,
  { run, users, parts }: RunInParts,
  isPeaceful: boolean,
): Generator<Finding> {
  for (const [index, part] of parts.entries()) {
    const name = `slice ${index + 1}`;
    const old = before?.parts[index];
    if (old) yield* changeFindings(name, old, part, isPeaceful);
    if (part.stored && !(before && isSameSlice(before, users, part, old)))
      yield* recountFindings(name, part, part.stored, users);
  }
  if (!parts.some(({ stored }) => stored)) return;
  const isOver = parts.every(({ stored }) => stored?.slice.state === 'ended');
  if (isOver !== isTerminal(run.processingStatus))
    yield [
      'end',
      `it is ${run.processingStatus}, and ${isOver ? 'all of its slices have' : 'a slice has not'} ended`,
    ];
  if (!before) return;
  if (run.lastUpdatedAtMs < before.run.lastUpdatedAtMs) yield ['I12', 'lastUpdated went back'];
  const grows = run.revision > before.run.revision;
  if (!grows && !isSameToReaders(run, before.run))
    yield ['revision', `it changed, and its revision went from ${before.run.revision} to ${run.revision}`];
}

/** Whether neither the slice nor its users have changed, so that what was counted still holds. */
function isSameSlice(
  before: RunInParts,
  users: readonly UserRecord[],
  { firstOrdinal, lastOrdinal, stored }: Part,
  old: Part | undefined,
): boolean {
  if (stored?.slice !== old?.stored?.slice) return false;
  for (let index = firstOrdinal - 1; index < lastOrdinal; index++)
    if (users[index] !== before.users[index]) return false;
  return true;
}

const NOT_SHOWN: ReadonlySet<string> = new Set<keyof RunRecord>(['revision', 'claim', 'inHand']);

function isSameToReaders(run: RunRecord, other: RunRecord): boolean {
  const names = new Set([...Object.keys(run), ...Object.keys(other)]) as Set<keyof RunRecord>;
  for (const name of names) {
    const [one, two] = [run[name], other[name]];
    if (one !== two && !NOT_SHOWN.has(name) && JSON.stringify(one) !== JSON.stringify(two)) return false;
  }
  return true;
}

function* changeFindings(name: string, before: Part, after: Part, isPeaceful: boolean): Generator<Finding> {
  if (after.claim < before.claim) yield ['fence', `the claim of ${name} fell`];
  if (after.claim > before.claim + 1) yield ['fence', `the claim of ${name} rose by more than 1`];
  if (after.seq !== before.seq && after.seq !== before.seq + 1)
    yield ['seq', `commit ${before.seq} of ${name} is followed by commit ${after.seq}`];
  if (after.stored && after.handedBackBy !== 0 && after.handedBackBy !== before.holder)
    yield ['fence', `process ${after.handedBackBy} handed back ${name} of process ${before.holder}`];
  if (before.isCanceling && !after.isCanceling && after.stored)
    yield ['cancel', `the cancel of ${name} is undone`];
  if (isPeaceful && after.takeovers > before.takeovers)
    yield ['takeover', `${name} was taken from process ${before.holder}, which was well`];
}

/** What a slice says of its users is what they are. */
function* recountFindings(
  name: string,
  { firstOrdinal, lastOrdinal }: Part,
  { slice: { state, moved } }: StoredSlice,
  all: readonly UserRecord[],
): Generator<Finding> {
  const users = all.slice(firstOrdinal - 1, lastOrdinal);
  const withStatus = (...statuses: readonly string[]) =>
    users.filter(({ processingStatus }) => statuses.includes(processingStatus)).length;
  const counted = {
    successfulUsersCount: withStatus('completed'),
    failedUsersCount: withStatus('failed', 'completedWithErrors'),
    canceledUsersCount: withStatus('canceled'),
    failedTasksCount: sum(users.map((user) => user.failedTasksCount)),
    totalUnprocessedTasksCount: sum(
      users.map((user) => user.totalUnprocessedTasksCount - user.totalTasksCount),
    ),
  };
  for (const [counter, value] of Object.entries(counted) as [keyof typeof counted, number][])
    if (moved[counter] !== value)
      yield ['recount', `${name} has moved ${counter} by ${moved[counter]}, its users by ${value}`];
  const isOver = users.every(({ processingStatus }) => isTerminal(processingStatus));
  if (isOver !== (state === 'ended')) yield ['end', `${name} is ${state}, and its users say otherwise`];
}
