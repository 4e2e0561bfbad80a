import { readFlag, readFunction, readLine, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { readClock } from '../../input/ports.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import type { Subject } from '../../model/subject.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../system/real/clock.ts';
import { systemIds } from '../../system/real/random.ts';
import type { ConnectionCheck } from '../kernel/connection-check.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { createHttpClient } from '../kernel/http-client.ts';
import { checkConnection } from './check-connection.ts';
import { GraphClient } from './graph-client.ts';
import { type AccessToken, AccessTokens } from './sign-in/access-tokens.ts';
import {
  type EntraCredential,
  type EntraTokenSource,
  tokensOfEndpoint,
  tokensOfSource,
} from './sign-in/credentials.ts';

const URL_LENGTH_MAX = 2_048;
const TENANT = /^[A-Za-z0-9][A-Za-z0-9.-]{0,199}$/;

/** Options of {@link entraConnection}. */
export interface EntraOptions {
  /**
   * GUID of the tenant, or one of its domains. Not needed for a credential with `getToken`. Otherwise required.
   */
  readonly tenantId?: string;
  /** Id of the registered application. Not needed for a credential with `getToken`. Otherwise required. */
  readonly clientId?: string;
  /** How the application signs in: a secret, a certificate, a token of elsewhere. */
  readonly credential: EntraCredential;
  /** Root of Microsoft Graph; other ones for national clouds. Default `https://graph.microsoft.com`. */
  readonly graphUrl?: string;
  /** Where applications sign in. Default `https://login.microsoftonline.com`. */
  readonly authorityUrl?: string;
  /**
   * Object id or user principal name of a person's account; what is neither fails the task. Default: the person's id.
   */
  readonly userOf?: (subject: Subject) => unknown;
  /** Allows `http:` for any host. Default `false`: for hosts of this machine. */
  readonly insecure?: boolean;
  /** For a request and its answer, ms; 1..600,000. Default 30,000. */
  readonly timeoutMs?: DurationMs;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
}

/** A tenant of Entra, reached over Microsoft Graph. */
export interface EntraConnection {
  /** Requests to Microsoft Graph. */
  readonly graph: GraphClient;
  /** The clock of the options. */
  readonly clock: Clock;
  /** Object id or user principal name of a person's account. */
  readonly userOf: (subject: Subject) => unknown;
  /** Tries, reading only: sign-in, people, groups; and names the tasks that the application has no permission for. */
  check(signal?: AbortSignal): Promise<readonly ConnectionCheck[]>;
}

const OPTIONS = {
  tenantId: optional(readTenant),
  clientId: optional((place) => readLine(place, 200)),
  credential: readCredential,
  graphUrl: withDefault(readUrl, 'https://graph.microsoft.com'),
  authorityUrl: withDefault(readUrl, 'https://login.microsoftonline.com'),
  userOf: withDefault(readFunction<NonNullable<EntraOptions['userOf']>>, ({ id }: Subject) => id),
  insecure: withDefault(readFlag, false),
  timeoutMs: withDefault((place: Place) => readWhole(place, 1, 600_000), 30_000),
  clock: withDefault(readClock, systemClock),
  fetch: optional(readFunction<typeof fetch>),
} satisfies ShapeOf<EntraOptions>;

type Settings = ReturnType<typeof readOptions<typeof OPTIONS>>;

/**
 * Connects to a tenant of Entra. No request is made before the first task.
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { entraConnection, entraDirectory, entraTasks } from 'tenure/entra';
 *
 * const entra = entraConnection({
 *   tenantId: 'contoso.onmicrosoft.com',
 *   clientId: '11111111-2222-4333-8444-555555555555',
 *   credential: { clientSecret: () => process.env.ENTRA_SECRET ?? '' },
 * });
 * const engine = await createEngine({ directory: entraDirectory(entra), tasks: { ...entraTasks(entra) } });
 * await engine.close();
 * ```
 */
export function entraConnection(options: EntraOptions): EntraConnection {
  const settings = readOptions(options, 'entraConnection', OPTIONS);
  const { graphUrl, insecure, timeoutMs, clock, userOf, fetch } = settings;
  const tokens = new AccessTokens(tokensOf(settings), clock);
  const baseUrl = `${graphUrl}/v1.0`;
  const http = createHttpClient({
    baseUrl,
    insecure,
    timeoutMs,
    clock,
    ...(fetch && { fetch }),
    authorization: async (renew) => {
      try {
        return `Bearer ${await tokens.get(renew)}`;
      } catch (error) {
        // Without a token no call can be made, for any person.
        throw error instanceof ConnectorError ? http.gate.failed(error) : error;
      }
    },
  });
  const graph = new GraphClient(http, baseUrl);
  return { graph, clock, userOf, check: (signal) => checkConnection(graph, tokens, signal) };
}

function tokensOf(settings: Settings): () => Promise<AccessToken> {
  const { credential, graphUrl, tenantId, clientId, insecure, timeoutMs, clock, authorityUrl, fetch } =
    settings;
  const scope = `${graphUrl}/.default`;
  if (isTokenSource(credential)) return tokensOfSource(credential, scope);
  const what = 'given, for a credential with a secret or a certificate';
  if (tenantId === undefined) throw invalid({ path: 'tenantId', value: tenantId }, what);
  if (clientId === undefined) throw invalid({ path: 'clientId', value: clientId }, what);
  const signIn = {
    authorityUrl,
    tenantId,
    clientId,
    scope,
    insecure,
    timeoutMs,
    clock,
    ids: systemIds,
    fetch,
  };
  return tokensOfEndpoint(credential, signIn);
}

function isTokenSource(credential: EntraCredential): credential is EntraTokenSource {
  return 'getToken' in credential;
}

function readTenant(place: Place): string {
  const { value } = place;
  if (typeof value === 'string' && TENANT.test(value)) return value;
  throw invalid(place, 'the GUID of a tenant, or one of its domains');
}

function readUrl(place: Place): string {
  const url = readLine(place, URL_LENGTH_MAX);
  if (URL.canParse(url)) return url.replace(/\/+$/, '');
  throw invalid(place, 'an absolute URL');
}

/** Refuses without repeating what it got, which may be a secret. */
function readCredential({ path, value }: Place): EntraCredential {
  const { clientSecret, certificate, getToken } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isSecret =
    typeof clientSecret === 'function' || (typeof clientSecret === 'string' && clientSecret !== '');
  const isGiven = [
    isSecret,
    typeof certificate === 'function' || isCertificate(certificate),
    typeof getToken === 'function',
  ];
  if (isGiven.filter(Boolean).length === 1) return value as EntraCredential;
  const expected =
    'an object with one of `clientSecret`, `certificate` (with `privateKey` and `certificate` in PEM) and `getToken`';
  throw invalid({ path, value }, expected, 'something else');
}

function isCertificate(value: unknown): boolean {
  const { privateKey, certificate, algorithm } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isAlgorithm = algorithm === undefined || algorithm === 'PS256' || algorithm === 'RS256';
  return typeof privateKey === 'string' && typeof certificate === 'string' && isAlgorithm;
}
