/**
 * Finds subjects. Their index is divided into regions (see `REGION`): the database keeps a subject unique within a run
 * where both users are in one region, and this module does where they are not.
 */
import type { Connection } from '../file/connection.ts';
import { REGION, regionsOf } from '../file/regions.ts';

/** The shared regions of a run, then those of its own that have users: one search each, from the last one on. */
const FIND = `
  WITH RECURSIVE regions (region) AS (
    SELECT value FROM json_each(?)
    UNION ALL
    SELECT (SELECT ${REGION} FROM users WHERE ${REGION} > region AND ${REGION} < ? ORDER BY ${REGION} LIMIT 1)
    FROM regions WHERE region >= ?
  )
  SELECT no FROM regions CROSS JOIN users
  WHERE ${REGION} = region AND subject_id = ? AND run_no = ? LIMIT 1`;

/** The ordinal of a subject in a run; `null` when it is not in the run. One search per region. */
export function findSubject(connection: Connection, runNo: number, subjectId: string): number | null {
  const { shared, from, below } = regionsOf(runNo);
  const start = JSON.stringify([...shared, from - 1]);
  const ordinal = connection.get(FIND, start, below, from - 1, subjectId, runNo)?.[0];
  return typeof ordinal === 'number' ? ordinal : null;
}

/** All regions that have users, from one below them on. */
const FIND_IN_RUNS = `
  WITH RECURSIVE regions (region) AS (
    VALUES (${Number.MIN_SAFE_INTEGER})
    UNION ALL
    SELECT (SELECT ${REGION} FROM users WHERE ${REGION} > region ORDER BY ${REGION} LIMIT 1)
    FROM regions WHERE region IS NOT NULL
  ), found (run_no, ordinal) AS (
    SELECT run_no, no FROM regions CROSS JOIN users WHERE ${REGION} = region AND subject_id = ? AND run_no < ?
  )
  SELECT id, run_no, ordinal FROM found CROSS JOIN runs
  WHERE runs.no = run_no AND published = 1 ORDER BY run_no DESC LIMIT ?`;

/** A user of a run, by the numbers of their rows. */
export interface FoundSubject {
  readonly runId: string;
  readonly runNo: number;
  readonly ordinal: number;
}

/** Where a subject is in published runs created before run `beforeRunNo` (`null`: in all), newest first. */
export function findSubjectInRuns(
  connection: Connection,
  subjectId: string,
  beforeRunNo: number | null,
  limit: number,
): readonly FoundSubject[] {
  const rows = connection.all(FIND_IN_RUNS, subjectId, beforeRunNo ?? Number.MAX_SAFE_INTEGER, limit);
  return rows.map(([runId, runNo, ordinal]) => ({
    runId: String(runId),
    runNo: Number(runNo),
    ordinal: Number(ordinal),
  }));
}

/** A probabilistic set of subjects: may report one that it does not have, never misses one that it has. */
export class SubjectFilter {
  /** Hashes in open addressing; 0: free. At most half full. */
  #slots = new Uint32Array(4_096);
  #size = 0;

  /** Adds a subject; `true` when it was perhaps there before. */
  add(subjectId: string): boolean {
    if (2 * this.#size >= this.#slots.length) this.#grow();
    if (!insert(this.#slots, hashOf(subjectId))) return true;
    this.#size += 1;
    return false;
  }

  #grow(): void {
    const slots = new Uint32Array(2 * this.#slots.length);
    for (const hash of this.#slots) if (hash !== 0) insert(slots, hash);
    this.#slots = slots;
  }
}

/** `false` when it is there. */
function insert(slots: Uint32Array, hash: number): boolean {
  const mask = slots.length - 1;
  for (let at = hash & mask; ; at = (at + 1) & mask) {
    const found = slots[at];
    if (found === hash) return false;
    if (found !== 0) continue;
    slots[at] = hash;
    return true;
  }
}

/** FNV-1a over UTF-16 units, its bits spread (murmur3's finish), in 1..2³²−1. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 || 1;
}

/** Runs whose filters are kept: those being filled. A million users take 16 MB at most. */
const FILTERS_MAX = 4;
/** Smaller batches are searched user by user: not worth reading a whole run to build its filter. */
const BATCH_MIN = 64;

/** The filters of the runs that are being filled, latest last. */
export class SubjectFilters {
  readonly #byRun = new Map<number, SubjectFilter>();

  /** A filter with all subjects of the run, or `null`: search the database for each user of the batch. */
  for(connection: Connection, runNo: number, batchSize: number): SubjectFilter | null {
    const known = this.#byRun.get(runNo) ?? make(connection, runNo, batchSize);
    if (!known) return null;
    this.#byRun.delete(runNo);
    this.#byRun.set(runNo, known);
    if (this.#byRun.size > FILTERS_MAX) {
      const [oldest] = this.#byRun.keys();
      if (oldest !== undefined) this.#byRun.delete(oldest);
    }
    return known;
  }

  /** Drops the filter of a deleted run: its number may be reused. */
  forget(runNo: number): void {
    this.#byRun.delete(runNo);
  }

  /** Called after a rollback, which may have removed or restored subjects. */
  clear(): void {
    this.#byRun.clear();
  }
}

function make(connection: Connection, runNo: number, batchSize: number): SubjectFilter | null {
  const isEmpty = !connection.get('SELECT 1 FROM users WHERE run_no = ? LIMIT 1', runNo);
  if (!isEmpty && batchSize < BATCH_MIN) return null;
  const filter = new SubjectFilter();
  if (isEmpty) return filter;
  for (const row of connection.each('SELECT subject_id FROM users WHERE run_no = ?', runNo))
    filter.add(String(row[0]));
  return filter;
}
