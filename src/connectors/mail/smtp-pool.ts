import { Readable } from 'node:stream';
import type { SendMailOptions, Transporter } from 'nodemailer';
import { missingPackage } from '../../errors/missing-package.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import type { MailAuth, SmtpSettings } from './mail-options.ts';

/** How long a connection without messages is kept, ms. */
const IDLE_MS = 30_000;
const ANSWER_BYTES_MAX = 65_536;

/** The options of a message, and what is called when its first byte is wanted. */
export interface TrackedMail extends SendMailOptions {
  readonly onBegin?: () => void;
}

/** Makes transports of nodemailer. */
export type CreateTransport = typeof import('nodemailer').createTransport;

/** Loads nodemailer. @throws ConnectorError `refused`: it is not installed. */
export async function loadNodemailer(): Promise<CreateTransport> {
  try {
    return (await import('nodemailer')).createTransport;
  } catch (error) {
    const { message } = missingPackage('nodemailer', error);
    throw new ConnectorError('refused', message, { code: 'PackageMissing', cause: error });
  }
}

/** The options of a transport that signs in with `secret`. */
export function transportOptions(settings: SmtpSettings, secret: string | null) {
  const { host, port, tls, ca, auth, timeoutMs } = settings;
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) } as const,
    ...(auth && secret !== null && { auth: credentials(auth, secret) }),
    // A server that offers no sign-in gets no message either.
    forceAuth: auth !== undefined,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    maxResponseSize: ANSWER_BYTES_MAX,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Connections that sign in with the same secret. */
export class SmtpPool {
  readonly secret: string | null;
  readonly #transport: Transporter;
  #active = 0;
  #isRetired = false;

  constructor(createTransport: CreateTransport, settings: SmtpSettings, secret: string | null) {
    this.secret = secret;
    this.#transport = createTransport({
      ...transportOptions(settings, secret),
      pool: true,
      maxConnections: settings.connections,
      maxMessages: settings.messagesPerConnection,
      maxRequeues: 0,
      idleTimeout: IDLE_MS,
    });
    this.#transport.use('stream', (mail, done) => {
      const { onBegin } = mail.data as TrackedMail;
      if (onBegin) mail.message.processFunc((message) => whenRead(message, onBegin));
      done();
    });
  }

  /** Sends a message. @returns the recipients that the server has taken it for, and others. */
  async send(
    mail: TrackedMail,
  ): Promise<{ readonly taken: readonly unknown[]; readonly refused: readonly unknown[] }> {
    this.#active += 1;
    try {
      const { accepted = [], rejected = [] } = await this.#transport.sendMail(mail);
      return { taken: accepted, refused: rejected };
    } finally {
      this.#active -= 1;
      this.#closeUnused();
    }
  }

  /** Ends the connections when no message is being sent any more. */
  retire(): void {
    this.#isRetired = true;
    this.#closeUnused();
  }

  #closeUnused(): void {
    if (this.#isRetired && this.#active === 0) this.#transport.close();
  }
}

function credentials({ user, pass }: MailAuth, secret: string) {
  if (pass !== undefined) return { user, pass: secret };
  return { type: 'OAuth2', user, accessToken: secret } as const;
}

/** A stream of the same bytes that says when the first of them is wanted. */
function whenRead(stream: AsyncIterable<Buffer>, onBegin: () => void): Readable {
  return Readable.from(
    (async function* () {
      onBegin();
      yield* stream;
    })(),
    { objectMode: false },
  );
}
