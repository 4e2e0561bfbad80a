import type { FailureGroupRecord, RecordedFailure } from '../../model/failures.ts';
import type { EpochMs } from '../../model/time.ts';

/** A group without its sample, and the ordinals of its users, ascending when `isSorted`. */
interface Group {
  readonly record: Omit<FailureGroupRecord, 'subjectIds'>;
  readonly ordinals: number[];
  isSorted: boolean;
}

type Added = readonly [runId: string, failures: readonly RecordedFailure[]];

/** Groups of failures by run, with what the running transaction adds and removes. */
export class FailureTable {
  readonly #base = new Map<string, Map<string, Group>>();
  /** Changes of the running transaction, in order; `null`: the run is removed. */
  #staged: (Added | readonly [runId: string, failures: null])[] = [];

  add(runId: string, failures: readonly RecordedFailure[]): void {
    this.#staged.push([runId, failures]);
  }

  delete(runId: string): void {
    this.#staged.push([runId, null]);
  }

  /** The groups of a run, by key. */
  groups(runId: string, staged: boolean): readonly Group['record'][] {
    const groups = this.#of(runId, staged);
    return [...groups.values()].map(({ record }) => record).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Ordinals of a group's users above `afterOrdinal`, ascending, at most `limit`. */
  ordinals(runId: string, key: string, afterOrdinal: number, limit: number, staged: boolean): number[] {
    const group = this.#of(runId, staged).get(key);
    if (group === undefined || limit <= 0) return [];
    if (!group.isSorted) group.ordinals.sort((a, b) => a - b);
    group.isSorted = true;
    const from = countUpTo(group.ordinals, afterOrdinal);
    return group.ordinals.slice(from, from + limit);
  }

  /** Latest failure of each run that has groups. */
  *latest(staged: boolean): Generator<readonly [runId: string, lastAtMs: EpochMs]> {
    const runIds = new Set(this.#base.keys());
    if (staged) for (const [runId] of this.#staged) runIds.add(runId);
    for (const runId of runIds) {
      const moments = this.groups(runId, staged).map(({ lastAtMs }) => lastAtMs);
      if (moments.length > 0) yield [runId, Math.max(...moments)];
    }
  }

  commit(): void {
    for (const [runId, failures] of this.#staged) {
      if (failures === null) this.#base.delete(runId);
      else {
        const groups = this.#base.get(runId) ?? new Map<string, Group>();
        this.#base.set(runId, groups);
        for (const failure of failures) put(groups, runId, failure);
      }
    }
    this.#staged = [];
  }

  rollback(): void {
    this.#staged = [];
  }

  #of(runId: string, staged: boolean): ReadonlyMap<string, Group> {
    const base = this.#base.get(runId) ?? new Map<string, Group>();
    const changes = staged ? this.#staged.filter(([id]) => id === runId) : [];
    if (changes.length === 0) return base;
    let groups = new Map([...base].map(([key, group]) => [key, { ...group, ordinals: [...group.ordinals] }]));
    for (const [, failures] of changes) {
      if (failures === null) groups = new Map();
      else for (const failure of failures) put(groups, runId, failure);
    }
    return groups;
  }
}

function put(groups: Map<string, Group>, runId: string, failure: RecordedFailure): void {
  const { key, taskId, code, reason, ordinal, atMs } = failure;
  const before = groups.get(key);
  const kind = before?.record ?? { runId, key, taskId, code, reason };
  const record = {
    ...kind,
    usersCount: (before?.record.usersCount ?? 0) + 1,
    firstAtMs: Math.min(before?.record.firstAtMs ?? atMs, atMs),
    lastAtMs: Math.max(before?.record.lastAtMs ?? atMs, atMs),
  };
  const ordinals = before?.ordinals ?? [];
  const isSorted = (before?.isSorted ?? true) && (ordinals.at(-1) ?? 0) < ordinal;
  ordinals.push(ordinal);
  groups.set(key, { record, ordinals, isSorted });
}

/** How many of these ascending numbers are at most `most`. */
function countUpTo(numbers: readonly number[], most: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}
