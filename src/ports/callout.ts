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
  /** How much of a body may come back; 0: nobody reads it. A longer one is an error. */
  readonly answerBytesMax: number;
}

/** What came back. */
export interface CalloutAnswer {
  readonly status: number;
  /** Empty where `answerBytesMax` was 0. */
  readonly body: string;
}

/** How the engine reaches custom task extensions. */
export interface Callout {
  /** The answer; a redirect is one like any other. Rejects when there is none. */
  post(request: CalloutRequest): Promise<CalloutAnswer>;
  /** At least 256 bits that nobody can guess, as text. */
  secret(): string;
}
