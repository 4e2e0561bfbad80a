/** Runs for the objects of a provisioning system, which the directory need not know. */
import { expect, it } from 'vitest';
import type { Subject } from '../../../src/model/subject.ts';
import {
  allTasks,
  expectSound,
  makeWorld,
  type World,
  type WorldOptions,
  workflowInput,
} from '../../helpers/world.ts';

const OBJECT = {
  id: 'new-hire',
  attributeSetEntries: [
    { name: 'department', value: 'Engineering' },
    { name: 'manager', value: null },
    { name: 'id', value: 'another id' },
  ],
};
const AS_SUBJECT = { id: 'new-hire', department: 'Engineering', manager: null };

/** A world that keeps the subjects of its tasks. */
function provisioningWorld(options: WorldOptions = {}): World & { readonly seen: Subject[] } {
  const seen: Subject[] = [];
  const tasks = { '*': ({ subject }: { subject: Subject }) => void seen.push(subject) };
  return { ...makeWorld({ tasks, ...options }), seen };
}

const typeOf = async ({ engine }: World, runId: string) =>
  (await engine.subjectProcessingResults.list(runId)).value.map((one) => one.subjectType);

it('an object that the directory does not know is its own subject, with its entries as attributes', async () => {
  const world = provisioningWorld();
  const { id } = await world.engine.workflows.create(workflowInput(['badge']));
  await world.engine.start();
  const run = await world.engine.runs.activate(id, { provisioningObject: OBJECT });
  const finished = await world.engine.runs.waitFor(run.id);
  expect(finished).toMatchObject({
    processingStatus: 'completed',
    workflowExecutionType: 'extensibilityOnDemand',
  });
  expect(world.seen).toEqual([AS_SUBJECT]);
  expect(await typeOf(world, run.id)).toEqual(['provisioningObject']);
  await expectSound(world.store);
  await world.engine.stop();
});

it('an object that the directory knows is the directory’s subject', async () => {
  const world = provisioningWorld({ subjects: [{ id: 'new-hire', department: 'Sales' }] });
  const { id } = await world.engine.workflows.create(workflowInput(['badge']));
  await world.engine.start();
  const run = await world.engine.runs.activate(id, { provisioningObject: OBJECT });
  await world.engine.runs.waitFor(run.id);
  expect(world.seen).toEqual([{ id: 'new-hire', department: 'Sales' }]);
  await world.engine.stop();
});

it('an object keeps its attributes for the engine that takes over its run', async () => {
  const first = provisioningWorld({ tasks: { '*': () => new Promise<void>(() => {}) }, abortGraceMs: 1 });
  const { id } = await first.engine.workflows.create(workflowInput(['badge', 'laptop']));
  await first.engine.start();
  const run = await first.engine.runs.activate(id, { provisioningObject: OBJECT });
  await first.clock.advance(1);
  const stopping = first.engine.stop({ deadlineMs: 1 });
  await first.clock.advance(60_000);
  await stopping;
  const second = provisioningWorld({ store: first.store, clock: first.clock });
  await second.engine.start();
  await second.engine.runs.waitFor(run.id);
  expect(second.seen).toEqual([AS_SUBJECT, AS_SUBJECT]);
  await second.engine.stop();
});

it.each(['the run', 'its result'])('an object is reprocessed by reprocessing %s', async (what) => {
  const world = provisioningWorld({ tasks: { '*': () => Promise.reject(new Error('Not today')) } });
  const { id } = await world.engine.workflows.create(workflowInput(['badge']));
  await world.engine.start();
  const run = await world.engine.runs.activate(id, { provisioningObject: OBJECT });
  await world.engine.runs.waitFor(run.id);
  const { value } = await world.engine.userProcessingResults.list(run.id);
  const options = what === 'the run' ? {} : { processingResults: value };
  const again = await world.engine.runs.reprocess(run.id, options);
  expect((await world.engine.runs.waitFor(again.id)).processingStatus).toBe('failed');
  // The task ran: an unknown subject would have been canceled.
  const [task] = await allTasks(world.engine, again.id);
  expect(task?.failureReason).toContain('Not today');
  expect(await typeOf(world, again.id)).toEqual(['provisioningObject']);
  await world.engine.stop();
});
