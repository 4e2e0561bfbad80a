/** Reads single values that come from outside. What is not what it must be is refused by `refuse.ts`. */
import { LIMITS } from '../model/limits.ts';
import { invalid, type Place, pathOf, unknownField, unknownWord } from './refuse.ts';

/** Gives the place of a field by its name. The value of a field that is absent is `undefined`. */
export type Fields = (name: string) => Place;

const ANNOTATION = /@(odata|microsoft)\./;

/**
 * The fields of an object that has no others than `known` (`null`: any) and `ignored`. OData
 * annotations (`tasks@odata.context`) are passed over, but `@odata.type` can be asked for.
 *
 * @throws LifecycleError `InvalidArgument`: no object, or a field that is not known.
 */
export function fieldsOf(
  place: Place,
  known: readonly string[] | null,
  ignored: readonly string[] = [],
): Fields {
  const { value } = place;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(place, 'an object');
  const isStray = (key: string) => !known?.includes(key) && !ignored.includes(key) && !ANNOTATION.test(key);
  const stray = known && Object.keys(value).find(isStray);
  if (typeof stray === 'string') throw unknownField(place, stray, known ?? []);
  const own = new Map(Object.entries(value));
  return (name) => ({ path: pathOf(place, name), value: own.get(name) });
}

/** The elements of an array, at most `max`. @throws LifecycleError `InvalidArgument`. */
export function readArray(place: Place, max: number): readonly Place[] {
  const { path, value } = place;
  if (!Array.isArray(value)) throw invalid(place, 'an array');
  if (value.length > max) throw invalid(place, `an array of at most ${max}`);
  return Array.from(value, (element: unknown, index) => ({ path: `${path}[${index}]`, value: element }));
}

/** What `read` makes of the place; `undefined` when there is nothing. */
export function ifGiven<T>(place: Place, read: (place: Place) => T): T | undefined {
  return place.value === undefined ? undefined : read(place);
}

/**
 * What `read` makes of the place; `null` for `null`, and for `{}`: that is what Microsoft's generated clients send
 * for an object that is null.
 */
export function readNullable<T>(place: Place, read: (place: Place) => T): T | null {
  const { value } = place;
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return value === null || (isEmpty && !Array.isArray(value)) ? null : read(place);
}

/** `true` or `false`. @throws LifecycleError `InvalidArgument`. */
export function readFlag(place: Place): boolean {
  if (typeof place.value === 'boolean') return place.value;
  throw invalid(place, 'true or false');
}

/** An abort signal. @throws LifecycleError `InvalidArgument`. */
export function readSignal(place: Place): AbortSignal {
  if (place.value instanceof AbortSignal) return place.value;
  throw invalid(place, 'an AbortSignal');
}

/** One line of 1..`lengthMax` characters, not blank. @throws LifecycleError `InvalidArgument`. */
export function readLine(place: Place, lengthMax: number): string {
  const { value } = place;
  const isLine =
    typeof value === 'string' &&
    value.length <= lengthMax &&
    value.trim() !== '' &&
    !/[\p{Cc}\u2028\u2029]/u.test(value);
  if (isLine) return value;
  throw invalid(place, `one line of 1..${lengthMax} characters`);
}

/** A name for people. @throws LifecycleError `InvalidArgument`. */
export function readName(place: Place): string {
  return readLine(place, LIMITS.displayNameLengthMax);
}

/** A description: any text, or `null`. @throws LifecycleError `InvalidArgument`. */
export function readDescription(place: Place): string | null {
  return place.value === null ? null : readText(place, LIMITS.descriptionLengthMax);
}

/** Any text, which the caller bounds. @throws LifecycleError `InvalidArgument`. */
export function readString(place: Place): string {
  if (typeof place.value === 'string') return place.value;
  throw invalid(place, 'text');
}

/** Any text of `lengthMin`..`lengthMax` characters. @throws LifecycleError `InvalidArgument`. */
export function readText(place: Place, lengthMax: number, lengthMin = 0): string {
  const { value } = place;
  if (typeof value === 'string' && value.length >= lengthMin && value.length <= lengthMax) return value;
  throw invalid(place, `text of ${lengthMin === 0 ? 'at most ' : `${lengthMin}..`}${lengthMax} characters`);
}

/** One of `words`, in any letter case. @throws LifecycleError `InvalidArgument`. */
export function readWord<Word extends string>(place: Place, words: readonly Word[]): Word {
  const { value } = place;
  const given = typeof value === 'string' ? value.toLowerCase() : undefined;
  const word = words.find((one) => one.toLowerCase() === given);
  if (word !== undefined) return word;
  throw unknownWord(place, words);
}

/** A whole number. @throws LifecycleError `InvalidArgument`. */
export function readWhole(place: Place, min: number, max: number): number {
  const { value } = place;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value + 0;
  throw invalid(place, `a whole number in ${min}..${max}`);
}

/** A number, perhaps with a fraction. @throws LifecycleError `InvalidArgument`. */
export function readNumber(place: Place, min: number, max: number): number {
  const { value } = place;
  if (typeof value === 'number' && value >= min && value <= max) return value + 0;
  throw invalid(place, `a number in ${min}..${max}`);
}

/** A number of things that a counter can hold. @throws LifecycleError `InvalidArgument`. */
export function readCount(place: Place): number {
  return readWhole(place, 0, COUNT_MAX);
}

/** The largest count: 31 bits, as in every store and on every wire. */
export const COUNT_MAX = 0x7fffffff;

/** A function, of the type that the caller expects there. @throws LifecycleError `InvalidArgument`. */
export function readFunction<F extends (...args: never) => unknown>(place: Place): F {
  if (typeof place.value === 'function') return place.value as F;
  throw invalid(place, 'a function');
}
