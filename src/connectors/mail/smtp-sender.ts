import { Readable } from 'node:stream';
import type { SendMailOptions, Transporter } from 'nodemailer';
import PQueue from 'p-queue';
import { missingPackage } from '../../errors/missing-package.ts';
import { type ConnectionCheck, tryCheck } from '../kernel/connection-check.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { Gate } from '../kernel/gate.ts';
import { type MailAddress, type MailMessage, messageIdOf, parseAddress } from './mail-message.ts';
import type { MailConnection, MailSecret, SmtpSettings } from './mail-options.ts';
import { deliveryFailure } from './smtp-answer.ts';

/** How long a connection without messages is kept, ms. */
const IDLE_MS = 30_000;
const ANSWER_BYTES_MAX = 65_536;

/** Connections that signed in with the same secret. */
interface Pool {
  readonly transport: Transporter;
  readonly secret: string | null;
  /** Messages that are being sent. */
  active: number;
  /** To be closed when none is being sent: the secret has changed. */
  isRetired: boolean;
}

/** The options of a message, and what is called when its first byte is wanted. */
interface TrackedMail extends SendMailOptions {
  readonly onBegin?: () => void;
}

/** Sends messages over SMTP. */
export class SmtpSender implements MailConnection {
  readonly #settings: SmtpSettings;
  readonly #from: MailAddress;
  readonly #replyTo: MailAddress | null;
  readonly #gate: Gate;
  readonly #queue: PQueue;
  #pool: Pool | null = null;
  #isClosed = false;

  constructor(settings: SmtpSettings) {
    this.#settings = settings;
    this.#from = parseAddress(settings.from) as MailAddress;
    this.#replyTo = parseAddress(settings.replyTo ?? '');
    this.#gate = new Gate(settings.clock);
    // Messages wait here and not in nodemailer's queue: so the time of a message begins when it has a connection.
    this.#queue = new PQueue({ concurrency: settings.connections });
  }

  get uncertain(): SmtpSettings['uncertain'] {
    return this.#settings.uncertain;
  }

  async send(message: MailMessage, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#queue.add(() => this.#sendNow(message, signal), { signal });
  }

  async check(signal: AbortSignal): Promise<readonly ConnectionCheck[]> {
    const { auth, tls } = this.#settings;
    const failure = await this.#verify(signal).then(
      () => null,
      (error: unknown) => error,
    );
    signal.throwIfAborted();
    const isSignIn = failure instanceof ConnectorError && failure.kind === 'unauthorized';
    const connect = await tryCheck('connect', async () => {
      if (failure !== null && !isSignIn) throw failure;
      return `${this.#host}, ${tls === 'none' ? 'in plain text: not encrypted' : 'encrypted by TLS'}`;
    });
    if (connect.failure !== null || !auth) return [connect];
    const signIn = await tryCheck('sign in', async () => {
      if (isSignIn) throw failure;
      return `as ${auth.user}`;
    });
    return [connect, signIn];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#queue.onIdle();
    this.#retire();
  }

  async #sendNow(message: MailMessage, signal: AbortSignal): Promise<void> {
    if (this.#isClosed)
      throw new ConnectorError('refused', 'The connection to the mail server is closed', { code: 'Closed' });
    try {
      await this.#deliver(message, signal, false);
    } catch (error) {
      const isRefused = error instanceof ConnectorError && error.kind === 'unauthorized';
      if (!isRefused || !this.#canRenew()) throw this.#noted(error);
      try {
        await this.#deliver(message, signal, true);
      } catch (second) {
        throw this.#noted(second);
      }
    }
    this.#gate.succeeded();
  }

  #noted(error: unknown): unknown {
    return error instanceof ConnectorError ? this.#gate.failed(error) : error;
  }

  async #deliver(message: MailMessage, signal: AbortSignal, renew: boolean): Promise<void> {
    this.#gate.pass();
    const pool = await this.#takePool(renew);
    const { timeoutMs } = this.#settings;
    const timeout = AbortSignal.timeout(timeoutMs);
    let isBegun = false;
    const mail: TrackedMail = {
      ...this.#mailOf(message),
      signal: AbortSignal.any([signal, timeout]),
      onBegin: () => {
        isBegun = true;
      },
    };
    try {
      const { rejected = [], accepted = [] } = await pool.transport.sendMail(mail);
      if (rejected.length > 0) throw partlyRefused(this.#host, rejected, accepted);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ConnectorError) throw error;
      throw this.#failure(error, isBegun, timeout.aborted);
    } finally {
      pool.active -= 1;
      closeUnused(pool);
    }
  }

  #failure(error: unknown, isBegun: boolean, isTimeout: boolean): Error {
    const { timeoutMs, uncertain } = this.#settings;
    return deliveryFailure(error, { host: this.#host, isBegun, isTimeout, timeoutMs, uncertain });
  }

  #mailOf({ key, to, cc, subject, text, html, language }: MailMessage): SendMailOptions {
    const { clock } = this.#settings;
    return {
      from: nodemailerAddress(this.#from),
      ...(this.#replyTo && { replyTo: nodemailerAddress(this.#replyTo) }),
      to: to.map(nodemailerAddress),
      cc: cc.map(nodemailerAddress),
      subject,
      text,
      html,
      messageId: messageIdOf(key, this.#from.address),
      date: new Date(clock.now()),
      headers: {
        // RFC 3834, and what Exchange looks at: no notes of absence as answers.
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'Content-Language': language,
      },
    };
  }

  /** The connections for the secret that is valid now, with a message more. */
  async #takePool(renew: boolean): Promise<Pool> {
    const { auth } = this.#settings;
    const secret = auth ? await secretOf(auth.pass ?? auth.accessToken, renew) : null;
    const createTransport = await loadNodemailer();
    // From here on without a wait: messages that come together share their connections.
    if (this.#pool?.secret !== secret) this.#retire();
    this.#pool ??= {
      transport: this.#newTransport(createTransport, secret),
      secret,
      active: 0,
      isRetired: false,
    };
    this.#pool.active += 1;
    return this.#pool;
  }

  #newTransport(createTransport: CreateTransport, secret: string | null): Transporter {
    const { connections, messagesPerConnection } = this.#settings;
    const transport = createTransport({
      ...this.#transportOptions(secret),
      pool: true,
      maxConnections: connections,
      maxMessages: messagesPerConnection,
      maxRequeues: 0,
      idleTimeout: IDLE_MS,
    });
    transport.use('stream', (mail, done) => {
      const { onBegin } = mail.data as TrackedMail;
      if (onBegin) mail.message.processFunc((message) => whenRead(message, onBegin));
      done();
    });
    return transport;
  }

  #transportOptions(secret: string | null) {
    const { host, port, tls, ca, auth, timeoutMs } = this.#settings;
    return {
      host,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) } as const,
      ...(auth && secret !== null && { auth: authOf(auth.user, secret, auth.pass === undefined) }),
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

  async #verify(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { auth } = this.#settings;
    const secret = auth ? await secretOf(auth.pass ?? auth.accessToken, false) : null;
    const createTransport = await loadNodemailer();
    const transport = createTransport(this.#transportOptions(secret));
    try {
      await orAborted(transport.verify(), signal);
    } catch (error) {
      throw this.#failure(error, false, false);
    } finally {
      transport.close();
    }
  }

  #canRenew(): boolean {
    const { auth } = this.#settings;
    return typeof (auth?.pass ?? auth?.accessToken) === 'function';
  }

  #retire(): void {
    const pool = this.#pool;
    if (pool === null) return;
    this.#pool = null;
    pool.isRetired = true;
    closeUnused(pool);
  }

  get #host(): string {
    return `${this.#settings.host}:${this.#settings.port}`;
  }
}

type CreateTransport = typeof import('nodemailer').createTransport;

async function loadNodemailer(): Promise<CreateTransport> {
  try {
    return (await import('nodemailer')).createTransport;
  } catch (error) {
    const { message } = missingPackage('nodemailer', error);
    throw new ConnectorError('refused', message, { code: 'PackageMissing', cause: error });
  }
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

function closeUnused({ transport, active, isRetired }: Pool): void {
  if (isRetired && active === 0) transport.close();
}

async function secretOf(secret: MailSecret | undefined, renew: boolean): Promise<string> {
  return typeof secret === 'function' ? await secret(renew) : (secret ?? '');
}

function authOf(user: string, secret: string, isToken: boolean) {
  return isToken
    ? ({ type: 'OAuth2', user, accessToken: secret } as const)
    : ({ user, pass: secret } as const);
}

function nodemailerAddress({ address, name = '' }: MailAddress) {
  return { address, name };
}

/** The message is with the others: another attempt would send it to them again. */
function partlyRefused(
  host: string,
  rejected: readonly unknown[],
  accepted: readonly unknown[],
): ConnectorError {
  const refused = rejected.slice(0, 5).join(', ');
  const message = `${host} refused ${refused}; it has taken the message for ${accepted.slice(0, 5).join(', ')}`;
  return new ConnectorError('refused', message, { code: 'RecipientRefused' });
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((done, failed) => {
    const abort = () => failed(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(done, failed).finally(() => signal.removeEventListener('abort', abort));
  });
}
