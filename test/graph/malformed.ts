/** Requests that are wrong in one way each, and what has to become of them. */
import fc from 'fast-check';
import type { Store } from '../../src/ports/store.ts';
import {
  type Api,
  BASE,
  LW,
  makeRun,
  makeWorkflow,
  openApi,
  resultBody,
  runBody,
  TYPE,
  workflowBody,
} from './support.ts';

/** A request that must be refused. */
export interface Malformed {
  /** What is wrong with it. */
  readonly fault: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An API with something in it, and the addresses of that. */
export interface Site {
  readonly api: Api;
  readonly workflow: string;
  readonly run: string;
  readonly external: string;
}

/** Opens a site. */
export async function openSite(): Promise<Site> {
  const api = await openApi({ limits: { bodyBytesMax: 65_536 } });
  const workflow = await makeWorkflow(api);
  const run = await makeRun(api, workflow, ['p1', 'p9']);
  const { body } = await api.post(`/workflows/${workflow}/runs`, runBody());
  return { api, workflow, run, external: body.id };
}

/** Everything that a store holds, as text. */
export async function contentOf(store: Store): Promise<string> {
  const runs = await store.listRuns({
    where: null,
    order: { property: 'id', descending: false },
    after: null,
    limit: 1_000,
  });
  const users = await Promise.all(
    runs.map(({ id }) =>
      store.listUsers({
        runId: id,
        where: null,
        order: { property: 'id', descending: false },
        after: null,
        limit: 1_000,
      }),
    ),
  );
  return JSON.stringify([await store.listWorkflows(), runs, users]);
}

/** Sends one. @returns what is wrong with the answer, or `null`. */
export async function refusalOf(
  { api }: Site,
  { fault, method, url, headers, body }: Malformed,
): Promise<string | null> {
  const answer = await api.handler(
    new Request(url, { method, headers, ...(body === undefined ? {} : { body }) }),
  );
  const text = await answer.text();
  const about = `${fault}: ${method} ${url} answered ${answer.status} ${text.slice(0, 300)}`;
  if (answer.status < 400 || answer.status > 499) return about;
  const { error } = JSON.parse(text) as {
    error?: { code?: unknown; message?: unknown; innerError?: Record<string, unknown> };
  };
  const isWhole =
    typeof error?.code === 'string' &&
    typeof error.message === 'string' &&
    error.innerError?.['request-id'] === answer.headers.get('request-id');
  const leaks = /node_modules|\.ts:\d|SELECT |INSERT /.test(text);
  return isWhole && !leaks ? null : about;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
/** Text that a URL can carry: no half of a surrogate pair. */
const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const name = fc.stringMatching(/^x[A-Za-z0-9_]{3,12}$/);
const encoded = word.map((text) => encodeURIComponent(text));

/** What can be written, with a body that would be taken. */
function writesOf({ workflow, external }: Site): readonly {
  readonly method: string;
  readonly url: string;
  readonly body: Readonly<Record<string, unknown>>;
}[] {
  const one = `${LW}/workflows/${workflow}`;
  return [
    { method: 'POST', url: `${one}/runs`, body: runBody() as Record<string, unknown> },
    {
      method: 'POST',
      url: `${one}/runs/${external}/userProcessingResults`,
      body: resultBody() as Record<string, unknown>,
    },
    { method: 'POST', url: `${LW}/workflows`, body: workflowBody('New') as Record<string, unknown> },
    { method: 'POST', url: `${one}/activate`, body: { subjects: [{ id: 'p1' }] } },
    {
      method: 'POST',
      url: `${one}/cancelProcessing`,
      body: { scope: { '@odata.type': `${TYPE}cancelRunsScope`, runs: [{ id: external }] } },
    },
    { method: 'POST', url: `${one}/createNewVersion`, body: { workflow: workflowBody('Onboard') } },
    { method: 'POST', url: `${one}/tasks`, body: { taskDefinitionId: 'keys', isEnabled: true } },
    { method: 'PATCH', url: `${one}/runs/${external}`, body: { scheduledDateTime: '2026-03-01T00:00:00Z' } },
    { method: 'PATCH', url: one, body: { displayName: 'Renamed' } },
    { method: 'PATCH', url: one, body: { administrationScopeTargets: [{ id: 'north' }] } },
    {
      method: 'POST',
      url: `${one}/activateAndWait`,
      body: { subject: { '@odata.type': `${TYPE}provisioningObjectWorkflowSubject`, id: 'p1' } },
    },
  ];
}

/** Lists, with a property of theirs. */
function listsOf({ workflow, run }: Site): readonly string[] {
  const one = `${LW}/workflows/${workflow}`;
  return [
    `${one}/runs`,
    `${one}/runs/${run}/userProcessingResults`,
    `${one}/runs/${run}/taskProcessingResults`,
    `${one}/runs/${run}/subjectProcessingResults`,
    `${one}/userProcessingResults`,
    `${one}/subjectProcessingResults`,
    `${one}/administrationScopeTargets`,
    `${one}/taskReports`,
    `${one}/versions`,
    `${one}/tasks`,
    `${LW}/workflows`,
    `${LW}/taskDefinitions`,
    `${LW}/deletedItems/workflows`,
  ];
}

/** Malformed requests of every kind. */
export function malformed(site: Site): fc.Arbitrary<Malformed> {
  return fc.oneof(
    brokenBody(site),
    brokenQuery(site),
    brokenPath(site),
    brokenHeader(site),
    brokenBatch(site),
  );
}

function brokenBody(site: Site): fc.Arbitrary<Malformed> {
  const write = fc.constantFrom(...writesOf(site));
  const send = (
    fault: string,
    { method, url }: { method: string; url: string },
    body: string,
  ): Malformed => ({ fault, method, url, headers: JSON_TYPE, body });
  return fc.oneof(
    fc.tuple(write, fc.double({ min: 0.01, max: 0.99, noNaN: true })).map(([one, part]) => {
      const text = JSON.stringify(one.body);
      return send('a body that is cut off', one, text.slice(0, Math.max(1, Math.floor(text.length * part))));
    }),
    fc
      .tuple(
        write,
        fc.jsonValue().filter((value) => typeof value !== 'object' || value === null || Array.isArray(value)),
      )
      .map(([one, value]) => send('a body that is no object', one, JSON.stringify(value))),
    fc
      .tuple(write, name, fc.jsonValue())
      .map(([one, field, value]) =>
        send('a field that nothing has', one, JSON.stringify({ ...one.body, [field]: value })),
      ),
    fc.tuple(write, fc.nat(), wrongValue).map(([one, at, value]) => {
      const fields = Object.keys(one.body).filter(
        (field) => !field.startsWith('@') && field !== 'displayName',
      );
      const field = fields[at % Math.max(1, fields.length)] ?? 'displayName';
      return send('a value of another type', one, JSON.stringify({ ...one.body, [field]: value }));
    }),
    fc
      .tuple(write, fc.integer({ min: 40, max: 3_000 }))
      .map(([one, depth]) =>
        send('a body that is nested deep', one, `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
      ),
    write.map((one) =>
      send('a body that is long', one, JSON.stringify({ ...one.body, description: 'x'.repeat(70_000) })),
    ),
    write
      .map(({ method, url }) => ({ fault: 'no body', method, url, headers: JSON_TYPE }))
      .filter(({ url, method }) => method === 'POST' || !url.includes('/none')),
    fc
      .tuple(write, fc.uint8Array({ minLength: 1, maxLength: 40 }))
      .map(([one, bytes]) => send('bytes', one, Buffer.from([0x7b, ...bytes, 0xff]).toString('latin1'))),
  );
}

/** What no field of a body can be. */
const wrongValue = fc.oneof(
  fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  fc.integer({ max: -1 }),
  fc.constant([[]]),
  fc.constant({ a: { b: 1 } }),
  fc.constant('\u0000'),
);

function brokenQuery(site: Site): fc.Arbitrary<Malformed> {
  const url = fc.constantFrom(...listsOf(site));
  const get = (fault: string, path: string, query: string): Malformed => ({
    fault,
    method: 'GET',
    url: `${path}?${query}`,
    headers: {},
  });
  const filter = (fault: string, path: string, text: string): Malformed =>
    get(fault, path, `$filter=${encodeURIComponent(text)}`);
  return fc.oneof(
    fc
      .tuple(url, name)
      .map(([path, property]) => filter('a property that nothing has', path, `${property} eq 'a'`)),
    fc.tuple(url, word).map(([path, text]) => filter('a filter that goes on', path, `id eq 'a' ) ${text}`)),
    fc
      .tuple(url, word)
      .map(([path, text]) =>
        filter('a filter that is open', path, `( id eq '${text.replaceAll("'", "''")}'`),
      ),
    fc
      .tuple(url, fc.integer({ min: 65, max: 1_000 }))
      .map(([path, depth]) =>
        filter('a filter that is nested deep', path, `${'('.repeat(depth)}id eq 'a'${')'.repeat(depth)}`),
      ),
    fc
      .tuple(
        url,
        fc.constantFrom(
          'id add 1 eq 2',
          "year('a') eq 1",
          'id',
          'id eq true',
          "now() eq 'a'",
          "cast(id,'x') eq 1",
          'id/any(a: a eq 1)',
          'id in ()',
          'true',
          "length(id) eq 'a'",
        ),
      )
      .map(([path, text]) =>
        filter('a filter of the wrong types', path, text === 'true' ? 'id and true' : text),
      ),
    fc
      .tuple(url, name)
      .map(([path, property]) => get('a $select of nothing', path, `$select=id,${property}`)),
    fc.tuple(url, name).map(([path, property]) => get('an $expand of nothing', path, `$expand=${property}`)),
    fc
      .tuple(
        url,
        name,
        fc.constantFrom('($select=%)', '($top=1)', '($expand=%)', '(', '()', ')', '($select=id'),
      )
      .map(([path, property, options]) =>
        get('an $expand that is broken', path, `$expand=subject${options.replace('%', property)}`),
      ),
    fc
      .tuple(url, name)
      .map(([path, property]) => get('an $orderby of nothing', path, `$orderby=${property} desc`)),
    fc
      .tuple(
        url,
        fc.oneof(fc.integer({ max: -1 }), fc.integer({ min: 1_000 }), fc.constant('x'), fc.constant('1.5')),
      )
      .map(([path, top]) => get('a $top that is none', path, `$top=${top}`)),
    fc.tuple(url, name).map(([path, option]) => get('an option that is none', path, `$${option}=1`)),
    fc.tuple(url, encoded).map(([path, token]) => get('a token that is none', path, `$skiptoken=${token}`)),
    fc
      .tuple(url, fc.jsonValue())
      .map(([path, value]) =>
        get(
          'a token with something in it',
          path,
          `$skiptoken=${Buffer.from(JSON.stringify([null, null, null, [value]])).toString('base64url')}`,
        ),
      ),
    url.map((path) => get('an option twice', path, '$top=1&top=2')),
    fc
      .tuple(
        fc.constantFrom('', 'milk ', 'NOT milk OR ', '(a b) AND '),
        fc.constantFrom('"', '(', ')', 'AND', 'OR', 'NOT', 'mail:x', 'x"y"', '""'),
      )
      .map(([start, end]) =>
        get('a search that is none', `${LW}/workflows`, `$search=${encodeURIComponent(start + end)}`),
      ),
    url.map((path) => get('a count that is none', path, '$count=perhaps')),
    fc
      .tuple(url, fc.integer({ min: 16_400, max: 30_000 }))
      .map(([path, length]) => get('a URL that is long', path, `a=${'x'.repeat(length)}`)),
  );
}

function brokenPath(site: Site): fc.Arbitrary<Malformed> {
  const one = `${LW}/workflows/${site.workflow}`;
  const verb = fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE');
  const at = (fault: string, method: string, url: string): Malformed => ({ fault, method, url, headers: {} });
  return fc.oneof(
    fc
      .tuple(verb, encoded)
      .map(([method, key]) =>
        at(
          'a workflow that is none',
          method === 'POST' ? 'GET' : method,
          `${LW}/workflows/${key}0/runs/${key}`,
        ),
      ),
    fc.tuple(encoded).map(([key]) => at('a run that is none', 'GET', `${one}/runs/x${key}`)),
    fc
      .tuple(encoded)
      .map(([key]) =>
        at('a result that is none', 'GET', `${one}/userProcessingResults/x${key}/taskProcessingResults`),
      ),
    fc
      .tuple(verb, name)
      .map(([method, segment]) => at('a segment that is none', method, `${one}/${segment}`)),
    fc
      .tuple(verb, name)
      .map(([method, segment]) => at('a root that is none', method, `${BASE}/${segment}/lifecycleWorkflows`)),
    fc
      .tuple(verb, encoded)
      .map(([method, version]) =>
        at('a version that is none', method, `http://localhost/x${version}/identityGovernance`),
      ),
    fc
      .constantFrom('PUT', 'OPTIONS', 'PURGE')
      .map((method) => at('a method that is none', method, `${one}/runs`)),
    fc
      .constantFrom('%', '%E0%A4%A', '%FF')
      .map((bad) => at('a segment that is no UTF-8', 'GET', `${one}/runs/${bad}`)),
    fc
      .tuple(encoded, encoded)
      .map(([start, end]) =>
        at('a window that is none', 'GET', `${one}/runs/summary(startDateTime=${start},endDateTime=${end})`),
      ),
    fc
      .constantFrom(
        '',
        'startDateTime=2026-01-01T00:00:00Z',
        'startDateTime=2026-02-01T00:00:00Z,endDateTime=2026-01-01T00:00:00Z',
        'a=1,b=2',
        "startDateTime='",
      )
      .map((args) => at('parameters that are none', 'GET', `${one}/runs/summary(${args})`)),
    fc
      .nat(4_000)
      .map((length) => at('a key that is long', 'GET', `${one}/runs/${'a'.repeat(length + 1_100)}`)),
  );
}

function brokenHeader(site: Site): fc.Arbitrary<Malformed> {
  const write = fc.constantFrom(...writesOf(site));
  const list = fc.constantFrom(...listsOf(site));
  return fc.oneof(
    fc
      .tuple(
        write,
        fc.constantFrom(
          'text/plain',
          'application/xml',
          'multipart/form-data',
          'application/json-patch+json',
        ),
      )
      .map(([{ method, url, body }, type]) => ({
        fault: 'a media type that cannot be read',
        method,
        url,
        headers: { 'Content-Type': type },
        body: JSON.stringify(body),
      })),
    fc
      .tuple(list, fc.constantFrom('text/html', 'image/png', 'application/xml', 'application/json;q=0'))
      .map(([url, accept]) => ({
        fault: 'a media type that cannot be written',
        method: 'GET',
        url,
        headers: { accept },
      })),
    fc.tuple(write, fc.stringMatching(/^"[a-z0-9]{1,8}"$/)).map(([{ method, url, body }, tag]) => ({
      fault: 'a condition that does not hold',
      method,
      url,
      headers: { ...JSON_TYPE, 'if-match': tag },
      body: JSON.stringify(body),
    })),
    fc
      .tuple(list, fc.domain())
      .map(([url, host]) => ({ fault: 'a host that is not ours', method: 'GET', url, headers: { host } })),
    fc.tuple(write, fc.domain()).map(([{ method, url, body }, domain]) => ({
      fault: 'an origin that is not ours',
      method,
      url,
      headers: { ...JSON_TYPE, origin: `https://${domain}` },
      body: JSON.stringify(body),
    })),
  );
}

function brokenBatch(site: Site): fc.Arbitrary<Malformed> {
  const get = { method: 'GET', url: `/identityGovernance/lifecycleWorkflows/workflows/${site.workflow}` };
  const good = fc
    .array(fc.uuid(), { minLength: 1, maxLength: 5 })
    .map((ids) => ids.map((id) => ({ id, ...get }) as Record<string, unknown>));
  const bad = fc.oneof(
    fc.jsonValue().filter((value) => !Array.isArray(value) && (typeof value !== 'object' || value === null)),
    fc.constant({}),
    fc.constant({ id: 'z', ...get, dependsOn: ['nobody'] }),
    fc.constant({ id: 'z', ...get, dependsOn: 'z' }),
    fc.constant({ id: 'z', ...get, headers: [] }),
    fc.constant({ id: 'z', ...get, headers: { '\n': 'x' } }),
    fc.constant({ id: 'z', method: 'POST', url: '/x', body: {} }),
    name.map((method) => ({ id: 'z', ...get, method })),
    fc.webUrl().map((url) => ({ id: 'z', ...get, url })),
  );
  const send = (requests: unknown): Malformed => ({
    fault: 'a batch that is none',
    method: 'POST',
    url: `${BASE}/$batch`,
    headers: JSON_TYPE,
    body: JSON.stringify({ requests }),
  });
  const part = `Content-Type: application/http\r\n\r\nGET workflows/${site.workflow} HTTP/1.1\r\n\r\n`;
  const parts = (text: string): Malformed => ({
    fault: 'a batch of parts that is none',
    method: 'POST',
    url: `${LW}/$batch`,
    headers: { 'Content-Type': 'multipart/mixed; boundary=b' },
    body: text,
  });
  return fc.oneof(
    fc
      .tuple(fc.nat(4), fc.double({ min: 0, max: 0.95, noNaN: true }))
      .map(([count, share]) => `${`--b\r\n${part}\r\n`.repeat(count + 1)}--b--`.slice(0, -3 - share * 200))
      .map(parts),
    fc
      .tuple(encoded, fc.boolean())
      .map(([text, isFirst]) =>
        isFirst ? `x${text}\r\n--b\r\n${part}--b--` : `--b\r\n${part}\r\n--b--\r\nx${text}`,
      )
      .map(parts),
    fc
      .constantFrom(
        'GET workflows',
        'FETCH workflows HTTP/1.1',
        'GET http://evil.example/ HTTP/1.1',
        'GET ../../../x HTTP/1.1',
      )
      .map((line) => parts(`--b\r\n${part.replace(/GET .*/, line)}\r\n--b--`)),
    fc.tuple(good, bad).map(([before, one]) => send([...before, one])),
    good.map((requests) => send([...requests, requests[0]])),
    fc
      .jsonValue()
      .filter((value) => !Array.isArray(value) || value.length === 0)
      .map(send),
  );
}
