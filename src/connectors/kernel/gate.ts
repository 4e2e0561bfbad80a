import type { Clock } from '../../ports/clock.ts';
import { type AnswerKind, ConnectorError } from './connector-error.ts';

/** Wait after the first answer that asks for one without saying how long, ms; doubled with each further one. */
const BACK_OFF_MS = 1_000;
const BACK_OFF_MS_MAX = 300_000;
/** After these, every call would end the same way. */
const CLOSING: ReadonlySet<AnswerKind> = new Set(['throttled', 'unauthorized', 'unreachable']);
/** Wait after credentials were refused, ms: they are mended by people. */
const UNAUTHORIZED_MS = 60_000;

/**
 * Shared by all calls to one host. Closed while the host takes no calls: a call that meets it closed is not made, since
 * a host that throttles counts those, too, and one that is down would fail the tasks of one person after the other.
 */
export class Gate {
  readonly #clock: Clock;
  #closedUntilMs = 0;
  #error: ConnectorError | null = null;
  /** Times that it was closed since the last success. */
  #closings = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether calls are made, and if not, until when. */
  get closedUntilMs(): number | null {
    return this.#closedUntilMs > this.#clock.now() ? this.#closedUntilMs : null;
  }

  /** Does nothing while open. @throws ConnectorError what closed it, with the time that is left. */
  pass(): void {
    const leftMs = this.#closedUntilMs - this.#clock.now();
    if (leftMs <= 0 || this.#error === null) return;
    const { kind, message, code } = this.#error;
    throw new ConnectorError(kind, message, { code, retryAfterMs: leftMs });
  }

  /** Notes that the host has done what a call asked for. */
  succeeded(): void {
    this.#closings = 0;
  }

  /** Notes what the host has answered. Returns the error, with the wait when calls must wait. */
  failed(error: ConnectorError): ConnectorError {
    if (!CLOSING.has(error.kind)) return error;
    // Not at once, whatever the host says: its clock may be slow, and "0" has all calls come again together.
    const waitMs = error.retryAfterMs || this.#waitMs(error);
    const untilMs = this.#clock.now() + waitMs;
    if (untilMs >= this.#closedUntilMs) {
      this.#closedUntilMs = untilMs;
      this.#error = error;
    }
    return new ConnectorError(error.kind, error.message, {
      code: error.code,
      retryAfterMs: waitMs,
      cause: error,
    });
  }

  #waitMs({ kind }: ConnectorError): number {
    if (kind === 'unauthorized') return UNAUTHORIZED_MS;
    // Calls that were under way together end the same way, and count once.
    if (this.closedUntilMs === null) this.#closings += 1;
    return Math.min(BACK_OFF_MS * 2 ** (this.#closings - 1), BACK_OFF_MS_MAX);
  }
}
