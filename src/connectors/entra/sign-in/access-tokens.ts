import type { Clock } from '../../../ports/clock.ts';

/** Time before its expiry after which a token is not used any more, ms; of short ones, a half of their life. */
const MARGIN_MS = 300_000;

/** A token for Microsoft Graph. */
export interface AccessToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

/** Keeps a token until shortly before it expires. However many calls ask for one, one request gets it. */
export class AccessTokens {
  readonly #fetch: () => Promise<AccessToken>;
  readonly #clock: Pick<Clock, 'now'>;
  #kept: { readonly token: string; readonly untilMs: number } | null = null;
  #pending: Promise<string> | null = null;

  constructor(fetch: () => Promise<AccessToken>, clock: Pick<Clock, 'now'>) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** @param renew whether the last token was refused. @throws What `fetch` throws. */
  get(renew: boolean): Promise<string> {
    const kept = this.#kept;
    if (!renew && kept && kept.untilMs > this.#clock.now()) return Promise.resolve(kept.token);
    this.#pending ??= this.#renewed().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  async #renewed(): Promise<string> {
    this.#kept = null;
    const { token, expiresAtMs } = await this.#fetch();
    const lifeMs = expiresAtMs - this.#clock.now();
    this.#kept = { token, untilMs: expiresAtMs - Math.min(MARGIN_MS, lifeMs / 2) };
    return token;
  }
}
