/** Reads single values that come from outside. Every refusal names the field. */
import { LifecycleError, shown } from '../errors/index.ts';
import { parseMoment } from '../input/moments.ts';
import type { EpochMs } from '../model/time.ts';

/** An object that came from outside. */
export type Input = Readonly<Record<string, unknown>>;

/** `value`, a plain object with no other fields than `known`. @throws LifecycleError `InvalidArgument`. */
export function readInput(value: unknown, known: readonly string[], what: string): Input {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(what, 'an object', value);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new LifecycleError(
      'InvalidArgument',
      `Expected ${what} to have only ${known.join(', ')}, got \`${unknown}\``,
      { field: unknown },
    );
  }
  return value as Input;
}

/** A whole number ≥ 0, or `undefined` when the field is absent. @throws LifecycleError `InvalidArgument`. */
export function readCount(input: Input, field: string): number | undefined {
  const value = input[field];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0x7fffffff) return value;
  throw invalid(field, 'a whole number in 0..2147483647', value);
}

/**
 * An instant, or `undefined` when the field is absent, or `null` when it is null. As `parseMoment` reads it,
 * with a zone. @throws LifecycleError `InvalidArgument`.
 */
export function readMoment(input: Input, field: string): EpochMs | null | undefined {
  const value = input[field];
  if (value === undefined || value === null) return value;
  const moment = typeof value === 'string' ? parseMoment(value) : null;
  if (moment?.kind === 'instant') return moment.ms;
  throw invalid(field, 'an ISO 8601 date and time with a zone, such as 2026-01-31T08:00:00Z', value);
}

/** Both ends of a window, which may be one moment. @throws LifecycleError `InvalidArgument`. */
export function readWindow(startDateTime: string, endDateTime: string): readonly [EpochMs, EpochMs] {
  const window = { startDateTime, endDateTime };
  const fromMs = readMoment(window, 'startDateTime');
  const toMs = readMoment(window, 'endDateTime');
  if (typeof fromMs !== 'number') throw invalid('startDateTime', 'an instant', startDateTime);
  if (typeof toMs !== 'number') throw invalid('endDateTime', 'an instant', endDateTime);
  if (fromMs > toMs) throw invalid('endDateTime', `not before startDateTime ${startDateTime}`, endDateTime);
  return [fromMs, toMs];
}

/** One of `allowed`, or `undefined` when the field is absent. @throws LifecycleError `InvalidArgument`. */
export function readWord<Word extends string>(
  input: Input,
  field: string,
  allowed: readonly Word[],
): Word | undefined {
  const value = input[field];
  if (value === undefined) return undefined;
  const word = allowed.find((one) => one === value);
  if (word === undefined) throw invalid(field, `one of ${allowed.join(', ')}`, value);
  return word;
}

/** Text of 1..`lengthMax` characters, or `undefined` when absent. @throws LifecycleError `InvalidArgument`. */
export function readText(input: Input, field: string, lengthMax: number): string | undefined {
  const value = input[field];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length > 0 && value.length <= lengthMax) return value;
  throw invalid(field, `text of 1..${lengthMax} characters`, value);
}

/** The error for a value that is not what it must be. */
export function invalid(field: string, expected: string, value: unknown): LifecycleError {
  const message = `Expected ${field} to be ${expected}, got ${shown(value)}`;
  return new LifecycleError('InvalidArgument', message, { field });
}
