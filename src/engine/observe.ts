/**
 * Finds out who has changed, for triggers that have to know what was before (decision 11).
 *
 * Everybody is looked at when watching begins; that makes nobody due. From then on each slot compares what
 * it sees with what was seen last, and notes the slot as the moment of the change. The notes of a batch are
 * one commit, and looking twice at the same finds nothing the second time, so a crash loses no change and
 * finds none twice. Who is then due is for {@link changedSubjects} and the admissions, as for any trigger.
 */
import type { LedgerContext } from '../ledger/context.ts';
import { notesUnder, OF_WORKFLOWS } from '../ledger/notes.ts';
import { LIMITS } from '../model/limits.ts';
import type { Note } from '../model/records.ts';
import type { Subject } from '../model/subject.ts';
import type { EpochMs } from '../model/time.ts';
import type { Directory } from '../ports/directory.ts';
import type { StoreReader } from '../ports/store.ts';
import type { Observation } from './observation.ts';
import { pickFrom } from './pick-from.ts';

type ObserveContext = Pick<LedgerContext, 'store' | 'clock'>;

/** What an observation works with. */
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

/** Begins to watch, unless that was done. @throws LifecycleError of the store; what the directory throws. */
export async function beginWatching(input: ObserveInput): Promise<void> {
  const baseline = await readBaseline(input);
  if (baseline === null) await look(input, null, 0);
}

/**
 * Looks who has changed, and notes it as of `atMs`. Begins to watch when nobody does. What was noted before
 * `sinceMs` is forgotten.
 */
export async function observe(input: ObserveInput, atMs: EpochMs, sinceMs: EpochMs): Promise<void> {
  const { context, workflowId } = input;
  const old: string[] = [];
  for await (const { key, body } of notesUnder(context.store, changes, `${workflowId}/`))
    if (Number(body) < sinceMs) old.push(key);
  if (old.length > 0) await context.store.transaction((tx) => tx.deleteNotes(changes, old));
  await look(input, await readBaseline(input), atMs);
}

/** Subjects with the moment of their last change, a batch at a time. */
export async function* changedSubjects({
  context,
  directory,
  workflowId,
}: Omit<ObserveInput, 'observation'>): AsyncGenerator<
  readonly { readonly subject: Subject; readonly changedAtMs: EpochMs }[]
> {
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

/** `null`: nobody watches, or something else was watched. */
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
  const told = (await directory.changes?.(baseline?.token ?? null)) ?? null;
  const ids = isFirst || baseline.token === null ? null : (told?.subjectIds ?? null);
  const people = ids === null ? directory.query(null) : byIds(directory, [...new Set(ids)]);
  for await (const batch of pickFrom(people, (subject) => subject)) {
    await compare(input, batch, isFirst ? null : atMs);
    await context.clock.yield();
  }
  const next: Baseline = { signature: observation.signature, token: told?.token ?? null };
  if (!isFirst && next.token === baseline.token) return;
  await write(context, workflowId, [
    { collection: baselines, key: `${workflowId}/`, body: JSON.stringify(next) },
  ]);
}

/** @param atMs `null`: what differs is no change, watching begins. */
async function compare(
  { context, workflowId, observation }: ObserveInput,
  batch: readonly Subject[],
  atMs: EpochMs | null,
): Promise<void> {
  const keyOf = ({ id }: Subject): string => `${workflowId}/${id}`;
  const before = await bodiesOf(context.store, seen, batch.map(keyOf));
  const notes: Note[] = [];
  for (const subject of batch) {
    const key = keyOf(subject);
    const [was, is] = [before.get(key) ?? null, observation.seen(subject)];
    if (was === is) continue;
    notes.push({ collection: seen, key, body: is });
    if (atMs !== null && observation.isChange(was, is))
      notes.push({ collection: changes, key, body: String(atMs) });
  }
  await write(context, workflowId, notes);
}

async function bodiesOf(
  store: StoreReader,
  collection: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return new Map((await store.getNotes(collection, keys)).map(({ key, body }) => [key, body]));
}

/** Nothing is written of a workflow that was purged meanwhile. */
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
