/**
 * The refusal of a value that came from outside: always `InvalidArgument`, with the path of the value in the message
 * and in `details.field`, and the nearest right name where one is near.
 */

import { LifecycleError } from '../errors/lifecycle-error.ts';
import { escapeHidden, shown } from '../errors/shown.ts';
import { LIMITS } from '../model/limits.ts';
import { nearest } from './nearest.ts';

/** A value and where it stands: `tasks[2].arguments[0].value`. */
export interface Place {
  /** Empty for the whole of what came in. */
  readonly path: string;
  readonly value: unknown;
  /** What messages call it. Default: its path, or `the input`. */
  readonly name?: string;
}

/** The whole of what came in. */
export function root(value: unknown, name = 'the input'): Place {
  return { path: '', value, name };
}

/**
 * The error for a value that is not `expected`, which completes "Expected … to be".
 *
 * @param got what there is instead; default: the value.
 */
export function invalid(
  place: Place,
  expected: string,
  got = shown(place.value),
): LifecycleError<'InvalidArgument'> {
  return refusal(place.path, `Expected ${nameOf(place)} to be ${expected}, got ${got}`);
}

/** The error for a value that is none of `words`. */
export function unknownWord(place: Place, words: readonly string[]): LifecycleError<'InvalidArgument'> {
  const { path, value } = place;
  const near = typeof value === 'string' ? nearest(value.slice(0, LIMITS.idLengthMax), words) : null;
  const { message } = invalid(place, words.length === 1 ? (words[0] ?? '') : `one of ${words.join(', ')}`);
  return refusal(path, message, near);
}

/** The error for an object with a field `stray`, when it may only have `known`. */
export function unknownField(
  place: Place,
  stray: string,
  known: readonly string[],
): LifecycleError<'InvalidArgument'> {
  const field = stray.slice(0, LIMITS.idLengthMax);
  const only = known.length === 0 ? 'no fields' : `only ${known.join(', ')}`;
  const message = `Expected ${nameOf(place)} to have ${only}, got \`${escapeHidden(field)}\``;
  return refusal(pathOf(place, field), message, nearest(field, known));
}

/** The path of a field of what stands at `place`. */
export function pathOf({ path }: Place, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}

function nameOf({ path, name }: Place): string {
  return name ?? (path || 'the input');
}

function refusal(
  field: string,
  message: string,
  near: string | null = null,
): LifecycleError<'InvalidArgument'> {
  if (near === null) return new LifecycleError('InvalidArgument', message, { field });
  return new LifecycleError('InvalidArgument', `${message}; did you mean \`${near}\`?`, {
    field,
    nearest: near,
  });
}
