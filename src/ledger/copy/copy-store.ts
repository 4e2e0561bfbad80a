/**
 * Copies a store into another one, of any kind (decision 44). Workflows come last, in one commit with the settings: until
 * then an engine has nothing to run there, and a copy that was interrupted can be repeated, which goes on where it ended.
 */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { RunRecord } from '../../model/records.ts';
import type { Store, StoreReader } from '../../ports/store.ts';
import { COLLECTIONS, notesUnder, SETTINGS } from '../notes.ts';
import { allRuns, pagesOfAdmissions } from '../read-all.ts';
import { copyRun } from './copy-run.ts';
import { inPages, requireSame } from './same.ts';

/** What a copy has. */
export interface CopyReport {
  readonly workflows: number;
  readonly runs: number;
  readonly users: number;
  /** What triggers, callbacks, reprocessing and the audit have kept. */
  readonly notes: number;
  readonly admissions: number;
}

/** How to copy. */
export interface CopyOptions {
  /** Settings to copy beside those of the ledger, by name. */
  readonly settings: readonly string[];
  /** Called after each page of users and after each run, with the totals so far. */
  readonly onProgress: (seen: { readonly runs: number; readonly users: number }) => void;
}

/**
 * Copies everything but what belongs to running engines. What was written is read back and compared. No one else may
 * write either store meanwhile.
 *
 * @throws LifecycleError `RunActive` when a run of `from` has not ended; `Duplicate` when `to` has anything that is not of
 *   an earlier copy of `from`; `StoreFailed` when a record is not the same afterwards; of both stores.
 */
export async function copyStore(from: StoreReader, to: Store, options: CopyOptions): Promise<CopyReport> {
  await requireAtRest(from);
  await requirePartOf(to, from);
  const seen = { runs: 0, users: 0 };
  for (const { id } of await runsByCreation(from)) {
    const run = await from.getRun(id);
    if (run === null) throw changed(`run ${id}`);
    await copyRun(from, to, run, (users) => {
      seen.users += users;
      options.onProgress(seen);
    });
    seen.runs += 1;
    options.onProgress(seen);
  }
  const notes = await copyNotes(from, to);
  const admissions = await copyAdmissions(from, to);
  const workflows = await copyWorkflows(from, to, [...Object.values(SETTINGS), ...options.settings]);
  return { ...seen, notes, admissions, workflows };
}

/** A run that was begun has parts in memory of its engine, and slices where several processes share a store. */
async function requireAtRest(from: StoreReader): Promise<void> {
  const open = (await from.listUnfinishedRuns()).filter((run) => run.driver === 'engine' || !run.published);
  const [first] = open;
  if (first === undefined) return;
  const { id: runId, processingStatus: status } = first;
  const others = open.length === 1 ? '' : ` (and ${open.length - 1} more)`;
  throw new LifecycleError(
    'RunActive',
    `Expected every run to have ended, got run ${runId} \`${status}\`${others}; let an engine finish it, or cancel it`,
    { runId, status },
  );
}

/** @throws LifecycleError `Duplicate` when `to` has what no interrupted copy of `from` has left there. */
async function requirePartOf(to: Store, from: StoreReader): Promise<void> {
  const [workflow] = await to.listWorkflows();
  if (workflow !== undefined) throw notEmpty(`the workflow “${workflow.workflow.displayName}”`);
  for (const run of await to.listUnfinishedRuns()) await requireRunOf(from, run);
  for await (const run of allRuns(to)) await requireRunOf(from, run);
}

async function requireRunOf(from: StoreReader, { id }: RunRecord): Promise<void> {
  if ((await from.getRun(id)) === null) throw notEmpty(`run ${id}`);
}

function notEmpty(what: string): LifecycleError<'Duplicate'> {
  const message = `Expected the target to be empty, or to have a part of this copy, got ${what} in it`;
  return new LifecycleError('Duplicate', message);
}

/** Stores number runs as they are created, and give the history of a person in that order. */
async function runsByCreation(from: StoreReader): Promise<readonly { readonly id: string }[]> {
  const runs: { id: string; atMs: number }[] = [];
  for await (const run of allRuns(from)) {
    const first = await from.getUser(run.id, 1);
    runs.push({ id: run.id, atMs: first?.createdAtMs ?? run.startedAtMs ?? run.scheduledAtMs });
  }
  return runs.sort((a, b) => a.atMs - b.atMs);
}

async function copyNotes(from: StoreReader, to: Store): Promise<number> {
  let total = 0;
  for (const collection of Object.values(COLLECTIONS)) {
    for await (const notes of inPages(notesUnder(from, collection, ''))) {
      await to.transaction((tx) => tx.putNotes(notes));
      const keys = notes.map(({ key }) => key);
      requireSame(`notes of ${collection}`, notes, await to.getNotes(collection, keys), ({ key }) => key);
      total += notes.length;
    }
  }
  return total;
}

async function copyAdmissions(from: StoreReader, to: Store): Promise<number> {
  let total = 0;
  for (const { workflow } of await from.listWorkflows()) {
    for await (const page of pagesOfAdmissions(from, workflow.id)) {
      if (page.length === 0) continue;
      await to.transaction((tx) => tx.putAdmissions(page));
      const kept = await to.getAdmissions(
        workflow.id,
        page.map(({ subjectId }) => subjectId),
      );
      requireSame(`admissions of workflow ${workflow.id}`, page, kept, ({ subjectId }) => subjectId);
      total += page.length;
    }
  }
  return total;
}

async function copyWorkflows(from: StoreReader, to: Store, settings: readonly string[]): Promise<number> {
  const records = await from.listWorkflows();
  await to.transaction(async (tx) => {
    for (const record of records) {
      const versions = await from.listWorkflowVersions(record.workflow.id);
      for (const workflow of [...versions].reverse()) await tx.putWorkflow({ ...record, workflow });
      await tx.putWorkflow(record);
      const kept = await tx.listWorkflowVersions(record.workflow.id);
      requireSame(`versions of workflow ${record.workflow.id}`, versions, kept);
    }
    for (const name of settings) {
      const value = await from.getSetting(name);
      if (value !== null) await tx.putSetting(name, value);
    }
    requireSame('workflows', await from.listWorkflows(), await tx.listWorkflows());
  });
  return records.length;
}

function changed(what: string): LifecycleError<'StoreFailed'> {
  return new LifecycleError(
    'StoreFailed',
    `Expected ${what} to be there until the end of the copy, got none`,
  );
}
