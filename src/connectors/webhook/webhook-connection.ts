import { readArray, readFlag, readLine } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../system/real/clock.ts';
import { type ConnectionCheck, tryCheck } from '../kernel/connection-check.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../kernel/http-client.ts';
import { readSecrets, signWebhook, type WebhookSecrets } from './webhook-signature.ts';

const URL_LENGTH_MAX = 2_048;
const ATTRIBUTES_MAX = 100;
const ATTRIBUTE_LENGTH_MAX = 256;
/** What an answer may take: some changes, in UTF-8. */
const ANSWER_BYTES_MAX = 65_536;

/** Options of {@link webhookConnection}. */
export interface WebhookOptions {
  /** How the receiver is called; `baseUrl` is the webhook's address. `bodyBytesMax` is 65,536 by default. */
  readonly http: HttpClientOptions;
  /** What messages are signed with: the current secret, and the ones before it while they are replaced. */
  readonly secrets: WebhookSecrets;
  /**
   * Address of `tenure/graph`, as the receiver reaches it: before `/identityGovernance`. The receiver gets the whole address that
   * takes its answer. Default: it gets the token only, and the host resumes the task.
   */
  readonly callbackUrl?: string;
  /** What the receiver learns of a person beside their id. Default: `displayName`, `mail`, `userPrincipalName`. */
  readonly attributes?: readonly string[];
  /**
   * Whether the receiver does nothing, and answers what it would do, where `data.dryRun` is true. Previews and `check`
   * ask it then. Default `false`.
   */
  readonly dryRun?: boolean;
}

const OPTIONS = {
  http: (place) => place.value as HttpClientOptions,
  secrets: readSecrets,
  callbackUrl: optional(readCallbackUrl),
  attributes: withDefault(readAttributes, ['displayName', 'mail', 'userPrincipalName']),
  dryRun: withDefault(readFlag, false),
} satisfies ShapeOf<WebhookOptions>;

/** A message to the receiver. */
export interface WebhookRequest {
  readonly id: string;
  /** `tenure.task` or `tenure.ping`. */
  readonly type: string;
  readonly data: object;
  /** Below the webhook's address, beginning with `/`; `null`: the address itself. */
  readonly path: string | null;
  /** What of `data` no message repeats, whatever the receiver answers. Default: nothing. */
  readonly secrets?: readonly string[];
  readonly signal?: AbortSignal;
}

/** A receiver of webhooks. */
export interface WebhookConnection {
  /** As reasons and changes name it. */
  readonly host: string;
  /** The options, complete. */
  readonly options: Required<Pick<WebhookOptions, 'attributes' | 'dryRun'>> &
    Pick<WebhookOptions, 'callbackUrl'>;
  /** Sends a signed message. Returns the answer's body. @throws ConnectorError; what the signal was aborted with. */
  send(request: WebhookRequest): Promise<unknown>;
  /** Reaches the address, and has a receiver with dry runs verify a signature. Does not throw. */
  check(signal?: AbortSignal): Promise<readonly ConnectionCheck[]>;
}

/**
 * Connects to a receiver of webhooks. No request is made before the first task.
 *
 * @throws LifecycleError `InvalidArgument`.
 */
export function webhookConnection(options: WebhookOptions): WebhookConnection {
  const { http, secrets, ...read } = readOptions(options, 'webhookConnection', OPTIONS);
  const settings = { bodyBytesMax: ANSWER_BYTES_MAX, ...http };
  const client = createHttpClient(settings);
  const { baseUrl, clock = systemClock } = settings;
  const { host } = new URL(baseUrl);
  const sender = { url: baseUrl, secrets, clock };
  return {
    host,
    options: read,
    send: (request) => send(client, sender, request),
    async check(signal) {
      // A client of its own, so that what it meets does not hold back tasks.
      const tried = createHttpClient(settings);
      const reached = await tryCheck(`reach ${host}`, () => reach(tried, baseUrl, signal));
      if (reached.failure !== null || !read.dryRun) return [reached];
      const ping = {
        id: `ping-${clock.now()}`,
        type: 'tenure.ping',
        data: { dryRun: true },
        path: null,
      };
      const accepted = await tryCheck('have a signature verified', async () => {
        await send(tried, sender, { ...ping, ...(signal && { signal }) });
        return null;
      });
      return [reached, accepted];
    },
  };
}

async function send(
  client: HttpClient,
  { url, secrets, clock }: { readonly url: string; readonly secrets: WebhookSecrets; readonly clock: Clock },
  { id, type, data, path, secrets: hidden, signal }: WebhookRequest,
): Promise<unknown> {
  const body = JSON.stringify({ type, timestamp: new Date(clock.now()).toISOString(), data });
  const headers = await signWebhook({ id, body, secrets, clock });
  try {
    const answer = await client.request({
      method: 'POST',
      path: path === null ? url : `${path}${new URL(url).search}`,
      body: Buffer.from(body),
      headers: { ...headers, 'idempotency-key': id },
      ...(hidden && { secrets: hidden }),
      ...(signal && { signal }),
    });
    return answer.body;
  } catch (error) {
    // There is nothing at the address: no person is missing, and no attempt would help.
    if (error instanceof ConnectorError && error.kind === 'missing')
      throw new ConnectorError('refused', error.message, { code: error.code, cause: error });
    throw error;
  }
}

/** Any answer will do: a webhook need not know GET. */
async function reach(client: HttpClient, url: string, signal?: AbortSignal): Promise<string> {
  try {
    const { status } = await client.request({ method: 'GET', path: url, ...(signal && { signal }) });
    return `answers GET with ${status}`;
  } catch (error) {
    const status = error instanceof ConnectorError ? /^Http(\d{3})$/.exec(error.code)?.[1] : undefined;
    if (status === undefined) throw error;
    return `answers GET with ${status}`;
  }
}

function readCallbackUrl(place: Place): string {
  const text = readLine(place, URL_LENGTH_MAX);
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '')
    return text.replace(/\/$/, '');
  throw invalid(place, 'an absolute URL without a query');
}

function readAttributes(place: Place): readonly string[] {
  return readArray(place, ATTRIBUTES_MAX).map((one) => readLine(one, ATTRIBUTE_LENGTH_MAX));
}
