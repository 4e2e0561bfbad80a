import { ERROR_CODES, type ErrorCode } from './codes.ts';
import type { ErrorDetails } from './details.ts';

const BRAND = Symbol.for('tenure.LifecycleError');

/** Details may be left out where none of them has to be there. */
type Rest<Code extends ErrorCode> =
  Record<never, never> extends ErrorDetails[Code]
    ? [details?: ErrorDetails[Code], options?: ErrorOptions]
    : [details: ErrorDetails[Code], options?: ErrorOptions];

/**
 * The caller's or the environment's fault. Match on `code`, which also gives `details` its type; the message is for
 * people and reads *Expected X to be …, got `v`*.
 */
export class LifecycleError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'LifecycleError';
  readonly code: Code;
  /** Plain data about the case: field, position, ids, states. */
  readonly details: ErrorDetails[Code];
  readonly [BRAND] = true;

  constructor(code: Code, message: string, ...[details, options]: Rest<Code>) {
    super(message, options);
    this.code = code;
    this.details = details ?? ({} as ErrorDetails[Code]);
  }

  /** Whether the same call can succeed later. */
  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  /** `true` also for errors of a second copy of this package in the same process. */
  static is(value: unknown): value is AnyLifecycleError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** An error of one of the codes: a test of its `code` tells which, and what its `details` are. */
export type AnyLifecycleError = { readonly [Code in ErrorCode]: LifecycleError<Code> }[ErrorCode];

/** A bug in tenure. Never retried, never turned into a task failure. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Ends in {@link InvariantError} when a condition that the code relies on does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
