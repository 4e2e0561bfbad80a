/**
 * Runs that do other runs again (domain §3.9): who is to be done again, and which runs did whom. The origin
 * is never changed; a note beside it names the new run.
 */
import { LifecycleError } from '../errors/index.ts';
import { invalid } from '../input/refuse.ts';
import type { ActivationTaskScope, ActivationUserScope } from '../model/activation.ts';
import { addressOf } from '../model/ids.ts';
import { LIMITS } from '../model/limits.ts';
import type { Note, RunRecord, UserRecord } from '../model/records.ts';
import type { Run } from '../model/resources.ts';
import type { Task, Workflow } from '../model/workflow.ts';
import type { ProvisioningObjectWorkflowSubject } from '../model/workflow-subject.ts';
import type { StoreReader, StoreTransaction } from '../ports/store.ts';
import { isTerminal, positionsAgain } from '../rules/index.ts';
import { pinnedVersion, requireRun, requireUser } from './context.ts';
import { notesUnder, OF_WORKFLOWS } from './notes.ts';
import type { Candidate, CandidateBatches } from './plan.ts';
import { objectNote, objectOfRun } from './provisioning-objects.ts';
import { enabledTasks, runResource } from './resources.ts';

/** What the note of a reprocessing says: the users of the origin that it took, by position; `null`: by scope. */
interface Reprocessing {
  readonly nos: readonly number[] | null;
}

/** Whom a run is to be made for, and the note that ties it to its origins. */
export interface Again {
  readonly candidates: CandidateBatches;
  notes(run: RunRecord): readonly Note[];
}

/**
 * The users of a run, to be done again with the newest version of its workflow.
 *
 * @throws LifecycleError `NotFound`; `RunActive` while the run is not final.
 */
export async function runAgain(
  store: StoreReader,
  workflow: Workflow,
  runId: string,
  { taskScope, userScope }: { taskScope: ActivationTaskScope; userScope: ActivationUserScope },
): Promise<Again> {
  const origin = await requireFinal(store, workflow, runId);
  const select = await selector(store, workflow, origin, taskScope);
  const object = await objectOfRun(store, origin);
  return {
    candidates: (async function* () {
      for await (const users of usersOf(store, origin.id)) {
        const asked = userScope === 'allUsers' ? users : users.filter(hasFailed);
        yield asked.map(select).filter((one) => one !== null);
      }
    })(),
    notes: (run) => [link(workflow.id, origin.id, run.id, { nos: null }), ...objectNotes(run, object)],
  };
}

/**
 * Single user results, of any final runs of the workflow, to be done again.
 *
 * @throws LifecycleError `NotFound`; `RunActive`; `InvalidArgument` for two results of one subject.
 */
export async function resultsAgain(
  store: StoreReader,
  workflow: Workflow,
  resultIds: readonly string[],
  taskScope: ActivationTaskScope,
): Promise<Again> {
  const candidates = new Map<string, Candidate | null>();
  const nosByRun = new Map<string, number[]>();
  const selectors = new Map<string, (user: UserRecord) => Candidate | null>();
  for (const id of new Set(resultIds.map((one) => one.toLowerCase()))) {
    const origin = await requireFinal(store, workflow, addressOf(id)?.runId ?? id);
    const user = await requireUser(store, origin, id);
    if (candidates.has(user.subjectId))
      throw invalid({ path: 'processingResults', value: user.subjectId }, 'one result of each subject');
    const select = selectors.get(origin.id) ?? (await selector(store, workflow, origin, taskScope));
    selectors.set(origin.id, select);
    candidates.set(user.subjectId, select(user));
    nosByRun.set(origin.id, [...(nosByRun.get(origin.id) ?? []), user.no]);
  }
  const [originId, ...others] = nosByRun.keys();
  // A run has one object at most; several are done again only as far as the directory knows them.
  const object =
    originId === undefined || others.length > 0
      ? null
      : await objectOfRun(store, { workflowId: workflow.id, id: originId });
  return {
    candidates: [[...candidates.values()].filter((one) => one !== null)],
    notes: (run) => [
      ...[...nosByRun].map(([origin, nos]) => link(workflow.id, origin, run.id, { nos })),
      ...objectNotes(run, object),
    ],
  };
}

function objectNotes(
  { workflowId, id }: RunRecord,
  object: ProvisioningObjectWorkflowSubject | null,
): readonly Note[] {
  return object === null ? [] : [objectNote(workflowId, id, object)];
}

/** The runs that did a run again, newest first. */
export async function reprocessedRuns(
  store: StoreReader,
  workflowId: string,
  runId: string,
): Promise<readonly Run[]> {
  const origin = await requireRun(store, workflowId, runId);
  return newestFirst((await linkedRuns(store, origin)).map(({ run }) => run));
}

/** The runs that did the user of a result again, newest first. */
export async function reprocessedRunsOfUser(
  store: StoreReader,
  workflowId: string,
  runId: string,
  resultId: string,
): Promise<readonly Run[]> {
  const origin = await requireRun(store, workflowId, runId);
  const user = await requireUser(store, origin, resultId);
  const runs: RunRecord[] = [];
  for (const { run, nos } of await linkedRuns(store, origin)) {
    const key = unlinkedKey(origin, run.id, user);
    if ((await store.getNotes(OF_WORKFLOWS.unlinked, [key])).length > 0) continue;
    const took = nos
      ? nos.includes(user.no)
      : (await store.getUserBySubject(run.id, user.subjectId)) !== null;
    if (took) runs.push(run);
  }
  return newestFirst(runs);
}

/** Forgets that `reprocessedRunId` did a run again, for its users too. @throws LifecycleError `NotFound`. */
export async function unlinkRun(
  tx: StoreTransaction,
  workflowId: string,
  runId: string,
  reprocessedRunId: string,
): Promise<void> {
  const origin = await requireRun(tx, workflowId, runId);
  const key = reprocessingKey(origin.workflowId, origin.id, reprocessedRunId.toLowerCase());
  if ((await tx.getNotes(OF_WORKFLOWS.reprocessings, [key])).length === 0)
    throw notReprocessed(`run ${origin.id}`, reprocessedRunId);
  await tx.deleteNotes(OF_WORKFLOWS.reprocessings, [key]);
  await tx.purgeNotes(OF_WORKFLOWS.unlinked, `${key}/`);
}

/** Forgets it for the user of one result; the run itself still names it. @throws LifecycleError `NotFound`. */
export async function unlinkUser(
  tx: StoreTransaction,
  workflowId: string,
  runId: string,
  resultId: string,
  reprocessedRunId: string,
): Promise<void> {
  const origin = await requireRun(tx, workflowId, runId);
  const user = await requireUser(tx, origin, resultId);
  const runs = await reprocessedRunsOfUser(tx, workflowId, runId, resultId);
  const run = runs.find(({ id }) => id === reprocessedRunId.toLowerCase());
  if (!run) throw notReprocessed(`user result ${resultId}`, reprocessedRunId);
  const key = unlinkedKey(origin, run.id, user);
  await tx.putNotes([{ collection: OF_WORKFLOWS.unlinked, key, body: '' }]);
}

/** Removes what ties a run to those that did it again. */
export async function forgetReprocessings(tx: StoreTransaction, run: RunRecord): Promise<void> {
  const prefix = reprocessingKey(run.workflowId, run.id, '');
  for (const collection of [OF_WORKFLOWS.reprocessings, OF_WORKFLOWS.unlinked])
    await tx.purgeNotes(collection, prefix);
}

function unlinkedKey({ workflowId, id }: RunRecord, runId: string, { no }: UserRecord): string {
  return `${reprocessingKey(workflowId, id, runId)}/${no}`;
}

function notReprocessed(what: string, reprocessedRunId: string): LifecycleError {
  return new LifecycleError(
    'NotFound',
    `Expected ${what} to have a reprocessed run \`${reprocessedRunId}\`, got none`,
    { reprocessedRunId },
  );
}

/** The key of the note that ties `runId` to the run that it did again. */
function reprocessingKey(workflowId: string, originId: string, runId: string): string {
  return `${workflowId}/${originId}/${runId}`;
}

function link(workflowId: string, originId: string, runId: string, body: Reprocessing): Note {
  const key = reprocessingKey(workflowId, originId, runId);
  return { collection: OF_WORKFLOWS.reprocessings, key, body: JSON.stringify(body) };
}

async function linkedRuns(
  store: StoreReader,
  origin: RunRecord,
): Promise<readonly (Reprocessing & { readonly run: RunRecord })[]> {
  const prefix = reprocessingKey(origin.workflowId, origin.id, '');
  const linked: (Reprocessing & { readonly run: RunRecord })[] = [];
  for await (const note of notesUnder(store, OF_WORKFLOWS.reprocessings, prefix)) {
    // The new run may have been deleted since.
    const run = await store.getRun(note.key.slice(prefix.length));
    if (run?.published) linked.push({ run, ...(JSON.parse(note.body) as Reprocessing) });
  }
  return linked;
}

function newestFirst(runs: readonly RunRecord[]): readonly Run[] {
  return runs
    .toSorted((a, b) => b.scheduledAtMs - a.scheduledAtMs || (a.id < b.id ? 1 : -1))
    .map(runResource);
}

async function requireFinal(store: StoreReader, workflow: Workflow, runId: string): Promise<RunRecord> {
  const run = await requireRun(store, workflow.id, runId);
  if (isTerminal(run.processingStatus)) return run;
  throw new LifecycleError(
    'RunActive',
    `Expected run ${run.id} to be final to be done again, got \`${run.processingStatus}\``,
    { runId: run.id, status: run.processingStatus },
  );
}

/** Makes candidates of users of `origin`; `null` for one who has nothing to do. */
async function selector(
  store: StoreReader,
  workflow: Workflow,
  origin: RunRecord,
  taskScope: ActivationTaskScope,
): Promise<(user: UserRecord) => Candidate | null> {
  if (taskScope === 'allTasks') return ({ subjectId }) => ({ subjectId, dueAtMs: null });
  const now: readonly Task[] = enabledTasks(workflow);
  const isSame = origin.workflowVersion === workflow.version;
  const before = isSame ? now : enabledTasks(await pinnedVersion(store, origin));
  return (user) => {
    const positions = positionsAgain(user, before, now);
    if (positions.length === 0) return null;
    const { subjectId } = user;
    return positions.length === now.length
      ? { subjectId, dueAtMs: null }
      : { subjectId, dueAtMs: null, positions };
  };
}

function hasFailed({ processingStatus }: UserRecord): boolean {
  return processingStatus === 'failed' || processingStatus === 'completedWithErrors';
}

/** All users of a run, by position, in pages. */
export async function* usersOf(store: StoreReader, runId: string): AsyncGenerator<readonly UserRecord[]> {
  for (let after: { value: null; key: number } | null = null; ; ) {
    const order = { property: 'id', descending: false };
    const page: readonly UserRecord[] = await store.listUsers({
      runId,
      where: null,
      order,
      after,
      limit: LIMITS.usersPerBatch,
    });
    yield page;
    const last = page.at(-1);
    if (!last || page.length < LIMITS.usersPerBatch) return;
    after = { value: null, key: last.no };
  }
}
