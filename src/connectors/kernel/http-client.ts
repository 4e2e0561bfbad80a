import { shown } from '../../errors/shown.ts';
import { readFunction, readLine, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { readClock } from '../../input/ports.ts';
import { invalid, type Place, pathOf } from '../../input/refuse.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../system/real/clock.ts';
import { type AnswerKind, ConnectorError } from './connector-error.ts';
import { Gate } from './gate.ts';
import { codeOfSocketError, kindOfSocketError, kindOfStatus, retryAfterOf } from './http-answer.ts';
import { saidLine, secretsOfAuthorization, withoutUrlCredentials } from './said.ts';

const URL_LENGTH_MAX = 2_048;
/** Longest code that the system gives, characters. */
const CODE_LENGTH_MAX = 100;
/** Names of headers whose values no message repeats. */
const SECRET_HEADER = /auth|cookie|key|pass|secret|token/i;
const FORM = 'application/x-www-form-urlencoded';

/** Options of {@link createHttpClient}. */
export interface HttpClientOptions {
  /** Absolute URL before each path. `https:`; `http:` only for loopback hosts, or with `insecure`. */
  readonly baseUrl: string;
  /** Allows `http:` for any host. Default `false`. */
  readonly insecure?: boolean;
  /**
   * Value of the `Authorization` header. `renew` is true after the last value was refused with 401. Default: no header.
   * What it throws is the reason of the failure.
   */
  readonly authorization?: (renew: boolean) => string | Promise<string>;
  /** Additional headers of each request. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For a request and its answer, ms; 1..600,000. Default 30,000. */
  readonly timeoutMs?: DurationMs;
  /** Longest answer that is read, bytes. Default 8 MiB. */
  readonly bodyBytesMax?: number;
  /** What the body of an answer that is not 2xx says, for people. Default: `error.message`, `detail` or nothing. */
  readonly reasonOf?: (body: unknown) => { readonly code?: string; readonly message?: string } | null;
  /**
   * What an answer that is not 2xx means, where the service does not say it by the status: a quota as 403. `waitMs`: when
   * it wants to be called again. Default, and for `null`: by the status and `Retry-After`.
   */
  readonly meaningOf?: (answer: HttpAnswer) => HttpMeaning | null;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
}

/** What an answer means for a call. */
export interface HttpMeaning {
  readonly kind: AnswerKind;
  /** Default: as `Retry-After` has it, or not known. */
  readonly waitMs?: DurationMs;
}

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL, beginning with `/`, made with {@link path}; or a URL of the same host that the system gave. */
  readonly path: string;
  /** Sent as JSON; `URLSearchParams` as a form; bytes as they are, for JSON whose signature is in a header. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What of the body no message repeats, whatever the system answers. Default: nothing. */
  readonly secrets?: readonly string[];
  readonly signal?: AbortSignal;
}

/** An answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; `null` when the answer has no body, or one of another type. */
  readonly body: unknown;
}

/** A client of one host. */
export interface HttpClient {
  /** Shared by everything that calls the host. */
  readonly gate: Gate;
  /** @throws ConnectorError for every answer that is not 2xx, and for none. What `signal` was aborted with. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** What the system says, for a message: on one line, cut, without the credentials. Empty for what is no text. */
  said(text: unknown): string;
}

const OPTIONS = {
  baseUrl: (place: Place) => readLine(place, URL_LENGTH_MAX),
  insecure: withDefault((place: Place) => place.value === true, false),
  authorization: optional(readFunction<NonNullable<HttpClientOptions['authorization']>>),
  headers: optional(readHeaders),
  timeoutMs: withDefault((place: Place) => readWhole(place, 1, 600_000), 30_000),
  bodyBytesMax: withDefault((place: Place) => readWhole(place, 1, 2 ** 30), 2 ** 23),
  reasonOf: withDefault(readFunction<NonNullable<HttpClientOptions['reasonOf']>>, reasonOfProblem),
  meaningOf: withDefault(readFunction<NonNullable<HttpClientOptions['meaningOf']>>, () => null),
  clock: withDefault(readClock, systemClock),
  fetch: withDefault(readFunction<typeof fetch>, (...call: Parameters<typeof fetch>) => fetch(...call)),
} satisfies ShapeOf<HttpClientOptions>;

/**
 * Client of one host over the platform's `fetch`, for connectors. Redirects are not followed, answers are bounded, and
 * while the host throttles, no call is made.
 *
 * @throws LifecycleError `InvalidArgument`.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  return new FetchClient(readOptions(options, 'createHttpClient', OPTIONS));
}

/**
 * A path with its values escaped: `` path`/Users/${id}` ``.
 *
 * @throws ConnectorError for a value that is empty or `..`, which would name another object, and for one that is not Unicode.
 */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((text, part, index) => {
    const value = String(values[index - 1]);
    if (/^\.{0,2}$/.test(value) || !value.isWellFormed())
      throw new ConnectorError('refused', `Expected an id in a path, got \`${saidLine(value)}\``, {
        code: 'BadId',
      });
    return `${text}${encodeURIComponent(value)}${part}`;
  });
}

type Settings = ReturnType<typeof readOptions<typeof OPTIONS>>;

class FetchClient implements HttpClient {
  readonly gate: Gate;
  readonly #settings: Settings;
  readonly #base: URL;
  /** Of the options: in headers, and in the query of the address. */
  readonly #ownSecrets: readonly string[];
  #secrets: readonly string[];

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#base = readBase(settings);
    this.#ownSecrets = [...secretHeaders(settings.headers), ...this.#base.searchParams.values()];
    this.#secrets = this.#ownSecrets;
    this.gate = new Gate(settings.clock);
  }

  async request(request: HttpRequest): Promise<HttpAnswer> {
    const url = this.#urlOf(request.path);
    this.gate.pass();
    const first = await this.#send(request, url, false);
    const isRenewed = first.status === 401 && this.#settings.authorization !== undefined;
    if (!isRenewed) return this.#result(first, request.secrets);
    return this.#result(await this.#send(request, url, true), request.secrets);
  }

  said(text: unknown): string {
    return saidLine(text, this.#secrets);
  }

  #urlOf(target: string): URL {
    const url = target.startsWith('/')
      ? new URL(`${this.#base.pathname.replace(/\/$/, '')}${target}`, this.#base)
      : URL.parse(target);
    // A page token or `Location` of the system must not send credentials to another host.
    if (url?.origin === this.#base.origin && url.username === '' && url.password === '') return url;
    const got =
      url === null ? 'something else' : url.host === this.#base.host ? 'another' : `one of ${url.host}`;
    throw new ConnectorError('refused', `Expected a URL of ${this.#base.host}, got ${got}`, {
      code: 'ForeignUrl',
    });
  }

  async #send({ method, body, headers, signal }: HttpRequest, url: URL, renew: boolean): Promise<Received> {
    const { authorization, timeoutMs, bodyBytesMax } = this.#settings;
    const credentials = await authorization?.(renew);
    if (credentials !== undefined) this.#use(credentials);
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await this.#settings.fetch(url, {
        method,
        redirect: 'manual',
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': isForm(body) ? FORM : 'application/json' }),
          ...this.#settings.headers,
          ...headers,
          ...(credentials === undefined ? {} : { authorization: credentials }),
        },
        ...(body === undefined ? {} : { body: sent(body) }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const text = await textOf(response, bodyBytesMax);
      return { status: response.status, headers: response.headers, body: parse(text) };
    } catch (error) {
      signal?.throwIfAborted();
      throw this.gate.failed(this.#unanswered(error, timeout.aborted));
    }
  }

  /** @throws ConnectorError for credentials that no header can have; what `fetch` says of them would repeat them. */
  #use(credentials: string): void {
    this.#secrets = [...secretsOfAuthorization(credentials), ...this.#ownSecrets];
    if (isHeaderValue(credentials)) return;
    const message = `Expected credentials for ${this.#base.host} that a header can have, got some with a line break or another character that it cannot`;
    throw this.gate.failed(new ConnectorError('unauthorized', message, { code: 'BadCredentials' }));
  }

  #unanswered(error: unknown, isTimeout: boolean): ConnectorError {
    if (error instanceof ConnectorError) return error;
    const { host } = this.#base;
    if (isTimeout) {
      const message = `${host} did not answer within ${this.#settings.timeoutMs} ms`;
      return new ConnectorError('unknown', message, { code: 'Timeout', cause: error });
    }
    const code = codeOfSocketError(error) ?? 'ConnectionFailed';
    return new ConnectorError(kindOfSocketError(error), `No answer from ${host}`, { code, cause: error });
  }

  #result({ status, headers, body }: Received, secrets: readonly string[] = []): HttpAnswer {
    if (status >= 200 && status < 300) {
      this.gate.succeeded();
      return { status, headers, body };
    }
    const said = status >= 400 ? this.#settings.reasonOf(body) : { message: 'redirects are not followed' };
    const hidden = [...this.#secrets, ...secrets];
    const reason = said?.message === undefined ? '' : `: ${saidLine(said.message, hidden)}`;
    const saidCode = said?.code ? ` ${saidLine(said.code, hidden, CODE_LENGTH_MAX)}` : '';
    const meaning = this.#settings.meaningOf({ status, headers, body });
    const retryAfterMs =
      meaning?.waitMs ?? retryAfterOf(headers.get('retry-after'), this.#settings.clock.now());
    const code = `Http${status}`;
    const message = `${this.#base.host} answered ${status}${saidCode}${reason}`;
    throw this.gate.failed(
      new ConnectorError(meaning?.kind ?? kindOfStatus(status), message, { code, retryAfterMs }),
    );
  }
}

interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

function readBase({ baseUrl, insecure }: Pick<Settings, 'baseUrl' | 'insecure'>): URL {
  const place = { path: 'baseUrl', value: baseUrl };
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol))
    throw invalid(place, 'an absolute URL with https:', shown(withoutUrlCredentials(baseUrl)));
  if (url.username !== '' || url.password !== '')
    throw invalid(place, 'a URL without credentials', 'one with credentials; set `authorization`');
  if (url.protocol === 'http:' && !isLoopback(url) && !insecure)
    throw invalid(place, 'a URL with https:, or `insecure` to be set');
  return url;
}

/** Whether a URL names this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

function readHeaders(place: Place): Readonly<Record<string, string>> {
  const { value } = place;
  const isText = typeof value === 'object' && value !== null && Object.values(value).every(isString);
  if (!isText) throw invalid(place, 'an object of texts');
  for (const [name, text] of Object.entries(value)) {
    if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name)) throw invalid(place, 'an object with names of headers');
    const at = { path: pathOf(place, name), value: null };
    if (!isHeaderValue(text))
      throw invalid(at, 'a text that a header can have', 'one with a line break or the like');
  }
  return value as Readonly<Record<string, string>>;
}

/** Of Latin-1, without control characters but tabs; white space at the ends does not count. */
function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text.replace(/^[\t\r\n ]+|[\t\r\n ]+$/g, ''));
}

function secretHeaders(headers: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    SECRET_HEADER.test(name) ? secretsOfAuthorization(value) : [],
  );
}

function sent(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return isForm(body) ? body.toString() : JSON.stringify(body);
}

function isForm(body: unknown): body is URLSearchParams {
  return body instanceof URLSearchParams;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

async function textOf(response: Response, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      const message = `Expected an answer of at most ${bytesMax} bytes, got more`;
      throw new ConnectorError('refused', message, { code: 'AnswerTooLong' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    // Of a proxy, usually: its status says enough.
    return null;
  }
}

/** The shapes of Graph and OData, of RFC 9457 problem details and of SCIM. */
function reasonOfProblem(body: unknown): { readonly code?: string; readonly message?: string } | null {
  const problem = (body ?? {}) as {
    readonly error?: unknown;
    readonly detail?: unknown;
    readonly scimType?: unknown;
  };
  const { code, message } = (problem.error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (isString(message)) return { message, ...(isString(code) ? { code } : {}) };
  if (!isString(problem.detail)) return null;
  return { message: problem.detail, ...(isString(problem.scimType) ? { code: problem.scimType } : {}) };
}
