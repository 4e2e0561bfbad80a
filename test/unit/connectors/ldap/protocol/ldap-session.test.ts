import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ldapConnection } from '../../../../../src/connectors/ldap/ldap-connection.ts';
import type { LdapOptions } from '../../../../../src/connectors/ldap/ldap-options.ts';
import { serverOf } from '../../../../../src/connectors/ldap/ldap-server.ts';
import { virtualClock } from '../../../../../src/system/virtual/virtual-clock.ts';
import { type LdapProxy, openLdapProxy } from '../../../../servers/ldap-proxy.ts';
import {
  BIND_DN,
  describeSlapd,
  PEOPLE,
  SLAPD_PASSWORD,
  type SlapdServer,
  startSlapd,
} from '../../../../servers/slapd.ts';

const SILENCE = { name: 'says nothing', isTransient: true, isDone: false, code: 'silence' } as const;
const LISTING = {
  scope: 'sub',
  filter: { kind: 'present', attribute: 'objectClass' },
  attributes: ['1.1'],
} as const;
const CERTIFICATE = readFileSync(join(import.meta.dirname, '../../../../cli/tls/cert-for-tests.pem'));

/** A busy machine is slow. */
const PATIENT = { timeout: 20_000 };

describeSlapd('a connection to an LDAP server', () => {
  let slapd: SlapdServer;
  let proxy: LdapProxy;
  const opened: (() => Promise<void>)[] = [];

  const open = (options: Partial<LdapOptions> = {}) => {
    const clock = virtualClock(0);
    const connection = ldapConnection({
      url: proxy.url,
      bindDN: BIND_DN,
      password: SLAPD_PASSWORD,
      users: { base: PEOPLE },
      clock,
      ...options,
    });
    opened.push(connection.close);
    const read = (signal?: AbortSignal) => serverOf(connection).client.read(PEOPLE, ['ou'], signal);
    return { connection, clock, read };
  };

  beforeAll(async () => {
    slapd = await startSlapd();
    await slapd.add(`uid=ana,${PEOPLE}`, {
      objectClass: 'inetOrgPerson',
      cn: 'Ana',
      sn: 'N',
      uid: 'ana',
      description: Array.from({ length: 200 }, (_, n) => `${n} ${'x'.repeat(1_000)}`),
    });
  });
  beforeEach(async () => {
    proxy = await openLdapProxy(slapd.url);
  });
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
    await proxy.close();
  });
  afterAll(() => slapd?.close());

  it('is made with the first call, once for calls that are made together', async () => {
    const before = proxy.requests;
    const { read } = open();
    expect(proxy.requests).toBe(before);
    const found = await Promise.all([read(), read(), read()]);
    expect(found.map((entry) => entry?.text('ou'))).toEqual(['people', 'people', 'people']);
    expect(proxy.operations.slice(before)).toEqual(['bind', 'search', 'search', 'search']);
  });

  it('is made anew after it was lost, and signs in again', async () => {
    const { read } = open();
    await read();
    const before = proxy.requests;
    proxy.cut();
    await expect.poll(() => read().catch(() => null), PATIENT).toMatchObject({ dn: PEOPLE });
    expect(proxy.operations.slice(before)).toContain('bind');
    expect(proxy.operations.slice(before).indexOf('bind')).toBeLessThan(
      proxy.operations.slice(before).lastIndexOf('search'),
    );
  });

  it('uses TLS, and trusts no certificate that it does not know', async () => {
    const tls = { ca: CERTIFICATE };
    for (const options of [
      { url: slapd.secureUrl, tls },
      { url: slapd.url, startTls: true, tls },
    ])
      expect((await open(options).read())?.dn).toBe(PEOPLE);
    for (const options of [{ url: slapd.secureUrl }, { url: slapd.url, startTls: true }])
      await expect(open(options).read()).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringMatching(/^No TLS with 127\.0\.0\.1: .*certificate/),
      });
  });

  it('over StartTLS is made anew as well', async () => {
    const { read } = open({ url: proxy.url, startTls: true, tls: { ca: CERTIFICATE } });
    await read();
    proxy.cut();
    await expect.poll(() => read().catch(() => null), PATIENT).toMatchObject({ dn: PEOPLE });
  });

  it('asks for the password again when it was refused, and then closes the gate', async () => {
    const asked: boolean[] = [];
    const renewed = open({
      password: (renew) => {
        asked.push(renew);
        return renew ? SLAPD_PASSWORD : 'the old one';
      },
    });
    expect((await renewed.read())?.dn).toBe(PEOPLE);
    expect(asked).toEqual([false, true]);
    const { read } = open({ password: 'wrong' });
    await expect(read()).rejects.toMatchObject({ kind: 'unauthorized', retryAfterMs: 60_000 });
    const before = proxy.requests;
    await expect(read()).rejects.toMatchObject({ kind: 'unauthorized' });
    expect(proxy.requests).toBe(before);
  });

  it('never signs in without a password, which servers take for success', async () => {
    const before = proxy.requests;
    await expect(open({ password: () => '' }).read()).rejects.toMatchObject({
      kind: 'refused',
      code: 'PasswordMissing',
    });
    expect(proxy.requests).toBe(before);
  });

  it('closes the gate while nothing can be reached', async () => {
    const { read, clock } = open({ url: 'ldap://127.0.0.1:1' });
    await expect(read()).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'ECONNREFUSED',
      retryAfterMs: 1_000,
      message: 'No connection to 127.0.0.1 (ECONNREFUSED)',
    });
    await expect(read()).rejects.toMatchObject({ kind: 'unreachable', retryAfterMs: 1_000 });
    clock.jump(1_000);
    await expect(read()).rejects.toMatchObject({ kind: 'unreachable', retryAfterMs: 2_000 });
  });

  it('takes an answer that does not come for unknown, and is not used again', async () => {
    const { read } = open({ timeoutMs: 1 });
    proxy.inject(SILENCE, 1);
    await expect(read()).rejects.toMatchObject({ kind: 'unknown', code: 'Timeout' });
    // The next one may be late, too, after its sign-in.
    await read().catch(() => null);
    expect(proxy.operations.filter((name) => name === 'bind')).toHaveLength(2);
  });

  it('takes a sign-in that is not answered for no connection', async () => {
    proxy.inject(SILENCE, 0);
    await expect(open({ connectTimeoutMs: 20 }).read()).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'Timeout',
      message: 'No sign-in at 127.0.0.1 within 20 ms',
    });
  });

  it('takes a sign-in that the server could not do for no connection, and says what it said', async () => {
    proxy.inject({ ...SILENCE, code: 80 }, 0);
    await expect(open().read()).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'LdapOther',
      message: '127.0.0.1 answered 80 other: a fault of the test',
    });
  });

  it('takes no answer of another protocol', async () => {
    const server = createServer((socket) => socket.end(`HTTP/1.1 400 Bad Request${'\r\n'.repeat(100)}`));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(open({ url: `ldap://127.0.0.1:${port}` }).read()).rejects.toMatchObject({
      kind: 'unreachable',
      message: 'Expected messages of LDAP from 127.0.0.1, got something else',
    });
    server.close();
  });

  it('reads no answer that is longer than its bound', async () => {
    const { connection } = open({ answerBytesMax: 100_000 });
    await expect(serverOf(connection).client.read(`uid=ana,${PEOPLE}`, ['*'])).rejects.toMatchObject({
      kind: 'refused',
      code: 'AnswerTooLong',
    });
    expect((await serverOf(connection).client.read(PEOPLE, ['*']))?.dn).toBe(PEOPLE);
  });

  it('ends a call that is aborted, and stays for others', async () => {
    const { read } = open();
    await read();
    proxy.inject(SILENCE, 0);
    const canceled = new AbortController();
    const sent = proxy.requests + 1;
    const reading = read(canceled.signal);
    await expect.poll(() => proxy.requests, PATIENT).toBe(sent);
    canceled.abort(new Error('The run was canceled'));
    await expect(reading).rejects.toThrow('The run was canceled');
    const before = proxy.requests;
    await read();
    expect(proxy.operations.slice(before)).toEqual(['search']);
  });

  it('ends a call that is aborted before there is a connection', async () => {
    for (const signIn of [0, 1]) proxy.inject(SILENCE, signIn);
    const { read, connection } = open();
    const canceled = new AbortController();
    const reading = Promise.all([
      expect(read(canceled.signal)).rejects.toThrow('The run was canceled'),
      expect(serverOf(connection).client.pages(PEOPLE, LISTING, canceled.signal).next()).rejects.toThrow(
        'The run was canceled',
      ),
    ]);
    await expect.poll(() => proxy.requests, PATIENT).toBe(2);
    canceled.abort(new Error('The run was canceled'));
    await reading;
  });

  it('ends an attempt to sign in when it is closed', async () => {
    proxy.inject(SILENCE, 0);
    const { read, connection } = open({ connectTimeoutMs: 600_000 });
    const reading = expect(read()).rejects.toMatchObject({ kind: 'unreachable', code: 'ConnectionLost' });
    await expect.poll(() => proxy.requests, PATIENT).toBe(1);
    await connection.close();
    await reading;
  });

  it('makes no calls after it was closed', async () => {
    const { connection, read } = open();
    await read();
    await connection.close();
    await expect(read()).rejects.toMatchObject({ kind: 'refused', code: 'ConnectionClosed' });
  });
});
