import type { Client, SearchOptions } from 'ldapts';
import type { Clock } from '../../../ports/clock.ts';
import { ConnectorError } from '../../kernel/connector-error.ts';
import { Gate } from '../../kernel/gate.ts';
import { BINARY_ATTRIBUTES, LdapEntry } from './ldap-entry.ts';
import { type LdapFilter, toLdapts } from './ldap-filter.ts';
import { pageControl } from './ldap-pages.ts';
import { isResult } from './ldap-results.ts';
import { LdapSession, type SessionSettings } from './ldap-session.ts';
import type { LdapValue } from './ldap-value.ts';
import { loadLdapts } from './ldapts.ts';

/** Deletes what is below an entry with it. Active Directory has it. */
const TREE_DELETE = '1.2.840.113556.1.4.805';
/** Pages of one listing, at most: a server that gives the same page for ever is stopped. */
const PAGES_MAX = 100_000;
/** Connections for listings that are kept for the next one. */
const IDLE_MAX = 2;

/** What is searched for. */
export interface LdapSearch {
  /** The entry itself, or all below it as well. */
  readonly scope: 'base' | 'sub';
  readonly filter: LdapFilter;
  /** `1.1`: none. */
  readonly attributes: readonly string[];
}

/** One change of an entry. `replace` without values removes the attribute. */
export interface LdapChange {
  readonly operation: 'add' | 'delete' | 'replace';
  readonly attribute: string;
  readonly values: readonly LdapValue[];
}

/** The operations of LDAP that connectors need, over connections that are opened when they are needed. */
export class LdapClient {
  /** Shared by everything that calls the host. */
  readonly gate: Gate;
  readonly #settings: SessionSettings;
  readonly #pageSize: number;
  #shared: Promise<LdapSession> | null = null;
  /** Pages belong to a connection, and OpenLDAP keeps one listing for each: listings have connections of their own. */
  readonly #idle: LdapSession[] = [];
  readonly #closing = new AbortController();

  constructor(settings: SessionSettings, pageSize: number, clock: Clock) {
    this.#settings = settings;
    this.#pageSize = pageSize;
    this.gate = new Gate(clock);
  }

  /** At most `limit` entries. */
  async search(
    base: string,
    search: LdapSearch,
    limit: number,
    signal?: AbortSignal,
  ): Promise<readonly LdapEntry[]> {
    const options = { ...(await optionsOf(search)), sizeLimit: limit };
    const { searchEntries } = await this.#make((client) => client.search(base, options), signal);
    return searchEntries.map((entry) => new LdapEntry(entry));
  }

  /** The entry itself; `null` when there is none. */
  async read(dn: string, attributes: readonly string[], signal?: AbortSignal): Promise<LdapEntry | null> {
    const filter = { kind: 'present', attribute: 'objectClass' } as const;
    return this.entry(dn, { scope: 'base', filter, attributes }, signal);
  }

  /** The first entry; `null` when there is none, or none at the base. */
  async entry(base: string, search: LdapSearch, signal?: AbortSignal): Promise<LdapEntry | null> {
    try {
      return (await this.search(base, search, 1, signal))[0] ?? null;
    } catch (error) {
      if (isResult(error, 32)) return null;
      throw error;
    }
  }

  /** All entries, page by page. */
  async *pages(
    base: string,
    search: LdapSearch,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly LdapEntry[], void, void> {
    const options = await optionsOf(search);
    const ldapts = await loadLdapts();
    this.gate.pass();
    const session = await this.#listing(signal);
    let cookie: Buffer = Buffer.alloc(0);
    let isWhole = false;
    try {
      for (let count = 0; !isWhole; count += 1) {
        if (count === PAGES_MAX) throw endless(this.#settings.hostname);
        const control = pageControl(ldapts, this.#pageSize, cookie);
        const { searchEntries } = await this.#on(
          session,
          (client) => client.search(base, options, [control]),
          signal,
        );
        cookie = session.cookie;
        isWhole = cookie.length === 0;
        yield searchEntries.map((entry) => new LdapEntry(entry));
      }
    } finally {
      if (isWhole && !this.#closing.signal.aborted && this.#idle.length < IDLE_MAX) this.#idle.push(session);
      else session.close();
    }
  }

  /** Whether the entry has the value; `null`: there is no entry. */
  async compare(dn: string, attribute: string, value: string, signal?: AbortSignal): Promise<boolean | null> {
    try {
      return await this.#make((client) => client.compare(dn, attribute, value), signal);
    } catch (error) {
      if (isResult(error, 16)) return false;
      if (isResult(error, 32)) return null;
      throw error;
    }
  }

  async add(
    dn: string,
    attributes: Readonly<Record<string, readonly LdapValue[]>>,
    signal?: AbortSignal,
  ): Promise<void> {
    const { Attribute } = await loadLdapts();
    const given = Object.entries(attributes).map(
      ([type, values]) => new Attribute({ type, values: buffersOf(values) }),
    );
    await this.#make((client) => client.add(dn, given), signal);
  }

  /** Makes all changes, or none. */
  async modify(dn: string, changes: readonly LdapChange[], signal?: AbortSignal): Promise<void> {
    const { Attribute, Change } = await loadLdapts();
    const made = changes.map(
      ({ operation, attribute, values }) =>
        new Change({
          operation,
          modification: new Attribute({ type: attribute, values: buffersOf(values) }),
        }),
    );
    await this.#make((client) => client.modify(dn, made), signal);
  }

  /** @param isTree whether what is below the entry is deleted as well. */
  async delete(dn: string, isTree: boolean, signal?: AbortSignal): Promise<void> {
    const { Control } = await loadLdapts();
    const controls = isTree ? [new Control(TREE_DELETE, { critical: true })] : [];
    await this.#make((client) => client.del(dn, controls), signal);
  }

  /** Ends all connections. Later calls fail. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const session of this.#idle.splice(0)) session.close();
    const shared = this.#shared;
    this.#shared = null;
    // One that could not be opened has nothing to close.
    await shared?.then(
      (session) => session.close(),
      () => {},
    );
  }

  async #make<Result>(operation: (client: Client) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    this.gate.pass();
    return this.#on(await untilAborted(this.#session(), signal), operation, signal);
  }

  async #on<Result>(
    session: LdapSession,
    operation: (client: Client) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    try {
      const result = await session.call(operation, signal);
      this.gate.succeeded();
      return result;
    } catch (error) {
      throw error instanceof ConnectorError ? this.gate.failed(error) : error;
    }
  }

  /** The connection that all calls but listings share. */
  async #session(): Promise<LdapSession> {
    const shared = this.#shared;
    if (shared !== null) {
      const session = await shared;
      if (session.isOpen) return session;
      if (this.#shared === shared) this.#shared = null;
    }
    this.#shared ??= this.#open().catch((error: unknown) => {
      this.#shared = null;
      throw error;
    });
    return this.#shared;
  }

  /** A connection for one listing. */
  async #listing(signal?: AbortSignal): Promise<LdapSession> {
    const idle = this.#idle.pop();
    if (idle?.isOpen) return idle;
    const opening = this.#open();
    try {
      return await untilAborted(opening, signal);
    } catch (error) {
      void opening.then(
        (session) => session.close(),
        () => {},
      );
      throw error;
    }
  }

  async #open(): Promise<LdapSession> {
    if (this.#closing.signal.aborted)
      throw new ConnectorError('refused', 'The LDAP connection was closed', { code: 'ConnectionClosed' });
    try {
      return await LdapSession.open(this.#settings, this.#closing.signal);
    } catch (error) {
      throw error instanceof ConnectorError ? this.gate.failed(error) : error;
    }
  }
}

async function optionsOf({ scope, filter, attributes }: LdapSearch): Promise<SearchOptions> {
  return {
    scope,
    filter: toLdapts(await loadLdapts(), filter),
    attributes: [...attributes],
    explicitBufferAttributes: [...BINARY_ATTRIBUTES],
    derefAliases: 'never',
  };
}

function buffersOf(values: readonly LdapValue[]): Buffer[] {
  return values.map((value) => Buffer.from(value as Uint8Array));
}

function endless(hostname: string): ConnectorError {
  const message = `Expected at most ${PAGES_MAX} pages of a listing from ${hostname}, got more`;
  return new ConnectorError('refused', message, { code: 'ListingEndless' });
}

/** What the promise gives, unless the signal is aborted before. */
async function untilAborted<Result>(promise: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  if (signal === undefined) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
