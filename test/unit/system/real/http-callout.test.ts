import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { httpCallout } from '../../../../src/system/real/http-callout.ts';
import { isPrivateAddress } from '../../../../src/system/real/private-addresses.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on this host that records its requests. */
async function serve(status: number, headers: Record<string, string> = {}) {
  const asked: { path: string; headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ path: request.url ?? '', headers: request.headers, body });
      if (status > 0) response.writeHead(status, headers).end('x'.repeat(100_000));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { asked, port, url: `http://127.0.0.1:${port}/hook?a=b` };
}

const call = (url: string, timeoutMs = 10_000, signal = new AbortController().signal) => ({
  answerBytesMax: 0,
  url,
  body: '{"text":"Grüße"}',
  headers: { 'idempotency-key': 'k' },
  timeoutMs,
  signal,
});

describe('a callout', () => {
  it('posts the body, with its headers and those of the host, and returns the status', async () => {
    const { asked, url } = await serve(202);
    const callout = httpCallout({
      allowPrivateAddresses: true,
      headers: async () => ({ authorization: 'Bearer t' }),
    });
    expect(await callout.post(call(url))).toEqual({ status: 202, body: '' });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      path: '/hook?a=b',
      body: '{"text":"Grüße"}',
      headers: { authorization: 'Bearer t', 'idempotency-key': 'k', 'content-type': 'application/json' },
    });
  });

  it('returns as much of the answer as was asked for, and refuses more', async () => {
    const { url } = await serve(200);
    const callout = httpCallout({ allowPrivateAddresses: true });
    const { body } = await callout.post({ ...call(url), answerBytesMax: 100_000 });
    expect(body).toBe('x'.repeat(100_000));
    await expect(callout.post({ ...call(url), answerBytesMax: 99_999 })).rejects.toThrow(
      'an answer of at most 99999 bytes',
    );
  });

  it('does not follow a redirect', async () => {
    const target = await serve(200);
    const { url } = await serve(307, { location: target.url });
    expect(await httpCallout({ allowPrivateAddresses: true }).post(call(url))).toEqual({
      status: 307,
      body: '',
    });
    expect(target.asked).toEqual([]);
  });

  it('does not reach this host by address or by a name that resolves to it', async () => {
    const { asked, port } = await serve(200);
    for (const host of ['127.0.0.1', '[::1]', 'localhost', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]'])
      await expect(httpCallout().post(call(`http://${host}:${port}/`))).rejects.toThrow(/a private address/);
    expect(asked).toEqual([]);
  });

  it('ends when it takes too long, and when it is aborted', async () => {
    const { url } = await serve(0);
    const callout = httpCallout({ allowPrivateAddresses: true });
    await expect(callout.post(call(url, 1))).rejects.toThrow();
    await expect(callout.post(call(url, 60_000, AbortSignal.abort()))).rejects.toThrow(/abort/);
  });

  it('has secrets that differ, of 256 bits', () => {
    const { secret } = httpCallout();
    const some = new Set(Array.from({ length: 100 }, secret));
    expect(some.size).toBe(100);
    for (const one of some) expect(Buffer.from(one, 'base64url')).toHaveLength(32);
  });
});

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.9.9.9',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:1::1',
    '2001:db8::1',
    'localhost',
    '',
    '1.2.3',
  ])('%s is private, or none', (address) => expect(isPrivateAddress(address)).toBe(true));

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '1.1.1.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => expect(isPrivateAddress(address)).toBe(false),
  );
});
