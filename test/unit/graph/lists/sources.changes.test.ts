import { expect, it } from 'vitest';
import { createGraphHandler } from '../../../../src/graph.ts';
import { arrayDirectory, createEngine, type TaskHandlerResult } from '../../../../src/index.ts';

const LW = 'http://localhost/v1.0/identityGovernance/lifecycleWorkflows/workflows';

/** What Graph shows of one task that returned `result`, as a list and by a filter. */
async function shownOf(result: TaskHandlerResult, filter: string) {
  const engine = await createEngine({
    directory: arrayDirectory([{ id: 'ada' }]),
    tasks: { '*': () => result },
  });
  const { workflow } = await engine.workflows.ensure({
    category: 'leaver',
    displayName: 'Last day',
    executionConditions: 'onDemand',
    tasks: [{ taskDefinitionId: 'removeUserFromAllGroups' }],
  });
  await engine.start();
  const { id } = await engine.runs.activate(workflow.id, { subjects: ['ada'] });
  await engine.runs.waitFor(id);
  const handler = createGraphHandler(engine);
  const list = `${LW}/${workflow.id}/runs/${id}/taskProcessingResults`;
  const read = async (query: string) =>
    ((await (await handler(new Request(list + query))).json()) as { value: Record<string, unknown>[] }).value;
  const shown = { all: await read(''), found: await read(`?$filter=${encodeURIComponent(filter)}`) };
  await engine.close();
  return shown;
}

it('what a task changed stands in processingInfo, after its own info, and can be searched there', async () => {
  const result = { processingInfo: 'as asked', changes: ['left Sales', 'left Berlin'] };
  const { all, found } = await shownOf(result, "contains(processingInfo,'Berlin')");
  expect(all).toMatchObject([{ processingInfo: 'as asked; left Sales; left Berlin' }]);
  expect(all[0]).not.toHaveProperty('changes');
  expect(all[0]).not.toHaveProperty('code');
  expect(found).toEqual(all);
});

it('changes alone are the info, cut at 2,000 characters', async () => {
  const changes = Array.from({ length: 100 }, (_, no) => `${no}`.padEnd(150, 'x'));
  const { all, found } = await shownOf({ changes }, "contains(processingInfo,'Berlin')");
  const info = String(all[0]?.processingInfo);
  expect(info).toHaveLength(2_000);
  expect(info.startsWith(`${changes[0]}; ${changes[1]}`) && info.endsWith('…')).toBe(true);
  expect(found).toEqual([]);
});
