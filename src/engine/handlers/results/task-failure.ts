/** What handlers throw to say more about a failure than that it is one. */
import { readFailureCode } from '../../../input/failure-code.ts';
import { readNumber, readText, readWord } from '../../../input/fields.ts';
import { optional, readOptions, type ShapeOf } from '../../../input/options.ts';
import { HANDLER_FAILED } from '../../../model/failures.ts';
import { LIMITS } from '../../../model/limits.ts';
import { DAY_MS, type DurationMs } from '../../../model/time.ts';

/** Options of {@link permanent}. */
export interface PermanentOptions {
  /**
   * What kind of failure it is, beside its reason: a letter or digit, then letters, digits, `_ . : -`; at most 64
   * characters. Failures are grouped by it, so it should be one of a few. Default: `HandlerFailed`.
   */
  readonly code?: string;
}

/** Options of {@link retryAfter}. */
export interface RetryAfterOptions {
  /** As in {@link PermanentOptions}. Default: `Throttled`. */
  readonly code?: string;
  /** `handler`: until then the handler is called for no other person either. Default `task`: only this task waits. */
  readonly scope?: 'task' | 'handler';
}

/** A failure that is not retried. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
  readonly failureCode: string;
  readonly #isOwn = true;

  constructor(reason: string, failureCode: string) {
    super(reason);
    this.failureCode = failureCode;
  }

  /** Whether it is what was thrown. Runs no code of that object, as `instanceof` might. */
  static is(thrown: unknown): thrown is PermanentFailure {
    return typeof thrown === 'object' && thrown !== null && #isOwn in thrown;
  }
}

/** A call that came too early. */
export class RetryAfter extends Error {
  override readonly name = 'RetryAfter';
  readonly delayMs: DurationMs;
  readonly scope: 'task' | 'handler';
  readonly failureCode: string;
  readonly #isOwn = true;

  constructor(
    delayMs: DurationMs,
    reason: string,
    { scope = 'task', code = 'Throttled' }: RetryAfterOptions,
  ) {
    super(reason);
    this.delayMs = delayMs;
    this.scope = scope;
    this.failureCode = code;
  }

  /** As {@link PermanentFailure.is}. */
  static is(thrown: unknown): thrown is RetryAfter {
    return typeof thrown === 'object' && thrown !== null && #isOwn in thrown;
  }
}

const PERMANENT = { code: optional(readFailureCode) } satisfies ShapeOf<PermanentOptions>;
const RETRY_AFTER = {
  code: optional(readFailureCode),
  scope: optional((place) => readWord(place, ['task', 'handler'] as const)),
} satisfies ShapeOf<RetryAfterOptions>;

/**
 * A failure that no further attempt can mend, to be thrown by a handler: its task fails at once, whatever its `retry`.
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { permanent } from 'tenure';
 *
 * function check(status: number) {
 *   if (status === 403) throw permanent('The service account may not add members', { code: 'Http403' });
 * }
 * try {
 *   check(403);
 * } catch (error) {
 *   console.log((error as Error).message); // → The service account may not add members
 * }
 * ```
 */
export function permanent(reason: string, options?: PermanentOptions): Error {
  const { code = HANDLER_FAILED } = readOptions(options, 'permanent', PERMANENT);
  return new PermanentFailure(readReason(reason), code);
}

/**
 * The answer of a service that is asked too often, to be thrown by a handler: its task is called again after `ms`, 0 to
 * a day; less than 100 counts as 100. It uses up no attempt and holds no lane meanwhile. A task whose waits come to
 * more than an hour (`LIMITS.throttleMsMax`) fails. Waits are not stored: after a restart the task is tried at once.
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { retryAfter } from 'tenure';
 *
 * function check({ status, headers }: Response) {
 *   const seconds = Number(headers.get('retry-after') ?? 10);
 *   if (status === 429) throw retryAfter(1_000 * seconds, 'Too many requests', { scope: 'handler', code: 'Http429' });
 * }
 * try {
 *   check(new Response('', { status: 429, headers: { 'retry-after': '20' } }));
 * } catch (error) {
 *   console.log((error as Error).message); // → Too many requests
 * }
 * ```
 */
export function retryAfter(ms: DurationMs, reason: string, options?: RetryAfterOptions): Error {
  const given = readOptions(options, 'retryAfter', RETRY_AFTER);
  const delayMs = readNumber({ path: 'ms', value: ms }, 0, DAY_MS);
  return new RetryAfter(Math.max(LIMITS.throttleMsMin, delayMs), readReason(reason), given);
}

function readReason(value: unknown): string {
  return readText({ path: 'reason', value }, Number.POSITIVE_INFINITY, 1);
}
