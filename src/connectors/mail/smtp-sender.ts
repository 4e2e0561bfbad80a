import type { SendMailOptions } from 'nodemailer';
import PQueue from 'p-queue';
import { type ConnectionCheck, tryCheck } from '../kernel/connection-check.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { Gate } from '../kernel/gate.ts';
import { type MailAddress, type MailMessage, messageIdOf, parseAddress } from './mail-message.ts';
import type { MailConnection, SmtpSettings } from './mail-options.ts';
import { deliveryFailure } from './smtp-answer.ts';
import { type CreateTransport, loadNodemailer, SmtpPool, transportOptions } from './smtp-pool.ts';

/** Addresses that a failure names, at most. */
const NAMED_MAX = 5;

/** Sends messages over SMTP. */
export class SmtpSender implements MailConnection {
  readonly #settings: SmtpSettings;
  readonly #from: MailAddress;
  readonly #replyTo: MailAddress | null;
  readonly #gate: Gate;
  readonly #queue: PQueue;
  #pool: SmtpPool | null = null;
  /** What the last connection signed in with, as it was sent too. */
  #secrets: readonly string[] = [];
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
    this.#pool?.retire();
    this.#pool = null;
  }

  async #sendNow(message: MailMessage, signal: AbortSignal): Promise<void> {
    if (this.#isClosed)
      throw new ConnectorError('refused', 'The connection to the mail server is closed', { code: 'Closed' });
    this.#gate.pass();
    try {
      await this.#deliverSignedIn(message, signal);
      this.#gate.succeeded();
    } catch (error) {
      throw error instanceof ConnectorError ? this.#gate.failed(error) : error;
    }
  }

  /** Delivers, with a new secret when the server refuses the last one. */
  async #deliverSignedIn(message: MailMessage, signal: AbortSignal): Promise<void> {
    const { auth } = this.#settings;
    const canRenew = typeof (auth?.pass ?? auth?.accessToken) === 'function';
    try {
      await this.#deliver(message, signal, false);
    } catch (error) {
      const isRefused = error instanceof ConnectorError && error.kind === 'unauthorized';
      if (!isRefused || !canRenew) throw error;
      await this.#deliver(message, signal, true);
    }
  }

  async #deliver(message: MailMessage, signal: AbortSignal, renew: boolean): Promise<void> {
    const secret = await this.#secret(renew);
    const createTransport = await loadNodemailer();
    const timeout = AbortSignal.timeout(this.#settings.timeoutMs);
    let isBegun = false;
    const onBegin = () => {
      isBegun = true;
    };
    const mail = { ...this.#mailOf(message), signal: AbortSignal.any([signal, timeout]), onBegin };
    try {
      const { taken, refused } = await this.#poolFor(createTransport, secret).send(mail);
      if (refused.length > 0) throw partlyRefused(this.#host, refused, taken);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof ConnectorError ? error : this.#failure(error, isBegun, timeout.aborted);
    }
  }

  #poolFor(createTransport: CreateTransport, secret: string | null): SmtpPool {
    if (this.#pool?.secret === secret) return this.#pool;
    this.#pool?.retire();
    this.#pool = new SmtpPool(createTransport, this.#settings, secret);
    return this.#pool;
  }

  #failure(error: unknown, isBegun: boolean, isTimeout: boolean): Error {
    const { timeoutMs, uncertain } = this.#settings;
    const secrets = this.#secrets;
    return deliveryFailure(error, { host: this.#host, isBegun, isTimeout, timeoutMs, uncertain, secrets });
  }

  #mailOf({ key, to, cc, subject, text, html, language }: MailMessage): SendMailOptions {
    return {
      from: asNodemailerHasIt(this.#from),
      ...(this.#replyTo && { replyTo: asNodemailerHasIt(this.#replyTo) }),
      to: to.map(asNodemailerHasIt),
      cc: cc.map(asNodemailerHasIt),
      subject,
      text,
      html,
      messageId: messageIdOf(key, this.#from.address),
      date: new Date(this.#settings.clock.now()),
      headers: {
        // RFC 3834, and what Exchange looks at: no notes of absence as answers.
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'Content-Language': language,
      },
    };
  }

  async #verify(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const secret = await this.#secret(false);
    const createTransport = await loadNodemailer();
    const transport = createTransport(transportOptions(this.#settings, secret));
    try {
      await orAborted(transport.verify(), signal);
    } catch (error) {
      throw this.#failure(error, false, false);
    } finally {
      transport.close();
    }
  }

  /** `null`: the server wants none. */
  async #secret(renew: boolean): Promise<string | null> {
    const { auth } = this.#settings;
    const given = auth?.pass ?? auth?.accessToken;
    const secret = typeof given === 'function' ? await given(renew) : (given ?? null);
    if (auth && secret !== null) this.#secrets = [secret, ...signInsOf(auth.user, secret)];
    return secret;
  }

  get #host(): string {
    return `${this.#settings.host}:${this.#settings.port}`;
  }
}

/** What is sent to sign in: RFC 4616, and XOAUTH2. */
function signInsOf(user: string, secret: string): readonly string[] {
  const plain = `\0${user}\0${secret}`;
  const token = `user=${user}\x01auth=Bearer ${secret}\x01\x01`;
  return [plain, token].map((text) => Buffer.from(text).toString('base64'));
}

function asNodemailerHasIt({ address, name = '' }: MailAddress) {
  return { address, name };
}

/** The message is with the others: another attempt would send it to them again. */
function partlyRefused(host: string, refused: readonly unknown[], taken: readonly unknown[]): ConnectorError {
  const [those, others] = [refused, taken].map((list) => list.slice(0, NAMED_MAX).join(', '));
  const message = `${host} refused ${those}; it has taken the message for ${others}`;
  return new ConnectorError('refused', message, { code: 'RecipientRefused' });
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((done, failed) => {
    const abort = () => failed(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(done, failed).finally(() => signal.removeEventListener('abort', abort));
  });
}
