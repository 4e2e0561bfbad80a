import { ERROR_CODES, type ErrorCode } from './codes.ts';

const BRAND = Symbol.for('tenure.LifecycleError');

/**
 * The caller's or the environment's fault. Match on `code`; the message is for people and reads
 * *Expected X to be …, got `v`*.
 */
export class LifecycleError extends Error {
  override readonly name = 'LifecycleError';
  readonly code: ErrorCode;
  /** Plain data about the case: field, position, ids, states. Its keys stand with the code's meaning. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly [BRAND] = true;

  constructor(
    code: ErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }

  /** Whether the same call can succeed later. */
  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  /** `true` also for errors of a second copy of this package in the same process. */
  static is(value: unknown): value is LifecycleError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** A bug in tenure. Never retried, never turned into a task failure. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Ends in {@link InvariantError} when a condition that the code relies on does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
