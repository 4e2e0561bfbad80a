import { readLine, readText, readWhole, readWord } from '../../input/fields.ts';
import { optional, readOptions, readShape, type ShapeOf, withDefault } from '../../input/options.ts';
import { readClock } from '../../input/ports.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import { systemClock } from '../../system/real/clock.ts';
import { parseAddress } from './mail-message.ts';
import type { MailAuth, MailConnection, MailOptions, MailSecret } from './mail-options.ts';
import { SmtpSender } from './smtp-sender.ts';

const HOST = /^(?:[a-z\d](?:[a-z\d.-]{0,252}[a-z\d])?|[\da-f:]{2,45})$/i;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;
const CA_LENGTH_MAX = 1_048_576;
const SECRET_LENGTH_MAX = 65_536;

const OPTIONS = {
  host: readHost,
  port: optional((place) => readWhole(place, 1, 65_535)),
  tls: optional((place) => readWord(place, ['starttls', 'implicit', 'none'] as const)),
  ca: optional((place) => readText(place, CA_LENGTH_MAX, 1)),
  auth: optional(readAuth),
  from: readMailbox,
  replyTo: optional(readMailbox),
  connections: withDefault((place) => readWhole(place, 1, 50), 5),
  messagesPerConnection: withDefault((place) => readWhole(place, 1, 10_000), 100),
  timeoutMs: withDefault((place) => readWhole(place, 100, 600_000), 60_000),
  uncertain: withDefault((place) => readWord(place, ['send', 'fail'] as const), 'send'),
  clock: withDefault(readClock, systemClock),
} satisfies ShapeOf<MailOptions>;

/**
 * Connects to a mail server over SMTP, with the package nodemailer. Nothing is sent before the first message.
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { mailConnection, mailTasks } from 'tenure/mail';
 *
 * const mail = mailConnection({
 *   host: 'smtp.example.com',
 *   auth: { user: 'hr', pass: () => process.env.SMTP_PASSWORD ?? '' },
 *   from: 'People team <people@example.com>',
 * });
 * const engine = await createEngine({ tasks: { ...mailTasks(mail) } });
 * await engine.close();
 * await mail.close();
 * ```
 */
export function mailConnection(options: MailOptions): MailConnection {
  const read = readOptions(options, 'mailConnection', OPTIONS);
  const tls = read.tls ?? (read.port === 465 ? 'implicit' : 'starttls');
  const port = read.port ?? (tls === 'implicit' ? 465 : 587);
  if (tls === 'none' && read.auth && !LOOPBACK.test(read.host))
    throw invalid({ path: 'tls', value: tls }, 'starttls or implicit: `auth` would be readable on the way');
  return new SmtpSender({ ...read, tls, port });
}

function readHost(place: Place): string {
  const { value } = place;
  if (typeof value === 'string' && HOST.test(value)) return value;
  throw invalid(place, 'the name or address of a host, without a port');
}

function readMailbox(place: Place): string {
  const text = readLine(place, 640);
  if (parseAddress(text) !== null) return text;
  throw invalid(place, 'an address, or a name and an <address>');
}

function readAuth(place: Place): MailAuth {
  const auth = readShape(place, {
    user: (at: Place) => readLine(at, 320),
    pass: optional(readSecret),
    accessToken: optional(readSecret),
  });
  if ((auth.pass === undefined) === (auth.accessToken === undefined))
    throw invalid(place, 'an object with one of pass and accessToken');
  return auth;
}

/** Messages do not show it. */
function readSecret(place: Place): MailSecret {
  const { value } = place;
  if (typeof value === 'function') return value as MailSecret;
  if (typeof value === 'string' && value !== '' && value.length <= SECRET_LENGTH_MAX) return value;
  const got = typeof value === 'string' ? `a text of ${value.length} characters` : undefined;
  throw invalid(place, 'a text that is not empty, or a function', got);
}
