/** Which tasks wait for a callback, as the store has it. */
import { describe, expect, it } from 'vitest';
import type { WaitingTask } from '../../../../src/model/resources/resources.ts';
import { MINUTE_MS } from '../../../../src/model/time.ts';
import type { Callout } from '../../../../src/ports/callout.ts';
import { codeOf, idsOf, makeWorld, people, type World, workflowInput } from '../../../helpers/world.ts';

const DONE = { data: { operationStatus: 'Completed' } };
const TRUSTED = { trusted: true } as const;

/** A started world whose workflow calls an extension, and waits for it, after its first task. */
async function waitingWorld(count: number) {
  const callout: Callout = { post: async () => ({ status: 202, body: '' }), secret: () => 'secret' };
  const world = makeWorld({ subjects: people(count), callout, tasks: { before: () => {}, after: () => {} } });
  const { engine } = world;
  await engine.start();
  const extension = await engine.customTaskExtensions.create({
    displayName: 'Badge office',
    endpointConfiguration: { targetUrl: 'https://hooks.example/run' },
    callbackConfiguration: { timeoutDuration: 'PT5M' },
  });
  const calls = {
    id: 'runCustomTaskExtension',
    arguments: [{ name: 'customTaskExtensionID', value: extension.id }],
  };
  const workflow = await engine.workflows.create(workflowInput(['before', calls, 'after']));
  return { ...world, extension, workflow };
}

async function activated({ engine, clock }: World, workflowId: string, subjects: readonly string[]) {
  const run = await engine.runs.activate(workflowId, { subjects });
  await clock.advance(1);
  return run;
}

async function allWaiting({ engine }: World, top: number): Promise<readonly WaitingTask[]> {
  const found: WaitingTask[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await engine.taskProcessingResults.listWaiting({
      top,
      ...(after === undefined ? {} : { after }),
    });
    expect(page.value.length).toBeLessThanOrEqual(top);
    found.push(...page.value);
    after = page.nextToken;
  }
  return found;
}

describe('the tasks that wait for a callback', () => {
  it('name the person, the run, the extension, since when and until when', async () => {
    const world = await waitingWorld(2);
    const { engine, workflow, extension } = world;
    const run = await activated(world, workflow.id, ['u2']);
    const [task, ...more] = await allWaiting(world, 10);
    expect(more).toEqual([]);
    expect(task).toMatchObject({
      runId: run.id,
      workflow: { id: workflow.id, displayName: workflow.displayName, version: 1 },
      subject: { id: 'u2' },
      task: { id: workflow.tasks[1]?.id },
      extension: { id: extension.id, displayName: 'Badge office' },
    });
    const { waitingSinceDateTime, waitingUntilDateTime } = task as WaitingTask;
    expect(Date.parse(waitingUntilDateTime) - Date.parse(waitingSinceDateTime)).toBe(5 * MINUTE_MS);
    await engine.taskProcessingResults.resume(task?.id ?? '', DONE, TRUSTED);
    expect((await engine.runs.waitFor(run.id)).processingStatus).toBe('completed');
    await engine.close();
  });

  it('are listed by run, oldest first, and by person, whatever the size of a page', async () => {
    const world = await waitingWorld(450);
    const first = await activated(world, world.workflow.id, idsOf(450));
    const second = await activated(world, world.workflow.id, ['u7', 'u3']);
    const expected = [
      ...idsOf(450).map((id) => [first.id, id]),
      ...['u7', 'u3'].map((id) => [second.id, id]),
    ];
    for (const top of [7, 200, 452, 999]) {
      const found = await allWaiting(world, top);
      expect(found.map(({ runId, subject }) => [runId, subject.id])).toEqual(expected);
    }
    await world.engine.close();
  });

  it('are no longer listed when they are answered, also while the engine is stopped, canceled or out of time', async () => {
    const world = await waitingWorld(3);
    const { engine, workflow, clock } = world;
    const run = await activated(world, workflow.id, ['u1', 'u2']);
    const other = await activated(world, workflow.id, ['u3']);
    const [one] = await allWaiting(world, 10);
    await engine.taskProcessingResults.resume(one?.id ?? '', DONE, TRUSTED);
    expect((await allWaiting(world, 10)).map(({ subject }) => subject.id)).toEqual(['u2', 'u3']);
    await engine.runs.cancel(other.id);
    expect((await allWaiting(world, 10)).map(({ subject }) => subject.id)).toEqual(['u2']);
    await clock.advance(6 * MINUTE_MS);
    await engine.runs.waitFor(run.id);
    expect(await allWaiting(world, 10)).toEqual([]);
    await engine.close();
  });

  it('are listed without the name of an extension that was deleted, and not with their workflow', async () => {
    const world = await waitingWorld(1);
    const { engine, workflow, extension } = world;
    await activated(world, workflow.id, ['u1']);
    await engine.customTaskExtensions.delete(extension.id);
    expect(await allWaiting(world, 10)).toMatchObject([
      { extension: { id: extension.id, displayName: null } },
    ]);
    await engine.workflows.delete(workflow.id);
    expect(await allWaiting(world, 10)).toEqual([]);
    await engine.close();
  });

  it('refuses the token of another list', async () => {
    const { engine } = await waitingWorld(1);
    const { taskProcessingResults } = engine;
    expect(await codeOf(taskProcessingResults.listWaiting({ after: 'x' }))).toBe('InvalidPageToken');
    expect(await codeOf(taskProcessingResults.listWaiting({ top: 0 }))).toBe('InvalidArgument');
    await engine.close();
  });
});
