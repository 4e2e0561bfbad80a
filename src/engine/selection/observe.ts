/**
 * Finds the subjects that have changed, for triggers that need the state before (decision 11).
 *
 * All subjects are observed when observation begins; that makes none due. From then on each slot compares what it
 * sees with what was seen last, and notes the slot as the moment of the change. The notes of a batch are one
 * commit, and observing the same state twice finds nothing the second time, so a crash loses no change and finds
 * none twice. Which subjects are then due is decided by {@link changedSubjects} and the admissions, as for any trigger.
 */
import type { LedgerContext } from '../../ledger/context.ts';
import { notesUnder, OF_WORKFLOWS } from '../../ledger/notes.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Note } from '../../model/records.ts';
import type { Subject } from '../../model/subject.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Directory } from '../../ports/directory.ts';
import type { StoreReader } from '../../ports/store.ts';
import type { Observation } from './observation.ts';
import { pickFrom } from './pick-from.ts';

type ObserveContext = Pick<LedgerContext, 'store' | 'clock'>;

/** Dependencies of an observation. */
export interface ObserveInput {
  readonly context: ObserveContext;
  readonly directory: Directory;
  readonly workflowId: string;
  readonly observation: Observation;
}

interface Baseline {
  readonly signature: string;
  /** Of the directory; `null`: it has none. */
  readonly token: string | null;
}

const { baselines, seen, changes } = OF_WORKFLOWS;

/** Begins to observe, unless that has happened. @throws LifecycleError of the store; what the directory throws. */
export async function beginWatching(input: ObserveInput): Promise<void> {
  const baseline = await readBaseline(input);
  if (baseline === null) await look(input, null, 0);
}

/**
 * Observes which subjects have changed, and notes it as of `atMs`. Begins the observation when there is none. Notes
 * from before `sinceMs` are removed.
 */
export async function observe(input: ObserveInput, atMs: EpochMs, sinceMs: EpochMs): Promise<void> {
  const { context, workflowId } = input;
  const old: string[] = [];
  for await (const { key, body } of notesUnder(context.store, changes, `${workflowId}/`))
    if (Number(body) < sinceMs) old.push(key);
  if (old.length > 0) await context.store.transaction((tx) => tx.deleteNotes(changes, old));
  await look(input, await readBaseline(input), atMs);
}

/** A subject with the moment of its last change. */
export interface ChangedSubject {
  readonly subject: Subject;
  readonly changedAtMs: EpochMs;
}

/** Subjects with the moment of their last change, a batch at a time. */
export async function* changedSubjects({
  context,
  directory,
  workflowId,
}: Omit<ObserveInput, 'observation'>): AsyncGenerator<readonly ChangedSubject[]> {
  const prefix = `${workflowId}/`;
  const momentById = new Map<string, EpochMs>();
  for await (const { key, body } of notesUnder(context.store, changes, prefix))
    momentById.set(key.slice(prefix.length), Number(body));
  const ids = [...momentById.keys()];
  for (let start = 0; start < ids.length; start += LIMITS.usersPerBatch) {
    const subjects = await directory.get(ids.slice(start, start + LIMITS.usersPerBatch));
    yield subjects.flatMap((subject) => {
      const changedAtMs = momentById.get(subject.id);
      return changedAtMs === undefined ? [] : [{ subject, changedAtMs }];
    });
  }
}

/** As {@link changedSubjects} after {@link observe} at `atMs`; changes nothing. */
export async function* expectedChanges(
  input: ObserveInput,
  atMs: EpochMs,
): AsyncGenerator<readonly ChangedSubject[]> {
  const baseline = await readBaseline(input);
  if (baseline === null) return;
  const found = new Set<string>();
  const { ids } = await changesSince(input.directory, baseline);
  for await (const batch of pickFrom(peopleOf(input.directory, ids), (subject) => subject)) {
    const changed = (await differences(input, batch)).filter(({ isChange }) => isChange);
    for (const { subject } of changed) found.add(subject.id);
    yield changed.map(({ subject }) => ({ subject, changedAtMs: atMs }));
    await input.context.clock.yield();
  }
  for await (const batch of changedSubjects(input))
    yield batch.filter(({ subject }) => !found.has(subject.id));
}

/** The last change of a subject, as a slot would find it. */
export interface ObservedChange {
  /** `false`: observation has not begun, so the slot would find no changes. */
  readonly isObserved: boolean;
  /** `null`: it has not changed. */
  readonly changedAtMs: EpochMs | null;
}

/** The change of one subject that {@link observe} at `atMs` would note, or has noted; changes nothing. */
export async function observedChange(
  input: ObserveInput,
  subject: Subject,
  atMs: EpochMs,
): Promise<ObservedChange> {
  const baseline = await readBaseline(input);
  if (baseline === null) return { isObserved: false, changedAtMs: null };
  const [difference] = await differences(input, [subject]);
  if (difference?.isChange) {
    const { ids } = await changesSince(input.directory, baseline);
    if (ids === null || ids.includes(subject.id)) return { isObserved: true, changedAtMs: atMs };
  }
  const [note] = await input.context.store.getNotes(changes, [`${input.workflowId}/${subject.id}`]);
  return { isObserved: true, changedAtMs: note ? Number(note.body) : null };
}

/** `null`: nothing was observed, or something else was. */
async function readBaseline({ context, workflowId, observation }: ObserveInput): Promise<Baseline | null> {
  const [note] = await context.store.getNotes(baselines, [`${workflowId}/`]);
  if (!note) return null;
  const baseline = JSON.parse(note.body) as Baseline;
  return baseline.signature === observation.signature ? baseline : null;
}

async function look(input: ObserveInput, baseline: Baseline | null, atMs: EpochMs): Promise<void> {
  const { context, directory, workflowId, observation } = input;
  const isFirst = baseline === null;
  if (isFirst) await forget(input);
  const { ids, token } = await changesSince(directory, baseline);
  for await (const batch of pickFrom(peopleOf(directory, ids), (subject) => subject)) {
    const notes: Note[] = [];
    for (const { subject, is, isChange } of await differences(input, batch)) {
      const key = `${workflowId}/${subject.id}`;
      notes.push({ collection: seen, key, body: is });
      // When observation begins, differences are no changes.
      if (isChange && !isFirst) notes.push({ collection: changes, key, body: String(atMs) });
    }
    await write(context, workflowId, notes);
    await context.clock.yield();
  }
  const next: Baseline = { signature: observation.signature, token };
  if (!isFirst && next.token === baseline.token) return;
  await write(context, workflowId, [
    { collection: baselines, key: `${workflowId}/`, body: JSON.stringify(next) },
  ]);
}

/** The subjects that have to be looked at, and the directory's token for now. `ids` `null`: all of them. */
async function changesSince(
  directory: Directory,
  baseline: Baseline | null,
): Promise<{ readonly ids: readonly string[] | null; readonly token: string | null }> {
  const since = baseline?.token ?? null;
  const found = (await directory.changes?.(since)) ?? null;
  const ids = since === null ? null : (found?.subjectIds ?? null);
  return { ids: ids === null ? null : [...new Set(ids)], token: found?.token ?? null };
}

function peopleOf(directory: Directory, ids: readonly string[] | null): AsyncIterable<Subject> {
  return ids === null ? directory.query(null) : byIds(directory, ids);
}

/** A subject that is not as it was seen last. */
interface Difference {
  readonly subject: Subject;
  readonly is: string;
  readonly isChange: boolean;
}

async function differences(
  { context, workflowId, observation }: ObserveInput,
  batch: readonly Subject[],
): Promise<readonly Difference[]> {
  const keyOf = ({ id }: Subject): string => `${workflowId}/${id}`;
  const before = await bodiesOf(context.store, seen, batch.map(keyOf));
  return batch.flatMap((subject) => {
    const [was, is] = [before.get(keyOf(subject)) ?? null, observation.seen(subject)];
    return was === is ? [] : [{ subject, is, isChange: observation.isChange(was, is) }];
  });
}

async function bodiesOf(
  store: StoreReader,
  collection: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return new Map((await store.getNotes(collection, keys)).map(({ key, body }) => [key, body]));
}

/** Nothing is written for a workflow that was purged meanwhile. */
async function write({ store }: ObserveContext, workflowId: string, notes: readonly Note[]): Promise<void> {
  if (notes.length === 0) return;
  await store.transaction(async (tx) => {
    if (await tx.getWorkflow(workflowId)) await tx.putNotes(notes);
  });
}

async function forget({ context, workflowId }: ObserveInput): Promise<void> {
  await context.store.transaction(async (tx) => {
    for (const collection of [baselines, seen, changes]) await tx.purgeNotes(collection, `${workflowId}/`);
  });
}

async function* byIds(directory: Directory, ids: readonly string[]): AsyncGenerator<Subject> {
  for (let start = 0; start < ids.length; start += LIMITS.usersPerBatch)
    yield* await directory.get(ids.slice(start, start + LIMITS.usersPerBatch));
}
