import { expect } from 'vitest';
import type { ErrorCode } from '../../../src/errors/codes.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { Filter } from '../../../src/model/filter.ts';

/** Runs `action` and gives the `InvalidFilter` that it throws; fails for anything else. */
export function filterErrorOf(action: () => unknown): LifecycleError<'InvalidFilter'> {
  return errorOf(action, 'InvalidFilter');
}

/** Runs `action` and gives the error with `code` that it throws; fails for anything else. */
export function errorOf<Code extends ErrorCode>(action: () => unknown, code: Code): LifecycleError<Code> {
  try {
    action();
  } catch (error) {
    if (!LifecycleError.is(error)) throw error;
    expect(error.code).toBe(code);
    return error as LifecycleError as LifecycleError<Code>;
  }
  throw new Error(`Expected ${code} to be thrown, got nothing`);
}

/** A tree without the places in its text. */
export function withoutPositions(filter: Filter): unknown {
  return JSON.parse(
    JSON.stringify(filter, (name, value: unknown) =>
      name === 'at' ? undefined : typeof value === 'number' ? `number ${value}` : value,
    ),
  );
}
