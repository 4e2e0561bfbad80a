/** What failed in a run, or in the runs of a workflow, in groups of one cause; kept with each failure, not searched for. */
import { readInstant } from '../input/instants.ts';
import { optional, type Reader, readOptions } from '../input/options.ts';
import type { FailureGroupRecord } from '../model/failures.ts';
import { LIMITS } from '../model/limits.ts';
import type { RunRecord, UserRecord } from '../model/records.ts';
import type {
  FailureGroup,
  Page,
  UserProcessingResult,
  WorkflowFailureGroup,
} from '../model/resources/resources.ts';
import { DAY_MS, type EpochMs } from '../model/time.ts';
import type { StoreReader } from '../ports/store.ts';
import { type LedgerContext, pinnedVersion, requireRun, requireWorkflow } from './context.ts';
import { type ListOptions, listRequest, PAGE_OPTIONS } from './input/list-options.ts';
import { reprocessedRuns, requireFailureGroup } from './planning/reprocess.ts';
import { isoOf, taskReference, userResource } from './resources.ts';

/** Options of `workflows.failures`. */
export interface WorkflowFailuresOptions {
  /** Groups with a failure at or after this moment, ISO 8601 with a zone. Default: 30 days ago. */
  readonly since?: string;
}

const SINCE_DEFAULT_MS = 30 * DAY_MS;
const OPTIONS = {
  since: optional(readInstant),
} satisfies Record<keyof WorkflowFailuresOptions, Reader<unknown>>;
/** Runs that reprocess a run, directly or by others, that are looked at. */
const REPROCESSINGS_MAX = 100;

/** The groups of failures of a run, largest first. @throws LifecycleError `NotFound`. */
export async function failuresOfRun(store: StoreReader, runId: string): Promise<readonly FailureGroup[]> {
  return largestFirst(await groupsOf(store, await requireRun(store, runId), 0));
}

/**
 * Those of the runs of a workflow but previews: of the 200 runs that failed last, the 200 largest groups.
 *
 * @throws LifecycleError `NotFound`, `InvalidArgument`.
 */
export async function failuresOfWorkflow(
  { store, clock }: Pick<LedgerContext, 'store' | 'clock'>,
  workflowId: string,
  options?: WorkflowFailuresOptions,
): Promise<readonly WorkflowFailureGroup[]> {
  const { since } = readOptions(options, 'workflows.failures', OPTIONS);
  const { id } = await requireWorkflow(store, workflowId);
  const sinceMs = since ?? clock.now() - SINCE_DEFAULT_MS;
  const byKey = new Map<string, WorkflowFailureGroup>();
  for (const runId of await store.listRunsWithFailures(id, sinceMs, LIMITS.failureRunsMax)) {
    const run = await store.getRun(runId);
    if (!run?.published || run.workflowExecutionType === 'preview') continue;
    for (const group of await groupsOf(store, run, sinceMs)) {
      const known = byKey.get(group.key);
      byKey.set(
        group.key,
        known === undefined ? { ...group, runsCount: 1, lastRun: { id: run.id } } : sum(known, group),
      );
    }
  }
  return largestFirst([...byKey.values()]).slice(0, LIMITS.failureGroupsMax);
}

/** A page of the users of a group, by ordinal. @throws LifecycleError `NotFound`, `InvalidArgument`, `InvalidPageToken`. */
export async function usersOfFailureGroup(
  store: StoreReader,
  runId: string,
  key: string,
  options?: Pick<ListOptions, 'top' | 'after'>,
): Promise<Page<UserProcessingResult>> {
  const given = readOptions(options, 'userProcessingResults.listOfFailureGroup', PAGE_OPTIONS);
  const run = await requireRun(store, runId);
  const { key: group } = await requireFailureGroup(store, run, key);
  const request = listRequest<UserRecord, number>(given, {
    scope: `users of group ${group} of ${run.id}`,
    table: {},
    keyType: 'number',
    defaultOrder: 'id',
  });
  const rows = await store.listUsersOfFailureGroup(run.id, group, request.after?.key ?? 0, request.limit + 1);
  const shown = rows.slice(0, request.limit);
  const last = rows.length > shown.length ? shown.at(-1) : undefined;
  return {
    value: shown.map((user) => userResource(run, user)),
    nextToken: last ? request.tokenAfter({ value: null, key: last.ordinal }) : null,
  };
}

async function groupsOf(
  store: StoreReader,
  run: RunRecord,
  sinceMs: EpochMs,
): Promise<readonly FailureGroup[]> {
  const records = (await store.listFailureGroups(run.id)).filter(({ lastAtMs }) => lastAtMs >= sinceMs);
  if (records.length === 0) return [];
  const { tasks } = await pinnedVersion(store, run);
  const byRunIds = await runsThatReprocess(store, run.id);
  const groups: FailureGroup[] = [];
  for (const record of records) {
    const task = tasks.find(({ id }) => id === record.taskId);
    groups.push({
      key: record.key,
      task: task ? taskReference(task) : { id: record.taskId, displayName: '', taskDefinitionId: '' },
      code: record.code,
      reason: record.reason,
      usersCount: record.usersCount,
      repairedUsersCount: await countRepaired(store, record, byRunIds),
      firstDateTime: isoOf(record.firstAtMs),
      lastDateTime: isoOf(record.lastAtMs),
      subjects: record.subjectIds.map((id) => ({ id })),
    });
  }
  return groups;
}

/** Ids of the runs that reprocess a run, those that reprocess these, and so on. */
async function runsThatReprocess(store: StoreReader, runId: string): Promise<readonly string[]> {
  const found = new Set<string>([runId]);
  for (const id of found) {
    if (found.size > REPROCESSINGS_MAX) break;
    // A run of the chain may be deleted while it is followed.
    const further = id === runId || (await store.getRun(id)) ? await reprocessedRuns(store, id) : [];
    for (const run of further) found.add(run.id);
  }
  found.delete(runId);
  return [...found];
}

async function countRepaired(
  store: StoreReader,
  { runId, key }: FailureGroupRecord,
  byRunIds: readonly string[],
): Promise<number> {
  if (byRunIds.length === 0) return 0;
  let repaired = 0;
  for (let after: number | null = 0; after !== null; ) {
    const query = { runId, key, byRunIds, afterOrdinal: after, limit: LIMITS.usersPerBatch };
    const { count, lastOrdinal } = await store.countRepaired(query);
    repaired += count;
    after = lastOrdinal;
  }
  return repaired;
}

/** The group of further runs, later first, with that of an earlier one. */
function sum(later: WorkflowFailureGroup, earlier: FailureGroup): WorkflowFailureGroup {
  return {
    ...later,
    usersCount: later.usersCount + earlier.usersCount,
    repairedUsersCount: later.repairedUsersCount + earlier.repairedUsersCount,
    firstDateTime: later.firstDateTime < earlier.firstDateTime ? later.firstDateTime : earlier.firstDateTime,
    lastDateTime: later.lastDateTime > earlier.lastDateTime ? later.lastDateTime : earlier.lastDateTime,
    runsCount: later.runsCount + 1,
  };
}

function largestFirst<Group extends FailureGroup>(groups: readonly Group[]): readonly Group[] {
  return groups.toSorted((a, b) => b.usersCount - a.usersCount || (a.key < b.key ? -1 : 1));
}
