import { expect, it } from 'vitest';
import { type Json, LW, makeRun, makeWorkflow, openApi } from '../../graph/support.ts';

/** The ids on all pages of a list; `meanwhile` is done after the first. */
async function visited(
  get: (path: string) => Promise<Json>,
  path: string,
  meanwhile: () => Promise<unknown>,
): Promise<string[]> {
  const ids: string[] = [];
  for (let link: string | undefined = path; link !== undefined; ) {
    const { body }: Json = await get(link);
    ids.push(...body.value.map(({ id }: Json) => id));
    link = body['@odata.nextLink'];
    if (ids.length === 1) await meanwhile();
  }
  return ids;
}

it.each(['userProcessingResults', 'subjectProcessingResults', 'taskReports'])(
  'a run that is new between two pages of %s repeats nothing of the one before',
  async (list) => {
    const api = await openApi();
    const workflowId = await makeWorkflow(api);
    await makeRun(api, workflowId, ['p1', 'p2']);
    await makeRun(api, workflowId, ['p3', 'p4']);
    const path = `${LW}/workflows/${workflowId}/${list}`;
    const before = (await api.get(path)).body.value.map(({ id }: Json) => id);
    const ids = await visited(api.get, `${path}?$top=1`, () => makeRun(api, workflowId, ['p5']));
    expect(ids).toEqual(before);
  },
);

it('a run that is deleted between two pages ends where it was, and the next ones follow', async () => {
  const api = await openApi();
  const workflowId = await makeWorkflow(api);
  const older = await makeRun(api, workflowId, ['p1', 'p2']);
  const newer = await makeRun(api, workflowId, ['p3', 'p4']);
  const runs = `${LW}/workflows/${workflowId}/runs`;
  const path = `${LW}/workflows/${workflowId}/userProcessingResults`;
  const [first] = (await api.get(path)).body.value;
  const rest = (await api.get(`${runs}/${older}/userProcessingResults`)).body.value;
  const ids = await visited(api.get, `${path}?$top=1`, () => api.delete(`${runs}/${newer}`));
  expect(ids).toEqual([first, ...rest].map(({ id }: Json) => id));
});
