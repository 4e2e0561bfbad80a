import { describe, expect, it } from 'vitest';
import { carryOut } from '../../../src/ledger/requests.ts';
import type { StoreRequest } from '../../../src/model/request.ts';
import { codeOf, idsOf, makeWorld, workflowInput } from '../../helpers/world.ts';

async function world() {
  const { engine, store } = makeWorld();
  const workflow = await engine.workflows.create(workflowInput(['a']));
  const run = await engine.runs.activate(workflow.id, { subjects: idsOf(2) });
  const ask = (kind: StoreRequest['kind'], id: string, by: string | null = 'ada') =>
    carryOut(engine, store, { kind, id, by } as StoreRequest);
  return { engine, workflow, run, ask };
}

describe('a request to the process that writes the store', () => {
  it('cancels and deletes a run; a repeated cancel changes nothing', async () => {
    const { engine, run, ask } = await world();
    await ask('cancelRun', run.id);
    const canceled = await engine.runs.get(run.id);
    expect(canceled.processingStatus).toBe('canceled');
    await ask('cancelRun', run.id);
    expect(await engine.runs.get(run.id)).toEqual(canceled);
    await ask('deleteRun', run.id);
    expect(await codeOf(engine.runs.get(run.id))).toBe('NotFound');
    expect(await codeOf(ask('cancelRun', run.id))).toBe('NotFound');
  });

  it('changes a workflow in the name of its author, as often as it is made', async () => {
    const { engine, workflow, ask } = await world();
    for (const _ of ['once', 'twice']) await ask('disableWorkflow', workflow.id);
    expect(await engine.workflows.get(workflow.id)).toMatchObject({
      isEnabled: false,
      lastModifiedBy: { id: 'ada' },
    });
    await ask('enableWorkflow', workflow.id, null);
    expect(await engine.workflows.get(workflow.id)).toMatchObject({ isEnabled: true, lastModifiedBy: null });
  });

  it('is refused as the method refuses it: no schedule without a trigger', async () => {
    const { workflow, ask } = await world();
    expect(await codeOf(ask('enableSchedule', workflow.id))).toBe('InvalidArgument');
  });

  it('deletes a workflow and restores it', async () => {
    const { engine, workflow, ask } = await world();
    await ask('deleteWorkflow', workflow.id);
    expect(await codeOf(engine.workflows.get(workflow.id))).toBe('NotFound');
    await ask('restoreWorkflow', workflow.id);
    expect((await engine.workflows.get(workflow.id)).id).toBe(workflow.id);
  });

  it('pauses the runs of a workflow and resumes them', async () => {
    const { engine, workflow, ask } = await world();
    for (const _ of ['once', 'twice']) await ask('pauseRuns', workflow.id);
    expect((await engine.workflows.get(workflow.id)).runsPausedDateTime).toBeDefined();
    await ask('resumeRuns', workflow.id);
    expect((await engine.workflows.get(workflow.id)).runsPausedDateTime).toBeUndefined();
  });

  it('of a newer version of tenure is refused', async () => {
    const { workflow, ask } = await world();
    expect(await codeOf(ask('paintWorkflow' as never, workflow.id))).toBe('InvalidArgument');
  });
});
