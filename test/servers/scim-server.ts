/** A SCIM 2.0 service on SCIMMY, with accounts and groups in memory. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

export const SCIM_TOKEN = 'a-token-of-the-scim-service';

interface Resource {
  readonly id: string;
  readonly [attribute: string]: unknown;
}

/** Accounts by id, and by external id, so that a look-up costs the same however many there are. */
class Accounts extends Map<string, Resource> {
  readonly #byExternalId = new Map<unknown, Set<string>>();

  override set(id: string, account: Resource): this {
    this.delete(id);
    const ids = this.#byExternalId.get(account.externalId) ?? new Set();
    this.#byExternalId.set(account.externalId, ids.add(id));
    return super.set(id, account);
  }

  override delete(id: string): boolean {
    this.#byExternalId.get(this.get(id)?.externalId)?.delete(id);
    return super.delete(id);
  }

  override clear(): void {
    this.#byExternalId.clear();
    super.clear();
  }

  withExternalId(externalId: unknown): readonly Resource[] {
    const ids = [...(this.#byExternalId.get(externalId) ?? [])];
    return ids.map((id) => this.get(id) as Resource);
  }
}

/** The accounts and groups of one service. */
class ScimData {
  readonly users = new Accounts();
  readonly groups = new Map<string, Resource>();
  changes = 0;
  #id = 0;

  add(kind: 'users' | 'groups', resource: Readonly<Record<string, unknown>>): Resource {
    this.#id += 1;
    const added = { ...resource, id: `${kind[0]}${this.#id}` };
    this[kind].set(added.id, added);
    return added;
  }
}

/** A running service. */
export interface ScimServer {
  /** Without a path; resources are below `/scim/v2`. */
  readonly url: string;
  readonly data: ScimData;
  /** Requests so far. */
  readonly requests: number;
  close(): Promise<void>;
}

interface ScimRequest {
  readonly id?: string;
  readonly filter?: readonly object[] & { match(all: readonly object[]): readonly object[] };
  readonly constraints?: { readonly startIndex?: number };
}

/** What a filter has to look through: of `externalId eq "…"` the accounts that the index has. */
function candidates({ filter }: ScimRequest, kind: 'users' | 'groups', data: ScimData): readonly Resource[] {
  const conditions = (filter ?? []) as readonly { readonly externalId?: readonly unknown[] }[];
  const [operator, value] = conditions[0]?.externalId ?? [];
  const isIndexed = kind === 'users' && conditions.length === 1 && operator === 'eq';
  return isIndexed ? data.users.withExternalId(value) : [...data[kind].values()];
}

/** What SCIMMY cuts a page from: an array of all, with nothing before the page. */
function pageOf({ filter, constraints }: ScimRequest, all: readonly Resource[]): readonly object[] {
  // SCIMMY's filters cannot look into a list that is absent.
  const resources = all.map((one) => ('displayName' in one ? { members: [], ...one } : one));
  const found = filter ? filter.match(resources) : resources;
  const page = [...found];
  const before = (constraints?.startIndex ?? 1) - 1;
  for (let index = 0; index < Math.min(before, page.length); index += 1) delete page[index];
  return page;
}

type Handlers = Parameters<typeof SCIMMY.Resources.declare>[1];

function handlersFor(kind: 'users' | 'groups', unique: string): Handlers {
  const notFound = (id: string) => new SCIMMY.Types.Error(404, null as never, `No ${kind} ${id}`);
  return {
    egress: (resource: ScimRequest, data: ScimData) => {
      if (resource.id === undefined) return pageOf(resource, candidates(resource, kind, data));
      const found = data[kind].get(resource.id);
      if (!found) throw notFound(resource.id);
      return found;
    },
    ingress: (resource: ScimRequest, instance: Readonly<Record<string, unknown>>, data: ScimData) => {
      const plain = JSON.parse(JSON.stringify(instance));
      const same = [...data[kind].values()].find(
        (one) => one[unique] === plain[unique] && one.id !== resource.id,
      );
      if (same) throw new SCIMMY.Types.Error(409, 'uniqueness', `${unique} is taken`);
      data.changes += 1;
      if (resource.id === undefined) return data.add(kind, plain);
      if (!data[kind].has(resource.id)) throw notFound(resource.id);
      const changed = { ...plain, id: resource.id };
      data[kind].set(resource.id, changed);
      return changed;
    },
    degress: ({ id = '' }: ScimRequest, data: ScimData) => {
      if (!data[kind].delete(id)) throw notFound(id);
      data.changes += 1;
    },
  } as unknown as Handlers;
}

// SCIMMY keeps its resource types once for a process; each request brings the data of its server.
SCIMMY.Resources.declare(
  SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false),
  handlersFor('users', 'userName'),
);
SCIMMY.Resources.declare(SCIMMY.Resources.Group, handlersFor('groups', 'displayName'));

/** Options of {@link startScimServer}. */
export interface ScimServerOptions {
  /** Waited for before each request. */
  readonly before?: () => Promise<void>;
}

/** Starts a service on a free port of this host. */
export async function startScimServer({ before }: ScimServerOptions = {}): Promise<ScimServer> {
  const data = new ScimData();
  let requests = 0;
  const app = express();
  app.use(async (_request, _response, next) => {
    requests += 1;
    await before?.();
    next();
  });
  // SCIMMY ignores numbers that are texts.
  app.set('query parser', (query: string) =>
    Object.fromEntries(
      [...new URLSearchParams(query)].map(([name, value]) => [
        name,
        /^\d+$/.test(value) ? Number(value) : value,
      ]),
    ),
  );
  // As with transactions: SCIMMY reads, changes and writes in turns, and would lose one of two changes to a group.
  let last = Promise.resolve();
  app.use((request, response, next) => {
    if (request.method === 'GET') return next();
    last = last.then(() => {
      next();
      return new Promise((done) => response.once('close', done));
    });
  });
  app.use(
    '/scim/v2',
    new SCIMMYRouters({
      type: 'bearer',
      handler: (request) => {
        if (request.header('authorization') !== `Bearer ${SCIM_TOKEN}`) throw new Error('Expected the token');
        return 'tenure';
      },
      context: () => data,
    }) as express.RequestHandler,
  );
  const server = createServer(app);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    data,
    get requests() {
      return requests;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
