import { expect, it } from 'vitest';
import { assembleDashboard } from '../../../../src/dashboard/handler.ts';
import type { Effects } from '../../../../src/dashboard/wire.ts';
import { seededIds } from '../../../../src/system/virtual/random.ts';
import { idsOf, makeWorld, people, workflowInput } from '../../../helpers/world.ts';

it('what tasks said is counted without what differs from person to person, the most frequent first', async () => {
  const { engine, clock } = makeWorld({
    subjects: people(450, (no) => ({ displayName: `Person${no}` })),
    tasks: {
      group: {
        run: () => {},
        preview: () => ({ changes: ['add to group sales', 'remove from group guests'] }),
      },
      mail: {
        run: () => {},
        preview: ({ subject }) => {
          if (Number(subject.id.slice(1)) % 3 === 0) throw new Error(`no mailbox for ${subject.displayName}`);
          return { processingInfo: `would mail ${subject.id}` };
        },
      },
    },
  });
  await engine.start();
  const { id } = await engine.workflows.create(workflowInput(['group', 'mail']));
  const run = await engine.workflows.preview(id, { subjects: idsOf(450) });
  await clock.until(engine.runs.waitFor(run.id));
  const dashboard = assembleDashboard(engine, { clock, ids: seededIds(1), secret: () => 'secret' });
  const answer = await dashboard(new Request(`http://localhost/-/data/runs/${run.id}/effects`));
  const { value, isCut } = (await answer.json()) as Effects;
  expect(value.map(({ task, status, text, count }) => [task, status, text, count])).toEqual([
    ['group', 'completed', 'add to group sales', 450],
    ['group', 'completed', 'remove from group guests', 450],
    ['mail', 'completed', 'would mail …', 300],
    ['mail', 'failed', 'no mailbox for …', 150],
  ]);
  expect(isCut).toBe(false);
  expect((await dashboard(new Request('http://localhost/-/data/runs/none/effects'))).status).toBe(404);
  await engine.close();
});
