/** Loggers of the host that throw. */

import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/array-directory.ts';
import { readSettings } from '../../../src/engine/settings.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { seededIds } from '../../../src/system/virtual/random.ts';
import { gated } from '../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { watchedStore } from '../../helpers/watched-store.ts';
import { expectSound, idsOf, makeWorld, people, workflowInput } from '../../helpers/world.ts';

expectNoUnhandledRejection();

const full = () => new LifecycleError('StoreFull', 'Expected room on the disk, got none');

describe('a logger that throws', () => {
  const broken = () => {
    throw new Error('the log is full');
  };
  const logger = { debug: broken, info: broken, warn: broken, error: broken };

  it('does not stop the engine when a commit fails', async () => {
    const { assembleEngine } = await import('../../../src/engine/engine.ts');
    const clock = new VirtualClock();
    const store = watchedStore(memoryStore());
    const engine = assembleEngine(
      {
        store,
        clock,
        directory: arrayDirectory(people(3)),
        random: { next: () => 0 },
        ids: seededIds(5),
        logger,
      },
      readSettings({ tasks: { '*': () => {} } }),
    );
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    let failures = 1;
    store.hooks.commit = (_n, { users }) => {
      if (users.size > 0 && failures-- > 0) throw full();
    };
    expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
    await expectSound(store);
  });

  it('does not leak the lane of a handler that was given up', async () => {
    const gate = gated();
    const { engine, clock, store } = makeWorld({
      logger,
      concurrency: 1,
      abortGraceMs: 10,
      tasks: { a: { run: gate.run, timeoutMs: 10 }, b: () => {} },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const other = await engine.workflows.create(workflowInput(['b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('failed');
    gate.calls[0]?.resolve();
    const next = await engine.runs.activate(other.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.waitFor(next.id))).processingStatus).toBe('completed');
    await expectSound(store);
  });

  it('does not fail a task that logs', async () => {
    const { engine, clock } = makeWorld({ logger, tasks: { a: (context) => context.log.info('at work') } });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
  });
});
