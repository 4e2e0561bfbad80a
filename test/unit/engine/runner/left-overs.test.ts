import { expect, it } from 'vitest';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { makeWorld, workflowInput } from '../../../helpers/world.ts';

it('clears a run that another process left half written, in an engine that has long been started', async () => {
  const { engine, store, clock } = makeWorld({
    store: memoryStore({ slices: true }),
    tasks: { '*': () => {} },
  });
  const workflow = await engine.workflows.create(workflowInput(['t1']));
  const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
  await engine.start();
  await clock.advance(1_000);
  const written = await store.getRun(run.id);
  if (!written) throw new Error('Expected the run to be there');
  await store.transaction((tx) =>
    tx.insertRun({ ...written, id: 'd1000000-0000-8000-8000-000000000000', published: false }),
  );
  await clock.advance(60_000);
  expect(await store.listUnfinishedRuns()).toHaveLength(1);
  await clock.advance(60_000);
  expect(await store.listUnfinishedRuns()).toEqual([]);
  await engine.stop();
});
