/**
 * Reads the fields of something that came from outside. Every refusal is `InvalidArgument` and names
 * the field by its path, in the message and in `details.field`.
 */
import { LifecycleError, shown } from '../errors/index.ts';
import { LIMITS } from '../model/limits.ts';

/** A value and where it stands: `tasks[2].arguments[0].value`. The root has an empty path. */
export interface Place {
  readonly path: string;
  readonly value: unknown;
}

/** Gives the place of a field by its name. The value of a field that is absent is `undefined`. */
export type Fields = (name: string) => Place;

/** The whole of what came in. */
export function root(value: unknown): Place {
  return { path: '', value };
}

/** The error for a value that is not `expected`, which completes "Expected … to be". */
export function invalid({ path, value }: Place, expected: string): LifecycleError {
  const message = `Expected ${path || 'the input'} to be ${expected}, got ${shown(value)}`;
  return new LifecycleError('InvalidArgument', message, { field: path });
}

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
  const { path, value } = place;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(place, 'an object');
  const prefix = path === '' ? '' : `${path}.`;
  const stray =
    known &&
    Object.keys(value).find((key) => !known.includes(key) && !ignored.includes(key) && !ANNOTATION.test(key));
  if (typeof stray === 'string') {
    const name = stray.slice(0, LIMITS.idLengthMax);
    const message = `Expected ${path || 'the input'} to have only ${known?.join(', ')}, got \`${name}\``;
    throw new LifecycleError('InvalidArgument', message, { field: prefix + name });
  }
  const own = new Map(Object.entries(value));
  return (name) => ({ path: prefix + name, value: own.get(name) });
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
  if (value === null || (typeof value === 'object' && Object.keys(value).length === 0)) return null;
  return read(place);
}

/** `true` or `false`. @throws LifecycleError `InvalidArgument`. */
export function readFlag(place: Place): boolean {
  if (typeof place.value === 'boolean') return place.value;
  throw invalid(place, 'true or false');
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

/** Any text of at most `lengthMax` characters. @throws LifecycleError `InvalidArgument`. */
export function readText(place: Place, lengthMax: number): string {
  if (typeof place.value === 'string' && place.value.length <= lengthMax) return place.value;
  throw invalid(place, `text of at most ${lengthMax} characters`);
}

/** One of `words`, in any letter case. @throws LifecycleError `InvalidArgument`. */
export function readWord<Word extends string>(place: Place, words: readonly Word[]): Word {
  const { value } = place;
  const given = typeof value === 'string' ? value.toLowerCase() : undefined;
  const word = words.find((one) => one.toLowerCase() === given);
  if (word !== undefined) return word;
  throw invalid(place, `one of ${words.join(', ')}`);
}
