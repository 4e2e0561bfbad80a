/** Signatures of webhooks: HMAC-SHA256 as in Standard Webhooks 1.0. @see https://www.standardwebhooks.com */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readArray, readFunction, readString, readWhole } from '../../input/fields.ts';
import { readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { readClock } from '../../input/ports.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import { type DurationMs, type EpochMs, SECOND_MS } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../system/real/clock.ts';
import { systemSecret } from '../../system/real/random.ts';

const SECRET = /^whsec_([A-Za-z\d+/]+={0,2})$/;
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 64;
const SECRETS_MAX = 10;
const SIGNATURES_MAX = 50;
/** What a header of a request can hold; a dot would end the id in what is signed. */
const ID = /^[!-\-/-~]{1,256}$/;

/** A secret: `whsec_` and 24 to 64 bytes in base64. Several while one is replaced: each signs, and each is accepted. */
export type WebhookSecrets = string | readonly string[] | (() => SecretsGiven | Promise<SecretsGiven>);
type SecretsGiven = string | readonly string[];

/** A message to sign. */
export interface SignWebhookOptions {
  /** The same for each attempt to deliver the message: printable ASCII without dots, 1..256 characters. */
  readonly id: string;
  /** Exactly what is sent. */
  readonly body: string;
  /** What it is signed with: each of them gives a signature. */
  readonly secrets: WebhookSecrets;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** Headers of a signed message. */
export interface WebhookHeaders {
  readonly 'webhook-id': string;
  /** When it was sent, seconds since 1970. */
  readonly 'webhook-timestamp': string;
  /** A signature for each secret, separated by blanks. */
  readonly 'webhook-signature': string;
}

/** A request as it has arrived. */
export interface ReceivedWebhook {
  /** A `Headers`, or an object with names in lower case, as of Node's requests or of {@link signWebhook}. */
  readonly headers:
    | Headers
    | WebhookHeaders
    | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Exactly what has arrived, before any parser. */
  readonly body: string | Uint8Array;
}

/** Options of {@link verifyWebhook}. */
export interface VerifyWebhookOptions {
  /** A signature of any of them is enough. */
  readonly secrets: WebhookSecrets;
  /** How far its timestamp may be from now, ms; 0..86,400,000. Default 300,000. */
  readonly toleranceMs?: DurationMs;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** A message that was signed with one of the secrets, not long ago. */
export interface VerifiedWebhook {
  /** The same for each delivery of the message: what was done for an id is not to be done again. */
  readonly id: string;
  readonly sentAtMs: EpochMs;
  /** The body, parsed as JSON. */
  readonly message: unknown;
}

/** A request that is not signed as it has to be. Answer it with 401, and do nothing. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused';
}

const SIGN = {
  id: readId,
  body: readString,
  secrets: readSecrets,
  clock: withDefault(readClock, systemClock),
} satisfies ShapeOf<SignWebhookOptions>;
const VERIFY = {
  secrets: readSecrets,
  toleranceMs: withDefault((place: Place) => readWhole(place, 0, 86_400_000), 300_000),
  clock: withDefault(readClock, systemClock),
} satisfies ShapeOf<VerifyWebhookOptions>;

/** A new random secret. */
export function newWebhookSecret(): string {
  return `whsec_${Buffer.from(systemSecret(), 'base64url').toString('base64')}`;
}

/** The headers that sign a message. @throws LifecycleError `InvalidArgument`; what a function of secrets throws. */
export async function signWebhook(options: SignWebhookOptions): Promise<WebhookHeaders> {
  const { id, body, secrets, clock } = readOptions(options, 'signWebhook', SIGN);
  const timestamp = String(Math.floor(clock.now() / SECOND_MS));
  const keys = await keysOf(secrets);
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys.map((key) => `v1,${signature(key, id, timestamp, body)}`).join(' '),
  };
}

/**
 * The message of a request, when it was signed with one of the secrets, and lately.
 *
 * @throws WebhookRefused when not; LifecycleError `InvalidArgument`; what a function of secrets throws.
 *
 * @example
 * ```ts
 * import { newWebhookSecret, signWebhook, verifyWebhook } from 'tenure/webhook';
 *
 * const secrets = newWebhookSecret();
 * const body = JSON.stringify({ type: 'tenure.task' });
 * const headers = await signWebhook({ id: 'key-1', body, secrets });
 * const { id, message } = await verifyWebhook({ headers, body }, { secrets });
 * console.log(id, message); // → key-1 { type: 'tenure.task' }
 * ```
 */
export async function verifyWebhook(
  { headers, body }: ReceivedWebhook,
  options: VerifyWebhookOptions,
): Promise<VerifiedWebhook> {
  const { secrets, toleranceMs, clock } = readOptions(options, 'verifyWebhook', VERIFY);
  const [id, timestamp, signatures] = (['id', 'timestamp', 'signature'] as const).map((name) =>
    headerOf(headers, `webhook-${name}`),
  ) as [string, string, string];
  if (!/^\d{1,11}$/.test(timestamp))
    throw new WebhookRefused('Expected webhook-timestamp to be seconds since 1970');
  const sentAtMs = Number(timestamp) * SECOND_MS;
  if (Math.abs(clock.now() - sentAtMs) > toleranceMs + SECOND_MS)
    throw new WebhookRefused(`Expected a webhook-timestamp at most ${toleranceMs} ms from now`);
  if (!ID.test(id)) throw new WebhookRefused('Expected webhook-id to be printable ASCII without dots');
  const expected = (await keysOf(secrets)).map((key) => signature(key, id, timestamp, body));
  const presented = signatures
    .split(' ', SIGNATURES_MAX)
    .flatMap((one) => (one.startsWith('v1,') ? [one.slice(3)] : []));
  // Every pair is compared, so that the time says nothing of which one is near.
  const matches = presented.flatMap((one) => expected.map((other) => isSame(one, other)));
  if (!matches.includes(true)) throw new WebhookRefused('Expected a webhook-signature of one of the secrets');
  return { id, sentAtMs, message: parse(body) };
}

/** The same text: of one signature there are several spellings in base64, and only one is right. */
function isSame(presented: string, expected: string): boolean {
  const [left, right] = [Buffer.from(presented), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function signature(key: Buffer, id: string, timestamp: string, body: string | Uint8Array): string {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
}

/** Each header has to be there once. */
function headerOf(headers: ReceivedWebhook['headers'], name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name as keyof typeof headers];
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookRefused(`Expected a header ${name}`);
}

function parse(body: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString());
  } catch {
    throw new WebhookRefused('Expected the body to be JSON');
  }
}

function readId(place: Place): string {
  const { value } = place;
  if (typeof value === 'string' && ID.test(value)) return value;
  throw invalid(place, 'printable ASCII without dots, 1..256 characters');
}

/** Reads secrets that are given, or a function that gives them. */
export function readSecrets(place: Place): WebhookSecrets {
  if (typeof place.value === 'function') return readFunction<() => SecretsGiven>(place);
  readKeys(place);
  return place.value as SecretsGiven;
}

async function keysOf(secrets: WebhookSecrets): Promise<readonly Buffer[]> {
  const given: unknown = typeof secrets === 'function' ? await secrets() : secrets;
  return readKeys({ path: 'secrets', value: given });
}

/** @throws LifecycleError `InvalidArgument`, without what was given. */
function readKeys(place: Place): readonly Buffer[] {
  const places = typeof place.value === 'string' ? [place] : readArray(place, SECRETS_MAX);
  if (places.length === 0) throw invalid(place, 'at least one secret', 'none');
  return places.map((one) => {
    const [, encoded] = (typeof one.value === 'string' && SECRET.exec(one.value)) || [];
    const key = Buffer.from(encoded ?? '', 'base64');
    if (key.length >= KEY_BYTES_MIN && key.length <= KEY_BYTES_MAX) return key;
    throw invalid(
      one,
      `whsec_ and ${KEY_BYTES_MIN} to ${KEY_BYTES_MAX} bytes in base64, as of newWebhookSecret()`,
      'something else',
    );
  });
}
