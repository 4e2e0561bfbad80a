import { frozen } from '../../../model/frozen.ts';
import type { RunRecord, WorkflowRecord } from '../../../model/records.ts';
import type { RunQuery } from '../../../ports/store.ts';
import type { Row } from '../../sql/cells.ts';
import { workflowFromRow } from '../../sql/workflow-rows.ts';

/** Runs that are kept: some 2 MB. */
const RUNS_MAX = 2_048;
/** A run of more tasks is not kept: its reports would take the memory of many runs. */
const TASKS_MAX = 128;
/** Pages that are kept, as references to runs. */
const PAGES_MAX = 64;
/** Longer pages are read by clients that walk through all runs; they would evict what others read repeatedly. */
const PAGE_LENGTH_MAX = 256;

/** Workflows that are kept. */
const WORKFLOWS_MAX = 64;
/** Characters of a workflow that is kept. */
const WORKFLOW_LENGTH_MAX = 32_768;

/** How a page is read from the file. */
export interface RunReads {
  /** The whole page. */
  page(): readonly RunRecord[];
  /** The ids of the page, which an index has. */
  ids(): readonly string[];
  /** The runs with these ids, in any order. */
  runs(ids: readonly string[]): readonly RunRecord[];
}

/**
 * Cache of recent reads, as last committed. An unchanged page of runs costs nothing; a changed one costs reading
 * its ids, and each run that is new in it. An unchanged value is the same object each time, so that callers can
 * cache what they derive from it.
 *
 * Never older than the file: entries that a transaction has changed are dropped synchronously with its commit, so
 * that no read can come between; a change by another program changes the file's version.
 */
export class ReadCache {
  readonly #fileVersion: () => number | null;
  #seenVersion: number | null;
  // Oldest first, all of them: workflows and runs by id, pages by query.
  readonly #workflows = new Map<string, WorkflowRecord>();
  readonly #runs = new Map<string, RunRecord>();
  readonly #pages = new Map<string, readonly RunRecord[]>();

  /**
   * @param fileVersion differs from the one before when another connection than ours has written; `null` while all
   *   reads are of a state that was chosen before, which is kept for as long only.
   */
  constructor(fileVersion: () => number | null) {
    this.#fileVersion = fileVersion;
    this.#seenVersion = fileVersion();
  }

  /** The workflow, from the cache or by `read`. */
  workflow(id: string, read: () => Row | undefined): WorkflowRecord | null {
    this.#heedOthers();
    const known = this.#workflows.get(id);
    if (known) return known;
    const row = read();
    if (!row) return null;
    const record = workflowFromRow(row);
    if (String(row[0]).length > WORKFLOW_LENGTH_MAX) return record;
    this.#workflows.set(id, frozen(record));
    dropOldest(this.#workflows, WORKFLOWS_MAX);
    return record;
  }

  /** The page, from the cache or by `reads`. */
  runs({ workflowId, where, order, after, limit }: RunQuery, reads: RunReads): readonly RunRecord[] {
    if (limit > PAGE_LENGTH_MAX) return reads.page();
    this.#heedOthers();
    const key = JSON.stringify([workflowId, where, order, after, limit]);
    const known = this.#pages.get(key);
    if (known) return known;
    const ids = reads.ids();
    const missing = ids.filter((id) => !this.#runs.has(id));
    const read = new Map(readMissing(missing, ids, reads).map((run) => [run.id, run]));
    const page = ids.flatMap((id) => this.#runs.get(id) ?? read.get(id) ?? []);
    for (const run of page) if (run.taskReports.length <= TASKS_MAX) this.#runs.set(run.id, run);
    if (page.every(({ id }) => this.#runs.has(id))) this.#pages.set(key, page);
    dropOldest(this.#runs, RUNS_MAX);
    dropOldest(this.#pages, PAGES_MAX);
    return page;
  }

  /** Called after a commit that has created, changed or removed these ids. */
  forget(workflows: ReadonlySet<string>, runs: ReadonlySet<string>): void {
    for (const id of workflows) this.#workflows.delete(id);
    for (const id of runs) this.#runs.delete(id);
    if (runs.size > 0) this.#pages.clear();
  }

  /** Called after reads of a state that may be older than the file's version. */
  clear(): void {
    this.#workflows.clear();
    this.#runs.clear();
    this.#pages.clear();
  }

  /** Called before anything is read, so that a cached value is never taken for newer than it is. */
  #heedOthers(): void {
    const version = this.#fileVersion();
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.clear();
  }
}

/** Reading runs one by one costs twice as much as reading them in a page. */
function readMissing(
  missing: readonly string[],
  ids: readonly string[],
  reads: RunReads,
): readonly RunRecord[] {
  if (missing.length === 0) return [];
  return missing.length > ids.length / 2 ? reads.page() : reads.runs(missing);
}

function dropOldest(map: Map<string, unknown>, sizeMax: number): void {
  for (const key of map.keys()) {
    if (map.size <= sizeMax) return;
    map.delete(key);
  }
}
