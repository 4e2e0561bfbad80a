import type { Step } from './path.ts';
import type { MetadataLevel } from './prefer.ts';

/** What an answer consists of. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or text when it is a string; `undefined`: no body. */
  readonly body?: unknown;
  /** How much metadata the JSON has; default `minimal`. */
  readonly level?: MetadataLevel;
}

/** Where a request goes. */
export interface Target {
  /** `https://host/prefix/v1.0`. */
  readonly base: string;
  readonly steps: readonly Step[];
  readonly params: URLSearchParams;
  /** The URL as a client sees it, without its query. */
  readonly url: string;
}
