import { constants, createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { ConnectorError } from '../../kernel/connector-error.ts';

/** For how long an assertion is valid, s. */
const LIFETIME_S = 600;

/** A certificate that the application was registered with, and its key. */
export interface EntraCertificate {
  /** PEM: the private key, RSA. */
  readonly privateKey: string;
  /** PEM: the certificate; further ones of a chain are ignored. */
  readonly certificate: string;
  /** How the assertion is signed. Default `PS256`. */
  readonly algorithm?: 'PS256' | 'RS256';
}

/** What an assertion says. */
export interface AssertionClaims {
  readonly clientId: string;
  /** URL of the token endpoint. */
  readonly audience: string;
  /** Of this assertion only. */
  readonly id: string;
  readonly nowMs: number;
}

/**
 * A signed JWT that shows that its sender has the key of the certificate.
 *
 * @throws ConnectorError `refused`: no RSA key, no certificate, or one of another key.
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export function signAssertion(
  { privateKey, certificate, algorithm = 'PS256' }: EntraCertificate,
  { clientId, audience, id, nowMs }: AssertionClaims,
): string {
  const [key, x509] = [readKey(privateKey), readCertificate(certificate)];
  if (!x509.checkPrivateKey(key)) throw unusable('the certificate to be that of the private key');
  const header = {
    alg: algorithm,
    typ: 'JWT',
    'x5t#S256': createHash('sha256').update(x509.raw).digest('base64url'),
  };
  const nowS = Math.floor(nowMs / 1_000);
  const claims = {
    aud: audience,
    iss: clientId,
    sub: clientId,
    jti: id,
    nbf: nowS,
    iat: nowS,
    exp: nowS + LIFETIME_S,
  };
  const content = `${encoded(header)}.${encoded(claims)}`;
  const padding =
    algorithm === 'PS256'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { padding: constants.RSA_PKCS1_PADDING };
  return `${content}.${sign('sha256', Buffer.from(content), { key, ...padding }).toString('base64url')}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function readKey(pem: string): KeyObject {
  const expected = 'the private key to be an RSA key in PEM, without a passphrase';
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // What OpenSSL says could repeat parts of the key.
  }
  throw unusable(expected);
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw unusable('the certificate to be one in PEM', cause);
  }
}

function unusable(expected: string, cause?: unknown): ConnectorError {
  return new ConnectorError('refused', `Expected ${expected}`, { code: 'BadCertificate', cause });
}
