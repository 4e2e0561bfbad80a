/** The tasks that wait for a callback, whichever process drives them: what the store knows of them. */
import { readOptions } from '../../input/options.ts';
import { addressOf, taskResultId, userResultId } from '../../model/ids.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { RUN_PROPERTIES } from '../../model/resources/properties.ts';
import type { Page, WaitingTask } from '../../model/resources/resources.ts';
import type { Task } from '../../model/workflow/workflow.ts';
import type { Cursor, StoreReader } from '../../ports/store.ts';
import { positionOf } from '../../rules/status/positions.ts';
import { type LedgerContext, pinnedVersion } from '../context.ts';
import { type ListOptions, listRequest, PAGE_OPTIONS } from '../input/list-options.ts';
import { findExtension } from '../methods/extensions.ts';
import { enabledTasks, isoOf, taskReference } from '../resources.ts';
import { extensionIdOf, readWaitings } from './callbacks.ts';

/** Users in progress that are read at once. */
const USERS = 200;
/** Users in progress that a page looks at. */
const EXAMINED_MAX = 10_000;

/** A page of them. @throws LifecycleError `InvalidArgument`, `InvalidPageToken`. */
export async function listWaiting(
  { store, clock }: Pick<LedgerContext, 'store' | 'clock'>,
  options?: Pick<ListOptions, 'top' | 'after'>,
): Promise<Page<WaitingTask>> {
  const given = readOptions(options, 'taskProcessingResults.listWaiting', PAGE_OPTIONS);
  const request = listRequest<RunRecord, string>(given, {
    scope: 'waiting tasks',
    table: RUN_PROPERTIES,
    keyType: 'string',
    defaultOrder: 'scheduledDateTime',
  });
  const value: WaitingTask[] = [];
  let examined = 0;
  for (const { run, afterOrdinal } of await runsAfter(store, request.after)) {
    const tasks = enabledTasks(await pinnedVersion(store, run));
    const extensions = await extensionsOf(store, tasks);
    for (let ordinal = afterOrdinal; ; ) {
      const users = await store.listUsersByStatus(run.id, 'inProgress', ordinal, USERS);
      for (const row of await waitingAmong(store, run, tasks, extensions, users)) {
        value.push(row);
        ordinal = addressOf(row.id)?.ordinal ?? ordinal;
        if (value.length === request.limit) return { value, nextToken: tokenAfter(ordinal) };
      }
      ordinal = users.at(-1)?.ordinal ?? ordinal;
      if (users.length < USERS) break;
      examined += users.length;
      if (examined >= EXAMINED_MAX) return { value, nextToken: tokenAfter(ordinal) };
      await clock.yield();
    }

    function tokenAfter(ordinal: number): string {
      return request.tokenAfter({ value: run.scheduledAtMs, key: userResultId(run.id, ordinal) });
    }
  }
  return { value, nextToken: null };
}

/** Runs in progress, oldest schedule first, from the one that a cursor is in. */
async function runsAfter(
  reader: StoreReader,
  after: Cursor<string> | null,
): Promise<readonly { readonly run: RunRecord; readonly afterOrdinal: number }[]> {
  const workflows = await reader.listWorkflows();
  const shown = new Set(
    workflows.flatMap(({ workflow }) => (workflow.deletedDateTime === null ? workflow.id : [])),
  );
  const { runId = '', ordinal = 0 } = (after && addressOf(after.key)) ?? {};
  const fromMs = Number(after?.value ?? Number.NEGATIVE_INFINITY);
  return (await reader.listUnfinishedRuns())
    .filter((run) => run.published && run.processingStatus === 'inProgress' && shown.has(run.workflowId))
    .filter((run) => run.scheduledAtMs > fromMs || (run.scheduledAtMs === fromMs && run.id >= runId))
    .sort((a, b) => a.scheduledAtMs - b.scheduledAtMs || (a.id < b.id ? -1 : 1))
    .map((run) => ({ run, afterOrdinal: run.id === runId ? ordinal : 0 }));
}

/** Task id → the extension that it calls. */
async function extensionsOf(
  reader: StoreReader,
  tasks: readonly Task[],
): Promise<ReadonlyMap<string, WaitingTask['extension']>> {
  const found = new Map<string, WaitingTask['extension']>();
  for (const task of tasks) {
    const id = extensionIdOf(task);
    if (id === null) continue;
    const extension = await findExtension(reader, id);
    found.set(task.id, { id, displayName: extension?.displayName ?? null });
  }
  return found;
}

async function waitingAmong(
  reader: StoreReader,
  run: RunRecord,
  tasks: readonly Task[],
  extensions: ReadonlyMap<string, WaitingTask['extension']>,
  users: readonly UserRecord[],
): Promise<readonly WaitingTask[]> {
  const current = users.flatMap((user) => {
    const position = positionOf(user, (user.outcomes?.length ?? 0) + 1);
    const task = tasks[position - 1];
    if (user.outcomes === null || !task) return [];
    const extension = extensions.get(task.id) ?? null;
    return [{ user, task, extension, id: taskResultId(run.id, user.ordinal, position) }];
  });
  if (current.length === 0) return [];
  const notes = await readWaitings(
    reader,
    run.workflowId,
    current.map(({ id }) => id),
  );
  return current.flatMap(({ user, task, extension, id }) => {
    const waiting = notes.get(id);
    if (!waiting || waiting.launchedAtMs === null || waiting.answer !== null) return [];
    return [
      {
        id,
        runId: run.id,
        workflow: { id: run.workflowId, displayName: run.workflowDisplayName, version: run.workflowVersion },
        subject: { id: user.subjectId },
        task: taskReference(task),
        extension,
        waitingSinceDateTime: isoOf(waiting.launchedAtMs),
        waitingUntilDateTime: isoOf(waiting.deadlineMs),
      },
    ];
  });
}
