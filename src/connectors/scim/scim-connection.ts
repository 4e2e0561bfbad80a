import { readFunction, readWord } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import type { Subject } from '../../model/subject.ts';
import { type ConnectionCheck, tryCheck } from '../kernel/connection-check.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import type { HttpClientOptions } from '../kernel/http-client.ts';
import { filterValue, ScimClient, type ScimResource } from './scim-client.ts';

/** How a person's account is found: by an attribute of SCIM and its value. */
export interface ScimKey {
  /** `externalId`, `userName`, `id`, or any attribute that the server can filter by. */
  readonly attribute: string;
  readonly value: string;
}

/** Options of {@link scimConnection}. */
export interface ScimOptions {
  /** How the service is called; `baseUrl` is the one before `/Users`. */
  readonly http: HttpClientOptions;
  /** How a person's account is found. Default: by `externalId`, which is the person's id. */
  readonly keyOf?: (subject: Subject) => ScimKey;
  /**
   * The account to make where `enableUserAccount` finds none, without `schemas`. Default: none is made, and the task
   * fails.
   */
  readonly newUser?: (subject: Subject) => Readonly<Record<string, unknown>>;
  /**
   * How a member is named in a PATCH that removes it: in the path's filter, as RFC 7644 has it, or as a value, which
   * some servers want and others take as "remove all". Default `filter`.
   */
  readonly removeMemberBy?: 'filter' | 'value';
}

const OPTIONS = {
  http: (place) => place.value as HttpClientOptions,
  keyOf: withDefault(readFunction<NonNullable<ScimOptions['keyOf']>>, ({ id }: Subject) => ({
    attribute: 'externalId',
    value: id,
  })),
  newUser: optional(readFunction<NonNullable<ScimOptions['newUser']>>),
  removeMemberBy: withDefault((place) => readWord(place, ['filter', 'value'] as const), 'filter'),
} satisfies ShapeOf<ScimOptions>;

/** A SCIM service, and how people are found in it. */
export interface ScimConnection {
  /** Requests to the service. */
  readonly client: ScimClient;
  /** The options, complete. */
  readonly options: Required<Pick<ScimOptions, 'keyOf' | 'removeMemberBy'>> & Pick<ScimOptions, 'newUser'>;
  /** The person's account; `null` when there is none. @throws ConnectorError `refused` for several. */
  userOf(subject: Subject, signal: AbortSignal): Promise<ScimResource | null>;
  /** Tries what tasks and the directory need, reading only: accounts, groups, the filter by which people are found. */
  check(signal: AbortSignal): Promise<readonly ConnectionCheck[]>;
}

/**
 * Connects to a SCIM 2.0 service. No request is made before the first task.
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { scimConnection, scimDirectory, scimTasks } from 'tenure/scim';
 *
 * const scim = scimConnection({
 *   http: {
 *     baseUrl: 'https://app.example.com/scim/v2',
 *     authorization: () => `Bearer ${process.env.SCIM_TOKEN}`,
 *   },
 * });
 * const engine = await createEngine({ directory: scimDirectory(scim), tasks: { ...scimTasks(scim) } });
 * console.log(Object.keys(scimTasks(scim)).length, 'tasks'); // → 7 tasks
 * await engine.close();
 * ```
 */
export function scimConnection(options: ScimOptions): ScimConnection {
  const read = readOptions(options, 'scimConnection', OPTIONS);
  const client = new ScimClient(read.http);
  return {
    client,
    options: read,
    async userOf(subject, signal) {
      const { attribute, value } = read.keyOf(subject);
      if (attribute === 'id') return client.get('Users', value, signal);
      const found: ScimResource[] = [];
      for await (const user of client.list('Users', `${attribute} eq ${filterValue(value)}`, signal)) {
        if (!mayBe(user[attribute], value)) throw anotherAccount(attribute);
        found.push(user);
        if (found.length > 1) throw ambiguous(attribute);
      }
      return found[0] ?? null;
    },
    async check(signal) {
      const accounts = await tryCheck('read accounts', async () =>
        counted(await client.count('Users', null, signal), 'account'),
      );
      // What would fail for the same reason is not said again.
      if (accounts.failure !== null) return [accounts];
      return [
        accounts,
        await tryCheck('read groups', async () =>
          counted(await client.count('Groups', null, signal), 'group'),
        ),
        ...(await checkKey(client, read.keyOf, signal)),
      ];
    },
  };
}

/** Whether accounts can be found by the key; nothing when the key needs more of a person than an id. */
async function checkKey(
  client: ScimClient,
  keyOf: (subject: Subject) => ScimKey,
  signal: AbortSignal,
): Promise<readonly ConnectionCheck[]> {
  const key = keyOfNoOne(keyOf);
  if (key === null || key.attribute === 'id') return [];
  const { attribute, value } = key;
  const look = async () => {
    const found = await client.count('Users', `${attribute} eq ${filterValue(value)}`, signal);
    if (found === 0) return null;
    const message = `Expected no account with an ${attribute} that does not exist, got ${found}: the service ignores filters`;
    throw new ConnectorError('refused', message, { code: 'FilterIgnored' });
  };
  return [await tryCheck(`find an account by ${attribute}`, look)];
}

function keyOfNoOne(keyOf: (subject: Subject) => ScimKey): ScimKey | null {
  try {
    return keyOf({ id: 'tenure-check-no-such-person' });
  } catch {
    return null;
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Whether an account can be the one that was asked for: servers may leave the attribute out, or compare without case. */
function mayBe(present: unknown, wanted: string): boolean {
  const key = (text: string) => text.normalize().trim().toLowerCase();
  return typeof present !== 'string' || key(present) === key(wanted);
}

function anotherAccount(attribute: string): ConnectorError {
  const message = `Expected the account with the ${attribute} that was asked for, got another one: the service may ignore filters`;
  return new ConnectorError('refused', message, { code: 'AnswerUnreadable' });
}

function ambiguous(attribute: string): ConnectorError {
  const message = `Expected one account by ${attribute}, got several`;
  return new ConnectorError('refused', message, { code: 'AmbiguousAccount' });
}
