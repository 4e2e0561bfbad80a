import type { AnswerKind } from './connector-error.ts';

/** Statuses whose class does not say what they mean for a call. */
const BY_STATUS: Readonly<Record<number, AnswerKind>> = {
  401: 'unauthorized',
  404: 'missing',
  408: 'unknown',
  409: 'conflict',
  410: 'missing',
  412: 'conflict',
  423: 'conflict',
  425: 'throttled',
  429: 'throttled',
  501: 'refused',
  503: 'throttled',
};

/** Error codes of Node's sockets and of its `fetch` that mean: no connection was made. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Longest wait that an answer can ask for, ms: a day. */
const RETRY_AFTER_MS_MAX = 86_400_000;

/** What a status other than 2xx means for the call. */
export function kindOfStatus(status: number): AnswerKind {
  return BY_STATUS[status] ?? (status >= 500 ? 'unknown' : 'refused');
}

/** What a connection that failed means for the call, by the `code` of the error, or of its cause. */
export function kindOfSocketError(error: unknown): AnswerKind {
  return kindOfSocketCode(codeOfSocketError(error));
}

/** As {@link kindOfSocketError}, by the code; `null`: there is none. */
export function kindOfSocketCode(code: string | null): AnswerKind {
  if (code === null) return 'unknown';
  // A certificate that is not trusted stays so, and is met before anything is sent.
  if (/^(?:CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code)) return 'refused';
  return UNREACHABLE.has(code) ? 'unreachable' : 'unknown';
}

/** The `code` of a socket's error, or of what caused it; `null` when there is none. */
export function codeOfSocketError(error: unknown): string | null {
  for (let at = error, levels = 0; at instanceof Error && levels < 5; at = at.cause, levels += 1)
    if ('code' in at && typeof at.code === 'string' && /^[A-Z][A-Z\d_]*$/.test(at.code)) return at.code;
  return null;
}

/**
 * The wait that a `Retry-After` header asks for, ms: seconds or a date. `null` when it is absent or cannot be read.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterOf(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const waitMs = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), RETRY_AFTER_MS_MAX);
}
