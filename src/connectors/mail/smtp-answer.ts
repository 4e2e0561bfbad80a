/** What a message means that was not sent, by the error of nodemailer. */
import { retryAfter } from '../../engine/handlers/results/task-failure.ts';
import type { DurationMs } from '../../model/time.ts';
import { type AnswerKind, ConnectorError } from '../kernel/connector-error.ts';
import { kindOfSocketCode } from '../kernel/http-answer.ts';
import { saidLine } from '../kernel/said.ts';
import type { MailSender } from './mail-message.ts';

/** The wait after a refusal for now that concerns one recipient, ms: mail systems that delay strangers want minutes. */
const RETRY_MS = 60_000;

/** What is known of a delivery that failed. */
export interface FailedDelivery {
  /** `smtp.example.org:587`. */
  readonly host: string;
  /** Whether any of the message was sent: before, the server cannot have taken it. */
  readonly isBegun: boolean;
  /** Whether it took longer than `timeoutMs`. */
  readonly isTimeout: boolean;
  readonly timeoutMs: DurationMs;
  readonly uncertain: MailSender['uncertain'];
  /** What no message repeats. Default: nothing. */
  readonly secrets?: readonly string[];
}

/** Fields of nodemailer's errors. */
interface SmtpError {
  readonly code?: string;
  /** Of the system's error, when nodemailer has put its own in its place. */
  readonly originalCode?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly message?: string;
}

/**
 * The failure as the kernel takes it. Answers decide, whenever they come: a message that was answered with 4xx or 5xx has
 * not been taken. A connection that is lost says nothing once the message was begun.
 */
export function deliveryFailure(error: unknown, delivery: FailedDelivery): Error {
  const { host, isBegun, isTimeout, timeoutMs, secrets } = delivery;
  const lineOf = (text: string) => saidLine(text, secrets);
  const failed = (typeof error === 'object' && error !== null ? error : {}) as SmtpError;
  const { responseCode, response = '', code = 'ConnectionFailed', originalCode = code } = failed;
  if (responseCode) return answered(failed, responseCode, `${host} answered ${lineOf(response)}`);
  // What the server said stands in the message of nodemailer's error as it came.
  const cause = response === '' ? error : undefined;
  const lost = (what: string, lostCode: string) =>
    isBegun
      ? uncertain(what, delivery.uncertain, cause)
      : new ConnectorError('unreachable', what, { code: lostCode, cause });
  if (isTimeout || code === 'ETIMEDOUT')
    return lost(`${host} did not answer within ${timeoutMs} ms`, 'Timeout');
  const isLocal = failed.command === 'API' && ['EENVELOPE', 'EMESSAGE', 'EAUTH'].includes(code);
  if (isLocal || code === 'EMESSAGE' || code === 'ENOAUTH')
    return refused(`The message cannot be sent: ${lineOf(failed.message ?? code)}`, code, cause);
  if (kindOfSocketCode(originalCode) === 'refused' || isCertificateRefused(failed))
    return refused(`${host}: TLS failed: ${lineOf(failed.message ?? code)}`, 'TlsFailed', cause);
  const what = isBegun ? `The connection to ${host} was lost` : `No connection to ${host} (${originalCode})`;
  return lost(what, originalCode);
}

/** What answers mean. RFC 5321 §4.2.1, RFC 3463. */
function answered({ code, command }: SmtpError, status: number, said: string): Error {
  const failureCode = `Smtp${status}`;
  const asked = (kind: AnswerKind) => new ConnectorError(kind, said, { code: failureCode });
  const isSignIn = code === 'EAUTH' || command?.startsWith('AUTH') || status === 530 || status === 535;
  if (isSignIn && status >= 500) return asked('unauthorized');
  if (code === 'ETLS') return refused(`${said}; the server may have no STARTTLS`, failureCode);
  if (status >= 500) return asked('refused');
  const isForAll = isSignIn || status === 421 || status === 432 || /answered \d{3}[ -]4\.[37]\./.test(said);
  if (isForAll) return asked('throttled');
  if (status >= 400) return retryAfter(RETRY_MS, said, { scope: 'task', code: failureCode });
  return asked('refused');
}

function uncertain(what: string, then: MailSender['uncertain'], cause: unknown): ConnectorError {
  const kind = then === 'fail' ? 'refused' : 'unknown';
  return new ConnectorError(kind, `${what}: the message may have been sent`, {
    code: 'MailUncertain',
    cause,
  });
}

/** In an upgrade, nodemailer keeps only the text of what OpenSSL says. */
function isCertificateRefused({ code, message = '' }: SmtpError): boolean {
  return code === 'ETLS' && !message.includes('Connection closed');
}

function refused(message: string, code: string, cause?: unknown): ConnectorError {
  return new ConnectorError('refused', message, { code, cause });
}
