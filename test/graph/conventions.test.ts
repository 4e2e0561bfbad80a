import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, BASE, GUID, LW, makeRun, makeWorkflow, openApi, requestOf, runBody } from './support.ts';

let api: Api;
let workflowId: string;
let runs: string;
let runId: string;

beforeAll(async () => {
  api = await openApi({ runIdHeader: true });
  workflowId = await makeWorkflow(api);
  runId = await makeRun(api, workflowId, ['p1', 'p2', 'p9']);
  runs = `/workflows/${workflowId}/runs`;
  for (let day = 1; day <= 5; day++) {
    await api.post(
      runs,
      runBody({
        scheduledDateTime: `2026-01-0${day}T00:00:00Z`,
        totalUsersCount: day,
        totalUnprocessedTasksCount: 4 + day,
      }),
    );
  }
});
afterAll(async () => {
  await api.engine.close();
  expect(api.faults).toEqual([]);
});

describe('paths of requests', () => {
  it.each([
    [() => `${LW}/workflows('${workflowId}')/runs('${runId}')`],
    [() => `${LW}/workflows(id='${workflowId}')/runs/${runId}`],
    [
      () =>
        `http://localhost/BETA/IDENTITYGOVERNANCE/LifecycleWorkflows/WORKFLOWS/${workflowId.toUpperCase()}/Runs/${runId.toUpperCase()}`,
    ],
    [
      () =>
        `http://localhost/some/prefix/v1.0/identityGovernance/lifecycleWorkflows/workflows/${workflowId}/runs/${runId}`,
    ],
  ])('reach a run in every spelling: %#', async (url) => {
    expect(await api.get(url())).toMatchObject({ status: 200, body: { id: runId } });
  });

  it.each([
    ['summary(startDateTime=2026-01-01T00:00:00Z,endDateTime=2026-01-03T00:00:00Z)'],
    ['summary(endDateTime=2026-01-03T00:00:00Z, startDateTime=2026-01-01T00:00:00Z)'],
    ['SUMMARY(enddatetime=2026-01-03T00%3A00%3A00Z,startdatetime=2026-01-01T00%3A00%3A00Z)'],
    [
      'microsoft.graph.identityGovernance.summary(startDateTime=2026-01-01T00%3A00%3A00Z,endDateTime=2026-01-03T00%3A00%3A00Z)',
    ],
  ])('reach a function in every spelling: %s', async (call) => {
    expect((await api.get(`${runs}/${call}`)).body).toMatchObject({ totalRuns: 3, totalUsers: 6 });
  });

  it.each([
    ['summary(startDateTime=2026-01-03T00:00:00Z,endDateTime=2026-01-01T00:00:00Z)', 400],
    ['summary(startDateTime=2026-01-03T00:00:00Z)', 400],
    ['summary()', 400],
    ['summary(startDateTime=monday,endDateTime=2026-01-01T00:00:00Z)', 400],
    ['summary(startDateTime=2026-01-03T00:00:00Z,startDateTime=2026-01-03T00:00:00Z)', 400],
    ['nothing-of-mine', 404],
    ['%E0%A4%A', 400],
  ])('refuse %s', async (call, status) => {
    expect((await api.get(`${runs}/${call}`)).status).toBe(status);
  });

  it('that are unknown are refused naming the segment; a wrong method is refused naming the allowed ones', async () => {
    const unknown = await api.get('/workflows/x/planets');
    expect(unknown).toMatchObject({
      status: 404,
      body: {
        error: { code: 'Request_ResourceNotFound', message: "Resource not found for the segment 'planets'." },
      },
    });
    const foreign = await api.send('PUT', `${runs}/${runId}`);
    expect(foreign).toMatchObject({ status: 405, body: { error: { code: 'Request_BadRequest' } } });
    expect(foreign.headers.get('allow')?.split(', ').sort()).toEqual(['DELETE', 'GET', 'PATCH']);
    expect((await api.get('http://localhost/v2.0/workflows')).status).toBe(404);
  });
});

describe('lists', () => {
  const ids = (body: { value: { id: string }[] }) => body.value.map(({ id }) => id);

  it('are paged by a link that repeats the options, without gaps while rows are added', async () => {
    const first = await api.get(`${runs}?$top=2&$count=true&$filter=processingStatus eq 'queued'&$select=id`);
    expect(first.body['@odata.count']).toBe(5);
    expect(first.body['@odata.context']).toMatch(/\/runs\(id\)$/);
    const seen = ids(first.body);
    await api.post(runs, runBody({ scheduledDateTime: '2026-01-09T00:00:00Z' }));
    let link: string = first.body['@odata.nextLink'];
    while (link) {
      expect(new URL(link).searchParams.get('$filter')).toBe("processingStatus eq 'queued'");
      const { body } = await api.get(link);
      expect(body['@odata.count']).toBeUndefined();
      expect(Object.keys(body.value[0])).toEqual(['id']);
      seen.push(...ids(body));
      link = body['@odata.nextLink'];
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });

  it('take options with and without $, in any letter case', async () => {
    const marked = await api.get(`${runs}?$filter=totalUsersCount gt 3&$orderby=scheduledDateTime&$top=1`);
    const bare = await api.get(`${runs}?filter=totalUsersCount gt 3&ORDERBY=scheduledDateTime asc&Top=1`);
    expect(bare.body.value).toEqual(marked.body.value);
    expect(marked.body.value).toMatchObject([{ totalUsersCount: 4 }]);
  });

  it('are ordered by properties without an order in the store, and by several keys', async () => {
    const { body } = await api.get(
      `${runs}?$orderby=totalTasksCount desc,scheduledDateTime desc&$select=totalTasksCount&$top=4`,
    );
    const rest = await api.get(body['@odata.nextLink']);
    const totals = [...body.value, ...rest.body.value].map(
      (run: { totalTasksCount: number }) => run.totalTasksCount,
    );
    expect(totals).toEqual(totals.toSorted((a, b) => b - a));
    expect(totals.length).toBeGreaterThanOrEqual(6);
  });

  it('are filtered by expressions that the store cannot evaluate', async () => {
    const { body } = await api.get(
      `${runs}?$filter=day(scheduledDateTime) eq 3 and totalUsersCount add 1 eq 4&$count=true`,
    );
    expect(body.value).toMatchObject([{ scheduledDateTime: '2026-01-03T00:00:00Z' }]);
    expect(body['@odata.count']).toBe(1);
  });

  it('skip, count without rows, and count as text', async () => {
    const { body: all } = await api.get(`${runs}?$orderby=scheduledDateTime`);
    const { body: rest } = await api.get(`${runs}?$orderby=scheduledDateTime&$skip=2`);
    expect(ids(rest)).toEqual(ids(all).slice(2));
    const { body: none } = await api.get(`${runs}?$top=0&$count=true`);
    expect(none).toMatchObject({ '@odata.count': all.value.length, value: [] });
    const text = await api.get(`${runs}/$count?$filter=processingStatus eq 'queued'`, {
      accept: 'text/plain',
    });
    expect(text).toMatchObject({ status: 200, body: String(all.value.length - 1) });
  });

  it.each([
    ['$filter=colour eq 1', 'colour'],
    ["$filter=totalUsersCount eq 'two'", 'totalUsersCount'],
    ["$filter=startsWith(totalUsersCount, '2')", 'totalUsersCount'],
    ["$filter=processingStatus gt 'a'", undefined],
    ['$filter=cast(id, Edm.Int32) eq 1', undefined],
    ['$filter=', undefined],
    ["$filter=id eq 'a'&filter=id eq 'b'", undefined],
    ['$select=colour', undefined],
    ['$orderby=colour', undefined],
    ['$orderby=id sideways', undefined],
    ['$expand=userProcessingResults', undefined],
    ['$search="x"', undefined],
    ['$top=1000', undefined],
    ['$top=-1', undefined],
    ['$skip=x', undefined],
    ['$count=maybe', undefined],
    ['$skiptoken=AAAA', undefined],
    ['$apply=groupby((id))', undefined],
  ])('refuse %s', async (option, target) => {
    const { status, body } = await api.get(`${runs}?${option}`);
    expect(status).toBe(400);
    expect(body.error.code).toBe('BadRequest');
    if (target !== undefined) {
      expect(body.error.target).toBe(target);
      expect(body.error.details).toEqual([
        { code: 'FilterPosition', message: expect.stringMatching(/^\d+$/) },
      ]);
    }
  });

  it('refuse the token of another list', async () => {
    const { body } = await api.get(`${runs}?$top=1`);
    const token = new URL(body['@odata.nextLink']).searchParams.get('$skiptoken');
    expect((await api.get(`${runs}?$top=1&$filter=totalUsersCount gt 1&$skiptoken=${token}`)).status).toBe(
      400,
    );
    expect((await api.get(`${runs}/${runId}/userProcessingResults?$skiptoken=${token}`)).status).toBe(400);
  });
});

describe('representations', () => {
  it('have the level of metadata that the client accepts', async () => {
    const at = (level: string) =>
      api.get(`${runs}/${runId}`, { accept: `application/json;odata.metadata=${level}` });
    const [none, minimal, full] = await Promise.all([at('none'), at('minimal'), at('full')]);
    expect(Object.keys(none.body).filter((name) => name.includes('@'))).toEqual([]);
    expect(Object.keys(minimal.body).filter((name) => name.includes('@'))).toEqual(['@odata.context']);
    expect(full.body).toMatchObject({
      '@odata.type': '#microsoft.graph.identityGovernance.run',
      '@odata.id': `${LW}/workflows('${workflowId}')/runs('${runId}')`,
    });
    expect(none.headers.get('content-type')).toBe(
      'application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
    );
    expect(none.headers.get('odata-version')).toBe('4.0');
    const listed = await api.get(`${runs}?$top=1`, { accept: 'application/json;odata.metadata=none' });
    expect(Object.keys(listed.body)).toEqual(['@odata.nextLink', 'value']);
  });

  it('mask members that came after the sentinel, unless the client asks for them', async () => {
    const { id } = await api.engine.workflows.create({
      category: 'mover',
      displayName: 'Move',
      executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
      tasks: [{ taskDefinitionId: 'addUserToGroups', arguments: [{ name: 'groupID', value: 'g' }] }],
    });
    const plain = await api.get(`/workflows/${id}`);
    expect(plain.body).toMatchObject({
      category: 'unknownFutureValue',
      tasks: [{ category: 'joiner,leaver,unknownFutureValue' }],
    });
    const named = await api.get(`/workflows/${id}`, { prefer: 'include-unknown-enum-members' });
    expect(named.headers.get('preference-applied')).toBe('include-unknown-enum-members');
    expect(named.body).toMatchObject({ category: 'mover', tasks: [{ category: 'joiner,leaver,mover' }] });
    expect((await api.get("/workflows?$filter=category eq 'mover'")).body.value).toHaveLength(1);
    expect((await api.get("/workflows?$filter=category eq 'unknownFutureValue'")).body.value).toHaveLength(0);
  });

  it('follow return=minimal, return=representation and maxpagesize', async () => {
    const minimal = await api.post(runs, runBody({ scheduledDateTime: '2025-01-01T00:00:00Z' }), {
      prefer: 'return=minimal',
    });
    expect(minimal.status).toBe(204);
    expect(minimal.headers.get('preference-applied')).toBe('return=minimal');
    const address = minimal.headers.get('odata-entityid') ?? '';
    expect((await api.get(address)).status).toBe(200);
    expect((await api.delete(address)).status).toBe(204);
    const changed = await api.patch(
      `/workflows/${workflowId}`,
      { description: 'x' },
      { prefer: 'return=representation' },
    );
    expect(changed).toMatchObject({ status: 200, body: { description: 'x' } });
    expect((await api.patch(`/workflows/${workflowId}`, { description: 'y' })).status).toBe(204);
    const paged = await api.get(runs, { prefer: 'odata.maxpagesize=2' });
    expect(paged.body.value).toHaveLength(2);
    expect(paged.headers.get('preference-applied')).toBe('odata.maxpagesize=2');
  });
});

describe('headers and media types', () => {
  it('of HEAD are those of GET, without the body', async () => {
    const { status, headers, body } = await api.send('HEAD', `${runs}/${runId}`);
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(headers.get('odata-version')).toBe('4.0');
  });

  it('carry the ids of the request, and a client id only when it is valid', async () => {
    const sent = await api.get(runs, { 'client-request-id': 'my-id.1' });
    expect(sent.headers.get('request-id')).toMatch(GUID);
    expect(sent.headers.get('client-request-id')).toBe('my-id.1');
    expect(sent.headers.get('x-ms-ags-diagnostic')).toContain('ServerInfo');
    const odd = await api.get('/nothing', { 'client-request-id': '<script>' });
    expect(odd.headers.get('client-request-id')).toBe(odd.headers.get('request-id'));
    expect(odd.body.error.innerError).toEqual({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
      'request-id': odd.headers.get('request-id'),
      'client-request-id': odd.headers.get('client-request-id'),
    });
  });

  it('that cannot be served are refused with 406, 412, 413, 414 or 415', async () => {
    expect((await api.get(runs, { accept: 'text/html' })).status).toBe(406);
    expect((await api.get(runs, { accept: 'text/html, application/json;q=0.5' })).status).toBe(200);
    expect((await api.patch(`${runs}/${runId}`, {}, { 'if-match': '"1"' })).status).toBe(412);
    expect((await api.patch(`${runs}/${runId}`, {}, { 'if-match': '*' })).status).toBe(200);
    expect((await api.post(runs, runBody(), { 'content-type': 'text/plain' })).status).toBe(415);
    const small = await openApi({ limits: { bodyBytesMax: 100, bodyDepthMax: 3, urlLengthMax: 200 } });
    expect((await small.post('/workflows', 'x'.repeat(101))).status).toBe(413);
    expect((await small.post('/workflows', '[[[[]]]]')).status).toBe(400);
    expect((await small.get(`/workflows?x=${'y'.repeat(200)}`)).status).toBe(414);
    await small.engine.close();
  });

  it('of a compressed body are refused with 415', async () => {
    const answer = await api.post(runs, runBody(), { 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({ status: 415, body: { error: { code: 'UnsupportedMediaType' } } });
    expect(answer.headers.get('accept-encoding')).toBe('identity');
    expect((await api.patch(`${runs}/${runId}`, {}, { 'content-encoding': 'identity' })).status).toBe(200);
  });

  it.each([
    ['json', 'minimal'],
    ['application/json', 'minimal'],
    ['application/json;odata.metadata=none', 'none'],
    ['JSON', 'minimal'],
  ])('go by $format=%s before Accept', async (format, level) => {
    const query = `$format=${encodeURIComponent(format)}`;
    const { status, headers, body } = await api.get(`${runs}/${runId}?${query}`, { accept: 'text/html' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain(`odata.metadata=${level};`);
    expect(Object.hasOwn(body, '@odata.context')).toBe(level !== 'none');
  });

  it('refuse a $format that is unsupported or given twice', async () => {
    expect((await api.get(`${runs}?$format=atom`)).status).toBe(406);
    expect((await api.get(`${runs}?$format=xml`)).status).toBe(406);
    expect((await api.get(`${runs}?$format=json&format=json`)).status).toBe(400);
  });

  it('of a body that is not an object of known properties are refused', async () => {
    for (const body of ['', '[]', '"text"', 'null', '{', '{"__proto__": {"totalUsersCount": 1}}']) {
      const answer = await api.handler(requestOf('POST', runs, body));
      expect(answer.status).toBe(400);
    }
  });
});

it('an error of the store is reported by its kind only', async () => {
  const broken = await openApi();
  const id = await makeWorkflow(broken);
  await broken.store.close();
  const { status, body } = await broken.get(`/workflows/${id}/runs`);
  expect(status).toBeGreaterThanOrEqual(500);
  expect(body.error.message).not.toMatch(/\bat\b.*\(|\.ts|SELECT/);
  expect(broken.faults).toHaveLength(1);
});

it('the base of links is what the host says it is', async () => {
  const behind = await openApi({ baseUrl: 'https://hr.example.com/graph' });
  const id = await makeWorkflow(behind);
  const { body } = await behind.get(
    `https://hr.example.com/v1.0/identityGovernance/lifecycleWorkflows/workflows/${id}`,
  );
  expect(body['@odata.context']).toBe(
    'https://hr.example.com/graph/v1.0/$metadata#identityGovernance/lifecycleWorkflows/workflows/$entity',
  );
  expect(BASE).toContain('localhost');
  await behind.engine.close();
});
