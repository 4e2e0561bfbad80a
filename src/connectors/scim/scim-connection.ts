import { readFunction, readWord } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import type { Subject } from '../../model/subject.ts';
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
  readonly client: ScimClient;
  readonly options: Required<Pick<ScimOptions, 'keyOf' | 'removeMemberBy'>> & Pick<ScimOptions, 'newUser'>;
  /** The person's account; `null` when there is none. @throws ConnectorError `refused` for several. */
  userOf(subject: Subject, signal: AbortSignal): Promise<ScimResource | null>;
}

/**
 * Connects to a SCIM 2.0 service. No request is made before the first task.
 *
 * @throws LifecycleError `InvalidArgument`.
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
        found.push(user);
        if (found.length > 1) throw ambiguous(attribute);
      }
      return found[0] ?? null;
    },
  };
}

function ambiguous(attribute: string): ConnectorError {
  const message = `Expected one account by ${attribute}, got several`;
  return new ConnectorError('refused', message, { code: 'AmbiguousAccount' });
}
