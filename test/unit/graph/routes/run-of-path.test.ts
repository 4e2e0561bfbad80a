import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TABLE } from '../../../../src/graph/routes/routes.ts';
import { type Api, makeRun, makeWorkflow, openApi, TYPE } from '../../../graph/support.ts';

const KEYS_IN_RUNS = /\{(?:run|report|user|taskResult)\}/;
const IN_RUNS = TABLE.filter(
  ({ path }) =>
    path.includes('{workflow}') &&
    KEYS_IN_RUNS.test(path) &&
    !path.startsWith('workflows/{workflow}/executionScope/'),
).map(({ method, path }) => [method, path] as const);

let api: Api;
let keys: Readonly<Record<string, string>>;
let elsewhere: string;

beforeAll(async () => {
  api = await openApi();
  const workflow = await makeWorkflow(api);
  elsewhere = await makeWorkflow(api, 'Another');
  const run = await makeRun(api, workflow, ['p1', 'p9']);
  await makeRun(api, elsewhere, ['p2']);
  const again = await api.engine.runs.reprocess(run);
  await api.engine.runs.waitFor(again.id);
  const { value: failed } = await api.engine.taskProcessingResults.list(run, { processingStatus: 'failed' });
  const { value: users } = await api.engine.userProcessingResults.list(run);
  const [report] = await api.engine.taskReports.list(run);
  keys = {
    workflow,
    run,
    user: users[1]?.id ?? '',
    taskResult: failed[0]?.id ?? '',
    task: failed[0]?.task.id ?? '',
    report: report?.id ?? '',
    reprocessed: again.id,
    version: '1',
    scoped: 'p1',
  };
});

afterAll(async () => {
  await api.engine.close();
  expect(api.faults).toEqual([]);
});

/** A request for the route, under the given workflow. */
async function status(method: string, path: string, workflow: string): Promise<number> {
  const filled = path
    .replace(/\{(\w+)\}/g, (_, name: string) => (name === 'workflow' ? workflow : (keys[name] ?? '')))
    .replace('summary()', 'summary(startDateTime=2020-01-01T00:00:00Z,endDateTime=2099-01-01T00:00:00Z)');
  const body = method === 'POST' || method === 'PATCH' ? {} : undefined;
  return (await api.send(method, `/${filled}`, body)).status;
}

describe('a path with a run', () => {
  it.each(IN_RUNS)('%s %s answers 404 under another workflow', async (method, path) => {
    expect(await status(method, path, elsewhere)).toBe(404);
  });

  it.each(IN_RUNS.filter(([method]) => method === 'GET'))(
    '%s %s is found under its own',
    async (method, path) => {
      expect([200, 204]).toContain(await status(method, path, keys.workflow ?? ''));
    },
  );

  it('that another workflow has leaves the run as it is', async () => {
    await status('DELETE', 'workflows/{workflow}/runs/{run}', elsewhere);
    expect((await api.engine.runs.get(keys.run ?? '')).processingStatus).toBe('completedWithErrors');
  });
});

it('cancelProcessing of a run that another workflow has answers 404, and cancels nothing', async () => {
  const workflow = await makeWorkflow(api, 'Waits', ['waits']);
  const { id } = await api.engine.runs.activate(workflow, { subjects: ['p3'] });
  const body = { scope: { '@odata.type': `${TYPE}cancelRunsScope`, runs: [{ id }] } };
  expect((await api.post(`/workflows/${elsewhere}/cancelProcessing`, body)).status).toBe(404);
  api.letGo();
  expect((await api.engine.runs.waitFor(id)).processingStatus).toBe('completed');
});
