/** The moment of a retry. */

import { describe, expect, it } from 'vitest';
import { expectNoUnhandledRejection } from '../../../helpers/unhandled-rejections.ts';
import { makeWorld, workflowInput } from '../../../helpers/world.ts';

expectNoUnhandledRejection();

const DAY = 86_400_000;

describe('retry timers', () => {
  it('are not delayed by a clock that is set back', async () => {
    const { engine, clock } = makeWorld({
      tasks: {
        a: {
          run: ({ attempt }) => {
            if (attempt === 1) throw new Error('again');
          },
          retry: { attempts: 2, delayMs: 1_000 },
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    clock.jump(-DAY);
    await clock.advance(10_000);
    expect((await engine.runs.get(run.id)).processingStatus).toBe('completed');
  });
});
