/**
 * One call of a handler. Handlers are hostile: they throw anything, return promises that never settle,
 * ignore their abort signal, settle after it. Whatever they do, a call has exactly one result, and says separately
 * when the handler has really settled, because only then is its place free.
 */
import type { DurationMs } from '../../model/time.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { TaskHandlerResult } from '../../ports/task-handler.ts';
import type { AbortCause } from './abort-cause.ts';
import type { ActiveUser } from './active-user.ts';
import { cut, failureReasonOf } from './failure.ts';
import { HandlerContext, type RunInfo } from './handler-context.ts';
import type { BoundTask } from './handlers.ts';
import { isThenable, safePromise } from './promises.ts';
import { Suspension } from './suspension.ts';

/** Result of a call. */
export type CallResult =
  | { readonly kind: 'completed'; readonly processingInfo: string | null }
  /** `isOver` `false`: the handler may still be running, so that a retry would overlap with it. */
  | { readonly kind: 'failed'; readonly reason: string; readonly isOver: boolean }
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
    return { kind: 'failed', reason: failureReasonOf(error), isOver: true };
  }
  const { timeoutMs } = bound.handler;
  return new PendingCall(result, {
    clock,
    timeoutMs,
    graceMs,
    abortSignal: (reason) => context.abort(reason),
  });
}

const COMPLETED: CallResult = { kind: 'completed', processingInfo: null };

/** The call result of a handler that returned `result`. */
function callResultOf(result: TaskHandlerResult): CallResult {
  if (result instanceof Suspension) return { kind: 'suspended', suspension: result };
  const info: unknown = typeof result === 'object' && result !== null ? result.processingInfo : null;
  return typeof info === 'string' ? { kind: 'completed', processingInfo: cut(info) } : COMPLETED;
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
    },
  ) {
    this.#clock = options.clock;
    this.#graceMs = options.graceMs;
    this.#timeoutMs = options.timeoutMs;
    this.#abortSignal = options.abortSignal;
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
      return { kind: 'failed', reason: failureReasonOf(error), isOver: true };
    }
  }

  /** A rejection after an abort counts as its effect, unless it is clearly about something else. */
  #rejected(error: unknown): CallResult {
    if (this.#cause === 'timeout') return this.#timedOut(true);
    if (this.#cause !== null && isAbort(error))
      return { kind: this.#cause === 'cancel' ? 'canceled' : 'abandoned' };
    return { kind: 'failed', reason: failureReasonOf(error), isOver: true };
  }

  #writtenOff(cause: AbortCause): CallResult {
    if (cause === 'timeout') return this.#timedOut(false);
    return { kind: cause === 'cancel' ? 'canceled' : 'abandoned' };
  }

  #timedOut(isOver: boolean): CallResult {
    const more = isOver ? '' : `, and the handler did not settle within ${this.#graceMs} ms of being aborted`;
    return { kind: 'failed', reason: `Timed out after ${this.#timeoutMs} ms${more}`, isOver };
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
