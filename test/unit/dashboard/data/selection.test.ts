import { expect, it } from 'vitest';
import { assembleDashboard } from '../../../../src/dashboard/handler.ts';
import type { SelectedPeople } from '../../../../src/dashboard/wire.ts';
import { PERMISSIONS } from '../../../../src/graph/access/permissions.ts';
import { seededIds } from '../../../../src/system/virtual/random.ts';
import { makeWorld, people, workflowInput } from '../../../helpers/world.ts';

function make(...permissions: (typeof PERMISSIONS)[keyof typeof PERMISSIONS][]) {
  const world = makeWorld({
    subjects: people(30, (no) => ({
      department: no % 3 === 0 ? 'IT' : 'Sales',
      memberOf: no < 5 ? ['g1'] : [],
    })),
  });
  const authorize = () => ({ id: 'ada', permissions });
  const ports = { clock: world.clock, ids: seededIds(1), secret: () => 'secret' };
  const handler = assembleDashboard(world.engine, ports, { authorize });
  const ask = (path: string, init: RequestInit = {}) =>
    handler(new Request(`http://localhost/-/${path}`, init));
  const selected = async (query: string) =>
    (await (await ask(`data/selection?${query}`)).json()) as SelectedPeople;
  return { ...world, ask, selected };
}

it('the people of a rule or group are counted before anything is run', async () => {
  const { selected } = make(PERMISSIONS.activate);
  expect(await selected("rule=department%20eq%20'IT'")).toMatchObject({
    usersCount: 10,
    sampleIds: ['u3', 'u6', 'u9', 'u12', 'u15', 'u18', 'u21', 'u24', 'u27', 'u30'],
    warnings: [],
    isCut: false,
  });
  expect(await selected('group=g1')).toMatchObject({ usersCount: 4 });
  const wrong = await selected("rule=departmant%20eq%20'IT'");
  expect([wrong.usersCount, wrong.warnings[0]]).toEqual([
    0,
    expect.stringContaining('department may be meant'),
  ]);
});

it('a count is for those who may activate, of either a rule or a group', async () => {
  const { ask } = make(PERMISSIONS.activate);
  for (const query of ['', "?rule=a%20eq%20'b'&group=g", '?rule=a%20eq'])
    expect([query, (await ask(`data/selection${query}`)).status]).toEqual([query, 400]);
  const reader = make(PERMISSIONS.readAll);
  expect((await reader.ask('data/selection?group=g1')).status).toBe(403);
});

it('a workflow is run by a rule over the API of the page', async () => {
  const { engine, ask } = make(PERMISSIONS.readWriteAll);
  await engine.start();
  const { id } = await engine.workflows.create(workflowInput(['a']));
  const activate = (body: object) =>
    ask(`api/v1.0/identityGovernance/lifecycleWorkflows/workflows/${id}/activate`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  const answer = await activate({ rule: "department eq 'IT'" });
  expect(answer.status).toBe(204);
  const run = await engine.runs.get(answer.headers.get('x-run-id') ?? '');
  expect([run.totalUsersCount, run.workflowExecutionType]).toEqual([10, 'onDemand']);
  for (const body of [{ rule: 1 }, { rule: 'a eq' }, { rule: "a eq 'b'", subjects: [] }])
    expect((await activate(body)).status).toBe(400);
  await engine.close();
});
