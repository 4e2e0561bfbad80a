/** `POST /{tenant}/oauth2/v2.0/token`, with the client credentials flow: a secret, or an assertion signed by a key. */
import { constants, createHash, randomUUID, verify, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const TENANT = 'contoso.example';
export const CLIENT_ID = '11111111-2222-4333-8444-555555555555';
export const CLIENT_SECRET = 'a-secret-of-the-application';
/** A certificate and its key that secure nothing: they are part of the repository. */
export const CERTIFICATE = {
  privateKey: readFileSync(join(import.meta.dirname, 'key-for-tests.pem'), 'utf8'),
  certificate: readFileSync(join(import.meta.dirname, 'certificate-for-tests.pem'), 'utf8'),
};
const X509 = new X509Certificate(CERTIFICATE.certificate);
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Seconds that a token is valid. */
export const LIFETIME_S = 3_599;

/** An answer of the endpoint. */
export interface TokenAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Gives tokens, and knows which it has given. */
export class TokenEndpoint {
  readonly #valid = new Set<string>();
  readonly #assertions = new Set<string>();
  /** Requests so far. */
  requests = 0;

  accepts(authorization: string | undefined): boolean {
    return this.#valid.has(authorization?.replace(/^Bearer /, '') ?? '');
  }

  /** Makes every token that was given invalid, as a change of the secret does. */
  revokeAll(): void {
    this.#valid.clear();
  }

  /** @param audience the endpoint's own address, which an assertion has to be for. */
  answer(path: string, form: URLSearchParams, audience: string, roles: readonly string[]): TokenAnswer {
    this.requests += 1;
    if (path !== `/${TENANT}/oauth2/v2.0/token`)
      return refused(400, 'invalid_request', "AADSTS90002: Tenant 'other' not found.");
    if (form.get('grant_type') !== 'client_credentials' || !form.get('scope')?.endsWith('/.default'))
      return refused(400, 'invalid_scope', 'AADSTS1002012: The provided value for scope is not valid.');
    if (form.get('client_id') !== CLIENT_ID)
      return refused(400, 'unauthorized_client', 'AADSTS700016: Application was not found in the directory.');
    const fault = form.has('client_assertion') ? this.#faultOfAssertion(form, audience) : faultOfSecret(form);
    if (fault !== null) return refused(401, 'invalid_client', fault);
    const claims = Buffer.from(JSON.stringify({ roles, jti: randomUUID() })).toString('base64url');
    const token = `e30.${claims}.signature`;
    this.#valid.add(token);
    return { status: 200, body: { token_type: 'Bearer', expires_in: LIFETIME_S, access_token: token } };
  }

  #faultOfAssertion(form: URLSearchParams, audience: string): string | null {
    const [head = '', claims = '', signature = ''] = (form.get('client_assertion') ?? '').split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString());
    const { aud, iss, sub, jti, exp, nbf } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const thumbprint = createHash('sha256').update(X509.raw).digest('base64url');
    if (form.get('client_assertion_type') !== ASSERTION_TYPE) return 'AADSTS50027: Invalid assertion type.';
    if (header['x5t#S256'] !== thumbprint)
      return 'AADSTS700027: The certificate with identifier used to sign the client assertion is not registered.';
    if (aud !== audience || iss !== CLIENT_ID || sub !== CLIENT_ID || !(exp > nbf && exp - nbf <= 600))
      return 'AADSTS700021: Client assertion application identifier does not match.';
    if (this.#assertions.has(jti)) return 'AADSTS50013: Assertion was used before.';
    this.#assertions.add(jti);
    const padding =
      header.alg === 'PS256'
        ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
        : { padding: constants.RSA_PKCS1_PADDING };
    const key = { key: X509.publicKey, ...padding };
    const isSigned = verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      key,
      Buffer.from(signature, 'base64url'),
    );
    return isSigned ? null : 'AADSTS700027: Client assertion failed signature validation.';
  }
}

function faultOfSecret(form: URLSearchParams): string | null {
  return form.get('client_secret') === CLIENT_SECRET
    ? null
    : 'AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value.';
}

function refused(status: number, error: string, text: string): TokenAnswer {
  const error_description = `${text} Trace ID: ${randomUUID()} Correlation ID: ${randomUUID()}`;
  return { status, body: { error, error_description, error_codes: [Number(/\d+/.exec(text)?.[0])] } };
}
