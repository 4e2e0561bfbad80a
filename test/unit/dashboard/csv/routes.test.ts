import { describe, expect, it } from 'vitest';
import { assembleDashboard } from '../../../../src/dashboard/handler.ts';
import { seededIds } from '../../../../src/system/virtual/random.ts';
import { makeWorld, workflowInput } from '../../../helpers/world.ts';

const PEOPLE = [
  { id: 'u1', displayName: '=HYPERLINK("http://evil.example.com")' },
  { id: 'u2', displayName: 'Bob, the second' },
  { id: 'u3' },
];

async function make() {
  const world = makeWorld({
    subjects: PEOPLE,
    tasks: {
      '*': ({ subject }) => {
        if (subject.id === 'u2') throw new Error('The mailbox is gone');
      },
    },
  });
  const { engine, clock } = world;
  const dashboard = assembleDashboard(engine, { clock, ids: seededIds(1), secret: () => 'secret' });
  await engine.start();
  const workflow = await engine.workflows.create(workflowInput(['mail'], { displayName: 'Welcome' }));
  const run = await engine.runs.activate(workflow.id, { subjects: ['u1', 'u2', 'u3'] }, { by: 'ada' });
  await clock.until(engine.runs.waitFor(run.id));
  const lines = async (path: string) => {
    const answer = await dashboard(new Request(`http://localhost/-/data/csv/${path}`));
    const text = await answer.text();
    return answer.status === 200 ? text.trimEnd().split('\r\n') : [String(answer.status), text];
  };
  return { engine, run, workflow, lines };
}

describe('lists as CSV', () => {
  it('have runs, by the conditions of the page', async () => {
    const { engine, run, workflow, lines } = await make();
    const [head, ...rows] = await lines(`runs?status=completed,completedWithErrors&workflow=${workflow.id}`);
    expect(head?.split(',').slice(0, 4)).toEqual(['id', 'workflow', 'workflowId', 'version']);
    expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual([[run.id, 'Welcome']]);
    expect(await lines('runs?status=failed')).toHaveLength(1);
    expect((await lines('runs?status=odd'))[0]).toBe('400');
    await engine.close();
  });

  it('have the people of a run, with their names defused', async () => {
    const { engine, run, lines } = await make();
    const [, ...rows] = await lines(`runs/${run.id}/people`);
    expect(rows.map((row) => row.replace(/,(?:completed|failed),.*/, ''))).toEqual([
      `u1,"'=HYPERLINK(""http://evil.example.com"")"`,
      'u2,"Bob, the second"',
      'u3,',
    ]);
    expect(await lines(`runs/${run.id}/people?status=failed`)).toHaveLength(2);
    expect(await lines(`runs/${run.id}/people?person=u3`)).toHaveLength(2);
    await engine.close();
  });

  it('have the tasks and the report of a run, the history of a person, and the workflows', async () => {
    const { engine, run, lines } = await make();
    const [, failed = '', ...more] = await lines(`runs/${run.id}/tasks?status=failed`);
    expect([failed.startsWith('u2,mail,failed,'), more]).toEqual([true, []]);
    expect(failed).toContain('The mailbox is gone');
    expect((await lines(`runs/${run.id}/report`))[1]).toMatch(/^mail,completedWithErrors,3,2,1,0,/);
    expect((await lines('people/u2'))[1]).toMatch(/^Welcome,1,[0-9a-f-]{36},failed,mail,failed,/);
    expect((await lines('workflows'))[1]).toContain(',Welcome,joiner,1,true,false,');
    await engine.close();
  });

  it('have the failures of a run by cause, what waits, and the audit', async () => {
    const { engine, run, workflow, lines } = await make();
    expect((await lines(`runs/${run.id}/failures`))[1]).toMatch(
      /^mail,HandlerFailed,The mailbox is gone,1,0,/,
    );
    expect(await lines('waiting')).toHaveLength(1);
    const [, ...entries] = await lines(`audit?workflow=${workflow.id}`);
    const activities = entries.map((line) => line.split(',')[2]);
    expect(activities).toEqual(['Set workflow for on-demand execution', 'Create workflow']);
    expect(await lines('audit?workflow=other')).toHaveLength(1);
    await engine.close();
  });

  it('are there for runs that are', async () => {
    const { engine, lines } = await make();
    for (const part of ['people', 'tasks', 'report', 'failures'])
      expect((await lines(`runs/none/${part}`))[0]).toBe('404');
    await engine.close();
  });
});
