import type { DurationMs } from '../model/time.ts';

/** A POST to somebody else's system. */
export interface CalloutRequest {
  /** Absolute, `http:` or `https:`. */
  readonly url: string;
  /** JSON. */
  readonly body: string;
  /** Beside `Content-Type`; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** For the whole exchange, ms. */
  readonly timeoutMs: DurationMs;
  readonly signal: AbortSignal;
}

/** How the engine reaches custom task extensions. */
export interface Callout {
  /** The status of the answer; a redirect is an answer like any other. Rejects when there is none. */
  post(request: CalloutRequest): Promise<number>;
  /** At least 256 bits that nobody can guess, as text. */
  secret(): string;
}
