/** A store with something of everything, and everything that a store has, as one comparable value. */

import { arrayDirectory, createEngine, memoryStore, type Store, type StoreReader } from '../../src/index.ts';
import { COLLECTIONS, notesUnder, SETTINGS } from '../../src/ledger/notes.ts';
import { allRuns, pagesOfAdmissions, pagesOfUsers } from '../../src/ledger/read-all.ts';
import { wrapStore } from '../../src/ports/wrap-store.ts';

const JOIN = {
  category: 'joiner',
  displayName: 'Join',
  executionConditions: 'onDemand',
  tasks: [{ taskDefinitionId: 'createAccount' }, { taskDefinitionId: 'orderBadge' }],
} as const;

/** A memory store with versions, failures in groups, a reprocessing, an audit, notes, admissions and settings. */
export async function fullStore(people = 12): Promise<Store> {
  const store = memoryStore();
  let isDown = true;
  const engine = await createEngine({
    store: wrapStore(store, { close: async () => {} }),
    schedule: false,
    directory: arrayDirectory(Array.from({ length: people }, (_, at) => ({ id: `p${at}` }))),
    tasks: {
      createAccount: ({ subject }) => {
        if (isDown && subject.id.endsWith('3')) throw new Error(`No account for ${subject.id}`);
      },
      orderBadge: ({ subject }) => {
        if (subject.id === 'p5') throw Object.assign(new Error('Desk is shut'), { code: 'Shut' });
        return { processingInfo: 'ordered', changes: ['badge'] };
      },
    },
  });
  await engine.start();
  const join = await engine.workflows.create(JOIN, { by: 'ada' });
  const subjects = Array.from({ length: people }, (_, at) => `p${at}`);
  const first = await engine.runs.activate(join.id, { subjects });
  await engine.runs.waitFor(first.id);
  await engine.workflows.update(join.id, { displayName: 'Join us' }, { by: 'bob' });
  isDown = false;
  await engine.runs.waitFor((await engine.runs.reprocess(first.id)).id);
  const gone = await engine.workflows.create({ ...JOIN, displayName: 'Gone' });
  await engine.workflows.delete(gone.id);
  await engine.settings.update({ emailSettings: { senderDomain: 'example.com', useCompanyBranding: true } });
  await engine.close();
  await store.transaction(async (tx) => {
    await tx.putAdmissions(
      subjects.map((subjectId, at) => ({ workflowId: join.id, subjectId, dueAtMs: at, runId: first.id })),
    );
    await tx.putNotes([{ collection: COLLECTIONS.seen, key: `${join.id}/p1`, body: '{"department":"IT"}' }]);
    await tx.putSetting(SETTINGS.callbackSecret, 'a secret');
    await tx.putSetting('host', 'of the host');
  });
  return store;
}

/** What a reader can see of a store. */
export async function everythingOf(store: StoreReader): Promise<unknown> {
  const workflows = await store.listWorkflows();
  const admissions: unknown[] = [];
  for (const { workflow } of workflows)
    for await (const page of pagesOfAdmissions(store, workflow.id)) admissions.push(...page);
  const runs: unknown[] = [];
  for await (const run of allRuns(store)) {
    const users: unknown[] = [];
    for await (const page of pagesOfUsers(store, run.id)) users.push(...page);
    const groups = await store.listFailureGroups(run.id);
    const members = await Promise.all(
      groups.map(({ key }) => store.listUsersOfFailureGroup(run.id, key, 0, 100)),
    );
    runs.push({ run, users, groups, members });
  }
  const notes: unknown[] = [];
  for (const collection of Object.values(COLLECTIONS))
    for await (const note of notesUnder(store, collection, '')) notes.push(note);
  const { rows } = await store.listUsersOfSubject({ subjectId: 'p3', after: null, limit: 100 });
  return {
    workflows,
    versions: await Promise.all(workflows.map(({ workflow }) => store.listWorkflowVersions(workflow.id))),
    runs,
    history: rows,
    admissions,
    notes,
    settings: await Promise.all([...Object.values(SETTINGS), 'host'].map((name) => store.getSetting(name))),
  };
}
