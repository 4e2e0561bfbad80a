/** The ways in which an application signs in to Entra, each as a function that gets a token. */
import type { DurationMs } from '../../../model/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Ids } from '../../../ports/random.ts';
import { ConnectorError } from '../../kernel/connector-error.ts';
import { createHttpClient, path } from '../../kernel/http-client.ts';
import { saidLine } from '../../kernel/said.ts';
import type { AccessToken } from './access-tokens.ts';
import { type EntraCertificate, signAssertion } from './client-assertion.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** A token that is said to live longer is asked for anew, s: a day. */
const LIFETIME_S_MAX = 86_400;

const NO_TOKEN = 'the credential gave no token';

/** What gets tokens by itself: a credential of `@azure/identity`, for example. */
export interface EntraTokenSource {
  /**
   * What it throws is the reason of the failure: the first line.
   *
   * @param scope `https://graph.microsoft.com/.default`.
   */
  getToken(scope: string): Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>;
}

/** How the application signs in: by a secret, a certificate, or something that gets tokens by itself. */
export type EntraCredential =
  | { readonly clientSecret: string | (() => string | Promise<string>) }
  | { readonly certificate: EntraCertificate | (() => EntraCertificate | Promise<EntraCertificate>) }
  | EntraTokenSource;

/** What the token endpoint needs to know beside the credential. */
export interface SignIn {
  readonly authorityUrl: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly scope: string;
  readonly insecure: boolean;
  readonly timeoutMs: DurationMs;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly fetch: typeof fetch | undefined;
}

/** Tokens of a credential that gets them by itself. */
export function tokensOfSource(source: EntraTokenSource, scope: string): () => Promise<AccessToken> {
  return async () => {
    let got: Awaited<ReturnType<EntraTokenSource['getToken']>>;
    try {
      got = await source.getToken(scope);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw failed(saidLine(said.split(/[\r\n]/)[0]) || NO_TOKEN);
    }
    if (typeof got?.token !== 'string' || got.token === '') throw failed(NO_TOKEN);
    return { token: got.token, expiresAtMs: got.expiresOnTimestamp };
  };
}

/**
 * Tokens of the client credentials flow.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function tokensOfEndpoint(
  credential: Exclude<EntraCredential, EntraTokenSource>,
  { authorityUrl, tenantId, clientId, scope, insecure, timeoutMs, clock, ids, fetch }: SignIn,
): () => Promise<AccessToken> {
  const base = authorityUrl.replace(/\/+$/, '');
  const http = createHttpClient({
    baseUrl: base,
    insecure,
    timeoutMs,
    clock,
    reasonOf: reasonOfTokenError,
    ...(fetch && { fetch }),
  });
  const target = path`/${tenantId}/oauth2/v2.0/token`;
  return async () => {
    try {
      const claims = { clientId, audience: `${base}${target}`, id: ids.guid(), nowMs: clock.now() };
      const proof = await proofOf(credential, claims);
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        scope,
        ...proof,
      });
      const answer = await http.request({
        method: 'POST',
        path: target,
        body,
        secrets: Object.values(proof),
      });
      return readToken(answer.body, clock.now());
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      // Refused or not found: nothing that is done for one person differs for the next one.
      const isOver = ['unauthorized', 'refused', 'missing'].includes(error.kind);
      throw isOver ? failed(error.message, error) : error;
    }
  };
}

type Claims = Parameters<typeof signAssertion>[1];

async function proofOf(
  credential: Exclude<EntraCredential, EntraTokenSource>,
  claims: Claims,
): Promise<Readonly<Record<string, string>>> {
  if ('clientSecret' in credential) return { client_secret: await resolved(credential.clientSecret) };
  const certificate = await resolved(credential.certificate);
  return { client_assertion_type: ASSERTION_TYPE, client_assertion: signAssertion(certificate, claims) };
}

function resolved<T extends string | object>(given: T | (() => T | Promise<T>)): T | Promise<T> {
  return typeof given === 'function' ? given() : given;
}

function readToken(body: unknown, nowMs: number): AccessToken {
  const { access_token: token, expires_in: lifetimeS } = (body ?? {}) as Readonly<Record<string, unknown>>;
  const seconds = Number(lifetimeS);
  if (typeof token !== 'string' || token === '' || !(seconds > 0))
    throw new ConnectorError('refused', 'Expected a token, got another answer', { code: 'AnswerUnreadable' });
  return { token, expiresAtMs: nowMs + 1_000 * Math.min(seconds, LIFETIME_S_MAX) };
}

/** `AADSTS7000215: Invalid client secret …`, without the ids of the request that follow. */
function reasonOfTokenError(body: unknown): { readonly message?: string } | null {
  const { error_description: description, error } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof description === 'string') return { message: description.split(/\r?\n| Trace ID:/)[0] as string };
  return typeof error === 'string' ? { message: error } : null;
}

function failed(reason: string, cause?: unknown): ConnectorError {
  return new ConnectorError('unauthorized', `Signing in to Entra failed: ${reason}`, {
    code: 'SignInFailed',
    cause,
  });
}
