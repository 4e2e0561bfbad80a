/**
 * A service with accounts and groups for the demo: the part of SCIM 2.0 that tasks ask for, in memory. It behaves as services do:
 * wants a token, throttles, has a license for so many members of a group, and keeps the last owner of one.
 */
import { randomBytes } from 'node:crypto';

/** An account or a group. */
interface Resource {
  readonly id: string;
  readonly [attribute: string]: unknown;
}

/** A group, with its members in the order in which they joined. */
export interface DemoGroup {
  readonly id: string;
  readonly displayName: string;
  /** Ids of accounts. */
  readonly members: Set<string>;
  /** Account that cannot leave it. */
  readonly owner?: string;
  /** Members at most. */
  readonly licenses?: number;
}

/** What the service has done. */
export interface ServiceEffects {
  accountsMade: number;
  accountsEnabled: number;
  accountsDisabled: number;
  joined: number;
  left: number;
  throttled: number;
}

interface Operation {
  readonly op: string;
  readonly path?: string;
  readonly value?: unknown;
}

/** An answer that is no success. RFC 7644 §3.12. */
class Refusal extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | null;

  constructor(status: number, detail: string, retryAfterSeconds: number | null = null) {
    super(detail);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const FILTER = /^([\w.]{1,64}) eq ("(?:[^"\\]|\\.){0,512}")$/;
const MEMBER = /^members\[value eq ("(?:[^"\\]|\\.){0,512}")\]$/;
const PAGE_MAX = 200;
/** The request at which the service asks all callers to wait for a second. */
const THROTTLED_AT = 60;

/** The service. */
export class DemoService {
  readonly token: string = randomBytes(18).toString('base64url');
  readonly effects: ServiceEffects = {
    accountsMade: 0,
    accountsEnabled: 0,
    accountsDisabled: 0,
    joined: 0,
    left: 0,
    throttled: 0,
  };
  readonly #accounts = new Map<string, Resource>();
  readonly #byExternalId = new Map<string, string>();
  readonly #groups = new Map<string, DemoGroup>();
  #requests = 0;

  /** Adds an account that was there before. Returns its id. */
  addAccount(account: Readonly<Record<string, unknown>>): string {
    const id = `a${this.#accounts.size + 1}`;
    this.#accounts.set(id, { ...account, id });
    if (typeof account.externalId === 'string') this.#byExternalId.set(account.externalId, id);
    return id;
  }

  /** Adds a group that was there before. */
  addGroup(group: DemoGroup): void {
    this.#groups.set(group.id, group);
  }

  /** Answers a request below `/scim/v2`. */
  async answer(request: Request): Promise<Response> {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, message: detail, retryAfterSeconds } = error;
      const headers = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
      return Response.json({ status: String(status), detail }, { status, headers });
    }
  }

  async #answer(request: Request): Promise<Response> {
    if (request.headers.get('authorization') !== `Bearer ${this.token}`)
      throw new Refusal(401, 'The token is not known');
    this.#requests += 1;
    if (this.#requests === THROTTLED_AT) {
      this.effects.throttled += 1;
      throw new Refusal(429, 'Too many requests', 1);
    }
    const { pathname, searchParams } = new URL(request.url);
    const [, type = '', id] = /^\/scim\/v2\/(Users|Groups)(?:\/([\w-]{1,64}))?$/.exec(pathname) ?? [];
    const isUsers = type === 'Users';
    if (type === '') throw new Refusal(404, 'There is nothing at this path');
    switch (`${request.method} ${id === undefined ? 'all' : 'one'}`) {
      case 'GET all':
        return Response.json(this.#list(isUsers, searchParams));
      case 'GET one':
        return Response.json(isUsers ? this.#account(id) : shown(this.#group(id)));
      case 'POST all':
        if (isUsers) return Response.json(this.#make(await bodyOf(request)), { status: 201 });
        break;
      case 'PATCH one': {
        const { Operations: operations } = await bodyOf(request);
        for (const operation of Array.isArray(operations) ? operations : [])
          if (isUsers) this.#patchAccount(this.#account(id), operation);
          else this.#patchGroup(this.#group(id), operation);
        return new Response(null, { status: 204 });
      }
    }
    throw new Refusal(501, 'This service cannot do that');
  }

  #list(isUsers: boolean, query: URLSearchParams): object {
    const found = isUsers ? this.#findAccounts(query.get('filter')) : this.#findGroups(query.get('filter'));
    const startIndex = Math.max(1, Number(query.get('startIndex')) || 1);
    const count = Math.min(PAGE_MAX, Number(query.get('count')) || PAGE_MAX);
    const page = found.slice(startIndex - 1, startIndex - 1 + count);
    return { totalResults: found.length, startIndex, itemsPerPage: page.length, Resources: page };
  }

  #findAccounts(filter: string | null): readonly object[] {
    if (filter === null) return [...this.#accounts.values()];
    const { attribute, value } = readFilter(filter);
    if (attribute !== 'externalId') throw new Refusal(400, `Accounts cannot be found by ${attribute}`);
    const account = this.#accounts.get(this.#byExternalId.get(value) ?? '');
    return account ? [account] : [];
  }

  #findGroups(filter: string | null): readonly object[] {
    const groups = [...this.#groups.values()];
    if (filter === null) return groups.map(shown);
    const { attribute, value } = readFilter(filter);
    if (attribute !== 'members.value') throw new Refusal(400, `Groups cannot be found by ${attribute}`);
    return groups.filter(({ members }) => members.has(value)).map(shown);
  }

  #account(id: string | undefined): Resource {
    const account = this.#accounts.get(id ?? '');
    if (account) return account;
    throw new Refusal(404, `There is no account ${id}`);
  }

  #group(id: string | undefined): DemoGroup {
    const group = this.#groups.get(id ?? '');
    if (group) return group;
    throw new Refusal(404, `There is no group ${id}`);
  }

  #make(account: Readonly<Record<string, unknown>>): Resource {
    const { externalId } = account;
    if (typeof externalId === 'string' && this.#byExternalId.has(externalId))
      throw new Refusal(409, 'An account with this externalId exists');
    this.effects.accountsMade += 1;
    return this.#account(this.addAccount(account));
  }

  #patchAccount(account: Resource, { op, path, value }: Operation): void {
    if (op !== 'replace' || path !== 'active' || typeof value !== 'boolean')
      throw new Refusal(400, 'Only active can be changed here');
    this.#accounts.set(account.id, { ...account, active: value });
    this.effects[value ? 'accountsEnabled' : 'accountsDisabled'] += 1;
  }

  #patchGroup({ displayName, members, owner, licenses }: DemoGroup, { op, path, value }: Operation): void {
    const leaving = MEMBER.exec(path ?? '')?.[1];
    if (op === 'remove' && leaving !== undefined) {
      const id = JSON.parse(leaving) as string;
      if (id === owner) throw new Refusal(400, 'The last owner of a group cannot leave it');
      if (members.delete(id)) this.effects.left += 1;
      return;
    }
    if (op !== 'add' || path !== 'members' || !Array.isArray(value))
      throw new Refusal(400, 'Only members can be changed here');
    for (const member of value) {
      const { id } = this.#account(member?.value);
      if (members.size === licenses)
        throw new Refusal(
          400,
          `License pool of group ${displayName} exhausted: ${licenses} of ${licenses} in use`,
        );
      members.add(id);
      this.effects.joined += 1;
    }
  }
}

function shown({ id, displayName, members }: DemoGroup): object {
  return { id, displayName, members: Array.from(members, (value) => ({ value })) };
}

function readFilter(filter: string): { readonly attribute: string; readonly value: string } {
  const [, attribute, value] = FILTER.exec(filter) ?? [];
  if (attribute === undefined || value === undefined) throw new Refusal(400, 'This filter is not known here');
  return { attribute, value: JSON.parse(value) as string };
}

async function bodyOf(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await request.json().catch(() => null);
  if (typeof body === 'object' && body !== null) return body as Readonly<Record<string, unknown>>;
  throw new Refusal(400, 'Expected JSON');
}
