/** A mail server on smtp-server that keeps the messages, and does what a fault says at a step of the protocol. */
import { readFileSync } from 'node:fs';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { ConnectorFault } from '../../src/testing/connectors/connector-kit.ts';

export const SMTP_USER = 'tenure';
export const SMTP_PASS = 'a-password-of-the-mail-server';
export const SMTP_TOKEN = 'a-token-of-the-mail-server';
const TLS = join(import.meta.dirname, '../cli/tls');
/** The certificate of the server, which no authority has signed. */
export const SMTP_CERT = readFileSync(join(TLS, 'cert-for-tests.pem'), 'utf8');

/** A fault of SMTP. */
export interface SmtpFault extends ConnectorFault {
  /** Whether the server keeps the message, at the end of its data. */
  readonly isDone: boolean;
  /** What it answers; `cut`: it cuts the connection; `hold`: it does not answer. */
  readonly answer: number | 'cut' | 'hold';
  /** After the number. Default `as the test wants it`. */
  readonly text?: string;
}

const refuses = (answer: number, isTransient: boolean, text = 'as the test wants it'): SmtpFault => ({
  name: `answers ${answer} ${text}`,
  isTransient,
  repeatsMax: 0,
  isDone: false,
  answer,
  text,
});

/** Every kind of answer that a step can get, and none. */
export const SMTP_FAULTS: readonly SmtpFault[] = [
  refuses(421, true, '4.3.2 closing'),
  refuses(450, true, '4.2.1 mailbox busy'),
  refuses(451, true),
  refuses(452, true, '4.3.1 no space'),
  refuses(454, true, '4.7.0 try later'),
  refuses(535, true),
  refuses(550, false, '5.1.1 no such mailbox'),
  refuses(554, false),
  { name: 'cuts the connection', isTransient: true, repeatsMax: 0, isDone: false, answer: 'cut' },
  {
    // What no client can know.
    name: 'takes the message and cuts the connection',
    isTransient: true,
    repeatsMax: 1,
    isDone: true,
    answer: 'cut',
  },
];

/** A message that the server has taken. */
interface TakenMail {
  /** Of the envelope. */
  readonly from: string;
  readonly recipients: readonly string[];
  readonly to: string;
  readonly cc: string;
  readonly mail: ParsedMail;
  /** As it came. */
  readonly source: string;
  /** Whether the client could learn that it was taken. */
  readonly isAnswered: boolean;
}

/** A running server. */
export interface TestSmtpServer {
  readonly port: number;
  /** In the order in which it has taken them. */
  readonly messages: readonly TakenMail[];
  /** Connections, sign-ins, senders, recipients and messages so far. */
  readonly steps: number;
  readonly connections: number;
  /** Connections that are open, and messages that are being read. */
  readonly busy: number;
  /** Resolves when a step is held. */
  readonly held: Promise<void>;
  /** Has the step after `steps` further ones meet the fault, once. */
  inject(fault: SmtpFault, steps: number): void;
  close(): Promise<void>;
}

/** Starts a server on a free port of this host. It wants a sign-in, unless `authOptional`. */
export async function startSmtpServer(options: SMTPServerOptions = {}): Promise<TestSmtpServer> {
  const messages: TakenMail[] = [];
  const faults = new Map<number, SmtpFault>();
  const sockets = new Map<number, Socket>();
  const held = Promise.withResolvers<void>();
  let steps = 0;
  let connections = 0;
  let reading = 0;

  /** Takes the step, or does what the fault says. */
  function step(
    remotePort: number,
    done: (error?: Error | null) => void,
    act: (isAnswered: boolean) => void = () => {},
  ): void {
    const fault = faults.get(steps);
    faults.delete(steps);
    steps += 1;
    if (!fault || fault.isDone) act(!fault);
    if (!fault) done();
    else if (fault.answer === 'cut') sockets.get(remotePort)?.destroy();
    else if (fault.answer === 'hold') held.resolve();
    else done(Object.assign(new Error(fault.text), { responseCode: fault.answer }));
  }

  const server = new SMTPServer({
    key: readFileSync(join(TLS, 'key-for-tests.pem')),
    cert: SMTP_CERT,
    authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onConnect: ({ remotePort }, done) => step(remotePort, done),
    onAuth: ({ username, password, accessToken }, { remotePort }, done) => {
      const isRight = username === SMTP_USER && (password === SMTP_PASS || accessToken === SMTP_TOKEN);
      step(remotePort, (error) =>
        error ? done(error) : isRight ? done(null, { user: username }) : done(new Error('Wrong credentials')),
      );
    },
    onMailFrom: (_, { remotePort }, done) => step(remotePort, done),
    onRcptTo: (_, { remotePort }, done) => step(remotePort, done),
    onData: async (stream, { envelope, remotePort }, done) => {
      const chunks: Buffer[] = [];
      reading += 1;
      try {
        for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
      } catch (error) {
        reading -= 1;
        done(error as Error);
        return;
      }
      const source = Buffer.concat(chunks).toString();
      const mail = await simpleParser(source);
      reading -= 1;
      step(remotePort, done, (isAnswered) => {
        messages.push({
          isAnswered,
          from: envelope.mailFrom ? envelope.mailFrom.address : '',
          recipients: envelope.rcptTo.map(({ address }) => address),
          to: textOf(mail.to),
          cc: textOf(mail.cc),
          mail,
          source,
        });
      });
    },
    ...options,
  });
  // Connections that tests cut, or that clients do: part of what is tested.
  server.on('error', () => {});
  const listener: Server = server.server;
  listener.on('connection', (socket: Socket) => {
    connections += 1;
    const { remotePort = 0 } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (listener.address() as AddressInfo).port,
    messages,
    get steps() {
      return steps;
    },
    get connections() {
      return connections;
    },
    get busy() {
      return sockets.size + reading;
    },
    held: held.promise,
    inject: (fault, after) => {
      faults.set(steps + after, fault);
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

function textOf(addresses: AddressObject | AddressObject[] | undefined): string {
  return [addresses ?? []]
    .flat()
    .map(({ text }) => text)
    .join(', ');
}
