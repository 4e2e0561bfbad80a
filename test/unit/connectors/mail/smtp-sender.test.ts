/** What the contract suite (`test/contract/connectors/mail.test.ts`) does not say, on a real server. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { mailConnection } from '../../../../src/connectors/mail/mail-connection.ts';
import type { MailMessage } from '../../../../src/connectors/mail/mail-message.ts';
import type { MailConnection, MailOptions } from '../../../../src/connectors/mail/mail-options.ts';
import { failureReasonOf } from '../../../../src/engine/handlers/failure.ts';
import {
  SMTP_CERT,
  SMTP_PASS,
  SMTP_TOKEN,
  SMTP_USER,
  type SmtpFault,
  startSmtpServer,
  type TestSmtpServer,
} from '../../../servers/smtp-server.ts';

const SIGNAL = new AbortController().signal;
const MESSAGE: MailMessage = {
  key: 'run-1',
  to: [{ address: 'ada@example.org', name: 'Ada' }],
  cc: [],
  subject: 'Grüße',
  text: 'Hello',
  html: '<p>Hello</p>',
  language: 'de',
};
const AUTH = { user: SMTP_USER, pass: SMTP_PASS };
const fault = (answer: SmtpFault['answer'], isDone = false): SmtpFault => ({
  name: String(answer),
  isTransient: true,
  isDone,
  answer,
});
/** The steps of a connection with a sign-in, and of a message to one person. */
const AT = { connect: 0, signIn: 1, sender: 2, recipient: 3, message: 4 } as const;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function start(options: Parameters<typeof startSmtpServer>[0] = {}): Promise<TestSmtpServer> {
  const server = await startSmtpServer(options);
  open.push(server);
  return server;
}

function connect({ port }: { readonly port: number }, options: Partial<MailOptions> = {}): MailConnection {
  const connection = mailConnection({
    host: '127.0.0.1',
    port,
    tls: 'none',
    auth: AUTH,
    from: 'People <people@example.org>',
    ...options,
  });
  open.push(connection);
  return connection;
}

describe('a message over SMTP', () => {
  it('has its headers, both parts, and the key as its Message-ID', async () => {
    const server = await start();
    await connect(server, { replyTo: 'hr@example.org' }).send(
      { ...MESSAGE, cc: [{ address: 'bo@example.org' }] },
      SIGNAL,
    );
    const [taken] = server.messages;
    expect(taken).toMatchObject({
      from: 'people@example.org',
      recipients: ['ada@example.org', 'bo@example.org'],
      to: '"Ada" <ada@example.org>',
      cc: 'bo@example.org',
    });
    expect(taken?.mail).toMatchObject({
      messageId: '<run-1@example.org>',
      subject: 'Grüße',
      text: 'Hello',
      html: '<p>Hello</p>',
      replyTo: { text: 'hr@example.org' },
    });
    const headers = ['auto-submitted', 'content-language', 'x-auto-response-suppress'];
    expect(headers.map((name) => taken?.mail.headers.get(name))).toEqual(['auto-generated', 'de', 'All']);
  });

  it('uses the connection of the one before, and no more connections than it may', async () => {
    const server = await start();
    const connection = connect(server, { connections: 2 });
    const keys = Array.from({ length: 12 }, (_, at) => `run-${at}`);
    await Promise.all(keys.map((key) => connection.send({ ...MESSAGE, key }, SIGNAL)));
    expect(new Set(server.messages.map(({ mail }) => mail.messageId)).size).toBe(12);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('is encrypted: by STARTTLS, or from the first byte', async () => {
    const upgraded = await start({ allowInsecureAuth: false });
    await connect(upgraded, { tls: 'starttls', ca: SMTP_CERT }).send(MESSAGE, SIGNAL);
    const implicit = await start({ secure: true });
    await connect(implicit, { tls: 'implicit', ca: SMTP_CERT }).send(MESSAGE, SIGNAL);
    expect([upgraded.messages.length, implicit.messages.length]).toEqual([1, 1]);
  });

  it('is not sent to a server whose certificate is not trusted, nor to one without STARTTLS', async () => {
    const server = await start();
    await expect(connect(server, { tls: 'starttls' }).send(MESSAGE, SIGNAL)).rejects.toMatchObject({
      kind: 'refused',
      code: 'TlsFailed',
      message: expect.stringContaining('self-signed certificate'),
    });
    const implicit = await start({ secure: true });
    await expect(connect(implicit, { tls: 'implicit' }).send(MESSAGE, SIGNAL)).rejects.toMatchObject({
      kind: 'refused',
      code: 'TlsFailed',
    });
    const plain = await start({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    await expect(
      connect(plain, { tls: 'starttls', ca: SMTP_CERT }).send(MESSAGE, SIGNAL),
    ).rejects.toMatchObject({ kind: 'refused', message: expect.stringContaining('may have no STARTTLS') });
    expect([server, implicit, plain].flatMap(({ messages }) => messages)).toEqual([]);
  });

  it('is not sent without the sign-in that is wanted', async () => {
    const server = await start({ disabledCommands: ['AUTH'] });
    await expect(connect(server).send(MESSAGE, SIGNAL)).rejects.toMatchObject({ kind: 'unauthorized' });
    expect(server.messages).toEqual([]);
  });
});

describe('signing in', () => {
  it.each([
    ['a password', 'pass', SMTP_PASS],
    ['a token', 'accessToken', SMTP_TOKEN],
  ] as const)('gets %s again once, when the server refuses it', async (_, kind, right) => {
    const server = await start();
    const asked: boolean[] = [];
    const secret = async (renew: boolean) => {
      asked.push(renew);
      return asked.includes(true) ? right : 'expired';
    };
    const connection = connect(server, { auth: { user: SMTP_USER, [kind]: secret } });
    await connection.send(MESSAGE, SIGNAL);
    await connection.send({ ...MESSAGE, key: 'run-2' }, SIGNAL);
    expect(asked).toEqual([false, true, false]);
    expect(server.messages).toHaveLength(2);
  });

  it('that is refused for good has all messages wait a minute, without asking the server again', async () => {
    const server = await start();
    const connection = connect(server, { auth: { user: SMTP_USER, pass: 'a-wrong-password' } });
    const refused = {
      kind: 'unauthorized',
      code: 'Smtp535',
      message: expect.not.stringContaining('a-wrong-password'),
    };
    await expect(connection.send(MESSAGE, SIGNAL)).rejects.toMatchObject({
      ...refused,
      retryAfterMs: 60_000,
    });
    const { steps } = server;
    await expect(connection.send(MESSAGE, SIGNAL)).rejects.toMatchObject(refused);
    expect(server.steps).toBe(steps);
  });
});

it('What a server repeats of a sign-in is in no failure', async () => {
  const server = createServer((socket) => {
    socket.write('220 hello\r\n');
    socket.on('data', (data) => {
      const line = String(data).trim();
      socket.write(/^EHLO/.test(line) ? '250 AUTH PLAIN\r\n' : `535 no ${line} ${SMTP_PASS}\r\n`);
    });
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const error = await connect({ port })
      .send(MESSAGE, SIGNAL)
      .catch((thrown: unknown) => thrown);
    expect(failureReasonOf(error)).toContain('535 no AUTH PLAIN (hidden) (hidden)');
    expect(failureReasonOf(error)).not.toContain(SMTP_PASS);
  } finally {
    server.close();
  }
});

describe('a message that may have been sent', () => {
  it.each(['send', 'fail'] as const)('says so, and is %s', async (uncertain) => {
    const server = await start();
    server.inject(fault('cut', true), AT.message);
    await expect(connect(server, { uncertain }).send(MESSAGE, SIGNAL)).rejects.toMatchObject({
      kind: uncertain === 'send' ? 'unknown' : 'refused',
      code: 'MailUncertain',
      message: expect.stringMatching(/the message may have been sent$/),
    });
    expect(server.messages).toHaveLength(1);
  });

  it('is none that was cut off before its first byte', async () => {
    for (const step of [AT.connect, AT.signIn, AT.sender, AT.recipient]) {
      const server = await start();
      server.inject(fault('cut'), step);
      await expect(connect(server, { uncertain: 'fail' }).send(MESSAGE, SIGNAL)).rejects.toMatchObject({
        kind: 'unreachable',
        retryAfterMs: 1_000,
      });
    }
  });
});

describe('a message that is not taken', () => {
  it('waits, when no server is there', async () => {
    const server = await startSmtpServer();
    await server.close();
    await expect(connect(server).send(MESSAGE, SIGNAL)).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'ECONNREFUSED',
      retryAfterMs: 1_000,
    });
  });

  it('ends with its time, or with its signal', async () => {
    const slow = await start();
    slow.inject(fault('hold'), AT.connect);
    await expect(connect(slow, { timeoutMs: 300 }).send(MESSAGE, SIGNAL)).rejects.toMatchObject({
      code: 'Timeout',
      message: `127.0.0.1:${slow.port} did not answer within 300 ms`,
    });
    const held = await start();
    held.inject(fault('hold'), AT.message);
    const canceled = new AbortController();
    const sending = connect(held).send(MESSAGE, canceled.signal);
    const reason = new Error('The run was canceled');
    void held.held.then(() => canceled.abort(reason));
    await expect(sending).rejects.toBe(reason);
  });

  it('names those that the server refused, and those that have it', async () => {
    const server = await start();
    server.inject(fault(550), AT.recipient);
    const to = [...MESSAGE.to, { address: 'bo@example.org' }];
    await expect(connect(server).send({ ...MESSAGE, to }, SIGNAL)).rejects.toMatchObject({
      kind: 'refused',
      code: 'RecipientRefused',
      message: `127.0.0.1:${server.port} refused ada@example.org; it has taken the message for bo@example.org`,
    });
    expect(server.messages.map(({ recipients }) => recipients)).toEqual([['bo@example.org']]);
  });

  it('comes after the end of its connection', async () => {
    const connection = connect(await start());
    await connection.close();
    await expect(connection.send(MESSAGE, SIGNAL)).rejects.toMatchObject({ kind: 'refused', code: 'Closed' });
  });
});

it('close waits for the messages that are being sent', async () => {
  const server = await start();
  const connection = connect(server);
  const sending = connection.send(MESSAGE, SIGNAL);
  await connection.close();
  await sending;
  expect(server.messages).toHaveLength(1);
});

describe('check', () => {
  it('connects and signs in, and sends nothing', async () => {
    const server = await start();
    expect(await connect(server).check(SIGNAL)).toEqual([
      { name: 'connect', detail: `127.0.0.1:${server.port}, in plain text: not encrypted`, failure: null },
      { name: 'sign in', detail: 'as tenure', failure: null },
    ]);
    expect(server.steps).toBe(2);
    const open = await start({ authOptional: true });
    const withoutAuth = mailConnection({
      host: '127.0.0.1',
      port: open.port,
      ca: SMTP_CERT,
      from: 'a@example.org',
    });
    expect(await withoutAuth.check(SIGNAL)).toEqual([
      { name: 'connect', detail: `127.0.0.1:${open.port}, encrypted by TLS`, failure: null },
    ]);
  });

  it('says what does not work, and what to do', async () => {
    const server = await start();
    const wrong = await connect(server, { auth: { user: SMTP_USER, pass: 'wrong' } }).check(SIGNAL);
    expect(wrong.map(({ name, failure }) => [name, failure])).toEqual([
      ['connect', null],
      ['sign in', expect.stringMatching(/answered 535 .*: check the credentials/)],
    ]);
    expect(await connect(server, { tls: 'starttls' }).check(SIGNAL)).toEqual([
      { name: 'connect', detail: null, failure: expect.stringContaining('self-signed certificate') },
    ]);
    const gone = await startSmtpServer();
    await gone.close();
    expect(await connect(gone).check(SIGNAL)).toEqual([
      {
        name: 'connect',
        detail: null,
        failure: expect.stringContaining('check the name and port of the host'),
      },
    ]);
  });

  it('ends with its signal', async () => {
    const server = await start();
    await expect(connect(server).check(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
