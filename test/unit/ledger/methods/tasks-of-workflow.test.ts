import { afterAll, beforeAll, expect, it } from 'vitest';
import { arrayDirectory, createEngine, type Engine } from '../../../../src/index.ts';
import type { TaskListOptions } from '../../../../src/ledger/methods/task-results.ts';
import type { TaskProcessingResult } from '../../../../src/model/resources/resources.ts';
import { codeOf, workflowInput } from '../../../helpers/world.ts';

let engine: Engine;
let workflowId: string;
let runIds: string[];

/** Three runs of four users with three tasks; the second task of two of the users fails. And another workflow. */
beforeAll(async () => {
  engine = await createEngine({
    directory: arrayDirectory(['a', 'b', 'c', 'd'].map((id) => ({ id }))),
    tasks: {
      fails({ subject }) {
        if (subject.id > 'b') throw new Error('It always fails');
      },
      '*': () => {},
    },
  });
  await engine.start();
  const tasks = ['one', 'fails', 'three'];
  ({ id: workflowId } = await engine.workflows.create(workflowInput(tasks)));
  const { id: other } = await engine.workflows.create(workflowInput(tasks));
  const run = async (of: string): Promise<string> => {
    const { id } = await engine.runs.activate(of, { subjects: ['a', 'b', 'c', 'd'] });
    await engine.runs.waitFor(id);
    return id;
  };
  await run(other);
  for (let no = 0; no < 3; no++) await run(workflowId);
  runIds = (await engine.runs.list(workflowId)).value.map(({ id }) => id);
});
afterAll(() => engine.close());

async function walk(options: TaskListOptions): Promise<TaskProcessingResult[]> {
  const found: TaskProcessingResult[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await engine.taskProcessingResults.listOfWorkflow(workflowId, {
      ...options,
      ...(after === undefined ? {} : { after }),
    });
    expect(page.value.length).toBeLessThanOrEqual(options.top ?? 100);
    found.push(...page.value);
    after = page.nextToken;
  }
  return found;
}

it.each<[string, TaskListOptions]>([
  ['all', {}],
  ['failed', { processingStatus: 'failed' }],
  ['completed', { processingStatus: 'completed' }],
])('%s are those of its runs, newest first, on pages of any size', async (_, status) => {
  const ofRuns = await Promise.all(
    runIds.map(async (id) => (await engine.taskProcessingResults.list(id, { top: 999, ...status })).value),
  );
  expect(ofRuns.flat().length).toBeGreaterThan(5);
  for (const top of [1, 2, 5, 999]) expect(await walk({ ...status, top })).toEqual(ofRuns.flat());
});

it('a token of another list is refused', async () => {
  const { nextToken } = await engine.userProcessingResults.listOfWorkflow(workflowId, { top: 1 });
  const options = { after: nextToken ?? '' };
  expect(await codeOf(engine.taskProcessingResults.listOfWorkflow(workflowId, options))).toBe(
    'InvalidPageToken',
  );
});
