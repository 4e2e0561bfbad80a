import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ConnectionCheck } from '../kernel/connection-check.ts';
import type { MailSender } from './mail-message.ts';

/** A secret: text, or a function that gets it. `renew` is true after the server refused the last one. */
export type MailSecret = string | ((renew: boolean) => string | Promise<string>);

/** How a connection signs in. One of `pass` and `accessToken` is needed. */
export interface MailAuth {
  readonly user: string;
  /** A password. */
  readonly pass?: MailSecret;
  /** A token of OAuth 2.0 (SASL XOAUTH2), as Microsoft 365 and Gmail want. */
  readonly accessToken?: MailSecret;
}

/** Options of `mailConnection`. */
export interface MailOptions {
  /** Name or address of the mail server. */
  readonly host: string;
  /** Default: 587; 465 with `tls: 'implicit'`. */
  readonly port?: number;
  /**
   * `starttls`: TLS before anything else is said, or nothing is sent. `implicit`: TLS from the first byte. `none`: everything
   * can be read on the way; with `auth`, only for hosts of this machine. Default: `implicit` on port 465, else `starttls`.
   */
  readonly tls?: 'starttls' | 'implicit' | 'none';
  /** Certificates that the server's may come from, PEM, when they are not known to Node. Default: those of Node. */
  readonly ca?: string;
  /** Default: the server takes messages without it. */
  readonly auth?: MailAuth;
  /** `people@example.org` or `People team <people@example.org>`. */
  readonly from: string;
  /** Where answers go. Default: to `from`. */
  readonly replyTo?: string;
  /** At once, 1..50. Further messages wait. Default 5. */
  readonly connections?: number;
  /** Messages of a connection before it is replaced, 1..10,000. Default 100. */
  readonly messagesPerConnection?: number;
  /** For one message, connecting and signing in included, ms; 100..600,000. Default 60,000. */
  readonly timeoutMs?: DurationMs;
  /**
   * When the connection is lost while a message is sent, or the process ends: `send` sends it again, so that it may arrive
   * twice, with the same `Message-ID`; `fail` fails the task and says that it may have been sent. Default `send`.
   */
  readonly uncertain?: MailSender['uncertain'];
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** A server that takes messages. */
export interface MailConnection extends MailSender {
  /** Connects and signs in; sends nothing. */
  check(signal: AbortSignal): Promise<readonly ConnectionCheck[]>;
  /** Ends the connections, after the messages that are being sent. Until then they keep the process running for up to 30 s. */
  close(): Promise<void>;
}

/** Options, checked. */
export type SmtpSettings = Required<Omit<MailOptions, 'ca' | 'auth' | 'replyTo'>> &
  Pick<MailOptions, 'ca' | 'auth' | 'replyTo'>;
