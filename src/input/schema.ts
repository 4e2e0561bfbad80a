/**
 * The kinds of fields of scenario and configuration files, in Valibot (decision 18): each gives a type, a check and a JSON
 * schema. The
 * message of an issue is what completes "Expected … to be", followed by the words or fields that are known, if any, a
 * line each; {@link readBy} makes the refusal of it.
 */
import * as v from 'valibot';
import type { LifecycleError } from '../errors/lifecycle-error.ts';
import { invalid, type Place, pathOf, unknownField, unknownWord } from './refuse.ts';

/** A schema of what is read as it is written. */
export type Schema<T> = v.GenericSchema<T>;
type Entries = Readonly<Record<string, Schema<unknown>>>;
type ObjectOf<Required extends Entries, Optional extends Entries> = {
  readonly [Field in keyof Required]: v.InferOutput<Required[Field]>;
} & { readonly [Field in keyof Optional]?: v.InferOutput<Optional[Field]> };
/** The fields that must be there, and those that may. */
export type Shape = readonly [required: Entries, optional?: Entries];
/** What is read by a shape. */
export type ShapeOf<S extends Shape> = ObjectOf<S[0], S[1] extends Entries ? S[1] : Empty>;
type Empty = Readonly<Record<never, never>>;
type VariantOf<V extends Readonly<Record<string, Shape>>> = {
  readonly [Kind in keyof V]: { readonly kind: Kind } & ShapeOf<V[Kind]>;
}[keyof V];

const TEXT_LENGTH_MAX = 1_024;
const ITEMS_MAX = 10_000;
const AN_OBJECT = 'an object';

/** `true` or `false`. */
export const flag = (description?: string): Schema<boolean> =>
  described(v.boolean('true or false'), description);

/** A whole number in `min..max`. */
export function whole(min: number, max: number, description?: string): Schema<number> {
  const expected = `a whole number in ${min}..${max}`;
  return described(
    v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected)),
    description,
  );
}

/** A number in `min..max`. */
export function number(min: number, max: number, description?: string): Schema<number> {
  const expected = `a number in ${min}..${max}`;
  return described(
    v.pipe(v.number(expected), v.minValue(min, expected), v.maxValue(max, expected)),
    description,
  );
}

/** A number above 0. */
export function positive(max: number, description?: string): Schema<number> {
  const expected = `a number above 0, up to ${max}`;
  return described(
    v.pipe(v.number(expected), v.gtValue(0, expected), v.maxValue(max, expected)),
    description,
  );
}

/** Text of `min..max` characters. */
export function text(min: number, max: number, description?: string): Schema<string> {
  const expected = `text of ${min}..${max} characters`;
  return described(
    v.pipe(v.string(expected), v.minLength(min, expected), v.maxLength(max, expected)),
    description,
  );
}

/** Text that a test accepts; `format` is its name in the JSON schema. */
export function formatted(
  format: string,
  expected: string,
  test: (value: string) => boolean,
): (description?: string) => Schema<string> {
  const schema = v.pipe(
    v.string(expected),
    v.maxLength(TEXT_LENGTH_MAX, expected),
    v.check(test, expected),
    v.metadata({ format }),
  );
  return (description = expected) => described(schema, description);
}

/** One of `words`. */
export const word = <const Word extends string>(words: readonly Word[], description?: string): Schema<Word> =>
  described(v.picklist(words, ['', ...words].join('\n')), description);

/** An array of `min..max` items. */
export function list<T>(
  item: Schema<T>,
  { min = 0, max = ITEMS_MAX }: { readonly min?: number; readonly max?: number },
  description?: string,
): Schema<readonly T[]> {
  const expected = `an array of ${min === max ? min : `${min}..${max}`}`;
  return described(
    v.pipe(v.array(item, expected), v.minLength(min, expected), v.maxLength(max, expected)),
    description,
  );
}

/** An object whose values are alike. */
export const record = <T>(item: Schema<T>, description?: string): Schema<Readonly<Record<string, T>>> =>
  noArray(v.record(v.string(), item, AN_OBJECT), description);

/** An object that is read elsewhere. */
export const loose = <T extends object>(description?: string): Schema<T> =>
  noArray(v.looseObject({}, AN_OBJECT), description);

/**
 * A value that JSON cannot say, or that is checked where it is used, and so stands in no message.
 *
 * @param json what stands for it in a JSON schema; default: nothing can.
 */
export function opaque<T>(
  expected: string,
  test: (value: unknown) => boolean,
  description?: string,
  json: object = { not: {} },
): Schema<T> {
  const schema = v.pipe(v.unknown(), v.check(test, expected), v.metadata({ ...json }));
  return described(schema as unknown as Schema<T>, description);
}

/** A function, which a file of JSON cannot have. */
export const code = <F extends (...args: never) => unknown>(description?: string): Schema<F> =>
  opaque('a function', (value) => typeof value === 'function', description);

/** What `schema` reads; in code also a function. */
export function orFunction<T, F extends (...args: never) => unknown>(
  schema: Schema<T>,
  description?: string,
): Schema<T | F> {
  const either = v.union([schema, code<F>()], `${expectedBy(schema)}, or a function`);
  return described(either as Schema<T | F>, description);
}

/** A text alone, or the object that it stands for. */
export function textOr<T>(line: Schema<string>, schema: Schema<T>, description?: string): Schema<string | T> {
  const either = v.union([line, schema], `${expectedBy(line)}, or ${expectedBy(schema)}`);
  return described(either as Schema<string | T>, description);
}

/** An object with these fields and no others. */
export const object = <Required extends Entries, Optional extends Entries = Empty>(
  required: Required,
  others?: Optional,
  description?: string,
): Schema<ObjectOf<Required, Optional>> => noArray(strict(required, others), description);

/** An object whose field `kind` says which other fields it has. */
export function kinds<const V extends Readonly<Record<string, Shape>>>(
  variants: V,
  description?: string,
): Schema<VariantOf<V>> {
  const options = Object.entries(variants).map(([name, [required, others]]) =>
    strict({ kind: v.literal(name), ...required }, others),
  );
  const names = Object.keys(variants);
  const schema = v.variant('kind', options, ({ expected }) =>
    expected === 'Object' ? `an object of kind ${names.join(' or ')}` : ['', ...names].join('\n'),
  );
  return noArray(schema, description);
}

/** Valibot takes an array for an object. */
function noArray<T>(schema: v.GenericSchema, description: string | undefined): Schema<T> {
  const isNoArray = v.custom<unknown>((value) => !Array.isArray(value), AN_OBJECT);
  return described(v.pipe(isNoArray, schema), description) as Schema<T>;
}

function strict<Required extends Entries>(required: Required, others: Entries = {}) {
  const optional = Object.entries(others).map(([name, schema]) => [name, v.optional(schema)] as const);
  // Without a prototype: Valibot takes what all objects inherit for a known field.
  const entries: Required = Object.assign(Object.create(null), required, Object.fromEntries(optional));
  return v.strictObject(entries, ({ path }) => {
    if (!path) return AN_OBJECT;
    const missing = entries[String(path[0].key)];
    return [missing ? expectedBy(missing) : '', ...Object.keys(entries)].join('\n');
  });
}

/** What a field is expected to be that is not there. */
function expectedBy(schema: Schema<unknown>): string {
  const { issues } = v.safeParse(schema, undefined, { abortEarly: true });
  const [expected, ...words] = issues?.[0].message.split('\n') ?? [];
  return expected || `one of ${words.join(', ')}`;
}

function described<T>(schema: Schema<T>, description: string | undefined): Schema<T> {
  return description === undefined ? schema : v.pipe(schema, v.description(description));
}

/** Reads what stands at a place. @throws LifecycleError `InvalidArgument` with the path of the first field that is wrong. */
export function readBy<T>(schema: Schema<T>, place: Place): T {
  const { success, output, issues } = v.safeParse(schema, place.value, { abortEarly: true });
  if (success) return output;
  throw refusalOf(issues[0], place);
}

function refusalOf({ path, type, message }: v.BaseIssue<unknown>, top: Place): LifecycleError {
  let [parent, place] = [top, top];
  for (const { key, value } of path ?? []) {
    parent = place;
    const field = typeof key === 'number' ? `${place.path}[${key}]` : pathOf(place, String(key));
    place = { path: field, value };
  }
  const [expected = '', ...names] = message.split('\n');
  if (names.length === 0) return invalid(place, expected);
  if (type !== 'strict_object') return unknownWord(place, names);
  // A misspelled field is two faults: the one that is unknown says more than the one that is missing.
  const stray = Object.keys(parent.value as object).find((name) => !names.includes(name));
  return stray === undefined ? invalid(place, expected) : unknownField(parent, stray, names);
}
