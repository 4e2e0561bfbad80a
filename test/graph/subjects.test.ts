/** Results of subjects over HTTP: what is not in the golden table. Decision 14. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, userResultId } from '../../src/model/ids.ts';
import { type Api, type Json, makeRun, makeWorkflow, openApi, resultBody, runBody, TYPE } from './support.ts';

const WINDOW = '(startDateTime=2020-01-01T00:00:00Z,endDateTime=2099-01-01T00:00:00Z)';
const ENTRIES = [
  { name: 'department', value: 'Sales' },
  { name: 'manager', value: null },
];
const OBJECT = {
  '@odata.type': `${TYPE}provisioningObjectWorkflowSubject`,
  id: 'p2',
  attributeSetEntries: ENTRIES,
};
const person = (id: string) => ({
  '@odata.type': `${TYPE}directoryObjectWorkflowSubject`,
  directoryObject: { '@odata.type': '#microsoft.graph.user', id },
});
const UNMASKED = { prefer: 'include-unknown-enum-members' };

let api: Api;
let id: string;
let workflow: string;
let run: string;

beforeAll(async () => {
  api = await openApi();
  id = await makeWorkflow(api, 'Onboard', ['badge', 'laptop']);
  workflow = `/workflows/${id}`;
  run = await makeRun(api, id, ['p1', 'p9']);
});
afterAll(async () => {
  await api.engine.close();
  expect(api.faults).toEqual([]);
});

const list = async (path: string, headers = {}): Promise<Json[]> =>
  (await api.get(`${workflow}${path}`, headers)).body.value;

/** The run that was made last. */
async function lastRun(): Promise<string> {
  const { value } = await api.engine.runs.list(id, { top: 1, orderBy: 'lastUpdatedDateTime desc' });
  return value[0]?.id ?? '';
}

describe('activateAndWait', () => {
  it('stores a provisioning object with its run, and returns it when the request asks for its type', async () => {
    const { status, body } = await api.post(`${workflow}/activateAndWait`, { subject: OBJECT });
    expect([status, body.subject]).toEqual([200, OBJECT]);
    const made = await lastRun();
    const [masked] = await list(`/runs/${made}/subjectProcessingResults`);
    expect(masked).toMatchObject({ subject: OBJECT, subjectType: 'unknownFutureValue' });
    const [shown] = await list(`/runs/${made}/subjectProcessingResults`, UNMASKED);
    expect(shown.subjectType).toBe('provisioningObject');
    // The user of the tasks is the one that the directory has under the id.
    expect(await list(`/runs/${made}/userProcessingResults`)).toMatchObject([
      { id: shown.id, subject: { id: 'p2' } },
    ]);
    const tasks = await list(`/runs/${made}/taskProcessingResults`);
    expect(tasks.map(({ workflowSubject }) => workflowSubject)).toEqual([OBJECT, OBJECT]);
    const others = await list(`/runs/${run}/taskProcessingResults`);
    expect(others.map(({ workflowSubject }) => workflowSubject)).toEqual([null, null, null, null]);
    const found = await list("/subjectProcessingResults?$filter=subjectType eq 'provisioningObject'");
    expect(found.map((one) => one.id)).toEqual([shown.id]);
    await api.engine.runs.delete(made);
    expect(
      await api.store.listNotes({ collection: 'provisioningObjects', prefix: '', after: null, limit: 9 }),
    ).toEqual([]);
  });

  it('accepts an object that the directory does not know, as in Microsoft’s example', async () => {
    const subject = { ...OBJECT, id: 'b74f0fae-b1f3-4c96-9bf0-d4d8a8e37cbe' };
    const { status, body } = await api.post(`${workflow}/activateAndWait`, { subject });
    expect([status, body]).toEqual([
      200,
      {
        '@odata.context':
          'http://localhost/v1.0/$metadata#microsoft.graph.identityGovernance.awaitedWorkflowProcessingResult',
        processingStatus: 'completed',
        statusReasons: [],
        subject,
      },
    ]);
    const made = await lastRun();
    const type = async (headers = {}) =>
      (await api.get(`${workflow}/runs/${made}`, headers)).body.workflowExecutionType;
    expect([await type(), await type(UNMASKED)]).toEqual(['unknownFutureValue', 'extensibilityOnDemand']);
    const found = await list("/runs?$filter=workflowExecutionType eq 'extensibilityOnDemand'");
    expect(found.map((one) => one.id)).toEqual([made]);
    await api.engine.runs.delete(made);
  });

  it('accepts a user of the directory as a subject', async () => {
    const { status, body } = await api.post(`${workflow}/activateAndWait`, { subject: person('p3') });
    expect([status, body.subject]).toEqual([200, person('p3')]);
    await api.engine.runs.delete(await lastRun());
  });

  it.each<[string, object, number]>([
    ['nobody', {}, 400],
    ['an object without an id', { ...OBJECT, id: '' }, 400],
    ['an object of another type', { ...OBJECT, '@odata.type': '#microsoft.graph.group' }, 400],
    ['entries that are none', { ...OBJECT, attributeSetEntries: [{ value: 'x' }] }, 400],
    ['too many entries', { ...OBJECT, attributeSetEntries: Array(101).fill(ENTRIES[0]) }, 400],
    [
      'an entry that is too long',
      { ...OBJECT, attributeSetEntries: [{ name: 'a', value: 'x'.repeat(4_097) }] },
      400,
    ],
    ['somebody without an id', { directoryObject: {} }, 400],
    ['a person that the directory does not know', person('nobody'), 406],
  ])('refuses %s', async (_, subject, status) => {
    expect((await api.post(`${workflow}/activateAndWait`, { subject })).status).toBe(status);
  });
});

describe('subject results', () => {
  it.each([
    ["subject/directoryObject/id eq 'p9'", ['p9']],
    ["subjectType eq 'user' and processingStatus eq 'completed'", ['p1']],
    ["subjectType has 'user'", ['p1', 'p9']],
    ["subjectType eq 'provisioningObject'", []],
    ["subjectType eq 'unknownFutureValue'", []],
    ["processingStatus eq 'failed'", ['p9']],
    ["subject/attributeSetEntries/any(e: e/name eq 'department')", []],
  ])('are filtered by %s', async (filter, ids) => {
    for (const parent of ['', `/runs/${run}`]) {
      const rows = await list(
        `${parent}/subjectProcessingResults?$filter=${encodeURIComponent(filter)}&$count=true`,
      );
      expect(rows.map(({ subject }) => subject.directoryObject.id)).toEqual(ids);
    }
  });

  it('are ordered, counted and paged as user results are', async () => {
    const path = `/runs/${run}/subjectProcessingResults`;
    const { body: first } = await api.get(
      `${workflow}${path}?$orderby=processingStatus desc&$top=1&$count=true`,
    );
    expect(first).toMatchObject({ '@odata.count': 2, value: [{ subject: person('p9') }] });
    const { body: second } = await api.get(first['@odata.nextLink']);
    expect(second.value).toMatchObject([{ subject: person('p1') }]);
    expect((await api.get(`${workflow}${path}/$count`, { accept: 'text/plain' })).body).toBe('2');
  });

  it('are found by the path of their own run only, and so are their tasks', async () => {
    const other = await makeRun(api, id, ['p1']);
    const [mine, theirs] = [run, other].map((one) => userResultId(one, 1));
    const [task] = await api.engine.taskProcessingResults.listOfUser(other, theirs ?? '');
    for (const path of [
      `/runs/${run}/subjectProcessingResults/${theirs}`,
      `/runs/${run}/subjectProcessingResults/${theirs}/taskProcessingResults`,
      `/subjectProcessingResults/${mine}/taskProcessingResults/${task?.id}`,
      `/userProcessingResults/${mine}/taskProcessingResults/${task?.id}`,
      '/subjectProcessingResults/none',
    ])
      expect((await api.get(`${workflow}${path}`)).status).toBe(404);
    expect(
      (await api.get(`${workflow}/subjectProcessingResults/${theirs}/taskProcessingResults/${task?.id}`))
        .status,
    ).toBe(200);
    await api.engine.runs.delete(other);
  });
});

describe('subject results of a task report', () => {
  it('are those of the subjects that have the task', async () => {
    // p9 failed at the first task; of p9 both are done again, of p1 neither.
    const nos = addressOf(userResultId(run, 2));
    const again = await api.engine.runs.reprocess(run, { taskScope: 'allTasks', userScope: 'allUsers' });
    await api.engine.runs.waitFor(again.id);
    const failed = await api.engine.runs.reprocess(run);
    await api.engine.runs.waitFor(failed.id);
    const subjects = async (runId: string) => {
      const reports = await api.engine.taskReports.list(runId);
      return Promise.all(
        reports.map(async (report) =>
          (await list(`/taskReports/${report.id}/subjectProcessingResults?$count=true`)).map(
            ({ subject }) => subject.directoryObject.id,
          ),
        ),
      );
    };
    expect(nos?.ordinal).toBe(2);
    expect(await subjects(again.id)).toEqual([
      ['p1', 'p9'],
      ['p1', 'p9'],
    ]);
    expect(await subjects(failed.id)).toEqual([['p9'], ['p9']]);
    for (const one of [again, failed]) await api.engine.runs.delete(one.id);
  });

  it('leave out subjects with other tasks only, in the list, its count and its summary', async () => {
    const other = await makeWorkflow(api, 'Two ways', ['badge', 'fails', 'laptop']);
    const first = await makeRun(api, other, ['p1', 'p9']);
    // p1 has done the first task, and has the others left; p9 has all left.
    const again = await api.engine.runs.reprocess(first);
    await api.engine.runs.waitFor(again.id);
    const [badge, fails] = await api.engine.taskReports.list(again.id);
    const path = (report: { id: string } | undefined) =>
      `/workflows/${other}/taskReports/${report?.id}/subjectProcessingResults`;
    const idsOf = async (report: { id: string } | undefined) =>
      (await api.get(path(report))).body.value.map((one: Json) => one.subject.directoryObject.id);
    expect(await idsOf(badge)).toEqual(['p9']);
    expect(await idsOf(fails)).toEqual(['p1', 'p9']);
    const [p1, p9] = (await api.engine.userProcessingResults.list(again.id)).value;
    const statusOf = async (one: string) => (await api.get(one)).status;
    expect(await statusOf(`${path(badge)}/${p1?.id}`)).toBe(404);
    expect(await statusOf(`${path(badge)}/${p9?.id}`)).toBe(200);
    expect(await statusOf(`${path(fails)}/${p1?.id}`)).toBe(200);
    expect((await api.get(`${path(badge)}/$count`, { accept: 'text/plain' })).body).toBe('1');
    expect((await api.get(`${path(badge)}/summary${WINDOW}`)).body).toMatchObject({
      totalSubjects: 1,
      failedSubjects: 1,
      totalTasks: 3,
    });
    expect((await api.get(`${path(fails)}/summary${WINDOW}`)).body).toMatchObject({
      totalSubjects: 2,
      totalTasks: 5,
    });
  });

  it('are all reported subjects of a run for which only counts were reported', async () => {
    const { body: made } = await api.post(`${workflow}/runs`, runBody());
    await api.post(`${workflow}/runs/${made.id}/userProcessingResults`, resultBody());
    const [report] = await api.engine.taskReports.list(made.id);
    const rows = await list(`/taskReports/${report?.id}/subjectProcessingResults`);
    expect(rows).toMatchObject([{ subject: person('ada'), subjectType: 'user' }]);
    await api.engine.runs.update(made.id, { processingStatus: 'canceled' });
    await api.engine.runs.delete(made.id);
  });
});
