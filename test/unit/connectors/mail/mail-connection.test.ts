import { describe, expect, it } from 'vitest';
import { mailConnection } from '../../../../src/connectors/mail/mail-connection.ts';
import type { MailOptions } from '../../../../src/connectors/mail/mail-options.ts';

const LEAST = { host: 'smtp.example.org', from: 'people@example.org' };
const SECRET = 'a-secret-that-no-message-shows';

describe('mailConnection', () => {
  it.each([
    {},
    { port: 465 },
    { tls: 'implicit', port: 2465 },
    { tls: 'none' },
    { tls: 'none', host: '127.0.0.1', auth: { user: 'a', pass: 'b' } },
    { host: '::1', tls: 'none', auth: { user: 'a', pass: () => 'b' } },
    { auth: { user: 'a', accessToken: async () => 'b' }, replyTo: 'HR <hr@example.org>', uncertain: 'fail' },
  ] as const)('takes %j', async (options) => {
    await mailConnection({ ...LEAST, ...options }).close();
  });

  it.each([
    [{ host: 'smtp.example.org:25' }, 'Expected host to be the name or address of a host, without a port'],
    [{ host: 'smtp://x' }, 'Expected host to be the name or address of a host'],
    [{ from: 'people' }, 'Expected from to be an address, or a name and an <address>'],
    [{ from: 'a@example.org\r\nBcc: b@example.org' }, 'Expected from to be one line'],
    [{ replyTo: 'a@example.org, b@example.org' }, 'Expected replyTo to be an address'],
    [{ port: 0 }, 'Expected port to be a whole number in 1..65535'],
    [{ tls: 'no' }, 'Expected tls to be one of starttls, implicit, none'],
    [
      { tls: 'none', auth: { user: 'a', pass: SECRET } },
      'Expected tls to be starttls or implicit: `auth` would be readable on the way',
    ],
    [{ auth: { user: 'a' } }, 'Expected auth to be an object with one of pass and accessToken'],
    [{ auth: { user: 'a', pass: SECRET, accessToken: SECRET } }, 'Expected auth to be an object with one of'],
    [
      { auth: { user: 'a', pass: '' } },
      'Expected auth.pass to be a text that is not empty, or a function, got a text of 0 characters',
    ],
    [
      { auth: { user: 'a', pass: SECRET.repeat(9_999) } },
      'Expected auth.pass to be a text that is not empty',
    ],
    [{ connections: 51 }, 'Expected connections to be a whole number in 1..50'],
    [{ timeoutMs: 99 }, 'Expected timeoutMs to be a whole number in 100..600000'],
    [{ uncertain: 'maybe' }, 'Expected uncertain to be one of send, fail'],
    [{ pool: true }, 'Expected the options of mailConnection to have only'],
  ])('refuses %j, without secrets', (options, message) => {
    const connect = () => mailConnection({ ...LEAST, ...options } as MailOptions);
    expect(connect).toThrow(message);
    expect(connect).not.toThrow(SECRET);
  });
});
