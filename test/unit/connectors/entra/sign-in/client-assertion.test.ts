import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signAssertion } from '../../../../../src/connectors/entra/sign-in/client-assertion.ts';
import { CERTIFICATE } from '../../../../servers/entra/token-endpoint.ts';

const CLAIMS = {
  clientId: 'app',
  audience: 'https://login.example/token',
  id: 'jti',
  nowMs: 1_767_600_000_900,
};
const part = (assertion: string, index: number) =>
  JSON.parse(Buffer.from(assertion.split('.')[index] ?? '', 'base64url').toString());
const key = (type: 'rsa' | 'ed25519') => {
  const pair =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 1_024 }) : generateKeyPairSync('ed25519');
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};

// That the signature is right, the token endpoint of the emulator checks: credentials.test.ts.
describe('a client assertion', () => {
  it('names the certificate by its SHA-256 thumbprint and is valid for ten minutes', () => {
    const assertion = signAssertion(CERTIFICATE, CLAIMS);
    expect(part(assertion, 0)).toEqual({
      alg: 'PS256',
      typ: 'JWT',
      'x5t#S256': expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(part(assertion, 1)).toEqual({
      aud: 'https://login.example/token',
      iss: 'app',
      sub: 'app',
      jti: 'jti',
      nbf: 1_767_600_000,
      iat: 1_767_600_000,
      exp: 1_767_600_600,
    });
    expect(part(signAssertion({ ...CERTIFICATE, algorithm: 'RS256' }, CLAIMS), 0).alg).toBe('RS256');
  });

  it.each([
    ['a key that is none', { privateKey: 'secret text' }, 'the private key to be an RSA key in PEM'],
    ['a key of another kind', { privateKey: key('ed25519') }, 'the private key to be an RSA key in PEM'],
    [
      'the key of another certificate',
      { privateKey: key('rsa') },
      'the certificate to be that of the private key',
    ],
    ['a certificate that is none', { certificate: 'secret text' }, 'the certificate to be one in PEM'],
  ])('%s is refused, without repeating it', (_, wrong, expected) => {
    const sign = () => signAssertion({ ...CERTIFICATE, ...wrong }, CLAIMS);
    expect(sign).toThrow(
      expect.objectContaining({ kind: 'refused', message: expect.stringContaining(expected) }),
    );
    expect(sign).not.toThrow(/secret text|BEGIN/);
  });
});
