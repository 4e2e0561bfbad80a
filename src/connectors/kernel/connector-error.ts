/** How an external system answered, by what has to be done about it. */
export type AnswerKind =
  /** The credentials were not accepted: 401. */
  | 'unauthorized'
  /** The same call will never succeed: most 4xx. */
  | 'refused'
  /** The object of the call does not exist: 404, 410. */
  | 'missing'
  /** The object has changed, or is there already: 409, 412. */
  | 'conflict'
  /** Too many calls: 429, and 503 as most systems use it. The call had no effect. */
  | 'throttled'
  /** No connection was made: the call had no effect. */
  | 'unreachable'
  /** The call may have had its effect, or may still have it: 5xx, a lost connection, a time-out. */
  | 'unknown';

/** Details of a {@link ConnectorError}. */
export interface ConnectorErrorOptions extends ErrorOptions {
  /** Of few different values: `Http409`, `LdapBusy`, `SmtpRejected`. Becomes the code of the failure. */
  readonly code: string;
  /** Time after which the system wants to be called, ms from now; `null` when it has not said. Default `null`. */
  readonly retryAfterMs?: number | null;
}

/**
 * A call to an external system that did not succeed. The message becomes part of a failure reason, which people read:
 * it names the system and what it said, never credentials.
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly kind: AnswerKind;
  readonly code: string;
  readonly retryAfterMs: number | null;

  constructor(
    kind: AnswerKind,
    message: string,
    { code, retryAfterMs = null, cause }: ConnectorErrorOptions,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
