import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Client } from 'ldapts';
import type { DurationMs } from '../../../model/time.ts';
import { ConnectorError } from '../../kernel/connector-error.ts';
import { codeOfSocketError, kindOfSocketError } from '../../kernel/http-answer.ts';
import type { LdapTlsOptions } from '../ldap-options.ts';
import { PageCookies } from './ldap-pages.ts';
import { errorOfResult, isResult } from './ldap-results.ts';
import { type Ldapts, loadLdapts } from './ldapts.ts';

/** A silent firewall forgets a connection; this keeps it known, ms. */
const KEEP_ALIVE_MS = 60_000;

/** What a session is opened with. */
export interface SessionSettings {
  readonly isTls: boolean;
  /** Without the brackets of IPv6. */
  readonly hostname: string;
  readonly port: number;
  readonly startTls: boolean;
  readonly tls: LdapTlsOptions;
  readonly bindDN: string;
  readonly password: (renew: boolean) => string | Promise<string>;
  readonly connectTimeoutMs: DurationMs;
  readonly timeoutMs: DurationMs;
  readonly answerBytesMax: number;
}

/** One connection that has signed in. It is never opened anew: ldapts would go on without signing in. */
export class LdapSession {
  readonly #settings: SessionSettings;
  readonly #sockets: Socket[] = [];
  readonly #pending = new Set<(error: Error) => void>();
  #client: Client | null = null;
  #isOpen = true;
  #bytes = 0;
  #cookies: PageCookies | null = null;
  /** The password that it signs in with. */
  #secrets: readonly string[] = [];

  /**
   * @param closing ends the attempt.
   * @throws ConnectorError Whatever the reason, no call of a task was made.
   */
  static async open(settings: SessionSettings, closing: AbortSignal): Promise<LdapSession> {
    const session = new LdapSession(settings);
    const onClose = () => session.close();
    closing.addEventListener('abort', onClose);
    try {
      await session.#signIn();
      return session;
    } catch (error) {
      session.close();
      throw error;
    } finally {
      closing.removeEventListener('abort', onClose);
    }
  }

  private constructor(settings: SessionSettings) {
    this.#settings = settings;
  }

  /** Whether calls can be made. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The cookie of the next page, after a search; empty: there is none. */
  get cookie(): Buffer {
    return this.#cookies?.last ?? Buffer.alloc(0);
  }

  /**
   * Makes a call. Several can be under way.
   *
   * @throws ConnectorError For an answer other than success, and for none. What `signal` was aborted with.
   */
  async call<Result>(
    operation: (client: Client) => Promise<Result>,
    signal?: AbortSignal,
    timeoutMs = this.#settings.timeoutMs,
  ): Promise<Result> {
    signal?.throwIfAborted();
    const client = this.#client;
    if (client === null || !this.#isOpen) throw lost(this.#settings);
    const timeout = AbortSignal.timeout(timeoutMs);
    const { promise: ended, reject: end } = Promise.withResolvers<never>();
    const onAbort = () => end(signal?.reason);
    const onTimeout = () => {
      // Nothing says whether the connection is still there: others use a new one.
      this.#isOpen = false;
      end(late(this.#settings, timeoutMs));
    };
    this.#pending.add(end);
    signal?.addEventListener('abort', onAbort);
    timeout.addEventListener('abort', onTimeout);
    this.#hold(true);
    try {
      return await Promise.race([operation(client), ended]);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#answerOf(error);
    } finally {
      this.#pending.delete(end);
      signal?.removeEventListener('abort', onAbort);
      timeout.removeEventListener('abort', onTimeout);
      this.#bytes = 0;
      if (this.#pending.size === 0) this.#isOpen ? this.#hold(false) : this.close();
    }
  }

  /** Ends the connection, and the calls that are under way. */
  close(): void {
    this.#fail(lost(this.#settings));
  }

  async #signIn(): Promise<void> {
    const { startTls, bindDN, connectTimeoutMs } = this.#settings;
    const ldapts = await loadLdapts();
    const { hostname, port, isTls } = this.#settings;
    const secure = {
      ...(isIP(hostname) ? {} : { servername: hostname }),
      ...tlsOptions(this.#settings.tls),
      host: hostname,
    };
    const client = new ldapts.Client({
      url: `${isTls ? 'ldaps' : 'ldap'}://localhost`,
      createConnection: () => this.#first(ldapts, () => connect(port, hostname)),
      createSecureConnection: () => {
        const [socket] = this.#sockets;
        if (startTls && socket) return this.#watch(ldapts, connectTls({ ...secure, socket }));
        return this.#first(ldapts, () => connectTls({ ...secure, port }));
      },
    });
    this.#client = client;
    const make = (operation: () => Promise<void>) => this.call(operation, undefined, connectTimeoutMs);
    try {
      if (startTls) await make(() => client.startTLS());
      await this.#bind(bindDN, make);
    } catch (error) {
      throw notOpened(error, this.#settings);
    }
  }

  async #bind(bindDN: string, make: (operation: () => Promise<void>) => Promise<void>): Promise<void> {
    const bind = async (renew: boolean) => {
      const password = await this.#settings.password(renew);
      // RFC 4513 §5.1.2: servers take a name without a password for no sign-in at all, and say success.
      if (typeof password !== 'string' || password === '')
        throw new ConnectorError('refused', 'Expected a password for the sign-in, got an empty one', {
          code: 'PasswordMissing',
        });
      this.#secrets = [password];
      await make(async () => this.#client?.bind(bindDN, password));
    };
    try {
      await bind(false);
    } catch (error) {
      if (!isResult(error, 49)) throw error;
      await bind(true);
    }
  }

  /** Only once: ldapts connects again by itself, and would make the next call without signing in. */
  #first<S extends Socket>(ldapts: Ldapts, open: () => S): S {
    if (this.#sockets.length > 0) throw lost(this.#settings);
    return this.#watch(ldapts, open());
  }

  #watch<S extends Socket>(ldapts: Ldapts, socket: S): S {
    this.#sockets.push(socket);
    const cookies = new PageCookies(ldapts);
    this.#cookies = cookies;
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    // Several small requests can be under way: none waits for the answer to another.
    socket.setNoDelay(true);
    // A time-out can end a socket while nothing else listens; without a listener its error would end the process.
    socket.on('error', () => {});
    socket.once('close', () => this.#fail(lost(this.#settings)));
    socket.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (this.#bytes > this.#settings.answerBytesMax) this.#fail(tooLong(this.#settings));
      try {
        cookies.take(chunk);
      } catch (error) {
        this.#fail(unreadable(this.#settings, error));
      }
    });
    return socket;
  }

  #fail(error: ConnectorError): void {
    this.#isOpen = false;
    // An error of the socket itself says more, and comes first through ldapts.
    for (const end of this.#pending) queueMicrotask(() => end(error));
    for (const socket of this.#sockets) socket.destroy();
  }

  /** A connection that waits for no answer keeps no process alive. */
  #hold(isHeld: boolean): void {
    for (const socket of this.#sockets) isHeld ? socket.ref() : socket.unref();
  }

  #answerOf(error: unknown): Error {
    if (error instanceof ConnectorError) return error;
    const { hostname } = this.#settings;
    const { code, message = '' } = error as { readonly code?: unknown; readonly message?: string };
    if (typeof code === 'number')
      return errorOfResult(code, message.replace(/ ?Code: 0x[\da-f]+$/, ''), hostname, this.#secrets);
    return new ConnectorError('unknown', `No answer from ${hostname}`, {
      code: codeOfSocketError(error) ?? 'ConnectionLost',
      cause: error,
    });
  }
}

/** As Node has them: its types want buffers. */
function tlsOptions({ ca, cert, key, ...others }: LdapTlsOptions) {
  const pems = Object.entries({ ca, cert, key }).flatMap(([name, pem]) =>
    pem === undefined ? [] : [[name, Buffer.from(pem as Uint8Array)] as const],
  );
  return { ...Object.fromEntries(pems), ...others };
}

function lost({ hostname }: SessionSettings): ConnectorError {
  return new ConnectorError('unknown', `The connection to ${hostname} was lost`, { code: 'ConnectionLost' });
}

function late({ hostname }: SessionSettings, timeoutMs: DurationMs): ConnectorError {
  return new ConnectorError('unknown', `${hostname} did not answer within ${timeoutMs} ms`, {
    code: 'Timeout',
  });
}

function tooLong({ hostname, answerBytesMax }: SessionSettings): ConnectorError {
  const message = `Expected an answer of at most ${answerBytesMax} bytes from ${hostname}, got more`;
  return new ConnectorError('refused', message, { code: 'AnswerTooLong' });
}

function unreadable({ hostname }: SessionSettings, cause: unknown): ConnectorError {
  const message = `Expected messages of LDAP from ${hostname}, got something else`;
  return new ConnectorError('unknown', message, { code: 'AnswerUnreadable', cause });
}

/** What went wrong before the first call: it had no effect, whatever it was. */
function notOpened(error: unknown, { hostname, connectTimeoutMs }: SessionSettings): Error {
  if (!(error instanceof ConnectorError) || error.kind !== 'unknown') return error as Error;
  const { cause, code } = error;
  // A certificate that is not trusted stays so; the other errors of a socket pass.
  if (kindOfSocketError(cause) === 'refused' && cause instanceof Error)
    return new ConnectorError('refused', `No TLS with ${hostname}: ${cause.message}`, { code, cause });
  const message = /^(?:Ldap|AnswerUnreadable)/.test(code)
    ? error.message
    : code === 'Timeout'
      ? `No sign-in at ${hostname} within ${connectTimeoutMs} ms`
      : `No connection to ${hostname} (${code})`;
  return new ConnectorError('unreachable', message, { code, cause: error });
}
