import { describe, expect, it } from 'vitest';
import { codeOf, makeWorld, workflowInput } from '../../../helpers/world.ts';

const person = (id: string) => ({
  '@odata.type': '#microsoft.graph.identityGovernance.directoryObjectWorkflowSubject',
  directoryObject: { '@odata.type': '#microsoft.graph.user', id },
});

/** A workflow with a run of three people, and one of a provisioning object. */
async function twoRuns() {
  const world = makeWorld({ subjects: 3 });
  const { engine } = world;
  const { id } = await engine.workflows.create(workflowInput(['a', 'b']));
  await engine.start();
  const ofPeople = await engine.runs.activate(id, { subjects: ['u1', 'u2', 'u3'] });
  const object = { id: 'u2', attributeSetEntries: [{ name: 'city', value: 'Rome' }] };
  const ofObject = await engine.runs.activate(id, { provisioningObject: object });
  for (const run of [ofPeople, ofObject]) await engine.runs.waitFor(run.id);
  return { world, engine, id, ofPeople: ofPeople.id, ofObject: ofObject.id, object };
}

describe('a subject result', () => {
  it('is the user result, in everything but its subject, in the same order and pages', async () => {
    const { world, engine, ofPeople } = await twoRuns();
    const options = { top: 2, count: true, orderBy: 'completedDateTime desc' };
    const users = await engine.userProcessingResults.list(ofPeople, options);
    const subjects = await engine.subjectProcessingResults.list(ofPeople, options);
    expect(subjects).toEqual({
      ...users,
      value: users.value.map((user) => ({ ...user, subject: person(user.subject.id), subjectType: 'user' })),
    });
    const [first] = subjects.value;
    expect(await engine.subjectProcessingResults.get(ofPeople, first?.id ?? '')).toEqual(first);
    await world.engine.stop();
  });

  it('is of a provisioning object where one was activated, and of no other subject', async () => {
    const { world, engine, id, ofPeople, ofObject, object } = await twoRuns();
    const mixed = await Promise.all(
      [ofObject, ofPeople].map(async (run) => (await engine.userProcessingResults.list(run)).value),
    );
    const subjects = await engine.subjectProcessingResults.of(id, mixed.flat());
    expect(subjects.map(({ subject }) => subject)).toEqual([
      { '@odata.type': '#microsoft.graph.identityGovernance.provisioningObjectWorkflowSubject', ...object },
      ...['u1', 'u2', 'u3'].map(person),
    ]);
    expect(subjects.map(({ subjectType }) => subjectType)).toEqual([
      'provisioningObject',
      'user',
      'user',
      'user',
    ]);
    expect(await engine.subjectProcessingResults.of(id, [])).toEqual([]);
    await world.engine.stop();
  });

  it('is gone with its run, and its object with the workflow', async () => {
    const { world, engine, id, ofObject } = await twoRuns();
    const [result] = (await engine.subjectProcessingResults.list(ofObject)).value;
    const objects = async () =>
      (await world.store.listNotes({ collection: 'provisioningObjects', prefix: '', after: null, limit: 9 }))
        .length;
    expect(await objects()).toBe(1);
    await engine.workflows.delete(id);
    expect(await codeOf(engine.subjectProcessingResults.get(ofObject, result?.id ?? ''))).toBe('NotFound');
    await engine.workflows.purge(id);
    expect(await objects()).toBe(0);
    await world.engine.stop();
  });
});

it.each<[string, object, string]>([
  ['nobody', {}, 'InvalidArgument'],
  ['two kinds at once', { subjects: ['u1'], provisioningObject: { id: 'u1' } }, 'InvalidArgument'],
  ['an object without an id', { provisioningObject: {} }, 'InvalidArgument'],
])('an activation for %s is refused', async (_, activation, code) => {
  const { engine } = makeWorld({ subjects: 1 });
  const { id } = await engine.workflows.create(workflowInput(['a']));
  expect(await codeOf(engine.runs.activate(id, activation as never))).toBe(code);
});
