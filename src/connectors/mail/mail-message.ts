import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';

/** An address, and the name that mail programs show for it. */
export interface MailAddress {
  readonly address: string;
  /** Default: none. */
  readonly name?: string;
}

/** A message, without its sender. Every text is free of line breaks where a header has none. */
export interface MailMessage {
  /** The same whenever this message is sent again: receivers recognize the repeat by it. */
  readonly key: string;
  /** One at least. */
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  /** One line. */
  readonly subject: string;
  readonly text: string;
  /** The same as a document of HTML. */
  readonly html: string;
  /** Of the texts: `de`, `pt-BR`. */
  readonly language: string;
}

/** What sends messages: SMTP, or anything else that does. */
export interface MailSender {
  /** What is done when it cannot be known whether a message was sent: send it again, or fail. */
  readonly uncertain: 'send' | 'fail';
  /**
   * Sends one message; resolves when the mail system has taken it.
   *
   * @throws ConnectorError for everything else; what `signal` was aborted with.
   */
  send(message: MailMessage, signal: AbortSignal): Promise<void>;
}

const ADDRESS_LENGTH_MAX = 320;
const ADDRESS = /^[^\s\p{Cc}\p{Cf}@<>()[\],;:"\\]{1,64}@[^\s\p{Cc}\p{Cf}@<>()[\],;:"\\]{1,255}$/u;
const NAMED = /^([^<>\p{Cc}\p{Zl}\p{Zp}]{1,200}?)\s*<([^<>]+)>$/u;
/** What may stand before the `@` of a Message-ID. RFC 5322 §3.6.4. */
const ID = /^[\w!#$%&'*+/=?^`{|}~-]{1,120}$/;

/** Whether a text is one address, without a name, comments or quotes. */
export function isAddress(text: unknown): text is string {
  return typeof text === 'string' && text.length <= ADDRESS_LENGTH_MAX && ADDRESS.test(text);
}

/** `ada@example.org` or `Ada Byron <ada@example.org>`; `null` for another text. */
export function parseAddress(text: string): MailAddress | null {
  const [, name, address = text] = NAMED.exec(text.slice(0, 2 * ADDRESS_LENGTH_MAX)) ?? [];
  if (!isAddress(address)) return null;
  return name === undefined ? { address } : { address, name: name.replace(/^"(.*)"$/, '$1') };
}

/** The Message-ID of a message: of its key, and the domain that sends it. */
export function messageIdOf(key: string, from: string): string {
  const left = ID.test(key) ? key : createHash('sha256').update(key).digest('hex');
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return `<${left}@${domainToASCII(domain) || 'localhost'}>`;
}
