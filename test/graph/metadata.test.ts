/** `$metadata`: what it publishes is what Microsoft's client knows, and every path of it is answered. */
import * as models from '@microsoft/msgraph-beta-sdk/models/identityGovernance/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, BASE, type Json, makeRun, openApi, workflowBody } from './support.ts';

const NAMESPACE = 'microsoft.graph.identityGovernance';
let api: Api;
let metadata: Json;

beforeAll(async () => {
  api = await openApi();
  metadata = (await api.get(`${BASE}/$metadata?$format=json`)).body;
});
afterAll(async () => {
  await api.engine.close();
  expect(api.faults).toEqual([]);
});

/** The definition of a qualified name. */
function definitionOf(name: string): Json {
  const dot = name.lastIndexOf('.');
  return metadata[name.slice(0, dot)][name.slice(dot + 1)];
}

/** The members of a type, those of its bases first. */
function membersOf(name: string): Record<string, Json> {
  const { $BaseType, ...definition } = definitionOf(name);
  const own = Object.entries(definition).filter(([member]) => !member.startsWith('$'));
  return { ...($BaseType ? membersOf($BaseType) : {}), ...Object.fromEntries(own) };
}

describe('the metadata document', () => {
  it('is XML unless the client asks for JSON', async () => {
    const xml = await api.get(`${BASE}/$metadata`);
    expect(xml.headers.get('content-type')).toBe('application/xml;charset=utf-8');
    expect(xml.body).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?>\n<edmx:Edmx Version="4\.0"/);
    for (const accept of ['application/json', 'application/xml;q=0.1, application/json'])
      expect((await api.get(`${BASE}/$metadata`, { accept })).body.$Version).toBe('4.01');
    const both = await api.get(`${BASE}/$metadata?$format=xml`, { accept: 'application/json' });
    expect(both.body).toBe(xml.body);
    expect((await api.get(`${BASE}/$metadata`, { accept: 'text/html' })).status).toBe(406);
    expect((await api.post(`${BASE}/$metadata`, {})).status).toBe(405);
    expect((await api.get(`${BASE}/$metadata?$top=1`)).status).toBe(400);
    expect((await api.get('http://localhost/beta/$metadata?$format=json')).body).toEqual(metadata);
  });

  it('has the same content in XML and JSON: names, types, nullability and containment', async () => {
    const { body: xml } = await api.get(`${BASE}/$metadata`);
    const attributesOf = (tag: string) =>
      Object.fromEntries([...tag.matchAll(/ (\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const blocks = [...xml.matchAll(/<(EntityType|ComplexType)( [^>]*?)(?:\/>|>(.*?)<\/\1>)/gs)];
    const types = new Map(blocks.map(([, , head, inside = '']) => [attributesOf(head).Name, inside]));
    const told: string[] = [];
    const expected: string[] = [];
    for (const namespace of ['microsoft.graph', NAMESPACE]) {
      for (const [name, definition] of Object.entries<Json>(metadata[namespace])) {
        if (!['EntityType', 'ComplexType'].includes(definition.$Kind)) continue;
        for (const [member, facets] of Object.entries<Json>(definition)) {
          if (member.startsWith('$')) continue;
          const type = facets.$Type ?? 'Edm.String';
          const isLink = facets.$Kind === 'NavigationProperty';
          const isNullable = facets.$Nullable ?? (isLink && facets.$Collection === true);
          expected.push(
            `${name}.${member} ${facets.$Collection ? `Collection(${type})` : type} ${isNullable} ${facets.$ContainsTarget ?? false}`,
          );
        }
        for (const [tag] of (types.get(name) ?? '').matchAll(/<(?:Navigation)?Property [^>]*>/g)) {
          const { Name, Type, Nullable = 'true', ContainsTarget = 'false' } = attributesOf(tag);
          told.push(`${name}.${Name} ${Type} ${Nullable} ${ContainsTarget}`);
        }
      }
    }
    expect(told).toEqual(expected);
    expect(told.length).toBeGreaterThan(250);
  });

  it('defines every type that it refers to', () => {
    const names = [...JSON.stringify(metadata).matchAll(/"\$(?:Type|BaseType)":"([^"]+)"/g)].map(
      ([, name = '']) => name,
    );
    const missing = names.filter((name) => !name.startsWith('Edm.') && definitionOf(name) === undefined);
    expect(missing).toEqual([]);
    expect(names.length).toBeGreaterThan(100);
  });

  it('stands below the service root, which lists the singleton that all paths begin with', async () => {
    for (const url of [BASE, `${BASE}/`]) {
      expect((await api.get(url)).body).toEqual({
        '@odata.context': `${BASE}/$metadata`,
        value: [{ name: 'identityGovernance', kind: 'Singleton', url: 'identityGovernance' }],
      });
    }
    expect((await api.get(`${BASE}/identityGovernance`)).body).toEqual({
      '@odata.context': `${BASE}/$metadata#identityGovernance`,
    });
    const { body } = await api.get(`${BASE}/identityGovernance/lifecycleWorkflows`);
    expect(body).toEqual({
      '@odata.context': `${BASE}/$metadata#identityGovernance/lifecycleWorkflows/$entity`,
      id: 'lifecycleWorkflows',
    });
  });
});

/** Properties that Microsoft's client knows and this service does not have, or the other way round, with the reason. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'lifecycleManagementSettings.id': 'the examples of the documentation show none',
  'workflow.targetSubjectType': 'every workflow is for people and for provisioning objects',
  'workflowVersion.targetSubjectType': 'as above',
  'workflowBase.targetSubjectType': 'as above',
  'workflow.runsPausedDateTime': 'of tenure: see pauseRuns',
  'taskReport.subjectProcessingResults': 'in the documentation of subjectProcessingResult only',
};
/** Types that the client has for triggers, and for data of calls, that this service does not have. */
const LEFT_OUT = [
  'customTaskExtensionCalloutData',
  'customTaskExtensionResponseData',
  'guestSponsorTrigger',
  'operatorLessThanEqualTo',
];

describe('the metadata document beside the models of Microsoft’s client', () => {
  const readers = Object.entries(models).flatMap(([name, read]) => {
    const [, type] = /^deserializeInto(\w+?)$/.exec(name) ?? [];
    if (type === undefined || type.endsWith('CollectionResponse')) return [];
    const names = Object.keys((read as (into: object) => object)({}));
    const known = names.filter((one) => one !== '@odata.type' && one !== 'backingStoreEnabled');
    return [[type.charAt(0).toLowerCase() + type.slice(1), known.sort()] as const];
  });

  it.each(readers.filter(([type]) => !LEFT_OUT.includes(type)))('%s has the same members', (type, known) => {
    const own = definitionOf(`${NAMESPACE}.${type}`) ? Object.keys(membersOf(`${NAMESPACE}.${type}`)) : [];
    const isSame = (member: string) => !Object.hasOwn(DIFFERENT, `${type}.${member}`);
    expect(definitionOf(`${NAMESPACE}.${type}`)).toBeDefined();
    expect(own.filter(isSame).sort()).toEqual(known.filter(isSame));
  });

  it('leaves out only the properties that are listed as left out', () => {
    const missing = readers.map(([type]) => type).filter((type) => !definitionOf(`${NAMESPACE}.${type}`));
    expect(missing.sort()).toEqual(LEFT_OUT);
    expect(readers.length).toBeGreaterThan(60);
  });

  it('has the members of its enumerations', () => {
    const theirs = Object.entries(models).flatMap(([name, members]) => {
      const [, type] = /^(\w+)Object$/.exec(name) ?? [];
      return type === undefined ? [] : [[type.charAt(0).toLowerCase() + type.slice(1), members] as const];
    });
    for (const [type, members] of theirs) {
      const { $Kind, $IsFlags: _, ...own } = definitionOf(`${NAMESPACE}.${type}`) ?? {};
      expect([type, $Kind]).toEqual([type, 'EnumType']);
      expect(Object.keys(own).sort()).toEqual(Object.values(members as object).sort());
    }
    expect(theirs.length).toBeGreaterThan(10);
  });
});

/** A request that the model promises, and what came of it. */
interface Asked {
  readonly what: string;
  readonly status: number;
  readonly message: string;
}

/** A parameter of a function, with a value of its type. */
function argumentOf({ $Name, $Type = 'Edm.String' }: Json): string {
  const moment = $Name === 'startDateTime' ? '2020-01-01T00:00:00Z' : '2099-01-01T00:00:00Z';
  return `${$Name}=${$Type === 'Edm.DateTimeOffset' ? moment : "'p1'"}`;
}

const NO_PATH = /^Resource not found for the segment/;

/** Asks for everything that the model has, from the singleton on; what is contained leads further. */
class Walk {
  readonly asked: Asked[] = [];

  async resource(path: string, type: string): Promise<void> {
    await this.#get(path);
    for (const [name, link] of Object.entries(membersOf(type))) {
      if (link.$Kind !== 'NavigationProperty') continue;
      if (link.$Collection) await this.#collection(`${path}/${name}`, link.$Type, link.$ContainsTarget);
      else if (link.$ContainsTarget) await this.resource(`${path}/${name}`, link.$Type);
      else await this.#get(`${path}/${name}`);
    }
    await this.#operations(path, type, undefined);
  }

  async #collection(path: string, type: string, isContained: boolean | undefined): Promise<void> {
    const body = await this.#get(path);
    if (isContained) await this.#operations(path, type, true);
    const [first] = body.value ?? [];
    const { $Key: [key] = ['id'] } = definitionOf(type);
    const item = `${path}/${first?.[key] ?? 'none'}`;
    if (isContained && body.value) await this.resource(item, type);
    else await this.#get(item);
  }

  async #operations(path: string, type: string, isMany: true | undefined): Promise<void> {
    for (const [name, ones] of Object.entries<Json>(metadata[NAMESPACE])) {
      if (!Array.isArray(ones)) continue;
      for (const { $Kind, $Parameter } of ones) {
        const [{ $Type, $Collection }, ...parameters] = $Parameter;
        if ($Type !== type || $Collection !== isMany) continue;
        if ($Kind === 'Function')
          await this.#get(`${path}/${NAMESPACE}.${name}(${parameters.map(argumentOf).join(',')})`);
        else await this.#ask('POST', `${path}/${NAMESPACE}.${name}`, {});
      }
    }
  }

  async #get(path: string): Promise<Json> {
    return this.#ask('GET', path);
  }

  async #ask(method: string, path: string, content?: object): Promise<Json> {
    const { status, body } = await api.send(method, `${BASE}/${path}`, content);
    this.asked.push({ what: `${method} ${path}`, status, message: body?.error?.message ?? '' });
    return body;
  }
}

it('every navigation property, action and function of the metadata document is answered', async () => {
  const { id } = await api.engine.workflows.create(
    {
      ...workflowBody('Onboard'),
      executionConditions: {
        scope: { rule: "id ne ''" },
        trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
      },
      isSchedulingEnabled: true,
      administrationScopeTargets: [{ id: 'north' }],
    } as never,
    { by: 'p1' },
  );
  const run = await makeRun(api, id, ['p1', 'p9']);
  const again = await api.engine.runs.reprocess(run);
  await api.engine.runs.waitFor(again.id);
  const preview = await api.engine.workflows.preview(id, { subjects: ['p3'] });
  await api.engine.runs.waitFor(preview.id);
  const gone = await api.engine.workflows.create(workflowBody('Gone') as never);
  await api.engine.workflows.delete(gone.id);
  await api.engine.customTaskExtensions.create({
    displayName: 'Ask',
    endpointConfiguration: { targetUrl: 'https://hooks.example.com/' },
  });

  const { $Type } = metadata['microsoft.graph'].GraphService.identityGovernance;
  const walk = new Walk();
  await walk.resource('identityGovernance', $Type);

  expect(walk.asked.filter(({ message }) => NO_PATH.test(message))).toEqual([]);
  expect(walk.asked.filter(({ status }) => status === 405 || status >= 500)).toEqual([]);
  const outOfView = walk.asked.filter(
    ({ status, message }) => status === 404 && /is deleted\. Restore it/.test(message),
  );
  // Everything else that is read is there, but for those keys that lists without rows do not give.
  const refused = walk.asked.filter(
    (one) => one.what.startsWith('GET') && one.status >= 400 && !outOfView.includes(one),
  );
  // A token that was made up is none.
  expect(refused.filter(({ what }) => !/\/none(?:\/|$)|,after='/.test(what))).toEqual([]);
  expect(outOfView.length).toBeGreaterThan(25);
  expect(walk.asked.length).toBeGreaterThan(150);
});
