/** Callers that wait for a run to finish. */

import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import { gated } from '../../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../../helpers/unhandled-rejections.ts';
import { codeOf, makeWorld, workflowInput } from '../../../helpers/world.ts';

expectNoUnhandledRejection();

const never = new Promise<never>(() => {});

describe('waiting for a run', () => {
  it('waitFor() rejects when the workflow is purged while the run drains', async () => {
    const gate = gated();
    const { engine, clock } = makeWorld({ tasks: { '*': gate.run } });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const waiting = codeOf(engine.runs.waitFor(run.id));
    await clock.until(engine.workflows.delete(workflow.id));
    await engine.workflows.purge(workflow.id);
    expect(await clock.until(waiting)).toBe('NotFound');
  });

  it('waitFor() takes the id in any letter case', async () => {
    const { engine, clock } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const done = clock.until(engine.runs.waitFor(run.id.toUpperCase()));
    expect((await done).processingStatus).toBe('completed');
  });

  it('a store that cannot be read while a workflow changes causes no unhandled rejection', async () => {
    const { engine, clock, store } = makeWorld({ tasks: { '*': () => never } });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const waiting = codeOf(engine.runs.waitFor(run.id));
    await clock.settle();
    store.hooks.read = (method) => {
      if (method === 'getRun') throw new LifecycleError('StoreLocked', 'Expected the store, got a lock');
    };
    await engine.workflows.update(workflow.id, { description: 'changed' });
    await clock.settle();
    store.hooks.read = () => {};
    await clock.until(engine.stop({ deadlineMs: 1 }));
    expect(await waiting).toBe('EngineStopped');
  });
});
