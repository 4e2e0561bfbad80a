/**
 * Finds subjects in a run. The index of subjects is divided into blocks (see `SUBJECT_BLOCK`), so the database
 * keeps a subject unique only within a block; across blocks this module does.
 */
import type { Connection } from '../file/connection.ts';
import { SUBJECT_BLOCK } from '../file/schema.ts';

const FIND = `
  WITH RECURSIVE blocks (block) AS (
    SELECT (SELECT no / ${SUBJECT_BLOCK} FROM users WHERE run_no = ? ORDER BY no / ${SUBJECT_BLOCK} LIMIT 1)
    UNION ALL
    SELECT (
      SELECT no / ${SUBJECT_BLOCK} FROM users WHERE run_no = ? AND no / ${SUBJECT_BLOCK} > block
      ORDER BY no / ${SUBJECT_BLOCK} LIMIT 1
    )
    FROM blocks WHERE block IS NOT NULL
  )
  SELECT no FROM blocks CROSS JOIN users
  WHERE run_no = ? AND no / ${SUBJECT_BLOCK} = block AND subject_id = ? LIMIT 1`;

/** The ordinal of a subject in a run; `null` when it is not in the run. One search per block. */
export function findSubject(connection: Connection, runNo: number, subjectId: string): number | null {
  const ordinal = connection.get(FIND, runNo, runNo, runNo, subjectId)?.[0];
  return typeof ordinal === 'number' ? ordinal : null;
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
