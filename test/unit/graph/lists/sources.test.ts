import { expect, it } from 'vitest';
import {
  type Api,
  type Json,
  LW,
  makeWorkflow,
  openApi,
  resultBody,
  runBody,
} from '../../../graph/support.ts';

/** Makes a run of that day, with the results of two users, and gives its id. */
async function makeRun(api: Api, runs: string, scheduledDateTime: string): Promise<string> {
  const { id } = (await api.post(runs, runBody({ scheduledDateTime }))).body;
  for (const user of ['ada', 'bob']) {
    const result = resultBody({ subject: { id: user }, scheduledDateTime });
    expect((await api.post(`${runs}/${id}/userProcessingResults`, result)).status).toBe(201);
  }
  return id;
}

/** The ids of all pages of one row; `meanwhile` is done after the first. */
async function visited(api: Api, list: string, meanwhile: () => Promise<unknown>): Promise<string[]> {
  const ids: string[] = [];
  for (let link: string | undefined = `${list}&$top=1`; link !== undefined; ) {
    const { body }: Json = await api.get(link);
    ids.push(...body.value.map(({ id }: Json) => id));
    link = body['@odata.nextLink'];
    if (ids.length === 1) await meanwhile();
  }
  return ids;
}

const ALWAYS = '$filter=startedDateTime ne null';
const DAYS = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z'] as const;

it.each([
  `userProcessingResults?${ALWAYS}`,
  `subjectProcessingResults?${ALWAYS}`,
  'taskReports?$count=false',
])('a run that is new between two pages of %s repeats nothing of the one before', async (list) => {
  const api = await openApi();
  const workflow = `${LW}/workflows/${await makeWorkflow(api)}`;
  for (const day of [DAYS[0], DAYS[1]]) await makeRun(api, `${workflow}/runs`, day);
  const before = (await api.get(`${workflow}/${list}`)).body.value.map(({ id }: Json) => id);
  const newRun = (): Promise<string> => makeRun(api, `${workflow}/runs`, DAYS[2]);
  expect(before).toHaveLength(4);
  expect(await visited(api, `${workflow}/${list}`, newRun)).toEqual(before);
});

it('a run that is deleted between two pages ends where it was, and the next ones follow', async () => {
  const api = await openApi();
  const workflow = `${LW}/workflows/${await makeWorkflow(api)}`;
  await makeRun(api, `${workflow}/runs`, DAYS[0]);
  const newest = await makeRun(api, `${workflow}/runs`, DAYS[1]);
  const list = `${workflow}/userProcessingResults?${ALWAYS}`;
  const [first, , ...older] = (await api.get(list)).body.value.map(({ id }: Json) => id);
  const deleted = (): Promise<unknown> => api.delete(`${workflow}/runs/${newest}`);
  expect(await visited(api, list, deleted)).toEqual([first, ...older]);
});
