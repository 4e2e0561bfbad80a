import type { DurationMs } from '../model/time.ts';

/** A POST to an external system. */
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
  /** Longest response body, bytes; 0: the body is not read. A longer one is an error. */
  readonly answerBytesMax: number;
}

/** The response. */
export interface CalloutAnswer {
  readonly status: number;
  /** Empty where `answerBytesMax` was 0. */
  readonly body: string;
}

/** How the engine reaches custom task extensions. */
export interface Callout {
  /** Resolves with the response, also when it is a redirect. Rejects when there is none. */
  post(request: CalloutRequest): Promise<CalloutAnswer>;
  /** A new random secret of at least 256 bits, as text. */
  secret(): string;
}
