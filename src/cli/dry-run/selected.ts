/** Selects the users that a run would be made for, with the reasons why others are left out. */
import { createLedger } from '../../embed.ts';
import { candidatesByRule, candidatesDue } from '../../engine/selection/candidates.ts';
import { observe } from '../../engine/selection/observe.ts';
import { requireQualification, scopeAttributes } from '../../engine/selection/qualify.ts';
import { quarantineFor } from '../../engine/selection/quarantine.ts';
import { subjectsOf } from '../../engine/selection/subjects-of.ts';
import { parseScopeRule } from '../../filter/parsing/scope-rule.ts';
import { normalizeText } from '../../input/subject-id.ts';
import { notesUnder, OF_WORKFLOWS } from '../../ledger/notes.ts';
import { isoOf } from '../../ledger/resources.ts';
import { LIMITS } from '../../model/limits.ts';
import { DAY_MS, type EpochMs } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import { DEFAULT_LIMITS } from '../../model/workflow/workflow-limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Store } from '../../ports/store.ts';
import { wrapStore } from '../../ports/wrap-store.ts';
import { memoryStore } from '../../stores/memory/memory-store.ts';
import type { LeftOutPerson, ProcessedPerson } from './dry-run.ts';
import { PeopleTally, type SelectedPeople, streamingAll } from './people-tally.ts';

/** Subjects that a slot would admit. @throws LifecycleError of the store or the directory. */
export async function selectedBySlot(
  place: { readonly store: Store; readonly clock: Clock },
  users: Directory,
  workflow: Workflow,
  slotAtMs: EpochMs,
): Promise<SelectedPeople> {
  const qualification = requireQualification(workflow, LIMITS.catchUpDays * DAY_MS);
  const { observation, reachMs } = qualification;
  const { id: workflowId } = workflow;
  const store = observation ? await withNotesApart(place.store, workflow) : place.store;
  const context = { store, clock: place.clock };
  const directory = streamingAll(users);
  if (observation)
    await observe({ context, directory, workflowId, observation }, slotAtMs, slotAtMs - reachMs);
  const isByDate = observation === null;
  const tally = new PeopleTally(qualification.attributes, isByDate, isByDate);
  const processed: ProcessedPerson[] = [];
  for await (const batch of candidatesDue({ context, directory, workflowId, qualification, slotAtMs, tally }))
    for (const { subjectId, dueAtMs } of batch)
      processed.push({ id: subjectId, ...(dueAtMs === null ? {} : { dueDateTime: isoOf(dueAtMs) }) });
  const people = await tally.people(users, processed);
  const { settings } = await createLedger({ store: place.store });
  const deps = { ledger: { settings }, ports: { directory: users } };
  const reason = (await quarantineFor(deps, workflow))(processed.length)?.quarantineReason;
  return {
    ...people,
    notProcessed: observation
      ? [...people.notProcessed, ...(await others(users, people, 'unchanged'))]
      : people.notProcessed,
    warnings: [
      ...people.warnings,
      ...(reason === undefined ? [] : [`The run would wait in quarantine: ${reason}`]),
    ],
  };
}

/** Subjects that an activation by rule would select. @throws LifecycleError `InvalidFilter`, `LimitExceeded`. */
export async function selectedByRule(users: Directory, text: string): Promise<SelectedPeople> {
  const rule = parseScopeRule(text);
  const tally = new PeopleTally(scopeAttributes(rule), true, false);
  const processed: ProcessedPerson[] = [];
  const max = DEFAULT_LIMITS.subjectsPerActivationMax;
  for await (const batch of candidatesByRule(rule, streamingAll(users), max, tally))
    for (const { subjectId } of batch) processed.push({ id: subjectId });
  return tally.people(users, processed);
}

/** Subjects that an activation by ids would select. */
export async function selectedByIds(users: Directory, ids: readonly string[]): Promise<SelectedPeople> {
  const unique = [...new Set(ids.map(normalizeText))];
  const found = subjectsOf(unique, await users.get(unique));
  const notProcessed = unique
    .filter((_, index) => found[index] === null)
    .map((id) => ({ id, reason: 'notInDirectory' }) as const);
  const processed = unique.filter((_, index) => found[index] !== null).map((id) => ({ id }));
  const named = { processed, notProcessed };
  return {
    processed,
    notProcessed: [...notProcessed, ...(await others(users, named, 'notNamed'))],
    warnings: [],
    needsAttention: false,
  };
}

/** All other subjects. */
async function others(
  users: Directory,
  { processed, notProcessed }: Pick<SelectedPeople, 'processed' | 'notProcessed'>,
  reason: LeftOutPerson['reason'],
): Promise<readonly LeftOutPerson[]> {
  const known = new Set([...processed, ...notProcessed].map(({ id }) => id));
  const rest: LeftOutPerson[] = [];
  for await (const { id } of users.query(null)) if (!known.has(id)) rest.push({ id, reason });
  return rest;
}

/** The store, but what a change trigger notes of people is kept apart, in memory, from what the store has. */
async function withNotesApart(store: Store, workflow: Workflow): Promise<Store> {
  const apart = memoryStore();
  const { baselines, seen, changes } = OF_WORKFLOWS;
  await apart.transaction(async (tx) => {
    await tx.putWorkflow({ workflow, lastSlotAtMs: null });
    for (const collection of [baselines, seen, changes])
      for await (const note of notesUnder(store, collection, `${workflow.id}/`)) await tx.putNotes([note]);
  });
  return wrapStore(
    store,
    { transaction: (work) => apart.transaction(work) },
    {
      getNotes: (collection: string, keys: readonly string[]) => apart.getNotes(collection, keys),
      listNotes: (query: Parameters<Store['listNotes']>[0]) => apart.listNotes(query),
    },
  );
}
