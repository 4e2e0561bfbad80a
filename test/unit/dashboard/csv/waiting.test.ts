import { expect, it } from 'vitest';
import { assembleDashboard } from '../../../../src/dashboard/handler.ts';
import { seededIds } from '../../../../src/system/virtual/random.ts';
import { makeWorld, workflowInput } from '../../../helpers/world.ts';

it('the tasks that wait for a callback are a list and a CSV, with the names of their people', async () => {
  const people = [{ id: 'u1', displayName: '=1+1' }, { id: 'u2' }];
  const callout = { post: async () => ({ status: 202, body: '' }), secret: () => 'secret' };
  const { engine, clock } = makeWorld({ subjects: people, callout, tasks: {} });
  await engine.start();
  const extension = await engine.customTaskExtensions.create({
    displayName: 'Badge office',
    endpointConfiguration: { targetUrl: 'https://hooks.example/run' },
    callbackConfiguration: { timeoutDuration: 'PT5M' },
  });
  const task = {
    id: 'runCustomTaskExtension',
    arguments: [{ name: 'customTaskExtensionID', value: extension.id }],
  };
  const { id } = await engine.workflows.create(workflowInput([task], { displayName: 'Badges' }));
  const run = await engine.runs.activate(id, { subjects: ['u1', 'u2'] });
  await clock.advance(1);
  const dashboard = assembleDashboard(engine, { clock, ids: seededIds(1), secret: () => 'secret' });
  const ask = (path: string) => dashboard(new Request(`http://localhost/-/data/${path}`));
  const page = await (await ask('waiting')).json();
  expect(page).toMatchObject({
    value: [
      { runId: run.id, subject: { id: 'u1' }, displayName: '=1+1' },
      { subject: { id: 'u2' }, displayName: null },
    ],
    nextToken: null,
  });
  const [head, ...rows] = (await (await ask('csv/waiting')).text()).trimEnd().split('\r\n');
  expect(head).toContain(
    'subjectId,displayName,task,extension,extensionId,workflow,version,runId,waitingSince',
  );
  expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual([
    ['u1', "'=1+1"],
    ['u2', ''],
  ]);
  expect(rows[0]).toContain(`Badge office,${extension.id},Badges,1,${run.id},`);
  expect((await ask('waiting?after=x')).status).toBe(400);
  await engine.close();
});
