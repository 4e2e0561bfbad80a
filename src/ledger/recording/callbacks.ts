/**
 * Tasks that wait for a callback (domain §3.16). A note stores the deadline and the answer, so that both
 * survive the process. The token of a callback is derived from the task result's id and a secret of the
 * store: it is the same however often the call is repeated, and is valid for one answer.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { fieldsOf, readWord } from '../../input/fields.ts';
import { root } from '../../input/refuse.ts';
import { addressOf, taskResultId } from '../../model/ids.ts';
import type { Note, RunRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { CallbackInput, CallbackProof } from '../../model/workflow/extension.ts';
import type { Task } from '../../model/workflow/workflow.ts';
import type { StoreReader, StoreTransaction } from '../../ports/store.ts';
import { positionOf } from '../../rules/status/positions.ts';
import { taskView } from '../../rules/status/task-view.ts';
import { type LedgerContext, pinnedVersion, requireRun } from '../context.ts';
import { findExtension } from '../methods/extensions.ts';
import { OF_WORKFLOWS, SETTINGS } from '../notes.ts';
import { enabledTasks } from '../resources.ts';

/** A task that waits. */
export interface Waiting {
  /** When its extension accepted the call; `null`: not known to have accepted it. */
  readonly launchedAtMs: EpochMs | null;
  /** Later answers are refused. */
  readonly deadlineMs: EpochMs;
  readonly answer: 'completed' | 'failed' | null;
  /** What the launch said, for the task's result when it completes. Absent: nothing. */
  readonly result?: { readonly processingInfo?: string; readonly changes?: readonly string[] };
}

const SECRET = SETTINGS.callbackSecret;

/** The note of a task; `null`: there is none. */
export async function readWaiting(
  reader: StoreReader,
  workflowId: string,
  taskResult: string,
): Promise<Waiting | null> {
  return (await readWaitings(reader, workflowId, [taskResult])).get(taskResult) ?? null;
}

/** The notes of tasks of a workflow, by the ids of their results; those without one are left out. */
export async function readWaitings(
  reader: StoreReader,
  workflowId: string,
  taskResults: readonly string[],
): Promise<ReadonlyMap<string, Waiting>> {
  const keys = taskResults.map((id) => keyOf(workflowId, id));
  const notes = await reader.getNotes(OF_WORKFLOWS.callbacks, keys);
  return new Map(
    notes.map(({ key, body }) => [key.slice(workflowId.length + 1), JSON.parse(body) as Waiting]),
  );
}

/** Id of the custom task extension that a task calls, as its arguments have it; `null`: it calls none. */
export function extensionIdOf({ arguments: given }: Task): string | null {
  return given.find(({ name }) => name === 'customTaskExtensionID')?.value ?? null;
}

/** Stores that a task waits; keeps an answer that has arrived already. Returns the stored note. */
export function noteWaiting(
  { store }: Pick<LedgerContext, 'store'>,
  workflowId: string,
  taskResult: string,
  waiting: Omit<Waiting, 'answer'>,
): Promise<Waiting> {
  return store.transaction(async (tx) => {
    const known = await readWaiting(tx, workflowId, taskResult);
    const next: Waiting = { ...waiting, answer: known?.answer ?? null };
    await tx.putNotes([noteOf(workflowId, taskResult, next)]);
    return next;
  });
}

/** The secret of the store, created by `make` when there is none. */
export async function callbackSecret(
  { store }: Pick<LedgerContext, 'store'>,
  make: () => string,
): Promise<string> {
  const known = await store.getSetting(SECRET);
  if (known !== null) return known;
  return store.transaction(async (tx) => {
    const raced = await tx.getSetting(SECRET);
    if (raced !== null) return raced;
    const secret = make();
    await tx.putSetting(SECRET, secret);
    return secret;
  });
}

/** The token that a callback for this task has to present: 256 bits, base64url. */
export function callbackToken(secret: string, taskResult: string): string {
  return createHmac('sha256', secret).update(taskResult.toLowerCase()).digest('base64url');
}

/** Whether `token` is that of the call for a task result. Does not reveal whether the result exists. */
export async function isCallbackToken(
  reader: Pick<StoreReader, 'getSetting'>,
  taskResult: string,
  token: string,
): Promise<boolean> {
  const secret = await reader.getSetting(SECRET);
  if (secret === null) return false;
  const presented = Buffer.from(token);
  const expected = Buffer.from(callbackToken(secret, taskResult));
  return presented.length === expected.length && timingSafeEqual(presented, expected);
}

/** Deletes the notes of the tasks of a run. */
export function forgetCallbacks(tx: StoreTransaction, run: RunRecord): Promise<void> {
  return tx.purgeNotes(OF_WORKFLOWS.callbacks, keyOf(run.workflowId, run.id.slice(0, PREFIX_LENGTH)));
}

/** Characters that the ids of a run and everything in it share (decision 2). */
const PREFIX_LENGTH = 18;

/**
 * Stores the answer for a waiting task; its user continues when the engine reads it.
 *
 * @throws LifecycleError `InvalidArgument`, `NotFound`; `CallbackRefused` for a wrong proof; `NotWaiting` for a
 *   task that is not waiting: never called, answered, canceled, or past its deadline.
 */
export async function answerCallback(
  { store, clock }: LedgerContext,
  taskResult: string,
  input: CallbackInput,
  proof: CallbackProof,
): Promise<{ readonly runId: string; readonly ordinal: number }> {
  const answer = readAnswer(input);
  const address = addressOf(taskResult);
  return store.transaction(async (tx) => {
    const run = await requireRun(tx, address?.runId ?? taskResult);
    if (!address || address.ordinal === 0 || address.position === 0)
      throw notWaiting(taskResult, 'an id that is no task result');
    const id = taskResultId(run.id, address.ordinal, address.position);
    if (!(await isProof(tx, run, address.position, id, proof))) throw refused(id);
    const waiting = await readWaiting(tx, run.workflowId, id);
    if (!waiting) throw notWaiting(taskResult, 'one that is not waiting');
    if (waiting.answer !== null) throw notWaiting(taskResult, 'one that is already answered');
    if (clock.now() >= waiting.deadlineMs) throw notWaiting(taskResult, 'one whose deadline has passed');
    const user = await tx.getUser(run.id, address.ordinal);
    const nth = user?.positions ? user.positions.indexOf(address.position) + 1 : address.position;
    const isAtIt =
      user !== null &&
      positionOf(user, nth) === address.position &&
      taskView(user, nth)?.status === 'inProgress' &&
      run.processingStatus !== 'canceling';
    if (!isAtIt) throw notWaiting(taskResult, 'one that has ended');
    await tx.putNotes([noteOf(run.workflowId, id, { ...waiting, answer })]);
    await store.slices?.answered(tx, run.id, address.ordinal);
    return { runId: run.id, ordinal: address.ordinal };
  });
}

async function isProof(
  reader: StoreReader,
  run: RunRecord,
  position: number,
  taskResult: string,
  proof: CallbackProof,
): Promise<boolean> {
  if ('trusted' in proof) return proof.trusted === true;
  if ('principal' in proof) return isAuthorized(reader, run, position, proof.principal);
  return typeof proof.token === 'string' && isCallbackToken(reader, taskResult, proof.token);
}

/** Whether the extension that a task calls names `principal`. */
async function isAuthorized(
  reader: StoreReader,
  run: RunRecord,
  position: number,
  principal: unknown,
): Promise<boolean> {
  const task = enabledTasks(await pinnedVersion(reader, run))[position - 1];
  const id = task ? extensionIdOf(task) : null;
  const extension = id === null ? null : await findExtension(reader, id);
  const apps = extension?.callbackConfiguration?.authorizedApps ?? [];
  return apps.some((app) => app.id === principal);
}

/** The error for a caller without the right to answer. */
export function refused(taskResult: string): LifecycleError<'CallbackRefused'> {
  return new LifecycleError(
    'CallbackRefused',
    'Expected the token of the call, or one of the authorizedApps of its extension, got neither',
    { taskResult },
  );
}

function readAnswer(input: unknown): 'completed' | 'failed' {
  const data = fieldsOf(root(input, 'the callback'), ['data', 'source', 'type'])('data');
  return readWord(fieldsOf(data, ['operationStatus'])('operationStatus'), ['completed', 'failed']);
}

function noteOf(workflowId: string, taskResult: string, waiting: Waiting): Note {
  const key = keyOf(workflowId, taskResult);
  return { collection: OF_WORKFLOWS.callbacks, key, body: JSON.stringify(waiting) };
}

function keyOf(workflowId: string, taskResult: string): string {
  return `${workflowId}/${taskResult}`;
}

function notWaiting(taskResult: string, got: string): LifecycleError<'NotWaiting'> {
  return new LifecycleError(
    'NotWaiting',
    `Expected task result ${taskResult} to wait for a callback, got ${got}`,
    { taskResult },
  );
}
