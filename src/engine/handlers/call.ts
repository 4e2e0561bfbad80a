/**
 * One call of a handler. Handlers are hostile: they throw anything, return promises that never settle,
 * ignore their abort signal, settle after it. Whatever they do, a call has exactly one result, and says separately
 * when the handler has really settled, because only then is its place free.
 */
import { LIMITS } from '../../model/limits.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { TaskHandlerResult } from '../../ports/task-handler.ts';
import type { AbortCause } from './abort-cause.ts';
import type { ActiveUser } from './active-user.ts';
import { Suspension } from './callbacks/suspension.ts';
import { cut, failureCodeOf, failureReasonOf } from './failure.ts';
import { HandlerContext, type RunInfo } from './handler-context.ts';
import type { BoundTask } from './handlers.ts';
import { isThenable, safePromise } from './promises.ts';
import { changesOf } from './results/changes.ts';
import { PermanentFailure, RetryAfter } from './results/task-failure.ts';

/** Result of a call. */
export type CallResult =
  | {
      readonly kind: 'completed';
      readonly processingInfo: string | null;
      readonly changes: readonly string[] | null;
    }
  /** `mayRetry` `false`: another attempt would be of no use, or overlap with a handler that may still be running. */
  | { readonly kind: 'failed'; readonly reason: string; readonly code: string; readonly mayRetry: boolean }
  /** The handler was called too early: it is to be called again after `delayMs`, which is no further attempt. */
  | {
      readonly kind: 'throttled';
      readonly reason: string;
      readonly code: string;
      readonly delayMs: DurationMs;
    }
  /** The task waits for an answer from outside. */
  | { readonly kind: 'suspended'; readonly suspension: Suspension }
  /** Aborted because the run is being canceled. */
  | { readonly kind: 'canceled' }
  /** Aborted because the engine stops; it will run once more. */
  | { readonly kind: 'abandoned' };

/** Calls the handler of `bound` for a user. Returns the result of a handler that ends at once, else the pending call. */
export function callHandler(
  active: ActiveUser,
  bound: BoundTask,
  info: RunInfo,
  clock: Clock,
  graceMs: DurationMs,
): CallResult | PendingCall {
  const context = new HandlerContext(active, bound, info);
  let result: TaskHandlerResult | PromiseLike<TaskHandlerResult>;
  try {
    result = bound.handler.run(context as never);
    if (!isThenable(result)) return callResultOf(result);
  } catch (error) {
    return failedWith(error, active, bound, clock);
  }
  const { timeoutMs } = bound.handler;
  return new PendingCall(result, {
    clock,
    timeoutMs,
    graceMs,
    abortSignal: (reason) => context.abort(reason),
    failedWith: (error) => failedWith(error, active, bound, clock),
  });
}

const COMPLETED: CallResult = { kind: 'completed', processingInfo: null, changes: null };

/** The call result of a handler that returned `result`. */
function callResultOf(result: TaskHandlerResult): CallResult {
  if (typeof result !== 'object' || result === null) return COMPLETED;
  if (result instanceof Suspension) return { kind: 'suspended', suspension: result };
  const info: unknown = result.processingInfo;
  const changes = changesOf(result.changes);
  if (typeof info !== 'string' && changes === null) return COMPLETED;
  return { kind: 'completed', processingInfo: typeof info === 'string' ? cut(info) : null, changes };
}

/**
 * The call result of a handler that threw `error`. The waits that a task asks for are added up, and it fails when they
 * are too long in all.
 */
function failedWith(error: unknown, active: ActiveUser, { handler }: BoundTask, clock: Clock): CallResult {
  const reason = failureReasonOf(error);
  if (PermanentFailure.is(error)) return { kind: 'failed', reason, code: error.failureCode, mayRetry: false };
  if (!RetryAfter.is(error)) return { kind: 'failed', reason, code: failureCodeOf(error), mayRetry: true };
  const { failureCode: code, delayMs, scope } = error;
  if (scope === 'handler') handler.gate.holdBack(clock, delayMs);
  active.throttledMs += delayMs;
  if (active.throttledMs > LIMITS.throttleMsMax) {
    const waits = `; its waits would come to more than ${LIMITS.throttleMsMax} ms`;
    return { kind: 'failed', reason: cut(reason + waits), code, mayRetry: false };
  }
  return { kind: 'throttled', reason, code, delayMs };
}

/** A call whose handler has returned a promise. */
export class PendingCall {
  /** Resolves once; never rejects. */
  readonly result: Promise<CallResult>;
  /** Resolves when the handler has settled, which may never happen. */
  readonly settled: Promise<void>;
  #isSettled = false;
  #cause: AbortCause | null = null;
  #decide: (result: CallResult) => void = () => {};
  #timer: Timer | null = null;
  readonly #clock: Clock;
  readonly #abortSignal: (reason: unknown) => void;
  readonly #failedWith: (error: unknown) => CallResult;
  #graceMs: DurationMs;
  readonly #timeoutMs: DurationMs | null;

  constructor(
    result: PromiseLike<TaskHandlerResult>,
    options: {
      readonly clock: Clock;
      readonly timeoutMs: DurationMs | null;
      readonly graceMs: DurationMs;
      /** Aborts the signal that the handler was given. */
      readonly abortSignal: (reason: unknown) => void;
      /** The call result of a handler that threw `error`. */
      readonly failedWith: (error: unknown) => CallResult;
    },
  ) {
    this.#clock = options.clock;
    this.#graceMs = options.graceMs;
    this.#timeoutMs = options.timeoutMs;
    this.#abortSignal = options.abortSignal;
    this.#failedWith = options.failedWith;
    this.result = new Promise((resolve) => {
      this.#decide = resolve;
    });
    this.settled = safePromise(result).then(
      (value) => this.#settle(() => this.#fulfilled(value)),
      (error: unknown) => this.#settle(() => this.#rejected(error)),
    );
    if (options.timeoutMs !== null) {
      this.#timer = this.#clock.setTimer(options.timeoutMs, () => this.abort('timeout'));
    }
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Why it was aborted first; `null`: it was not. */
  get cause(): AbortCause | null {
    return this.#cause;
  }

  /**
   * Aborts the handler's signal and gives it `graceMs` to settle. The first cause counts; a later one can shorten
   * the grace.
   */
  abort(cause: AbortCause, graceMs = this.#graceMs): void {
    const isFirst = this.#cause === null;
    if (this.#isSettled || !(isFirst || graceMs < this.#graceMs)) return;
    const counts = this.#cause ?? cause;
    this.#cause = counts;
    this.#graceMs = graceMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(graceMs, () => this.#decide(this.#writtenOff(counts)));
    if (!isFirst) return;
    this.#abortSignal(
      new DOMException(ABORT_MESSAGES[cause], cause === 'timeout' ? 'TimeoutError' : 'AbortError'),
    );
  }

  #settle(result: () => CallResult): void {
    this.#isSettled = true;
    this.#timer?.cancel();
    this.#decide(result());
  }

  #fulfilled(value: TaskHandlerResult): CallResult {
    if (this.#cause === 'timeout') return this.#timedOut(true);
    try {
      return callResultOf(value);
    } catch (error) {
      return this.#failedWith(error);
    }
  }

  /** A rejection after an abort counts as its effect, unless it is clearly about something else. */
  #rejected(error: unknown): CallResult {
    if (this.#cause === 'timeout') return this.#timedOut(true);
    if (this.#cause !== null && isAbort(error))
      return { kind: this.#cause === 'cancel' ? 'canceled' : 'abandoned' };
    return this.#failedWith(error);
  }

  #writtenOff(cause: AbortCause): CallResult {
    if (cause === 'timeout') return this.#timedOut(false);
    return { kind: cause === 'cancel' ? 'canceled' : 'abandoned' };
  }

  #timedOut(isOver: boolean): CallResult {
    const more = isOver ? '' : `, and the handler did not settle within ${this.#graceMs} ms of being aborted`;
    const reason = `Timed out after ${this.#timeoutMs} ms${more}`;
    return { kind: 'failed', reason, code: 'TimedOut', mayRetry: isOver };
  }
}

const ABORT_MESSAGES: Readonly<Record<AbortCause, string>> = {
  timeout: 'The attempt timed out',
  cancel: 'The run was canceled',
  stop: 'The engine is stopping',
};

function isAbort(error: unknown): boolean {
  try {
    return (error as { name?: unknown } | null)?.name === 'AbortError';
  } catch {
    return false;
  }
}
