/**
 * Runs that reprocess other runs (domain §3.9): the users to reprocess, and the links between runs. The origin
 * is never changed; a note links it to the new run.
 */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { invalid } from '../../input/refuse.ts';
import type { FailureGroupRecord } from '../../model/failures.ts';
import { addressOf } from '../../model/ids.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Note, RunRecord, UserRecord } from '../../model/records.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { ActivationTaskScope, ActivationUserScope } from '../../model/workflow/activation.ts';
import type { Task, Workflow } from '../../model/workflow/workflow.ts';
import type { ProvisioningObjectWorkflowSubject } from '../../model/workflow/workflow-subject.ts';
import type { StoreReader, StoreTransaction } from '../../ports/store.ts';
import { positionsToReprocess } from '../../rules/status/reprocess.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import { pinnedVersion, requireRun, requireUser } from '../context.ts';
import { notesUnder, OF_WORKFLOWS } from '../notes.ts';
import { runOfAnotherWorkflow } from '../refusals.ts';
import { enabledTasks, runResource } from '../resources.ts';
import { objectNote, objectOfRun } from './provisioning-objects.ts';
import type { Candidate, CandidateBatches } from './run-plan.ts';

/** Body of the note of a reprocessing: ordinals of the users that it took from the origin; `null`: by scope. */
interface Reprocessing {
  readonly nos: readonly number[] | null;
}

/** The subjects of a reprocessing run, and the notes that link it to its origins. */
export interface ReprocessPlan {
  readonly candidates: CandidateBatches;
  notes(run: RunRecord): readonly Note[];
}

/**
 * Plans to reprocess the users of a run with the newest version of its workflow.
 *
 * @throws LifecycleError `NotFound`; `RunActive` while the run is not final.
 */
export async function reprocessingOfRun(
  store: StoreReader,
  workflow: Workflow,
  runId: string,
  { taskScope, userScope }: { taskScope: ActivationTaskScope; userScope: ActivationUserScope },
): Promise<ReprocessPlan> {
  const origin = await requireFinal(store, workflow, runId);
  const select = await selector(store, workflow, origin, taskScope);
  const object = await objectOfRun(store, origin);
  return {
    candidates: (async function* () {
      for await (const users of usersOf(store, origin.id)) {
        const selected = userScope === 'allUsers' ? users : users.filter(hasFailed);
        yield selected.map(select).filter((one) => one !== null);
      }
    })(),
    notes: (run) => [link(workflow.id, origin.id, run.id, { nos: null }), ...objectNotes(run, object)],
  };
}

/**
 * Plans to reprocess the users in groups of failures of a run, each once.
 *
 * @throws LifecycleError `NotFound`; `RunActive` while the run is not final.
 */
export async function reprocessingOfGroups(
  store: StoreReader,
  workflow: Workflow,
  runId: string,
  keys: readonly string[],
  taskScope: ActivationTaskScope,
): Promise<ReprocessPlan> {
  const origin = await requireFinal(store, workflow, runId);
  for (const key of keys) await requireFailureGroup(store, origin, key);
  const select = await selector(store, workflow, origin, taskScope);
  const object = await objectOfRun(store, origin);
  return {
    candidates: (async function* () {
      // A user is in a group for each of its tasks that has failed.
      const taken = new Set<number>();
      for (const key of new Set(keys)) {
        for await (const users of usersOfGroup(store, origin.id, key)) {
          const others = users.filter(({ ordinal }) => !taken.has(ordinal));
          for (const { ordinal } of others) taken.add(ordinal);
          yield others.map(select).filter((one) => one !== null);
        }
      }
    })(),
    notes: (run) => [link(workflow.id, origin.id, run.id, { nos: null }), ...objectNotes(run, object)],
  };
}

/** All users of a group of failures, by ordinal, in pages. */
async function* usersOfGroup(
  store: StoreReader,
  runId: string,
  key: string,
): AsyncGenerator<readonly UserRecord[]> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const users = await store.listUsersOfFailureGroup(runId, key, after, LIMITS.usersPerBatch);
    yield users;
    after = users.at(-1)?.ordinal;
  }
}

/** The group of a run with this key. @throws LifecycleError `NotFound`. */
export async function requireFailureGroup(
  store: StoreReader,
  { id: runId }: RunRecord,
  key: string,
): Promise<FailureGroupRecord> {
  const group = (await store.listFailureGroups(runId)).find((one) => one.key === key);
  if (group) return group;
  throw new LifecycleError('NotFound', `Expected run ${runId} to have a failure group \`${key}\`, got none`, {
    runId,
    id: key,
  });
}

/**
 * Plans to reprocess single user results, of any final runs of the workflow.
 *
 * @throws LifecycleError `NotFound`; `RunActive`; `InvalidArgument` for two results of one subject.
 */
export async function reprocessingOfResults(
  store: StoreReader,
  workflow: Workflow,
  resultIds: readonly string[],
  taskScope: ActivationTaskScope,
): Promise<ReprocessPlan> {
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
    nosByRun.set(origin.id, [...(nosByRun.get(origin.id) ?? []), user.ordinal]);
  }
  const [originId, ...others] = nosByRun.keys();
  // A run has at most one object; of several, only those that the directory knows are reprocessed.
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

/** The runs that reprocess a run, newest first. */
export async function reprocessedRuns(store: StoreReader, runId: string): Promise<readonly Run[]> {
  const origin = await requireRun(store, runId);
  return newestFirst((await linkedRuns(store, origin)).map(({ run }) => run));
}

/** The runs that reprocess the user of a result, newest first. */
export async function reprocessedRunsOfUser(
  store: StoreReader,
  runId: string,
  resultId: string,
): Promise<readonly Run[]> {
  const origin = await requireRun(store, runId);
  const user = await requireUser(store, origin, resultId);
  const runs: RunRecord[] = [];
  for (const { run, nos } of await linkedRuns(store, origin)) {
    const key = unlinkedKey(origin, run.id, user);
    if ((await store.getNotes(OF_WORKFLOWS.unlinked, [key])).length > 0) continue;
    const took = nos
      ? nos.includes(user.ordinal)
      : (await store.getUserBySubject(run.id, user.subjectId)) !== null;
    if (took) runs.push(run);
  }
  return newestFirst(runs);
}

/** Unlinks `reprocessedRunId` from a run and its users. @throws LifecycleError `NotFound`. */
export async function unlinkRun(
  tx: StoreTransaction,
  runId: string,
  reprocessedRunId: string,
): Promise<void> {
  const origin = await requireRun(tx, runId);
  const key = reprocessingKey(origin.workflowId, origin.id, reprocessedRunId.toLowerCase());
  if ((await tx.getNotes(OF_WORKFLOWS.reprocessings, [key])).length === 0)
    throw notReprocessed(`run ${origin.id}`, reprocessedRunId);
  await tx.deleteNotes(OF_WORKFLOWS.reprocessings, [key]);
  await tx.purgeNotes(OF_WORKFLOWS.unlinked, `${key}/`);
}

/** Unlinks it from the user of one result; the run itself stays linked. @throws LifecycleError `NotFound`. */
export async function unlinkUser(
  tx: StoreTransaction,
  runId: string,
  resultId: string,
  reprocessedRunId: string,
): Promise<void> {
  const origin = await requireRun(tx, runId);
  const user = await requireUser(tx, origin, resultId);
  const runs = await reprocessedRunsOfUser(tx, runId, resultId);
  const run = runs.find(({ id }) => id === reprocessedRunId.toLowerCase());
  if (!run) throw notReprocessed(`user result ${resultId}`, reprocessedRunId);
  const key = unlinkedKey(origin, run.id, user);
  await tx.putNotes([{ collection: OF_WORKFLOWS.unlinked, key, body: '' }]);
}

/** Deletes the links of a run to the runs that reprocess it. */
export async function forgetReprocessings(tx: StoreTransaction, run: RunRecord): Promise<void> {
  const prefix = reprocessingKey(run.workflowId, run.id, '');
  for (const collection of [OF_WORKFLOWS.reprocessings, OF_WORKFLOWS.unlinked])
    await tx.purgeNotes(collection, prefix);
}

function unlinkedKey({ workflowId, id }: RunRecord, runId: string, { ordinal }: UserRecord): string {
  return `${reprocessingKey(workflowId, id, runId)}/${ordinal}`;
}

function notReprocessed(what: string, reprocessedRunId: string): LifecycleError<'NotFound'> {
  return new LifecycleError(
    'NotFound',
    `Expected ${what} to have a reprocessed run \`${reprocessedRunId}\`, got none`,
    { reprocessedRunId },
  );
}

/** Key of the note that links `runId` to the run that it reprocesses. */
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
  const run = await requireRun(store, runId);
  if (run.workflowId !== workflow.id) throw runOfAnotherWorkflow(runId, workflow.id);
  if (isTerminal(run.processingStatus)) return run;
  throw new LifecycleError(
    'RunActive',
    `Expected run ${run.id} to be final to be reprocessed, got \`${run.processingStatus}\``,
    { runId: run.id, status: run.processingStatus },
  );
}

/** Maps users of `origin` to candidates; `null` for a user with no task to reprocess. */
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
    const positions = positionsToReprocess(user, before, now);
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

/** All users of a run, by ordinal, in pages. */
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
    after = { value: null, key: last.ordinal };
  }
}
